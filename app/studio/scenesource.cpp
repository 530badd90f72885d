#include "app/studio/scenesource.h"

namespace understudy {

SceneModel toScene(const RobotModel& model)
{
    SceneModel scene;
    for (const VisualMesh& mesh : model.visuals()) {
        SceneShape shape{.body = mesh.body,
                         .isRobot = model.bodies()[static_cast<std::size_t>(mesh.body)].isRobot,
                         .colour = mesh.colour};
        const Eigen::Matrix3f rotation = mesh.pose.orientation.toRotationMatrix().cast<float>();
        const Eigen::Vector3f offset = mesh.pose.position.cast<float>();
        shape.vertices.reserve(mesh.vertices.size());
        for (const Eigen::Vector3f& vertex : mesh.vertices) shape.vertices.push_back(rotation * vertex + offset);
        for (std::size_t i = 0; i + 2 < mesh.triangles.size(); i += 3)
            shape.triangles.push_back({mesh.triangles[i], mesh.triangles[i + 1], mesh.triangles[i + 2]});
        scene.shapes.push_back(std::move(shape));
    }
    return scene;
}

SceneSource::SceneSource(const RobotModel& model) : m_model(model), m_poses(model) {}

void SceneSource::setFreeBody(const std::string& name, const Pose& pose)
{
    if (const std::optional<int> body = m_model.bodyIndex(name)) m_poses.setFreeBody(*body, pose);
}

SceneFrame SceneSource::frame(const Eigen::VectorXd& measured, const Eigen::VectorXd& target)
{
    SceneFrame frame;
    if (target.size() > 0) frame.ghost = m_poses.at(target);
    frame.bodies = m_poses.at(measured);
    const auto poseOf = [&](const BodyFrame& mount) -> std::optional<Pose> {
        const std::optional<int> body = m_model.bodyIndex(mount.body);
        if (!body) return std::nullopt;
        return frame.bodies[static_cast<std::size_t>(*body)] * mount.pose;
    };
    for (const CameraProfile& camera : m_model.profile().cameras)
        if (const auto pose = poseOf(camera.mount))
            frame.frusta.push_back({.camera = *pose,
                                    .verticalFov = camera.verticalFov,
                                    .aspect = static_cast<double>(camera.width) / camera.height});
    for (const auto& arm : m_model.profile().arms)
        if (arm)
            if (const auto pose = poseOf(arm->wrist)) frame.frames.push_back(*pose);
    return frame;
}

}  // namespace understudy
