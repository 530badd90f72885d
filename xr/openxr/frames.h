#pragma once

#include <array>
#include <optional>

#include "core/operatorsample.h"
#include "xr/openxr/declared.h"

namespace understudy {

/// OpenXR's axes (x right, y up, z back) to REP-103 (x forward, y left, z up). Pure.
[[nodiscard]] Eigen::Vector3d fromOpenXr(const XrVector3f& vector);

/// A pose whose own axes stay OpenXR's, in a REP-103 world. A quaternion that is not of length one within 10 % or not
/// finite gives nothing: a runtime may call a zero quaternion valid.
[[nodiscard]] std::optional<Pose> worldPose(const XrPosef& pose);

/// What a runtime's axes of a joint are while the operator stands in the canonical T-pose, in a REP-103 world; a live
/// orientation times the conjugate of this is the canonical orientation.
struct TPose {
    Eigen::Quaterniond head;                          ///< the view space, and every joint of XR_BD_body_tracking
    std::array<Eigen::Quaterniond, kSideCount> grip;  ///< the grip pose of a controller
    std::array<Eigen::Quaterniond, kSideCount> hand;  ///< joints of XR_EXT_hand_tracking
};
[[nodiscard]] const TPose& tPose();

/// The canonical tracked pose: `flags` say what the runtime knows of it, `reference` is the T-pose's orientation.
[[nodiscard]] TrackedPose trackedPose(const XrPosef& pose, XrSpaceLocationFlags flags,
                                      const Eigen::Quaterniond& reference);

}  // namespace understudy
