#include <charconv>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "robots/model/descriptionreader.h"

namespace understudy {
namespace {

namespace fs = std::filesystem;

/// Vendors write package://pkg/meshes/a.stl, file:///…, meshes/a.stl beside a meshdir of "meshes", or paths of their
/// own machine. The longest tail of the name that exists below the URDF's folder, its mesh folder or one of the
/// folders above is the file.
std::optional<fs::path> findMesh(const std::string& name, const fs::path& folder, const fs::path& meshFolder)
{
    std::string plain = name;
    for (const char* scheme : {"package://", "file://", "model://"}) {
        if (plain.rfind(scheme, 0) == 0) plain.erase(0, std::strlen(scheme));
    }
    constexpr int kFoldersAbove = 5;
    std::error_code ignored;
    if (const fs::path path = plain; path.is_absolute() && fs::is_regular_file(path, ignored)) return path;
    std::vector<fs::path> parts;
    for (const fs::path& part : fs::path(plain).relative_path()) parts.push_back(part);
    for (std::size_t skip = 0; skip < parts.size(); ++skip) {
        fs::path tail;
        for (std::size_t i = skip; i < parts.size(); ++i) tail /= parts[i];
        fs::path above = folder;
        for (int up = 0; up <= kFoldersAbove; ++up) {
            for (const fs::path& start : {above, above / meshFolder}) {
                const fs::path candidate = (start / tail).lexically_normal();
                if (fs::is_regular_file(candidate, ignored)) return candidate;
            }
            if (!above.has_parent_path() || above.parent_path() == above) break;
            above = above.parent_path();
        }
    }
    return std::nullopt;
}

/// NaN for what is not a number. Without the locale, whose decimal point may be a comma.
std::optional<double> number(const pugi::xml_node& node, const char* name)
{
    const pugi::xml_attribute attribute = node.attribute(name);
    if (!attribute) return std::nullopt;
    std::string_view text = attribute.value();
    while (!text.empty() && (text.front() == ' ' || text.front() == '+')) text.remove_prefix(1);
    double value = std::nan("");
    (void)std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

Result<void> readJoint(const pugi::xml_node& joint, const fs::path& file, Description& description)
{
    const std::string name = joint.attribute("name").value();
    if (const pugi::xml_node limit = joint.child("limit")) {
        UrdfJointLimit& found = description.limits[name];
        found.velocity = number(limit, "velocity");
        found.effort = number(limit, "effort");
        for (const std::optional<double>& value : {found.velocity, found.effort}) {
            if (value && !(std::isfinite(*value) && *value >= 0)) {
                return fail(
                    fmt::format("{}: the limit of joint {} is not a number of at least 0.", file.string(), name));
            }
        }
        if (found.velocity && *found.velocity == 0) found.velocity.reset();
        if (found.effort && *found.effort == 0) found.effort.reset();
    }
    if (const pugi::xml_node mimic = joint.child("mimic")) {
        MimicJoint follower;
        follower.joint = name;
        follower.leader = mimic.attribute("joint").value();
        follower.multiplier = number(mimic, "multiplier").value_or(1);
        follower.offset = number(mimic, "offset").value_or(0);
        if (!std::isfinite(follower.multiplier) || !std::isfinite(follower.offset)) {
            return fail(fmt::format("{}: joint {} mimics {} by something that is not a number.", file.string(), name,
                                    follower.leader));
        }
        description.mimics.push_back(follower);
    }
    return {};
}

Result<void> checkMimics(const pugi::xml_node& root, const fs::path& file, const Description& description)
{
    for (const MimicJoint& mimic : description.mimics) {
        if (!root.find_child_by_attribute("joint", "name", mimic.leader.c_str()) || mimic.leader == mimic.joint) {
            return fail(fmt::format("{}: joint {} mimics {}, which is not a joint of this robot.", file.string(),
                                    mimic.joint, mimic.leader));
        }
    }
    return {};
}

}  // namespace

Result<Description> readUrdf(pugi::xml_document& document, const fs::path& file)
{
    pugi::xml_node root = document.document_element();
    Description description;
    description.format = DescriptionFormat::Urdf;
    description.modelName = root.attribute("name").value();

    pugi::xml_node extension = root.child("mujoco");
    if (!extension) extension = root.append_child("mujoco");
    pugi::xml_node compiler = extension.child("compiler");
    if (!compiler) compiler = extension.append_child("compiler");
    const fs::path meshFolder = compiler.attribute("meshdir").value();
    for (const auto& [name, value] :
         {std::pair{"meshdir", ""}, {"strippath", "false"}, {"discardvisual", "false"}, {"fusestatic", "false"}}) {
        compiler.remove_attribute(name);
        if (*value != '\0') compiler.append_attribute(name) = value;
    }

    AssetNames names;
    for (const pugi::xpath_node& found : root.select_nodes("//mesh[@filename]")) {
        pugi::xml_attribute filename = found.node().attribute("filename");
        const std::optional<fs::path> path = findMesh(filename.value(), file.parent_path(), meshFolder);
        if (!path) {
            return fail(fmt::format("The robot {} needs the mesh {}, which is neither beside it nor in a folder above. "
                                    "Put the package's mesh folder beside the URDF.",
                                    file.string(), filename.value()));
        }
        filename.set_value(names.nameFor(*path).c_str());
    }
    for (const pugi::xml_node joint : root.children("joint")) {
        if (const Result<void> read = readJoint(joint, file, description); !read) return tl::unexpected(read.error());
    }
    if (const Result<void> checked = checkMimics(root, file, description); !checked) {
        return tl::unexpected(checked.error());
    }
    description.xml = toText(document);
    description.assets = names.assets();
    return description;
}

}  // namespace understudy
