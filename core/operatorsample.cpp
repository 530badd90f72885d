#include "core/operatorsample.h"

namespace understudy {

const std::array<int, kBodyJointCount> kBodyParents{-1, 0, 0, 0,  1,  2,  3,  4,  5,  6,  7,  8,
                                                    9,  9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21};

std::string_view nameOf(BodyJoint joint)
{
    static constexpr std::array<std::string_view, kBodyJointCount> kNames{
        "pelvis",     "left_hip",    "right_hip",    "spine1",      "left_knee",     "right_knee",
        "spine2",     "left_ankle",  "right_ankle",  "spine3",      "left_foot",     "right_foot",
        "neck",       "left_collar", "right_collar", "head",        "left_shoulder", "right_shoulder",
        "left_elbow", "right_elbow", "left_wrist",   "right_wrist", "left_palm",     "right_palm"};
    return kNames[static_cast<std::size_t>(joint)];
}

std::string_view nameOf(HandJoint joint)
{
    static constexpr std::array<std::string_view, kHandJointCount> kNames{"palm",
                                                                          "wrist",
                                                                          "thumb_metacarpal",
                                                                          "thumb_proximal",
                                                                          "thumb_distal",
                                                                          "thumb_tip",
                                                                          "index_metacarpal",
                                                                          "index_proximal",
                                                                          "index_intermediate",
                                                                          "index_distal",
                                                                          "index_tip",
                                                                          "middle_metacarpal",
                                                                          "middle_proximal",
                                                                          "middle_intermediate",
                                                                          "middle_distal",
                                                                          "middle_tip",
                                                                          "ring_metacarpal",
                                                                          "ring_proximal",
                                                                          "ring_intermediate",
                                                                          "ring_distal",
                                                                          "ring_tip",
                                                                          "little_metacarpal",
                                                                          "little_proximal",
                                                                          "little_intermediate",
                                                                          "little_distal",
                                                                          "little_tip"};
    return kNames[static_cast<std::size_t>(joint)];
}

std::string_view nameOf(Button button)
{
    static constexpr std::array<std::string_view, kButtonCount> kNames{"hold_to_drive", "clutch",  "stop",     "start",
                                                                       "success",       "failure", "redo",     "mark",
                                                                       "next_step",     "home",    "recentre", "clear"};
    return kNames[static_cast<std::size_t>(button)];
}

}  // namespace understudy
