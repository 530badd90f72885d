#pragma once

#include "robots/envelope/jointlimits.h"

namespace understudy {

class RobotModel;

/// Of every controlled joint, in the model's order.
[[nodiscard]] JointLimits limitsOf(const RobotModel& model);

}  // namespace understudy
