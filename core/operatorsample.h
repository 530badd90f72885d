#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/pose.h"
#include "core/timestamp.h"

namespace understudy {

/// The canonical operator: a 24-joint body and two 26-joint hands. Order and parents of the body follow SMPL,
/// those of the hands OpenXR (facts: skeleton conventions). Joint position = proximal end of the segment.
enum class BodyJoint : std::uint8_t {
    Pelvis,
    LeftHip,
    RightHip,
    Spine1,
    LeftKnee,
    RightKnee,
    Spine2,
    LeftAnkle,
    RightAnkle,
    Spine3,
    LeftFoot,
    RightFoot,
    Neck,
    LeftCollar,
    RightCollar,
    Head,
    LeftShoulder,
    RightShoulder,
    LeftElbow,
    RightElbow,
    LeftWrist,
    RightWrist,
    LeftPalm,
    RightPalm
};
inline constexpr int kBodyJointCount = 24;

enum class HandJoint : std::uint8_t {
    Palm,
    Wrist,
    ThumbMetacarpal,
    ThumbProximal,
    ThumbDistal,
    ThumbTip,
    IndexMetacarpal,
    IndexProximal,
    IndexIntermediate,
    IndexDistal,
    IndexTip,
    MiddleMetacarpal,
    MiddleProximal,
    MiddleIntermediate,
    MiddleDistal,
    MiddleTip,
    RingMetacarpal,
    RingProximal,
    RingIntermediate,
    RingDistal,
    RingTip,
    LittleMetacarpal,
    LittleProximal,
    LittleIntermediate,
    LittleDistal,
    LittleTip
};
inline constexpr int kHandJointCount = 26;

enum class Side : std::uint8_t { Left, Right };
inline constexpr int kSideCount = 2;
inline constexpr std::array<Side, 2> kSides{Side::Left, Side::Right};

[[nodiscard]] constexpr int indexOf(Side side) { return static_cast<int>(side); }
[[nodiscard]] constexpr int indexOf(BodyJoint joint) { return static_cast<int>(joint); }
[[nodiscard]] constexpr int indexOf(HandJoint joint) { return static_cast<int>(joint); }

/// Parent of each body joint by index, -1 for the pelvis.
extern const std::array<int, kBodyJointCount> kBodyParents;
/// Lower-case snake names, e.g. "left_wrist".
[[nodiscard]] std::string_view nameOf(BodyJoint joint);
[[nodiscard]] std::string_view nameOf(HandJoint joint);

/// A pose in the operator's world frame (z up, floor at 0). The orientation is normalised so that the T-pose
/// (facing +x, arms along ±y, palms down) is the identity for every joint.
struct TrackedPose {
    Pose pose;
    bool valid = false;    ///< the pose may be used
    bool tracked = false;  ///< it was measured now, not inferred or held
};

/// What the operator can ask for besides motion. Levels for what is held, press counts for what is pressed,
/// so that a reader that skips samples misses no press.
enum class Button : std::uint8_t {
    HoldToDrive,  ///< level: without it the robot does not follow
    Clutch,       ///< level: held, the robot keeps its pose while the hand moves
    Stop,
    Start,
    Success,
    Failure,
    Redo,
    Mark,
    NextStep,
    Home,
    Recentre,
    Clear
};
inline constexpr int kButtonCount = 12;
[[nodiscard]] std::string_view nameOf(Button button);

struct HandInput {
    float trigger = 0;  ///< 0 open to 1 closed: the gripper's wanted closure
    float squeeze = 0;  ///< 0 to 1
    float stickX = 0;   ///< -1 left to 1 right
    float stickY = 0;   ///< -1 back to 1 forward
};

/// One reading of one device, or of a fused rig. Fixed size but for `joints`, which a source sizes once.
struct OperatorSample {
    Stamps stamps;
    std::uint64_t sequence = 0;  ///< rises by one per sample of this stream

    std::array<TrackedPose, kBodyJointCount> body{};
    std::array<std::array<TrackedPose, kHandJointCount>, kSideCount> hands{};
    std::array<HandInput, kSideCount> inputs{};

    Eigen::VectorXd joints;  ///< rad, or m for prismatic; order of DeviceInfo::jointNames; empty without named joints

    std::uint32_t levels = 0;                           ///< bit per Button
    std::array<std::uint16_t, kButtonCount> presses{};  ///< presses since the source started, wrapping

    [[nodiscard]] const TrackedPose& at(BodyJoint joint) const { return body[static_cast<std::size_t>(joint)]; }
    [[nodiscard]] TrackedPose& at(BodyJoint joint) { return body[static_cast<std::size_t>(joint)]; }
    [[nodiscard]] bool isHeld(Button button) const { return (levels >> static_cast<unsigned>(button)) & 1U; }
    void setHeld(Button button, bool held)
    {
        const std::uint32_t bit = 1U << static_cast<unsigned>(button);
        if (held && !(levels & bit)) ++presses[static_cast<std::size_t>(button)];
        levels = held ? (levels | bit) : (levels & ~bit);
    }
};

}  // namespace understudy
