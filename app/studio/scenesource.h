#pragma once

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

private:
    const RobotModel& m_model;
    BodyPoses m_poses;
};

}  // namespace understudy
