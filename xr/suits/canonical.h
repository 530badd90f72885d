#pragma once

#include <array>

#include "core/operatorsample.h"

namespace understudy {

/// The poses of one OperatorSample.
struct OperatorPose {
    std::array<TrackedPose, kBodyJointCount> body{};
    std::array<std::array<TrackedPose, kHandJointCount>, kSideCount> hands{};

    [[nodiscard]] TrackedPose& at(BodyJoint joint) { return body[static_cast<std::size_t>(indexOf(joint))]; }
    [[nodiscard]] const TrackedPose& at(BodyJoint joint) const
    {
        return body[static_cast<std::size_t>(indexOf(joint))];
    }
    [[nodiscard]] TrackedPose& at(Side side, HandJoint joint)
    {
        return hands[static_cast<std::size_t>(indexOf(side))][static_cast<std::size_t>(indexOf(joint))];
    }
    [[nodiscard]] const TrackedPose& at(Side side, HandJoint joint) const
    {
        return hands[static_cast<std::size_t>(indexOf(side))][static_cast<std::size_t>(indexOf(joint))];
    }
    [[nodiscard]] static OperatorPose of(const OperatorSample& sample) { return {sample.body, sample.hands}; }
    void giveTo(OperatorSample& sample) const
    {
        sample.body = body;
        sample.hands = hands;
    }
};

/// How a vendor's world stands to REP-103.
enum class WorldFrame : std::uint8_t {
    Rep103,
    Unity,  ///< left-handed, x right, y up, z forward: VMC, Rokoko
    YUp     ///< right-handed, x left, y up, z forward: BVH, mocopi
};
[[nodiscard]] Eigen::Vector3d toRep103(WorldFrame from, const Eigen::Vector3d& position);
[[nodiscard]] Eigen::Quaterniond toRep103(WorldFrame from, const Eigen::Quaterniond& rotation);
[[nodiscard]] Eigen::Vector3d fromRep103(WorldFrame to, const Eigen::Vector3d& position);
[[nodiscard]] Eigen::Quaterniond fromRep103(WorldFrame to, const Eigen::Quaterniond& rotation);

/// A measured joint: valid and tracked when its numbers can be a person's (finite, within 1 km, the norm of the
/// quaternion within a fifth of 1), else neither.
[[nodiscard]] TrackedPose measured(const Eigen::Vector3d& position, const Eigen::Quaterniond& orientation);

/// Fills what a vendor leaves out, valid and not tracked: joints of the spine between known ones, collars, palms, and
/// of a hand that has any joint its wrist, palm and finger tips. Never overwrites.
void completePose(OperatorPose& pose);

/// The T-pose of a person of 1.75 m: where the joints of protocols without positions are, and what a stand-in wears.
[[nodiscard]] const OperatorPose& standingPose();

}  // namespace understudy
