#include "xr/suits/vmc.h"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

using enum BodyJoint;

constexpr float kLongestClock = 8192;  // s; beyond it a float's steps are a millisecond and more

struct Bone {
    std::string_view name;
    int parent = -1;
    int body = -1;  ///< canonical body joint
    int hand = -1;  ///< canonical hand joint
    Side side = Side::Left;
};

constexpr std::array<Bone, kVmcBones> kBones = [] {
    std::array<Bone, kVmcBones> bones{};
    const auto body = [&](std::size_t bone, std::string_view name, int parent, int joint) {
        bones[bone] = {.name = name, .parent = parent, .body = joint};
    };
    body(0, "Hips", -1, indexOf(Pelvis));
    body(1, "LeftUpperLeg", 0, indexOf(LeftHip));
    body(2, "RightUpperLeg", 0, indexOf(RightHip));
    body(3, "LeftLowerLeg", 1, indexOf(LeftKnee));
    body(4, "RightLowerLeg", 2, indexOf(RightKnee));
    body(5, "LeftFoot", 3, indexOf(LeftAnkle));
    body(6, "RightFoot", 4, indexOf(RightAnkle));
    body(7, "Spine", 0, indexOf(Spine1));
    body(8, "Chest", 7, indexOf(Spine2));
    body(9, "Neck", 54, indexOf(Neck));
    body(10, "Head", 9, indexOf(Head));
    body(11, "LeftShoulder", 54, indexOf(LeftCollar));
    body(12, "RightShoulder", 54, indexOf(RightCollar));
    body(13, "LeftUpperArm", 11, indexOf(LeftShoulder));
    body(14, "RightUpperArm", 12, indexOf(RightShoulder));
    body(15, "LeftLowerArm", 13, indexOf(LeftElbow));
    body(16, "RightLowerArm", 14, indexOf(RightElbow));
    body(17, "LeftHand", 15, indexOf(LeftWrist));
    body(18, "RightHand", 16, indexOf(RightWrist));
    body(19, "LeftToes", 5, indexOf(LeftFoot));
    body(20, "RightToes", 6, indexOf(RightFoot));
    body(21, "LeftEye", 10, -1);
    body(22, "RightEye", 10, -1);
    body(23, "Jaw", 10, -1);
    body(54, "UpperChest", 8, indexOf(Spine3));
    constexpr std::array<std::string_view, 30> kFingers{
        "LeftThumbProximal",       "LeftThumbIntermediate",  "LeftThumbDistal",         "LeftIndexProximal",
        "LeftIndexIntermediate",   "LeftIndexDistal",        "LeftMiddleProximal",      "LeftMiddleIntermediate",
        "LeftMiddleDistal",        "LeftRingProximal",       "LeftRingIntermediate",    "LeftRingDistal",
        "LeftLittleProximal",      "LeftLittleIntermediate", "LeftLittleDistal",        "RightThumbProximal",
        "RightThumbIntermediate",  "RightThumbDistal",       "RightIndexProximal",      "RightIndexIntermediate",
        "RightIndexDistal",        "RightMiddleProximal",    "RightMiddleIntermediate", "RightMiddleDistal",
        "RightRingProximal",       "RightRingIntermediate",  "RightRingDistal",         "RightLittleProximal",
        "RightLittleIntermediate", "RightLittleDistal"};
    for (std::size_t i = 0; i < kFingers.size(); ++i) {
        const int finger = static_cast<int>(i % 15) / 3;
        const int segment = static_cast<int>(i) % 3;
        bones[24 + i] = {.name = kFingers[i],
                         .parent = segment == 0 ? (i < 15 ? 17 : 18) : static_cast<int>(23 + i),
                         // Unity's thumb begins at the metacarpal, its fingers at the proximal joint.
                         .hand = (finger == 0 ? 2 : 2 + 5 * finger) + segment,
                         .side = i < 15 ? Side::Left : Side::Right};
    }
    return bones;
}();

/// Parents before children: UpperChest is numbered last and is the neck's parent.
constexpr std::array<std::uint8_t, kVmcBones> kOrder = [] {
    std::array<std::uint8_t, kVmcBones> order{};
    std::size_t next = 0;
    for (const int bone : {0, 7, 8, 54}) order[next++] = static_cast<std::uint8_t>(bone);
    for (std::uint8_t bone = 1; bone < 54; ++bone)
        if (bone != 7 && bone != 8) order[next++] = bone;
    return order;
}();

std::optional<std::size_t> find(std::string_view name)
{
    const auto bone = std::ranges::find(kBones, name, &Bone::name);
    if (bone == kBones.end()) return std::nullopt;
    return static_cast<std::size_t>(bone - kBones.begin());
}

/// The nearest ancestor that is there: avatars leave out UpperChest, Chest, shoulders.
int parentOf(std::size_t bone, const std::bitset<kVmcBones>& known)
{
    int parent = kBones[bone].parent;
    while (parent >= 0 && !known[static_cast<std::size_t>(parent)])
        parent = kBones[static_cast<std::size_t>(parent)].parent;
    return parent;
}

TrackedPose& jointOf(OperatorPose& pose, const Bone& bone)
{
    return bone.hand >= 0 ? pose.at(bone.side, static_cast<HandJoint>(bone.hand))
                          : pose.body[static_cast<std::size_t>(bone.body)];
}

}  // namespace

std::string_view vmcBoneName(std::size_t bone) { return kBones[bone].name; }

