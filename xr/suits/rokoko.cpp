#include "xr/suits/rokoko.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <lz4frame.h>

#include "xr/suits/jsonscanner.h"

namespace understudy {
namespace {

using Eigen::Quaterniond;
using Eigen::Vector3d;
using enum BodyJoint;

constexpr std::size_t kLongestText = 1U << 20U;
constexpr double kHalf = 0.70710678118654752;

/// A bone, the canonical joint it is, and its rotation in the T-pose (Unity).
struct Bone {
    std::string name;
    bool inHand = false;
    int joint = 0;
    Side side = Side::Left;
    Quaterniond rest = Quaterniond::Identity();
};

struct Skeleton {
    std::array<Bone, kRokokoBones> bones;
    std::array<std::size_t, kRokokoBones> byName{};  ///< indices into `bones`, sorted by name

    [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const
    {
        const auto found =
            std::ranges::lower_bound(byName, name, {}, [&](std::size_t i) { return std::string_view(bones[i].name); });
        if (found == byName.end() || bones[*found].name != name) return std::nullopt;
        return *found;
    }
};

Skeleton makeSkeleton()
{
    Skeleton skeleton;
    std::size_t next = 0;
    const auto add = [&](std::string name, bool inHand, int joint, Side side, const Quaterniond& rest) {
        skeleton.bones[next++] = {
            .name = std::move(name), .inHand = inHand, .joint = joint, .side = side, .rest = rest.normalized()};
    };
    const auto body = [&](std::string name, BodyJoint joint, const Quaterniond& rest) {
        add(std::move(name), false, indexOf(joint), Side::Left, rest);
    };
    const Quaterniond turned(0, 0, 0, 1);  // w x y z
    body("hip", Pelvis, Quaterniond::Identity());
    body("spine", Spine1, turned);
    body("chest", Spine3, turned);
    body("neck", Neck, turned);
    body("head", Head, turned);
    for (const Side side : kSides) {
        const bool left = side == Side::Left;
        const std::string prefix = left ? "left" : "right";
        const auto sided = [&](const char* name, BodyJoint joint, const Quaterniond& rest) {
            body(prefix + name, static_cast<BodyJoint>(indexOf(joint) + indexOf(side)), rest);
        };
        const Quaterniond arm = left ? Quaterniond(-0.5, -0.5, -0.5, 0.5) : Quaterniond(0.5, 0.5, -0.5, 0.5);
        const Quaterniond leg = left ? Quaterniond(kHalf, 0, kHalf, 0) : Quaterniond(kHalf, 0, -kHalf, 0);
        const Quaterniond foot = left ? Quaterniond(0, 0, kHalf, -kHalf) : Quaterniond(0, 0, -kHalf, kHalf);
        sided("Shoulder", LeftCollar, left ? Quaterniond(-kHalf, 0, 0, kHalf) : Quaterniond(kHalf, 0, 0, kHalf));
        sided("UpperArm", LeftShoulder, arm);
        sided("LowerArm", LeftElbow, arm);
        sided("Hand", LeftWrist, arm);
        sided("UpLeg", LeftHip, leg);
        sided("Leg", LeftKnee, leg);
        sided("Foot", LeftAnkle, foot);
        sided("Toe", LeftFoot, foot);
        const Quaterniond thumb =
            left ? Quaterniond(-.0923, -.561, -.701, .4305) : Quaterniond(.0923, .561, -.701, .4305);
        const Quaterniond thumbEnd =
            left ? Quaterniond(-.2706, -.6533, -.6533, .2706) : Quaterniond(.2706, .6533, -.6533, .2706);
        const auto finger = [&](const char* name, const std::array<int, 4>& joints) {
            constexpr std::array<const char*, 4> kSegments{"Proximal", "Medial", "Distal", "Tip"};
            for (std::size_t i = 0; i < joints.size(); ++i) {
                const bool isThumb = joints[0] == indexOf(HandJoint::ThumbMetacarpal);
                add(prefix + name + kSegments[i], true, joints[i], side, !isThumb ? arm : i == 0 ? thumb : thumbEnd);
            }
        };
        finger("Thumb", {2, 3, 4, 5});
        finger("Index", {7, 8, 9, 10});
        finger("Middle", {12, 13, 14, 15});
        finger("Ring", {17, 18, 19, 20});
        finger("Little", {22, 23, 24, 25});
    }
    // Ends of the toes: known by name, nowhere in the canonical skeleton.
    add("leftToeEnd", false, -1, Side::Left, Quaterniond::Identity());
    add("rightToeEnd", false, -1, Side::Right, Quaterniond::Identity());
    for (std::size_t i = 0; i < kRokokoBones; ++i) skeleton.byName[i] = i;
    std::ranges::sort(skeleton.byName, {}, [&](std::size_t i) { return std::string_view(skeleton.bones[i].name); });
    return skeleton;
}

const Skeleton& skeleton()
{
    static const Skeleton kSkeleton = makeSkeleton();
    return kSkeleton;
}

bool readVector(JsonScanner& json, std::array<double*, 4> into)
{
    return json.object([&](std::string_view name) {
        constexpr std::string_view kNames = "xyzw";
        const std::size_t at = name.size() == 1 ? kNames.find(name[0]) : std::string_view::npos;
        return at != std::string_view::npos && into[at] != nullptr ? json.number(*into[at]) : json.skip();
    });
}

bool readBone(JsonScanner& json, RokokoBone& bone)
{
    bone = {.here = true};
    Vector3d& p = bone.position;
    Quaterniond& q = bone.rotation;
    return json.object([&](std::string_view name) {
        if (name == "position") return readVector(json, {&p.x(), &p.y(), &p.z(), nullptr});
        if (name == "rotation") return readVector(json, {&q.x(), &q.y(), &q.z(), &q.w()});
        return json.skip();
    });
}

}  // namespace

std::string_view rokokoBoneName(std::size_t bone) { return skeleton().bones[bone].name; }

std::optional<RokokoFrame> readRokoko(std::string_view text, std::string_view actor, bool& foreign)
{
    JsonScanner json(text);
    RokokoFrame frame;
    bool found = false;
    bool scene = false;
    const auto readActor = [&] {
        std::string_view name;
        std::array<RokokoBone, kRokokoBones> bones{};
        const bool read = json.object([&](std::string_view member) {
            if (member == "name") return json.string(name);
            if (member != "body") return json.skip();
            return json.object([&](std::string_view bone) {
                const auto at = skeleton().find(bone);
                return at && json.peek() == '{' ? readBone(json, bones[*at]) : json.skip();
            });
        });
        if (read && !found && (actor.empty() || actor == name)) {
            found = true;
            frame.bones = bones;
        }
        return read;
    };
    const bool read = json.object([&](std::string_view member) {
        if (member == "fps" && json.peek() != '"') return json.number(frame.fps);
        if (member != "scene" || json.peek() != '{') return json.skip();
        scene = true;
        return json.object([&](std::string_view inScene) {
            if (inScene == "timestamp") return json.number(frame.timestamp);
            if (inScene == "actors" && json.peek() == '[') return json.array(readActor);
            return json.skip();
        });
    });
    const bool whole = read && json.atEnd() && std::isfinite(frame.timestamp) && std::abs(frame.timestamp) < 1e9;
    foreign = whole && !found;
    if (!whole || !scene || !found) return std::nullopt;
    return frame;
}

std::string writeRokoko(const RokokoFrame& frame, std::string_view actor)
{
    std::string body;
    bool fingers = false;
    for (std::size_t i = 0; i < kRokokoBones; ++i) {
        const RokokoBone& bone = frame.bones[i];
        if (!bone.here) continue;
        fingers = fingers || skeleton().bones[i].inHand;
        const Vector3d& p = bone.position;
        const Quaterniond& q = bone.rotation;
        body +=
            fmt::format(R"({}"{}":{{"position":{{"x":{},"y":{},"z":{}}},"rotation":{{"x":{},"y":{},"z":{},"w":{}}}}})",
                        body.empty() ? "" : ",", rokokoBoneName(i), p.x(), p.y(), p.z(), q.x(), q.y(), q.z(), q.w());
    }
    return fmt::format(R"({{"version":3.0,"fps":{},"scene":{{"timestamp":{},"actors":[{{"name":"{}",)"
                       R"("color":[255,136,0],"meta":{{"hasGloves":{},"hasLeftGlove":{},"hasRightGlove":{},)"
                       R"("hasBody":true,"hasFace":false}},"dimensions":{{"totalHeight":1.75,"hipHeight":0.95}},)"
                       R"("body":{{{}}}}}],"props":[]}}}})",
                       frame.fps, frame.timestamp, actor, fingers, fingers, fingers, body);
}

std::vector<std::byte> compressLz4(std::string_view text)
{
    std::vector<std::byte> frame(LZ4F_compressFrameBound(text.size(), nullptr));
    const std::size_t size = LZ4F_compressFrame(frame.data(), frame.size(), text.data(), text.size(), nullptr);
    frame.resize(LZ4F_isError(size) ? 0 : size);
    return frame;
}

OperatorPose rokokoToOperator(const RokokoFrame& frame)
{
    OperatorPose pose;
    for (std::size_t i = 0; i < kRokokoBones; ++i) {
        const RokokoBone& bone = frame.bones[i];
        const Bone& known = skeleton().bones[i];
        if (!bone.here || known.joint < 0) continue;
        TrackedPose& joint = known.inHand ? pose.at(known.side, static_cast<HandJoint>(known.joint))
                                          : pose.at(static_cast<BodyJoint>(known.joint));
        joint = measured(toRep103(WorldFrame::Unity, bone.position),
                         toRep103(WorldFrame::Unity, bone.rotation * known.rest.conjugate()));
    }
    completePose(pose);
    return pose;
}

RokokoFrame operatorToRokoko(const OperatorPose& pose)
{
    RokokoFrame frame;
    for (std::size_t i = 0; i < kRokokoBones; ++i) {
        const Bone& known = skeleton().bones[i];
        if (known.joint < 0) continue;
        const TrackedPose& joint = known.inHand ? pose.at(known.side, static_cast<HandJoint>(known.joint))
                                                : pose.at(static_cast<BodyJoint>(known.joint));
        if (!joint.valid) continue;
        frame.bones[i] = {.here = true,
                          .position = fromRep103(WorldFrame::Unity, joint.pose.position),
                          .rotation = fromRep103(WorldFrame::Unity, joint.pose.orientation) * known.rest};
    }
    return frame;
}

struct RokokoParser::Lz4 {
    LZ4F_dctx* context = nullptr;
    std::vector<char> text = std::vector<char>(kLongestText);

