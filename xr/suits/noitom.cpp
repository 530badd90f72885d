#include "xr/suits/noitom.h"

#include <numbers>

namespace understudy {
namespace {

using Eigen::AngleAxisd;
using Eigen::Quaterniond;
using Eigen::Vector3d;
using enum BodyJoint;

constexpr std::size_t kHeaderBytes = 64;
constexpr std::uint16_t kHeadToken = 0xDDFF;
constexpr std::uint16_t kTailToken = 0xEEFF;
constexpr std::size_t kReferenceFloats = 6;
constexpr std::size_t kPlainFloats = 6 + 3 * (kNoitomJoints - 1);
constexpr double kMetresPerUnit = 0.01;

struct Joint {
    std::string name;
    int parent = -1;
    int body = -1;
    int hand = -1;
    Side side = Side::Left;
};

std::array<Joint, kNoitomJoints> makeJoints()
{
    std::array<Joint, kNoitomJoints> joints;
    int next = 0;
    const auto add = [&](const Joint& joint) {
        joints[static_cast<std::size_t>(next)] = joint;
        return next++;
    };
    const int hips = add({.name = "Hips", .body = indexOf(Pelvis)});
    for (const Side side : {Side::Right, Side::Left}) {
        const std::string prefix = side == Side::Left ? "Left" : "Right";
        const int hip = add({.name = prefix + "UpLeg", .parent = hips, .body = indexOf(LeftHip) + indexOf(side)});
        const int knee = add({.name = prefix + "Leg", .parent = hip, .body = indexOf(LeftKnee) + indexOf(side)});
        add({.name = prefix + "Foot", .parent = knee, .body = indexOf(LeftAnkle) + indexOf(side)});
    }
    const int spine = add({.name = "Spine", .parent = hips, .body = indexOf(Spine1)});
    const int spine1 = add({.name = "Spine1", .parent = spine, .body = indexOf(Spine2)});
    const int spine2 = add({.name = "Spine2", .parent = spine1, .body = indexOf(Spine3)});
    const int neck = add({.name = "Neck", .parent = spine2, .body = indexOf(Neck)});
    const int neck1 = add({.name = "Neck1", .parent = neck});
    add({.name = "Head", .parent = neck1, .body = indexOf(Head)});
    for (const Side side : {Side::Right, Side::Left}) {
        const std::string prefix = side == Side::Left ? "Left" : "Right";
        const auto sided = [&](const char* name, int parent, BodyJoint joint) {
            return add({.name = prefix + name, .parent = parent, .body = indexOf(joint) + indexOf(side)});
        };
        const int hand = sided(
            "Hand", sided("ForeArm", sided("Arm", sided("Shoulder", spine2, LeftCollar), LeftShoulder), LeftElbow),
            LeftWrist);
        int parent = hand;
        for (int i = 0; i < 3; ++i)
            parent = add(
                {.name = prefix + "HandThumb" + std::to_string(i + 1), .parent = parent, .hand = 2 + i, .side = side});
        int finger = 0;
        for (const char* name : {"Index", "Middle", "Ring", "Pinky"}) {
            const int first = 6 + 5 * finger++;
            parent = add({.name = prefix + "InHand" + name, .parent = hand, .hand = first, .side = side});
            for (int i = 0; i < 3; ++i)
                parent = add({.name = prefix + "Hand" + name + std::to_string(i + 1),
                              .parent = parent,
                              .hand = first + 1 + i,
                              .side = side});
        }
    }
    return joints;
}

const std::array<Joint, kNoitomJoints>& joints()
{
    static const std::array<Joint, kNoitomJoints> kJoints = makeJoints();
    return kJoints;
}

const TrackedPose& jointOf(const OperatorPose& pose, const Joint& joint)
{
    return joint.hand >= 0 ? pose.at(joint.side, static_cast<HandJoint>(joint.hand))
                           : pose.body[static_cast<std::size_t>(joint.body)];
}

/// Poses of all joints in the BVH's own frame, metres.
std::array<Pose, kNoitomJoints> globalPoses(const OperatorPose& pose)
{
    std::array<Pose, kNoitomJoints> global{};
    for (std::size_t i = 0; i < kNoitomJoints; ++i) {
        const Joint& joint = joints()[i];
        if (joint.body < 0 && joint.hand < 0) {  // Neck1
            const Pose& neck = pose.at(Neck).pose;
            global[i] = {.position = fromRep103(WorldFrame::YUp, (neck.position + pose.at(Head).pose.position) / 2),
                         .orientation = fromRep103(WorldFrame::YUp, neck.orientation)};
            continue;
        }
        const TrackedPose& from = jointOf(pose, joint);
        // A joint that is not known sits on its parent.
        global[i] = from.valid || joint.parent < 0
                        ? Pose{.position = fromRep103(WorldFrame::YUp, from.pose.position),
                               .orientation = fromRep103(WorldFrame::YUp, from.pose.orientation)}
                        : global[static_cast<std::size_t>(joint.parent)];
    }
    return global;
}

/// Where each joint sits in its parent without displacements in the stream, m.
const std::array<Vector3d, kNoitomJoints>& restOffsets()
{
    static const std::array<Vector3d, kNoitomJoints> kOffsets = [] {
        const auto global = globalPoses(standingPose());
        std::array<Vector3d, kNoitomJoints> offsets{};
        for (std::size_t i = 1; i < kNoitomJoints; ++i)
            offsets[i] = global[i].position - global[static_cast<std::size_t>(joints()[i].parent)].position;
        return offsets;
    }();
    return kOffsets;
}

}  // namespace

std::string_view noitomJointName(std::size_t joint) { return joints()[joint].name; }

std::optional<NoitomFrame> readNoitom(Bytes bytes)
{
    if (bytes.size() < kHeaderBytes) return std::nullopt;
    LittleEndianReader in(bytes);
    NoitomFrame frame;
    if (in.take<std::uint16_t>() != kHeadToken) return std::nullopt;
    frame.version = in.take<std::uint32_t>();
    frame.count = in.take<std::uint16_t>();
    frame.withDisplacement = in.take<std::uint8_t>() != 0;
    frame.withReference = in.take<std::uint8_t>() != 0;
    frame.avatar = in.take<std::uint32_t>();
    for (char& letter : frame.name) letter = in.take<char>();
    frame.index = in.take<std::uint32_t>();
    for (int i = 0; i < 3; ++i) (void)in.take<std::uint32_t>();
    if (in.take<std::uint16_t>() != kTailToken) return std::nullopt;
    const std::size_t expected =
        (frame.withReference ? kReferenceFloats : 0) + (frame.withDisplacement ? 6 * kNoitomJoints : kPlainFloats);
    if (frame.count != expected || in.left() < 4 * frame.count) return std::nullopt;
    for (std::size_t i = 0; i < frame.count; ++i) frame.values[i] = in.take<float>();
    return frame;
}

std::vector<std::byte> writeNoitom(const NoitomFrame& frame)
{
    LittleEndianWriter out;
    out.put(kHeadToken);
    out.put(frame.version);
    out.put(static_cast<std::uint16_t>(frame.count));
    out.put(static_cast<std::uint8_t>(frame.withDisplacement));
    out.put(static_cast<std::uint8_t>(frame.withReference));
    out.put(frame.avatar);
    out.text({frame.name.data(), frame.name.size()});
    out.put(frame.index);
    for (int i = 0; i < 3; ++i) out.put(std::uint32_t{0});
    out.put(kTailToken);
    for (std::size_t i = 0; i < frame.count; ++i) out.put(frame.values[i]);
    return out.take();
}

OperatorPose noitomToOperator(const NoitomFrame& frame)
{
    constexpr double kDegree = std::numbers::pi / 180;
    const float* value = frame.values.data() + (frame.withReference ? kReferenceFloats : 0);
    std::array<Pose, kNoitomJoints> global{};
    OperatorPose pose;
    for (std::size_t i = 0; i < kNoitomJoints; ++i) {
        const Joint& joint = joints()[i];
        Pose local{.position = restOffsets()[i]};
        if (frame.withDisplacement || i == 0) {
            for (int axis = 0; axis < 3; ++axis) local.position[axis] = static_cast<double>(*value++) * kMetresPerUnit;
        }
        constexpr std::array<int, 3> kOrder{1, 0, 2};
        for (const int axis : kOrder)
            local.orientation = local.orientation *
                                Quaterniond(AngleAxisd(static_cast<double>(*value++) * kDegree, Vector3d::Unit(axis)));
        global[i] = joint.parent < 0 ? local : global[static_cast<std::size_t>(joint.parent)] * local;
        if (joint.body < 0 && joint.hand < 0) continue;
        TrackedPose& into = joint.hand >= 0 ? pose.at(joint.side, static_cast<HandJoint>(joint.hand))
                                            : pose.body[static_cast<std::size_t>(joint.body)];
        into =
            measured(toRep103(WorldFrame::YUp, global[i].position), toRep103(WorldFrame::YUp, global[i].orientation));
    }
    completePose(pose);
    return pose;
}

NoitomFrame operatorToNoitom(const OperatorPose& pose)
{
    constexpr double kDegree = std::numbers::pi / 180;
    const std::array<Pose, kNoitomJoints> global = globalPoses(pose);
    NoitomFrame frame{.count = 6 * kNoitomJoints};
    std::size_t at = 0;
    for (std::size_t i = 0; i < kNoitomJoints; ++i) {
        const int parent = joints()[i].parent;
        const Pose local = parent < 0 ? global[i] : global[static_cast<std::size_t>(parent)].inverse() * global[i];
        for (int axis = 0; axis < 3; ++axis)
            frame.values[at++] = static_cast<float>(local.position[axis] / kMetresPerUnit);
        const Vector3d angles = local.orientation.toRotationMatrix().eulerAngles(1, 0, 2);
        for (int axis = 0; axis < 3; ++axis) frame.values[at++] = static_cast<float>(angles[axis] / kDegree);
    }
    return frame;
}

ParsedPacket NoitomParser::parse(std::span<const std::byte> bytes, Timestamp, OperatorSample& sample)
{
    const std::optional<NoitomFrame> frame = readNoitom(bytes);
    if (!frame) return {};
    if (frame->avatar != m_avatar) return {.kind = PacketKind::Ignored};
    noitomToOperator(*frame).giveTo(sample);
    return {.kind = PacketKind::Sample, .device = fromSeconds(frame->index / m_rateHz)};
}

}  // namespace understudy