OperatorPose vmcToOperator(const VmcPose& local)
{
    std::array<Pose, kVmcBones> global{};
    OperatorPose pose;
    for (const std::uint8_t bone : kOrder) {
        if (!local.known[bone]) continue;
        const int parent = parentOf(bone, local.known);
        const Pose& base = parent < 0 ? local.root : global[static_cast<std::size_t>(parent)];
        // Left-handed, yet quaternions and vectors compose by the same formulas.
        global[bone] = base * local.bones[bone];
        const Bone& known = kBones[bone];
        if (known.body < 0 && known.hand < 0) continue;
        jointOf(pose, known) = measured(toRep103(WorldFrame::Unity, global[bone].position),
                                        toRep103(WorldFrame::Unity, global[bone].orientation));
    }
    // With one chest bone it is the upper one that carries the arms.
    if (local.known[8] && !local.known[54]) {
        pose.at(Spine3) = pose.at(Spine2);
        pose.at(Spine2) = {};
    }
    completePose(pose);
    return pose;
}

VmcPose operatorToVmc(const OperatorPose& pose)
{
    VmcPose local;
    std::array<Pose, kVmcBones> global{};
    OperatorPose source = pose;
    for (const std::uint8_t bone : kOrder) {
        const Bone& known = kBones[bone];
        if (known.body < 0 && known.hand < 0) continue;
        const TrackedPose& joint = jointOf(source, known);
        if (!joint.valid) continue;
        local.known.set(bone);
        global[bone] = {.position = fromRep103(WorldFrame::Unity, joint.pose.position),
                        .orientation = fromRep103(WorldFrame::Unity, joint.pose.orientation)};
        const int parent = parentOf(bone, local.known);
        local.bones[bone] =
            parent < 0 ? global[bone] : global[static_cast<std::size_t>(parent)].inverse() * global[bone];
    }
    return local;
}

std::vector<std::vector<std::byte>> writeVmc(const VmcPose& pose, double time)
{
    constexpr std::size_t kBundle = 1400;
    std::vector<std::vector<std::byte>> packets;
    std::vector<std::vector<std::byte>> elements;
    std::size_t size = 0;
    const auto add = [&](std::vector<std::byte> element) {
        size += element.size() + 4;
        elements.push_back(std::move(element));
    };
    const auto begin = [&] {
        elements.clear();
        size = 16;
        add(OscWriter::message("/VMC/Ext/OK", "i", {}, {1}));
        add(OscWriter::message("/VMC/Ext/T", "f", {}, {time}));
    };
    const auto place = [&](const char* address, const std::string& name, const Pose& at) {
        const Eigen::Vector3d& p = at.position;
        const Eigen::Quaterniond& q = at.orientation;
        return OscWriter::message(address, "sfffffff", {name}, {p.x(), p.y(), p.z(), q.x(), q.y(), q.z(), q.w()});
    };
    begin();
    add(place("/VMC/Ext/Root/Pos", "root", pose.root));
    for (std::size_t bone = 0; bone < kVmcBones; ++bone) {
        if (!pose.known[bone]) continue;
        std::vector<std::byte> element = place("/VMC/Ext/Bone/Pos", std::string(kBones[bone].name), pose.bones[bone]);
        if (size + element.size() + 4 > kBundle) {
            packets.push_back(OscWriter::bundle(elements));
            begin();
        }
        add(std::move(element));
    }
    packets.push_back(OscWriter::bundle(elements));
    return packets;
}

ParsedPacket VmcParser::parse(std::span<const std::byte> bytes, Timestamp arrival, OperatorSample& sample)
{
    m_whole = false;
    const bool sound = eachOscMessage(bytes, [this](const OscMessage& message) { take(message); });
    if (!sound) return {};
    if (!m_given && m_now.any() && m_before.any() && (m_now & m_before) == m_before) {
        m_whole = true;
        m_wholeTime = m_time;
        m_given = true;
    }
    if (!m_whole) return {.kind = PacketKind::Part};
    vmcToOperator(m_pose).giveTo(sample);
    if (!m_wholeTime || std::abs(*m_wholeTime) > kLongestClock)
        return {.kind = PacketKind::Sample, .device = arrival, .hasClock = false};
    return {.kind = PacketKind::Sample,
            .device = static_cast<Timestamp>(std::llround(static_cast<double>(*m_wholeTime) * 1e9)),
            .hasClock = true};
}

void VmcParser::take(const OscMessage& message)
{
    OscArguments arguments(message);
    if (message.address == "/VMC/Ext/T") {
        float time = 0;
        if (!arguments.take(time) || !std::isfinite(time)) return;
        if (m_time && time != *m_time) finishFrame();
        m_time = time;
        return;
    }
    const bool root = message.address == "/VMC/Ext/Root/Pos";
    if (!root && message.address != "/VMC/Ext/Bone/Pos") return;
    std::string_view name;
    std::array<float, 7> v{};
    if (!arguments.take(name)) return;
    for (float& value : v)
        if (!arguments.take(value)) return;
    const TrackedPose pose = measured(Eigen::Vector3f(v[0], v[1], v[2]).cast<double>(),
                                      Eigen::Quaternionf(v[6], v[3], v[4], v[5]).cast<double>());
    if (!pose.valid) return;
    if (root) {
        m_pose.root = pose.pose;
        return;
    }
    const auto bone = find(name);
    if (!bone) return;
    if (m_now[*bone]) finishFrame();
    m_now.set(*bone);
    m_pose.bones[*bone] = pose.pose;
    m_pose.known.set(*bone);
}

void VmcParser::finishFrame()
{
    if (m_now.none()) return;
    if (!m_given) {
        m_whole = true;
        m_wholeTime = m_time;
    }
    m_before = m_now;
    m_now.reset();
    m_given = false;
    // What the last frame no longer had is gone.
    m_pose.known &= m_before;
}

}  // namespace understudy