    Lz4() { (void)LZ4F_createDecompressionContext(&context, LZ4F_VERSION); }
    ~Lz4() { LZ4F_freeDecompressionContext(context); }
    Lz4(const Lz4&) = delete;
    Lz4& operator=(const Lz4&) = delete;

    /// The text of one whole frame; empty when it is broken, longer than the room for it, or not whole.
    std::string_view decompress(Bytes frame)
    {
        LZ4F_resetDecompressionContext(context);
        std::size_t written = 0;
        while (true) {
            std::size_t room = text.size() - written;
            std::size_t read = frame.size();
            const std::size_t hint =
                LZ4F_decompress(context, text.data() + written, &room, frame.data(), &read, nullptr);
            if (LZ4F_isError(hint)) return {};
            written += room;
            frame = frame.subspan(read);
            if (hint == 0) return {text.data(), written};
            if (read == 0 && room == 0) return {};
        }
    }
};

RokokoParser::RokokoParser(std::string actor) : m_actor(std::move(actor)), m_lz4(std::make_unique<Lz4>()) {}

RokokoParser::~RokokoParser() = default;

ParsedPacket RokokoParser::parse(std::span<const std::byte> bytes, Timestamp, OperatorSample& sample)
{
    std::string_view text = asText(bytes);
    if (text.starts_with("\x04\x22\x4d\x18")) text = m_lz4->decompress(bytes);
    bool foreign = false;
    const std::optional<RokokoFrame> frame = readRokoko(text, m_actor, foreign);
    if (!frame) return {.kind = foreign ? PacketKind::Ignored : PacketKind::Broken};
    rokokoToOperator(*frame).giveTo(sample);
    return {.kind = PacketKind::Sample,
            .device = static_cast<Timestamp>(std::llround(frame->timestamp * 1e9)),
            .hasClock = true};
}

}  // namespace understudy
