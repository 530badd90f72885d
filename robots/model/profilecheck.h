#pragma once

#include <Eigen/Geometry>

#include "robots/model/robotmodel.h"

namespace understudy {

/// Whether everything a profile names is in the model; the error lists the valid choices.
[[nodiscard]] Result<void> checkProfile(const RobotProfile& profile, const std::vector<JointInfo>& joints,
                                        const std::vector<BodyInfo>& bodies);

/// What is missing before arms can follow an operator; empty when nothing is.
[[nodiscard]] std::string teleoperationGap(const RobotProfile& profile);

/// A model as it stands at rest, for proposals.
struct RestingModel {
    const std::vector<JointInfo>& joints;
    const std::vector<BodyInfo>& bodies;
    std::vector<Pose> poses;     ///< X_WB of every body
    Eigen::AlignedBox3d extent;  ///< of what is visible of the robot, world
    bool hasFloor = false;
    bool isFixed = false;  ///< the description gives its root no free joint
};

/// A plain profile for a robot nobody described: the chains to the two highest ends with four joints or more as arms,
/// feet on the floor, and one camera that looks at it from the front.
[[nodiscard]] RobotProfile deriveProfile(const std::string& modelName, const RestingModel& model);

}  // namespace understudy
