#include "xr/suits/mocopi.h"

#include <cmath>

namespace understudy {
namespace {

using enum BodyJoint;

constexpr std::string_view kFormat = "sony motion format";
constexpr double kLatestUnixTime = 4e9;  // s
constexpr double kFrameRate = 60;

constexpr std::array<int, kMocopiBones> kParents{-1, 0, 1,  2,  3,  4, 5,  6,  7,  8, 9,  7,  11, 12,
                                                 13, 7, 15, 16, 17, 0, 19, 20, 21, 0, 23, 24, 25};
/// Bone of each canonical joint; -1: none.
constexpr std::array<int, kBodyJointCount> kBoneOf{0, 19, 23, 2,  20, 24, 4,  21, 25, 7,  22, 26,
                                                   8, 11, 15, 10, 12, 16, 13, 17, 14, 18, -1, -1};

/// Calls `each(tag, value)` for the fields in `bytes`. False when a length does not fit.
template <typename F>
bool eachField(Bytes bytes, F&& each)
{
    while (!bytes.empty()) {
        LittleEndianReader in(bytes);
        const auto size = in.take<std::uint32_t>();
        const std::string_view tag = asText(in.bytes(4));
        if (in.ranShort() || size > in.left()) return false;
        if (!each(tag, in.bytes(size))) return false;
        bytes = bytes.subspan(8 + std::size_t{size});
    }
    return true;
}

template <typename T>
bool readNumber(Bytes value, T& into)
{
    LittleEndianReader in(value);
    into = in.take<T>();
    return !in.ranShort();
}

bool readBone(Bytes bytes, MocopiBone& bone)
{
    return eachField(bytes, [&](std::string_view tag, Bytes value) {
        if (tag == "bnid") return readNumber(value, bone.id);
        if (tag == "pbid") return readNumber(value, bone.parent);
        if (tag != "tran") return true;
        LittleEndianReader in(value);
        for (int i = 0; i < 4; ++i) bone.rotation.coeffs()[i] = in.take<float>();
        for (int i = 0; i < 3; ++i) bone.position[i] = in.take<float>();
        return !in.ranShort();
    });
}

bool readBones(Bytes bytes, MocopiPacket& packet)
{
    return eachField(bytes, [&](std::string_view tag, Bytes value) {
        if (tag != "bndt" && tag != "btdt") return true;
        if (packet.boneCount == kMocopiBones) return false;
        return readBone(value, packet.bones[packet.boneCount++]);
    });
}

void putField(LittleEndianWriter& out, std::string_view tag, Bytes value)
{
    out.put(static_cast<std::uint32_t>(value.size()));
    out.text(tag);
    out.append(value);
}

template <typename T>
void putNumber(LittleEndianWriter& out, std::string_view tag, T value)
{
    LittleEndianWriter field;
    field.put(value);
    putField(out, tag, field.take());
}

}  // namespace

std::optional<MocopiPacket> readMocopi(Bytes bytes)
{
    MocopiPacket packet;
    bool known = false;
    bool content = false;
    const bool sound = eachField(bytes, [&](std::string_view tag, Bytes value) {
        if (tag == "head")
            return eachField(value, [&](std::string_view inHead, Bytes field) {
                if (inHead == "ftyp") known = asText(field) == kFormat;
                if (inHead == "vrsn") return readNumber(field, packet.version);
                return true;
            });
        if (tag == "sndf")
            return eachField(value, [&](std::string_view inSender, Bytes field) {
                if (inSender == "ipad") return readNumber(field, packet.senderAddress);
                if (inSender == "rcvp") return readNumber(field, packet.senderPort);
                return true;
            });
        if (tag != "skdf" && tag != "fram") return true;
        if (content) return false;
        content = true;
        packet.isSkeleton = tag == "skdf";
        return eachField(value, [&](std::string_view inside, Bytes field) {
            if (inside == "fnum") return readNumber(field, packet.frame);
            if (inside == "time") return readNumber(field, packet.time);
            if (inside == "uttm") {
                double time = 0;
                if (!readNumber(field, time)) return false;
                if (std::isfinite(time) && std::abs(time) < kLatestUnixTime) packet.unixTime = time;
                return true;
            }
            if (inside == "bons" || inside == "btrs") return readBones(field, packet);
            return true;
        });
    });
    if (!sound || !known || !content) return std::nullopt;
    return packet;
}

std::vector<std::byte> writeMocopi(const MocopiPacket& packet)
{
    LittleEndianWriter head;
    LittleEndianWriter format;
    format.text(kFormat);
    putField(head, "ftyp", format.take());
    putNumber(head, "vrsn", packet.version);
    LittleEndianWriter sender;
    putNumber(sender, "ipad", packet.senderAddress);
    putNumber(sender, "rcvp", packet.senderPort);
    LittleEndianWriter bones;
    for (const MocopiBone& bone : std::span(packet.bones).first(packet.boneCount)) {
        LittleEndianWriter field;
        putNumber(field, "bnid", bone.id);
        if (packet.isSkeleton) putNumber(field, "pbid", bone.parent);
        LittleEndianWriter transform;
        for (int i = 0; i < 4; ++i) transform.put(bone.rotation.coeffs()[i]);
        for (int i = 0; i < 3; ++i) transform.put(bone.position[i]);
        putField(field, "tran", transform.take());
        putField(bones, packet.isSkeleton ? "bndt" : "btdt", field.take());
    }
    LittleEndianWriter content;
    if (!packet.isSkeleton) {
        putNumber(content, "fnum", packet.frame);
        putNumber(content, "time", packet.time);
        if (packet.unixTime) putNumber(content, "uttm", *packet.unixTime);
    }
    putField(content, packet.isSkeleton ? "bons" : "btrs", bones.take());
    LittleEndianWriter out;
    putField(out, "head", head.take());
    putField(out, "sndf", sender.take());
    putField(out, packet.isSkeleton ? "skdf" : "fram", content.take());
    return out.take();
}

OperatorPose mocopiToOperator(const MocopiPacket& frame)
{
    std::array<const MocopiBone*, kMocopiBones> bones{};
    for (const MocopiBone& bone : std::span(frame.bones).first(frame.boneCount))
        if (bone.id < kMocopiBones) bones[bone.id] = &bone;
    std::array<TrackedPose, kMocopiBones> global{};
    for (std::size_t i = 0; i < kMocopiBones; ++i) {
        if (bones[i] == nullptr) continue;
        const TrackedPose local = measured(bones[i]->position.cast<double>(), bones[i]->rotation.cast<double>());
        if (kParents[i] < 0) {
            global[i] = local;
        } else if (const TrackedPose& parent = global[static_cast<std::size_t>(kParents[i])];
                   parent.valid && local.valid) {
            const Pose composed = parent.pose * local.pose;
            global[i] = measured(composed.position, composed.orientation);
        }
    }
    OperatorPose pose;
    for (std::size_t joint = 0; joint < kBoneOf.size(); ++joint) {
        if (kBoneOf[joint] < 0) continue;
        const TrackedPose& bone = global[static_cast<std::size_t>(kBoneOf[joint])];
        if (bone.valid)
            pose.body[joint] = measured(toRep103(WorldFrame::YUp, bone.pose.position),
                                        toRep103(WorldFrame::YUp, bone.pose.orientation));
    }
    completePose(pose);
    return pose;
}

MocopiPacket operatorToMocopi(const OperatorPose& pose)
{
    std::array<Pose, kMocopiBones> global{};
    for (std::size_t joint = 0; joint < kBoneOf.size(); ++joint)
        if (kBoneOf[joint] >= 0)
            global[static_cast<std::size_t>(kBoneOf[joint])] = {
                .position = fromRep103(WorldFrame::YUp, pose.body[joint].pose.position),
                .orientation = fromRep103(WorldFrame::YUp, pose.body[joint].pose.orientation)};
    // The torso's seven bones stand between our four.
    const auto between = [&](std::size_t bone, std::size_t from, std::size_t to, double share) {
        global[bone] = {.position = global[from].position + share * (global[to].position - global[from].position),
                        .orientation = global[from].orientation.slerp(share, global[to].orientation)};
    };
    between(1, 0, 2, 0.5);
    between(3, 2, 4, 0.5);
    between(5, 4, 7, 1.0 / 3);
    between(6, 4, 7, 2.0 / 3);
    between(9, 8, 10, 0.5);
    MocopiPacket packet{.boneCount = kMocopiBones};
    for (std::size_t i = 0; i < kMocopiBones; ++i) {
        const Pose local =
            kParents[i] < 0 ? global[i] : global[static_cast<std::size_t>(kParents[i])].inverse() * global[i];
        packet.bones[i] = {.id = static_cast<std::uint16_t>(i),
                           .parent = static_cast<std::int16_t>(kParents[i]),
                           .rotation = local.orientation.cast<float>(),
                           .position = local.position.cast<float>()};
    }
    return packet;
}

ParsedPacket MocopiParser::parse(std::span<const std::byte> bytes, Timestamp, OperatorSample& sample)
{
    const std::optional<MocopiPacket> packet = readMocopi(bytes);
    if (!packet) return {};
    if (packet->isSkeleton) return {.kind = PacketKind::Part};
    mocopiToOperator(*packet).giveTo(sample);
    if (packet->unixTime)
        return {.kind = PacketKind::Sample,
                .device = static_cast<Timestamp>(std::llround(*packet->unixTime * 1e9)),
                .hasClock = true};
    return {.kind = PacketKind::Sample, .device = fromSeconds(packet->frame / kFrameRate)};
}

}  // namespace understudy
