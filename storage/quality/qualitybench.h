#pragma once

#include <filesystem>

#include "core/result.h"

namespace understudy {

/// How fast a recorded episode is checked: 30 s of three cameras of 640×480 at 30 Hz (moving shapes with noise), state
/// and steps of 29 joints at 500 Hz, an operator of 100 Hz.
struct QualityRate {
    double realTime = 0;     ///< seconds of episode per second of CPU time of one thread
    double samplesOnly = 0;  ///< the same without the cameras
    double liveShare = 0;    ///< of a core, for making three cameras' images small and folding them as they come
};
/// Writes an episode into `folder`.
[[nodiscard]] Result<QualityRate> measureQuality(const std::filesystem::path& folder);

}  // namespace understudy
