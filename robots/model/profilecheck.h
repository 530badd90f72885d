#pragma once

#include "robots/model/robotmodel.h"

namespace understudy {

/// Whether everything a profile names is in the model; the error lists the valid choices.
[[nodiscard]] Result<void> checkProfile(const RobotProfile& profile, const std::vector<JointInfo>& joints,
                                        const std::vector<BodyInfo>& bodies);

/// What is missing before arms can follow an operator; empty when nothing is.
[[nodiscard]] std::string teleoperationGap(const RobotProfile& profile);

}  // namespace understudy
