#include "robots/model/robotmodel.h"

#include <algorithm>

#include <fmt/format.h>

#include "robots/model/modelbuilder.h"
#include "robots/model/modelfiles.h"
#include "robots/model/profilecheck.h"
#include "robots/model/profileproposal.h"

namespace understudy {

namespace fs = std::filesystem;

struct RobotModel::Data {
    Description description;
    std::optional<Description> scene;
    std::string name;
    RobotProfile profile;
    BuiltModel built;
    std::vector<VisualMesh> visuals;
    std::vector<ModelFile> files;
    std::string hash;
    std::string gap;
    std::string proposal;
};

namespace {

struct ChosenProfile {
    RobotProfile profile;
    bool none = false;  ///< what the proposal is made from
};

Result<ChosenProfile> chooseProfile(const Description& description, const fs::path& file,
                                    const std::optional<fs::path>& wanted, const LoadOptions& options)
{
    std::error_code ignored;
    std::optional<fs::path> path = wanted;
    if (const fs::path beside = file.parent_path() / "profile.toml"; !path && fs::exists(beside, ignored))
        path = beside;
    if (path) {
        Result<RobotProfile> profile = RobotProfile::load(*path);
        if (!profile) return tl::unexpected(profile.error());
        return ChosenProfile{.profile = std::move(*profile)};
    }
    const fs::path folder = options.profiles.empty() ? resourcePath("profiles") : options.profiles;
    Result<std::optional<RobotProfile>> known = RobotProfile::find(description.modelName, folder);
    if (!known) return tl::unexpected(known.error());
    if (*known) return ChosenProfile{.profile = std::move(**known)};
    RobotProfile plain;
    plain.name = description.modelName;
    plain.gravityCompensation = true;
    return ChosenProfile{.profile = std::move(plain), .none = true};
}

Result<std::optional<Description>> readScene(const RobotProfile& profile)
{
    if (profile.scene.empty()) return std::optional<Description>();
    Result<Description> scene = readDescription(profile.scene);
    if (!scene) return tl::unexpected(scene.error());
    if (scene->format != DescriptionFormat::Mjcf) {
        return fail(fmt::format("The scene {} must be MJCF.", profile.scene.string()));
    }
    return std::optional(std::move(*scene));
}

}  // namespace

std::string_view nameOf(LimitSource source)
{
    switch (source) {
    case LimitSource::Profile:
        return "profile";
    case LimitSource::Description:
        return "description";
    case LimitSource::Default:
        return "default";
    }
    return "default";
}

Result<RobotModel> RobotModel::load(const fs::path& file, const std::optional<fs::path>& profile,
                                    const LoadOptions& options)
{
    Result<Description> description = readDescription(file);
    if (!description) return tl::unexpected(description.error());
    Result<ChosenProfile> chosen = chooseProfile(*description, file, profile, options);
    if (!chosen) return tl::unexpected(chosen.error());

    const auto build = [&](const RobotProfile& with, const Description* scene) -> Result<BuiltModel> {
        Result<BuiltModel> built = buildModel({.description = *description,
                                               .scene = scene,
                                               .profile = with,
                                               .trianglesPerLink = std::max(options.trianglesPerLink, 1)});
        if (!built) return fail(fmt::format("The robot {} cannot be used: {}.", file.string(), built.error().message));
        return built;
    };
    std::string proposal;
    if (chosen->none) {
        const Result<BuiltModel> plain = build(chosen->profile, nullptr);
        if (!plain) return tl::unexpected(plain.error());
        Result<std::string> text = proposeProfile(description->modelName, *plain);
        if (!text) return tl::unexpected(text.error());
        proposal = std::move(*text);
        Result<RobotProfile> profile = RobotProfile::parse(proposal, "proposed from " + file.filename().string());
        if (!profile) return tl::unexpected(profile.error());
        chosen->profile = std::move(*profile);
    }
    Result<std::optional<Description>> scene = readScene(chosen->profile);
    if (!scene) return tl::unexpected(scene.error());
    const Description* extras = *scene ? &**scene : nullptr;
    Result<BuiltModel> built = build(chosen->profile, extras);
    if (!built) return tl::unexpected(built.error());
    if (const Result<void> checked = checkProfile(chosen->profile, built->joints, built->bodies); !checked) {
        return tl::unexpected(checked.error());
    }
    auto data = std::make_unique<Data>();
    data->built = std::move(*built);
    data->profile = std::move(chosen->profile);
    data->name = data->profile.name;
    data->gap = understudy::teleoperationGap(data->profile);
    data->visuals = visualsOf(*data->built.model);
    Result<std::vector<ModelFile>> files = filesOf(*description, extras, data->profile, proposal);
    if (!files) return tl::unexpected(files.error());
    data->files = std::move(*files);
    data->hash = hashOf(data->files);
    data->description = std::move(*description);
    data->scene = std::move(*scene);
    if (!proposal.empty()) {
        data->built.warnings.push_back(fmt::format(
            "No profile fits {}: one was proposed from the model. Look at it and correct it with `understudy profile`.",
            data->description.modelName.empty() ? file.filename().string() : data->description.modelName));
    }
    data->proposal = std::move(proposal);
    return RobotModel(std::move(data));
}

Result<RobotModel> RobotModel::withDetail(int trianglesPerLink) const
{
    auto data = std::make_unique<Data>();
    Result<BuiltModel> built = buildModel({.description = m_data->description,
                                           .scene = m_data->scene ? &*m_data->scene : nullptr,
                                           .profile = m_data->profile,
                                           .trianglesPerLink = std::max(trianglesPerLink, 1)});
    if (!built) return tl::unexpected(built.error());
    data->built = std::move(*built);
    data->description = m_data->description;
    data->scene = m_data->scene;
    data->name = m_data->name;
    data->profile = m_data->profile;
    data->gap = m_data->gap;
    data->visuals = visualsOf(*data->built.model);
    data->files = m_data->files;
    data->hash = m_data->hash;
    data->proposal = m_data->proposal;
    return RobotModel(std::move(data));
}

RobotModel::RobotModel(std::unique_ptr<Data> data) : m_data(std::move(data)) {}
RobotModel::RobotModel(RobotModel&&) noexcept = default;
RobotModel& RobotModel::operator=(RobotModel&&) noexcept = default;
RobotModel::~RobotModel() = default;

const std::string& RobotModel::name() const { return m_data->name; }
const std::vector<JointInfo>& RobotModel::joints() const { return m_data->built.joints; }
const std::vector<BodyInfo>& RobotModel::bodies() const { return m_data->built.bodies; }
int RobotModel::base() const { return m_data->built.base; }
const RobotProfile& RobotModel::profile() const { return m_data->profile; }
const std::string& RobotModel::proposal() const { return m_data->proposal; }
const std::string& RobotModel::teleoperationGap() const { return m_data->gap; }
const std::vector<VisualMesh>& RobotModel::visuals() const { return m_data->visuals; }
const std::vector<std::pair<std::string, std::string>>& RobotModel::touchingAtRest() const
{
    return m_data->built.touchingAtRest;
}
const std::string& RobotModel::hash() const { return m_data->hash; }
const std::vector<ModelFile>& RobotModel::files() const { return m_data->files; }
const std::vector<std::string>& RobotModel::warnings() const { return m_data->built.warnings; }
const mjModel_& RobotModel::mujoco() const { return *m_data->built.model; }
const Eigen::VectorXd& RobotModel::restQpos() const { return m_data->built.restQpos; }

std::vector<std::string> RobotModel::jointNames() const
{
    std::vector<std::string> names;
    for (const JointInfo& joint : joints()) names.push_back(joint.name);
    return names;
}

std::optional<int> RobotModel::jointIndex(std::string_view name) const
{
    const auto found =
        std::find_if(joints().begin(), joints().end(), [&](const JointInfo& j) { return j.name == name; });
    if (found == joints().end()) return std::nullopt;
    return static_cast<int>(found - joints().begin());
}

std::optional<int> RobotModel::bodyIndex(std::string_view name) const
{
    const auto found =
        std::find_if(bodies().begin(), bodies().end(), [&](const BodyInfo& b) { return b.name == name; });
    if (found == bodies().end()) return std::nullopt;
    return static_cast<int>(found - bodies().begin());
}

}  // namespace understudy
