#include "xr/bvhnames.h"

#include <algorithm>
#include <initializer_list>
#include <vector>

namespace understudy {
namespace {

/// One part of the body; the first spelling that the file has is taken. A sided part has its left joint named,
/// the right one follows it in the canonical order.
struct Part {
    BodyJoint joint;
    bool sided;
    std::vector<std::string_view> spellings;
};
using Convention = std::vector<Part>;

const std::vector<Convention>& conventions()
{
    using enum BodyJoint;
    // Joints named after where they sit: CMU, Biovision, SMPL, our own names.
    static const Convention kAnatomical{
        {Pelvis, false, {"hips", "pelvis", "hip", "root"}},
        {LeftHip, true, {"hip", "thigh"}},
        {LeftKnee, true, {"knee", "shin", "calf"}},
        {LeftAnkle, true, {"ankle"}},
        {LeftFoot, true, {"toe", "toes", "foot", "toebase"}},
        {LeftCollar, true, {"collar", "clavicle"}},
        {LeftShoulder, true, {"shoulder"}},
        {LeftElbow, true, {"elbow"}},
        {LeftWrist, true, {"wrist"}},
        {Neck, false, {"neck"}},
        {Head, false, {"head"}},
    };
    // Joints named after the segment they move: Noitom, MotionBuilder, Mixamo.
    static const Convention kSegments{
        {Pelvis, false, {"hips", "hip", "pelvis", "root"}},
        {LeftHip, true, {"upleg", "upperleg", "thigh"}},
        {LeftKnee, true, {"leg", "lowerleg", "lowleg"}},
        {LeftAnkle, true, {"foot"}},
        {LeftFoot, true, {"toebase", "toe", "toes"}},
        {LeftCollar, true, {"shoulder", "clavicle"}},
        {LeftShoulder, true, {"arm"}},
        {LeftElbow, true, {"forearm"}},
        {LeftWrist, true, {"hand"}},
        {Neck, false, {"neck1", "neck"}},
        {Head, false, {"head"}},
    };
    // The same with upper and lower: Rokoko, Unity, VRM, mocopi.
    static const Convention kUpperLower{
        {Pelvis, false, {"hips", "hip", "pelvis", "root"}},
        {LeftHip, true, {"upperleg", "upleg", "thigh"}},
        {LeftKnee, true, {"lowerleg", "lowleg", "leg", "shin", "calf"}},
        {LeftAnkle, true, {"foot"}},
        {LeftFoot, true, {"toe", "toes", "toebase", "ball"}},
        {LeftCollar, true, {"shoulder", "clavicle"}},
        {LeftShoulder, true, {"upperarm", "uparm"}},
        {LeftElbow, true, {"lowerarm", "lowarm", "forearm"}},
        {LeftWrist, true, {"hand"}},
        {Neck, false, {"neck2", "neck"}},
        {Head, false, {"head"}},
    };
    // Bones by their anatomical names: the CMU skeletons as captured.
    static const Convention kBones{
        {Pelvis, false, {"root", "hips", "pelvis"}},
        {LeftHip, true, {"femur"}},
        {LeftKnee, true, {"tibia"}},
        {LeftAnkle, true, {"foot"}},
        {LeftFoot, true, {"toes", "toe"}},
        {LeftCollar, true, {"clavicle"}},
        {LeftShoulder, true, {"humerus"}},
        {LeftElbow, true, {"radius"}},
        {LeftWrist, true, {"hand", "wrist"}},
        {Neck, false, {"upperneck", "neck"}},
        {Head, false, {"head"}},
    };
    static const std::vector<Convention> kAll{kAnatomical, kSegments, kUpperLower, kBones};
    return kAll;
}

int find(const std::vector<std::string>& names, const std::vector<std::string_view>& spellings,
         std::initializer_list<std::string_view> sides)
{
    for (const std::string_view spelling : spellings) {
        for (const std::string_view side : sides) {
            const std::string before = std::string(side) + std::string(spelling);
            const std::string after = std::string(spelling) + std::string(side);
            const auto found =
                std::ranges::find_if(names, [&](const std::string& name) { return name == before || name == after; });
            if (found != names.end()) return static_cast<int>(std::distance(names.begin(), found));
        }
    }
    return -1;
}

std::array<int, kBodyJointCount> match(const std::vector<std::string>& names, const Convention& convention)
{
    std::array<int, kBodyJointCount> joints{};
    joints.fill(-1);
    for (const Part& part : convention) {
        const auto at = static_cast<std::size_t>(indexOf(part.joint));
        if (part.sided) {
            joints[at] = find(names, part.spellings, {"left", "l"});
            joints[at + 1] = find(names, part.spellings, {"right", "r"});
        } else {
            joints[at] = find(names, part.spellings, {""});
        }
    }
    return joints;
}

/// "Bip01 L Hand", "Bip01 Head" … become "lhand", "head".
void dropCommonPrefix(const BvhFile& file, std::vector<std::string>& names)
{
    std::string prefix = names.front();
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (file.joints[i].isEndSite) continue;
        const auto [end, ignored] = std::ranges::mismatch(prefix, names[i]);
        prefix.erase(end, prefix.end());
    }
    if (prefix.size() < 3) return;
    for (std::string& name : names)
        if (name.starts_with(prefix)) name.erase(0, prefix.size());
}

}  // namespace

std::string plainJointName(std::string_view name)
{
    if (const std::size_t colon = name.rfind(':'); colon != std::string_view::npos) name.remove_prefix(colon + 1);
    std::string plain;
    for (const char c : name) {
        if (c >= 'A' && c <= 'Z') plain += static_cast<char>(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) plain += c;
    }
    return plain;
}

std::array<int, kBodyJointCount> matchJointNames(const BvhFile& file)
{
    std::vector<std::string> names;
    for (const BvhJoint& joint : file.joints) names.push_back(joint.isEndSite ? "" : plainJointName(joint.name));
    dropCommonPrefix(file, names);

    std::array<int, kBodyJointCount> best{};
    best.fill(-1);
    std::ptrdiff_t most = 0;
    for (const Convention& convention : conventions()) {
        const auto joints = match(names, convention);
        const auto known = std::ranges::count_if(joints, [](int joint) { return joint >= 0; });
        if (known > most) {
            most = known;
            best = joints;
        }
    }
    return best;
}

}  // namespace understudy
