#pragma once

#include "core/result.h"
#include "xr/calibration/stance.h"

namespace understudy {

/// Metres. Kept per person, for months.
struct BodyMeasures {
    double height = 0;         ///< crown of the head
    double shoulderWidth = 0;  ///< between the shoulder joints
    std::array<double, kSideCount> upperArm{};
    std::array<double, kSideCount> forearm{};

    [[nodiscard]] double arm(Side side) const
    {
        const auto at = static_cast<std::size_t>(indexOf(side));
        return upperArm[at] + forearm[at];
    }
};

/// From the three stances by head and wrists alone: hanging against outstretched wrists give the arm, bent elbows the
/// forearm. Fails with what is implausible and which stance to repeat.
[[nodiscard]] Result<BodyMeasures> measureBody(const std::array<BodyPose, kStanceCount>& stances);

}  // namespace understudy
