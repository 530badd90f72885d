#include "app/wristposes.h"

#include <algorithm>
#include <map>
#include <memory>

#include "robots/model/bodyposes.h"
#include "robots/model/robotmodel.h"

namespace understudy {
namespace {

/// A robot with its kinematics; shared by the functions of all its episodes.
struct KnownRobot {
    explicit KnownRobot(RobotModel loaded) : model(std::move(loaded)), poses(model) {}

    RobotModel model;
    BodyPoses poses;
};

/// The description is what its folder holds beside meshes and profile, MJCF or URDF.
Result<std::filesystem::path> descriptionIn(const std::filesystem::path& folder)
{
    std::error_code error;
    if (std::filesystem::exists(folder / "model.xml", error)) return folder / "model.xml";
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error))
        if (entry.path().extension() == ".xml" || entry.path().extension() == ".urdf") found.push_back(entry.path());
    if (error || found.empty()) return fail("its robot's model is not in " + folder.string());
    std::ranges::sort(found);
    return found.front();
}

}  // namespace

WristPosesOf wristPosesOf(const std::filesystem::path& library)
{
    auto robots = std::make_shared<std::map<std::string, std::shared_ptr<KnownRobot>>>();
    return [library, robots](const EpisodeFile& episode) -> Result<WristPoses> {
        std::shared_ptr<KnownRobot>& robot = (*robots)[episode.row.modelHash];
        if (!robot) {
            const std::filesystem::path folder = library / "models" / episode.row.modelHash;
            const Result<std::filesystem::path> description = descriptionIn(folder);
            if (!description) return tl::unexpected(description.error());
            std::optional<std::filesystem::path> profile;
            std::error_code ignored;
            if (std::filesystem::exists(folder / "profile.toml", ignored)) profile = folder / "profile.toml";
            Result<RobotModel> model = RobotModel::load(*description, profile);
            if (!model) return tl::unexpected(model.error());
            robot = std::make_shared<KnownRobot>(std::move(*model));
        }
        const std::optional<int> torso = robot->model.bodyIndex(episode.layout.torso);
        if (!torso) return fail("its robot's model has no body " + episode.layout.torso);
        if (episode.layout.joints.size() != robot->model.joints().size())
            return fail("its robot's model has other joints than were recorded");
        std::array<std::optional<BodyFrame>, kSideCount> wrists;
        for (const Side side : kSides) {
            const EpisodeWrist& wrist = episode.layout.wrists[static_cast<std::size_t>(side)];
            if (wrist.body.empty()) continue;
            const auto& turn = wrist.orientation;
            wrists[static_cast<std::size_t>(side)] = BodyFrame{
                wrist.body,
                {Eigen::Vector3d(wrist.position.data()), Eigen::Quaterniond(turn[0], turn[1], turn[2], turn[3])}};
        }
        return [robot, torso = static_cast<std::size_t>(*torso), wrists](std::span<const double> joints) {
            const auto count = static_cast<Eigen::Index>(joints.size());
            const std::vector<Pose>& poses = robot->poses.at(Eigen::Map<const Eigen::VectorXd>(joints.data(), count));
            const Pose fromTorso = poses[torso].inverse();
            std::array<std::optional<Pose>, kSideCount> found;
            for (std::size_t i = 0; i < found.size(); ++i) {
                if (!wrists[i]) continue;
                const std::optional<int> body = robot->model.bodyIndex(wrists[i]->body);
                if (body) found[i] = fromTorso * poses[static_cast<std::size_t>(*body)] * wrists[i]->pose;
            }
            return found;
        };
    };
}

}  // namespace understudy
