#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "core/result.h"
#include "core/timestamp.h"
#include "robots/model/robotmodel.h"

namespace understudy {

/// Records an episode of a robot that swings its joints, with three cameras of 320×240 at 15 Hz and the robot's state
/// and steps at 500 Hz, through the recorder itself but faster than the clock runs. For benchmarks. Returns its id.
[[nodiscard]] Result<std::string> recordLongEpisode(const std::filesystem::path& library, const RobotModel& robot,
                                                    Duration length, const std::function<void(double share)>& progress);

}  // namespace understudy
