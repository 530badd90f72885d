#include "storage/read/robotlayout.h"

#include <algorithm>

namespace understudy {
namespace {

constexpr std::array<std::string_view, 9> kParts{"none",  "left_arm", "right_arm", "left_hand", "right_hand",
                                                 "waist", "head",     "left_leg",  "right_leg"};

}  // namespace

std::string_view nameOf(BodyPart part) { return kParts[static_cast<std::size_t>(part)]; }

Result<BodyPart> bodyPartFrom(std::string_view name)
{
    const auto found = std::ranges::find(kParts, name);
    if (found == kParts.end())
        return fail("\"" + std::string(name.substr(0, 60)) +
                    "\" is no part of a body; these are none, left_arm, right_arm, left_hand, right_hand, waist, head, "
                    "left_leg and right_leg");
    return static_cast<BodyPart>(found - kParts.begin());
}

const std::vector<std::string>& canonicalSlots()
{
    static const std::vector<std::string> kSlots = [] {
        std::vector<std::string> slots;
        for (const char* side : {"left", "right"})
            for (const char* joint :
                 {"shoulder_1", "shoulder_2", "shoulder_3", "elbow", "wrist_1", "wrist_2", "wrist_3"})
                slots.push_back(std::string(side) + "_arm." + joint);
        for (const char* slot : {"waist.yaw", "waist.roll", "waist.pitch", "head.yaw", "head.roll", "head.pitch"})
            slots.emplace_back(slot);
        for (const char* side : {"left", "right"})
            for (const char* joint : {"hip_pitch", "hip_roll", "hip_yaw", "knee", "ankle_pitch", "ankle_roll"})
                slots.push_back(std::string(side) + "_leg." + joint);
        return slots;
    }();
    return kSlots;
}

std::optional<double> handOpening(const RobotLayout& layout, Side side, const double* positions)
{
    double sum = 0;
    int count = 0;
    for (std::size_t i = 0; i < layout.joints.size(); ++i) {
        const EpisodeJoint& joint = layout.joints[i];
        if (joint.part != handOf(side) || !joint.open || !joint.closed || *joint.open == *joint.closed) continue;
        sum += std::clamp((positions[i] - *joint.closed) / (*joint.open - *joint.closed), 0.0, 1.0);
        ++count;
    }
    if (count == 0) return std::nullopt;
    return sum / count;
}

}  // namespace understudy
