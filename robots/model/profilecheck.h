#pragma once

#include "robots/model/robotmodel.h"

namespace understudy {

/// Whether everything a profile names is in the model; the error lists the valid choices.
[[nodiscard]] Result<void> checkProfile(const RobotProfile& profile, const std::vector<JointInfo>& joints,
                                        const std::vector<BodyInfo>& bodies);

/// What is missing before arms can follow an operator; empty when nothing is.
[[nodiscard]] std::string teleoperationGap(const RobotProfile& profile);

/// A plain profile for a robot nobody described: its root, and the chains to the two bodies that reach farthest.
[[nodiscard]] RobotProfile deriveProfile(const std::string& modelName, const std::vector<JointInfo>& joints,
                                         const std::vector<BodyInfo>& bodies, const std::vector<Pose>& bodyPoses);

}  // namespace understudy
