#pragma once

#include "robots/model/robotmodel.h"

namespace understudy {

/// Measures of a robot's arm that no description states.
struct ArmReach {
    Eigen::Vector3d shoulder = Eigen::Vector3d::Zero();  ///< its centre in the base frame, at rest
    double reach = 0;     ///< m, longest distance from shoulder to wrist frame within the joint limits
    double upperArm = 0;  ///< m, longest distance from shoulder to elbow; 0 without an elbow
};

/// By forward kinematics over many postures; deterministic, some milliseconds. Without a shoulder body the first arm
/// joint's body stands in for it.
[[nodiscard]] Result<ArmReach> measureArm(const RobotModel& model, const ArmProfile& arm);

}  // namespace understudy
