#include "robots/model/description.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <sstream>

#include <fmt/format.h>

#include "core/file.h"
#include "robots/model/descriptionreader.h"

namespace understudy {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxXml = 64ULL << 20;
constexpr int kMaxIncludeDepth = 16;
constexpr int kMaxIncludes = 256;

class Includes {
public:
    explicit Includes(const fs::path& file) : m_main(file) {}

    Result<void> splice(pugi::xml_node node, const fs::path& file, int depth)
    {
        for (pugi::xml_node child = node.first_child(); child;) {
            const pugi::xml_node next = child.next_sibling();
            if (std::strcmp(child.name(), "include") == 0) {
                if (const Result<void> done = replace(node, child, file, depth); !done) return done;
            } else if (const Result<void> done = splice(child, file, depth); !done) {
                return done;
            }
            child = next;
        }
        return {};
    }

private:
    Result<void> replace(pugi::xml_node parent, pugi::xml_node include, const fs::path& file, int depth)
    {
        const fs::path wanted = include.attribute("file").value();
        if (wanted.empty()) return fail(fmt::format("{} has an <include> without a file.", file.string()));
        if (depth >= kMaxIncludeDepth || ++m_count > kMaxIncludes) {
            return fail(fmt::format("{} includes {} too deep or in a circle.", m_main.string(), wanted.string()));
        }
        fs::path found = file.parent_path() / wanted;
        std::error_code ignored;
        if (!fs::exists(found, ignored)) found = m_main.parent_path() / wanted;
        if (!fs::exists(found, ignored)) {
            return fail(fmt::format("{} includes {}, which is not there.", file.string(), wanted.string()));
        }
        pugi::xml_document document;
        if (const Result<void> parsed = parseXml(document, found); !parsed) return parsed;
        pugi::xml_node root = document.document_element();
        if (const Result<void> done = splice(root, found, depth + 1); !done) return done;
        for (const pugi::xml_node child : root.children()) parent.insert_copy_before(child, include);
        parent.remove_child(include);
        return {};
    }

    fs::path m_main;
    int m_count = 0;
};

struct AssetFolders {
    fs::path meshes;
    fs::path textures;
    bool strip = false;
};

AssetFolders takeFolders(pugi::xml_node root)
{
    AssetFolders folders;
    for (pugi::xml_node compiler : root.children("compiler")) {
        if (const pugi::xml_attribute both = compiler.attribute("assetdir")) {
            folders.meshes = folders.textures = both.value();
        }
        if (const pugi::xml_attribute meshes = compiler.attribute("meshdir")) folders.meshes = meshes.value();
        if (const pugi::xml_attribute textures = compiler.attribute("texturedir")) folders.textures = textures.value();
        if (const pugi::xml_attribute strip = compiler.attribute("strippath")) folders.strip = strip.as_bool();
        for (const char* name : {"assetdir", "meshdir", "texturedir", "strippath"}) compiler.remove_attribute(name);
    }
    return folders;
}

Result<void> nameFile(pugi::xml_node element, const char* attribute, const fs::path& folder, const fs::path& model,
                      bool strip, AssetNames& names)
{
    pugi::xml_attribute file = element.attribute(attribute);
    if (!file || *file.value() == '\0') return {};
    fs::path wanted = file.value();
    if (strip) wanted = wanted.filename();
    const fs::path path = (model.parent_path() / folder / wanted).lexically_normal();
    std::error_code ignored;
    if (!fs::is_regular_file(path, ignored)) {
        return fail(fmt::format("The model {} needs the {} file {}, which is not there.", model.string(),
                                element.name(), path.string()));
    }
    // MuJoCo names an unnamed asset after its file; that name must outlive the renaming.
    if (!element.attribute("name") && std::strcmp(attribute, "file") == 0) {
        element.prepend_attribute("name") = wanted.stem().string().c_str();
    }
    file.set_value(names.nameFor(path).c_str());
    return {};
}

Result<Description> readMjcf(pugi::xml_document& document, const fs::path& file)
{
    pugi::xml_node root = document.document_element();
    if (const Result<void> spliced = Includes(file).splice(root, file, 0); !spliced) {
        return tl::unexpected(spliced.error());
    }
    const AssetFolders folders = takeFolders(root);
    AssetNames names;
    for (pugi::xml_node assets : root.children("asset")) {
        for (pugi::xml_node element : assets.children()) {
            const std::string kind = element.name();
            if (kind == "model") {
                return fail(fmt::format("{} attaches the model {}; save it as one file with MuJoCo first.",
                                        file.string(), element.attribute("file").value()));
            }
            const fs::path& folder = kind == "texture" ? folders.textures : folders.meshes;
            for (const char* attribute :
                 {"file", "fileright", "fileleft", "fileup", "filedown", "filefront", "fileback"}) {
                const Result<void> named = nameFile(element, attribute, folder, file, folders.strip, names);
                if (!named) return tl::unexpected(named.error());
            }
        }
    }
    Description description;
    description.format = DescriptionFormat::Mjcf;
    description.modelName = root.attribute("model").value();
    description.xml = toText(document);
    description.assets = names.assets();
    return description;
}

}  // namespace

std::string AssetNames::nameFor(const fs::path& file)
{
    for (const Asset& asset : m_assets) {
        if (asset.path == file) return asset.name;
    }
    const auto isTaken = [&](const std::string& name) {
        return std::any_of(m_assets.begin(), m_assets.end(), [&](const Asset& asset) { return asset.name == name; });
    };
    std::string name = "assets/" + file.filename().string();
    for (int i = 2; isTaken(name); ++i) {
        name = fmt::format("assets/{}_{}{}", file.stem().string(), i, file.extension().string());
    }
    m_assets.push_back({name, file});
    return name;
}

Result<void> parseXml(pugi::xml_document& document, const fs::path& file)
{
    PosixFileSystem files;
    const Result<std::vector<std::byte>> bytes = readAll(files, file, kMaxXml);
    if (!bytes) return tl::unexpected(bytes.error());
    const pugi::xml_parse_result parsed = document.load_buffer(bytes->data(), bytes->size());
    if (!parsed) {
        const auto end = bytes->begin() + std::min<std::ptrdiff_t>(parsed.offset, std::ssize(*bytes));
        return fail(fmt::format("{} is not well-formed XML: {} in line {}.", file.string(), parsed.description(),
                                1 + std::count(bytes->begin(), end, std::byte{'\n'})));
    }
    if (!document.document_element()) return fail(fmt::format("{} is empty.", file.string()));
    return {};
}

std::string toText(const pugi::xml_document& document)
{
    std::ostringstream text;
    document.save(text, " ", pugi::format_indent | pugi::format_no_declaration);
    return text.str();
}

Result<Description> readDescription(const fs::path& file)
{
    std::error_code ignored;
    if (!fs::exists(file, ignored)) {
        return fail(fmt::format("There is no robot description {}. Name an MJCF (.xml) or URDF file.", file.string()));
    }
    if (fs::is_directory(file, ignored)) {
        return fail(fmt::format("{} is a folder. Name the MJCF (.xml) or URDF file in it.", file.string()));
    }
    pugi::xml_document document;
    if (const Result<void> parsed = parseXml(document, file); !parsed) return tl::unexpected(parsed.error());
    const std::string root = document.document_element().name();
    if (root == "mujoco") return readMjcf(document, file);
    if (root == "robot") return readUrdf(document, file);
    return fail(fmt::format("{} starts with <{}>: a robot description starts with <mujoco> (MJCF) or <robot> (URDF).",
                            file.string(), root));
}

}  // namespace understudy
