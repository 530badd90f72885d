#pragma once

#include <deque>

#include "core/record.h"
#include "robots/model/bodyposes.h"
#include "widgets/scene.h"

namespace understudy {

/// The robot's visible geometry for the viewport.
[[nodiscard]] SceneModel toScene(const RobotModel& model);

/// Turns joint positions into frames for the viewport. One thread; keeps a reference to the model.
class SceneSource {
public:
    explicit SceneSource(const RobotModel& model);

    [[nodiscard]] const RobotModel& model() const { return m_model; }
    /// By body name; unknown names are ignored.
    void setFreeBody(const std::string& name, const Pose& pose);
    /// Everything that is not a controlled joint, as RobotModel::restQpos().
    void setScene(const Eigen::VectorXd& qpos) { m_poses.setScene(qpos); }
    /// `target` empty: no ghost. Camera frusta and wrist frames come from the robot's profile.
    [[nodiscard]] SceneFrame frame(const Eigen::VectorXd& measured, const Eigen::VectorXd& target);
    /// X_WT of a tool in a frame; none without that arm.
    [[nodiscard]] std::optional<Pose> wrist(const SceneFrame& frame, Side side) const;
    /// X_W base of the robot in a frame.
    [[nodiscard]] Pose base(const SceneFrame& frame) const;
    /// Contacts of the robot; `sample` as a simulator of this model tells it.
    void addContacts(SceneFrame& frame, const ContactSample& sample) const;

private:
    const RobotModel& m_model;
    BodyPoses m_poses;
};

/// Where the tools were and were wanted during the last seconds.
class WristTrails {
public:
    static constexpr Duration kLength = 2500 * kMillisecond;

    /// Remembers `wanted` (nothing: this hand does not follow) and where the tools are, and adds the trails.
    void extend(const SceneSource& scene, SceneFrame& frame,
                const std::array<std::optional<Eigen::Vector3d>, kSideCount>& wanted, Timestamp now);

private:
    struct Point {
        Timestamp time;
        Eigen::Vector3d place;
    };
    using Trail = std::deque<Point>;
    static void extend(Trail& trail, const std::optional<Eigen::Vector3d>& place, Timestamp now);

    std::array<Trail, kSideCount> m_measured;
    std::array<Trail, kSideCount> m_wanted;
};

}  // namespace understudy
