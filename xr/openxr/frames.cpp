#include "xr/openxr/frames.h"

namespace understudy {
namespace {

/// Columns: OpenXR's x, y, z in REP-103.
Eigen::Quaterniond columns(const Eigen::Vector3d& x, const Eigen::Vector3d& y, const Eigen::Vector3d& z)
{
    Eigen::Matrix3d matrix;
    matrix << x, y, z;
    return Eigen::Quaterniond(matrix);
}

const Eigen::Vector3d kForward = Eigen::Vector3d::UnitX();
const Eigen::Vector3d kLeft = Eigen::Vector3d::UnitY();
const Eigen::Vector3d kUp = Eigen::Vector3d::UnitZ();

}  // namespace

Eigen::Vector3d fromOpenXr(const XrVector3f& vector) { return {-vector.z, -vector.x, vector.y}; }

std::optional<Pose> worldPose(const XrPosef& pose)
{
    const Eigen::Vector3d position = fromOpenXr(pose.position);
    const Eigen::Quaterniond live(pose.orientation.w, pose.orientation.x, pose.orientation.y, pose.orientation.z);
    const double length = live.norm();
    if (!position.allFinite() || !(length > 0.9 && length < 1.1)) return std::nullopt;
    static const Eigen::Quaterniond axes = columns(-kLeft, kUp, -kForward);
    return Pose{.position = position, .orientation = (axes * live).normalized()};
}

const TPose& tPose()
{
    // Grip: x leaves the left palm and enters the right one, -z runs from the little finger to the thumb.
    // Hand joints: -z to the finger tip, y out of the back of the hand.
    static const TPose reference{
        .head = columns(-kLeft, kUp, -kForward),
        .grip = {columns(-kUp, -kLeft, -kForward), columns(kUp, kLeft, -kForward)},
        .hand = {columns(kForward, kUp, -kLeft), columns(-kForward, kUp, kLeft)},
    };
    return reference;
}

TrackedPose trackedPose(const XrPosef& pose, XrSpaceLocationFlags flags, const Eigen::Quaterniond& reference)
{
    constexpr XrSpaceLocationFlags kValid =
        XR_SPACE_LOCATION_POSITION_VALID_BIT | XR_SPACE_LOCATION_ORIENTATION_VALID_BIT;
    constexpr XrSpaceLocationFlags kTracked =
        XR_SPACE_LOCATION_POSITION_TRACKED_BIT | XR_SPACE_LOCATION_ORIENTATION_TRACKED_BIT;
    if ((flags & kValid) != kValid) return {};
    const std::optional<Pose> live = worldPose(pose);
    if (!live) return {};
    return {
        .pose = {.position = live->position, .orientation = (live->orientation * reference.conjugate()).normalized()},
        .valid = true,
        .tracked = (flags & kTracked) == kTracked};
}

}  // namespace understudy
