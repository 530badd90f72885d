#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/operatorsample.h"
#include "core/result.h"

namespace understudy {

/// Parts of a body that robots of every make have in common.
enum class BodyPart : std::uint8_t { None, LeftArm, RightArm, LeftHand, RightHand, Waist, Head, LeftLeg, RightLeg };
[[nodiscard]] std::string_view nameOf(BodyPart part);
[[nodiscard]] Result<BodyPart> bodyPartFrom(std::string_view name);
[[nodiscard]] constexpr BodyPart armOf(Side side)
{
    return side == Side::Left ? BodyPart::LeftArm : BodyPart::RightArm;
}
[[nodiscard]] constexpr BodyPart handOf(Side side)
{
    return side == Side::Left ? BodyPart::LeftHand : BodyPart::RightHand;
}

/// A joint as its maker names it, and where it stands in the canonical layout.
struct EpisodeJoint {
    std::string name;
    std::string unit = "rad";     ///< of its position: rad or m
    std::optional<double> lower;  ///< none: unlimited
    std::optional<double> upper;
    std::optional<double> velocity;      ///< per s
    std::optional<double> acceleration;  ///< per s²
    std::optional<double> effort;        ///< N·m or N
    BodyPart part = BodyPart::None;
    std::string slot;              ///< one of canonicalSlots(); empty: it has no place there
    std::optional<double> open;    ///< of a hand's joint: its position with the hand open
    std::optional<double> closed;  ///< and closed

    bool operator==(const EpisodeJoint&) const = default;
};

/// Where a hand's frame is fixed.
struct EpisodeWrist {
    std::string body;  ///< empty: the robot has no such hand
    std::array<double, 3> position{};
    std::array<double, 4> orientation{1, 0, 0, 0};  ///< w, x, y, z

    bool operator==(const EpisodeWrist&) const = default;
};

/// What a reader must know of a robot's body to compare it with others.
struct RobotLayout {
    std::vector<EpisodeJoint> joints;  ///< controlled joints, in the order of RobotState; empty: not known
    std::string torso;                 ///< body whose frame the wrists are given in
    std::array<EpisodeWrist, kSideCount> wrists;

    bool operator==(const RobotLayout&) const = default;
};

/// The joint slots of the canonical layout, in its order: arms (shoulder_1 … elbow … wrist_3, from the torso outwards),
/// waist and head (yaw, roll, pitch as far as there is one), legs. Angles keep their maker's zero and sign: what can be
/// compared between makes are openings and wrist poses.
[[nodiscard]] const std::vector<std::string>& canonicalSlots();

/// 0 closed to 1 open, from the joints of one hand; nothing for a robot without one.
[[nodiscard]] std::optional<double> handOpening(const RobotLayout& layout, Side side, const double* positions);

}  // namespace understudy
