#pragma once

#include <limits>

#include "robots/envelope/jointlimits.h"

namespace understudy {

class RobotModel;

/// Below a model's own limits, for every joint. rad/s, rad/s² (m … for prismatic).
struct LimitCeiling {
    double velocity = std::numeric_limits<double>::infinity();
    double acceleration = std::numeric_limits<double>::infinity();
};

/// Of every controlled joint, in the model's order.
[[nodiscard]] JointLimits limitsOf(const RobotModel& model, const LimitCeiling& ceiling = {});

}  // namespace understudy
