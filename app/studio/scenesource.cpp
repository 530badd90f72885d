#include "app/studio/scenesource.h"

#include <algorithm>

namespace understudy {

SceneModel toScene(const RobotModel& model)
{
    SceneModel scene;
    for (const VisualMesh& mesh : model.visuals()) {
        SceneShape shape{.body = mesh.body,
                         .isRobot = model.bodies()[static_cast<std::size_t>(mesh.body)].isRobot,
                         .isFree = !model.bodies()[static_cast<std::size_t>(mesh.body)].isRobot &&
                                   model.bodies()[static_cast<std::size_t>(mesh.body)].isFree,
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
    frame.follow = static_cast<std::size_t>(m_model.base());
    for (const CameraProfile& camera : m_model.profile().cameras)
        if (const std::optional<int> body = m_model.bodyIndex(camera.mount.body))
            frame.frusta.push_back({.camera = frame.bodies[static_cast<std::size_t>(*body)] * camera.mount.pose,
                                    .verticalFov = camera.verticalFov,
                                    .aspect = static_cast<double>(camera.width) / camera.height});
    for (const Side side : kSides)
        if (const std::optional<Pose> pose = wrist(frame, side)) frame.frames.push_back(*pose);
    return frame;
}

std::optional<Pose> SceneSource::wrist(const SceneFrame& frame, Side side) const
{
    const auto& arm = m_model.profile().arms[static_cast<std::size_t>(indexOf(side))];
    if (!arm) return std::nullopt;
    const std::optional<int> body = m_model.bodyIndex(arm->wrist.body);
    if (!body || static_cast<std::size_t>(*body) >= frame.bodies.size()) return std::nullopt;
    return frame.bodies[static_cast<std::size_t>(*body)] * arm->wrist.pose;
}

Pose SceneSource::base(const SceneFrame& frame) const
{
    const auto body = static_cast<std::size_t>(m_model.base());
    return body < frame.bodies.size() ? frame.bodies[body] : Pose{};
}

void SceneSource::addContacts(SceneFrame& frame, const ContactSample& sample) const
{
    const auto isRobot = [&](std::uint16_t body) {
        return body < m_model.bodies().size() && m_model.bodies()[body].isRobot;
    };
    for (std::size_t i = 0; i < std::min<std::size_t>(sample.count, kMaxContacts); ++i) {
        const Contact& contact = sample.contacts[i];
        if (isRobot(contact.bodyA) == isRobot(contact.bodyB)) continue;
        const double onRobot = isRobot(contact.bodyB) ? 1 : -1;
        frame.contacts.push_back(
            {.position = contact.position, .normal = onRobot * contact.normal, .force = contact.force});
    }
}

void WristTrails::extend(Trail& trail, const std::optional<Eigen::Vector3d>& place, Timestamp now)
{
    constexpr double kApart = 0.004;  ///< m
    if (place && (trail.empty() || (trail.back().place - *place).norm() > kApart)) trail.push_back({now, *place});
    while (!trail.empty() && now - trail.front().time > kLength) trail.pop_front();
}

void WristTrails::extend(const SceneSource& scene, SceneFrame& frame,
                         const std::array<std::optional<Eigen::Vector3d>, kSideCount>& wanted, Timestamp now)
{
    for (const Side side : kSides) {
        const auto i = static_cast<std::size_t>(indexOf(side));
        const std::optional<Pose> tool = scene.wrist(frame, side);
        extend(m_measured[i], tool ? std::optional(tool->position) : std::nullopt, now);
        extend(m_wanted[i], wanted[i], now);
        for (const bool ghost : {true, false}) {
            SceneTrail shown{.points = {}, .isGhost = ghost};
            for (const Point& point : ghost ? m_wanted[i] : m_measured[i]) shown.points.push_back(point.place);
            if (shown.points.size() > 1) frame.trails.push_back(std::move(shown));
        }
    }
}

}  // namespace understudy
