#pragma once

#include "robots/model/robotmodel.h"
#include "storage/read/robotlayout.h"

namespace understudy {

/// A robot's joints with their place in the canonical layout: parts from its profile, legs and axes from the joints'
/// names, shoulder and wrist by the side of the elbow a joint lies on.
[[nodiscard]] RobotLayout layoutOf(const RobotModel& model);

}  // namespace understudy
