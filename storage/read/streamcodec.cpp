#include "storage/read/streamcodec.h"

#include <nlohmann/json.hpp>

#include "storage/read/cdr.h"
#include "storage/read/streamkinds.h"

namespace understudy {
namespace {

constexpr std::string_view kUserPrefix = "info.";

// --- Writing parts -------------------------------------------------------------------------------------------------

template <typename Vector>
std::span<const typename Vector::Scalar> spanOf(const Vector& vector)
{
    return {vector.data(), static_cast<std::size_t>(vector.size())};
}

void put(CdrWriter& out, const Eigen::Vector3d& vector) { out.putArray(spanOf(vector)); }

void put(CdrWriter& out, const Eigen::Quaterniond& rotation)
{
    const std::array<double, 4> xyzw{rotation.x(), rotation.y(), rotation.z(), rotation.w()};
    out.putArray(std::span<const double>(xyzw));
}

void put(CdrWriter& out, const Pose& pose)
{
    put(out, pose.position);
    put(out, pose.orientation);
}

void put(CdrWriter& out, const Stamps& stamps)
{
    out.put(stamps.device);
    out.put(stamps.capture);
    out.put(stamps.arrival);
}

void putHeader(CdrWriter& out, std::int64_t unixTime, std::string_view frame)
{
    std::int64_t seconds = unixTime / kSecond;
    std::int64_t rest = unixTime % kSecond;
    if (rest < 0) {
        rest += kSecond;
        --seconds;
    }
    out.put(static_cast<std::int32_t>(seconds));
    out.put(static_cast<std::uint32_t>(rest));
    out.put(frame);
}

void putNames(CdrWriter& out, const std::vector<std::string>& names)
{
    out.putCount(names.size());
    for (const std::string& name : names) out.put(std::string_view(name));
}

template <std::size_t N>
void put(CdrWriter& out, const std::array<TrackedPose, N>& joints)
{
    for (const TrackedPose& joint : joints) put(out, joint.pose);
    std::array<std::uint8_t, N> flags{};
    for (std::size_t i = 0; i < N; ++i)
        flags[i] = static_cast<std::uint8_t>((joints[i].valid ? 1 : 0) | (joints[i].tracked ? 2 : 0));
    out.putArray(std::span<const std::uint8_t>(flags));
}

void put(CdrWriter& out, const HandInput& input)
{
    out.put(input.trigger);
    out.put(input.squeeze);
    out.put(input.stickX);
    out.put(input.stickY);
}

void put(CdrWriter& out, const SampleRef& ref)
{
    out.put(ref.stream);
    out.put(ref.sequence);
    out.put(ref.age);
}

void put(CdrWriter& out, const WristTracking& wrist)
{
    put(out, wrist.target);
    out.put(wrist.active);
    out.put(wrist.positionError);
    out.put(wrist.orientationError);
}

template <typename T, std::size_t I = 0>
constexpr std::size_t alternativeOf()
{
    if constexpr (std::is_same_v<std::variant_alternative_t<I, Record>, T>)
        return I;
    else
        return alternativeOf<T, I + 1>();
}

std::string commandTopic(const std::string& stepTopic)
{
    const std::size_t slash = stepTopic.rfind('/');
    return (slash == std::string::npos ? std::string("/") : stepTopic.substr(0, slash + 1)) + "command";
}

std::map<std::string, std::string> metadataOf(const StreamInfo& info, std::string_view part)
{
    std::map<std::string, std::string> metadata{
        {"stream", info.name}, {"part", std::string(part)}, {"offered_qos_profiles", qosProfile(Durability::Volatile)}};
    if (part != "value") return metadata;
    metadata["kind"] = info.kind;
    metadata["rate_hz"] = nlohmann::json(info.rateHz).dump();
    metadata["frame"] = info.frame;
    metadata["names"] = nlohmann::json(info.names).dump();
    for (const auto& [key, value] : info.metadata) metadata[std::string(kUserPrefix) + key] = value;
    return metadata;
}

}  // namespace

const KindChannels* kindNamed(std::string_view name)
{
    static const std::array<KindChannels, 10> kKinds{{
        {"operator", alternativeOf<OperatorSample>(), MessageType::OperatorSample, {}},
        {"robot", alternativeOf<RobotState>(), MessageType::JointState, MessageType::RobotBase},
        {"step", alternativeOf<Step>(), MessageType::Step, {}},
        {"imu", alternativeOf<ImuSample>(), MessageType::Imu, MessageType::SampleStamps},
        {"wrench", alternativeOf<WrenchSample>(), MessageType::Wrench, MessageType::SampleStamps},
        {"contacts", alternativeOf<ContactSample>(), MessageType::Contacts, {}},
        {"taxels", alternativeOf<TaxelSample>(), MessageType::Taxels, {}},
        {"transforms", alternativeOf<TransformSample>(), MessageType::Transforms, MessageType::SampleStamps},
        {"event", alternativeOf<Event>(), MessageType::Event, {}},
        {"camera", alternativeOf<ImageRef>(), MessageType::ImageIndex, {}},
    }};
    for (const KindChannels& kind : kKinds)
        if (kind.kind == name) return &kind;
    return nullptr;
}

Stamps stampsOf(const EpisodeValue& value)
{
    return std::visit(
        [](const auto& held) -> Stamps {
            if constexpr (std::is_same_v<std::decay_t<decltype(held)>, Step>)
                return {.device = held.time, .capture = held.time, .arrival = held.time};
            else
                return held.stamps;
        },
        value);
}

std::uint64_t sequenceOf(const EpisodeValue& value)
{
    return std::visit([](const auto& held) { return held.sequence; }, value);
}

std::string qosProfile(Durability durability)
{
    const bool latched = durability == Durability::Latched;
    std::string text = "- history: 1\n  depth: " + std::string(latched ? "1" : "10") + "\n  reliability: 1\n";
    text += "  durability: " + std::string(latched ? "1" : "2") + "\n";
    for (const std::string_view limit : {"deadline", "lifespan", "liveliness_lease_duration"}) {
        if (limit == "liveliness_lease_duration") text += "  liveliness: 1\n";
        text += "  " + std::string(limit) + ":\n    sec: 9223372036\n    nsec: 854775807\n";
    }
    return text + "  avoid_ros_namespace_conventions: false";
}

Result<StreamEncoder> StreamEncoder::create(const StreamInfo& info, const WallAnchor& anchor)
{
    const KindChannels* kind = kindNamed(info.kind);
    if (kind == nullptr)
        return fail("the stream " + info.name + " is of the kind \"" + info.kind +
                    "\"; known are operator, robot, step, imu, wrench, contacts, taxels, transforms, event, camera");
    if (info.prototype.index() != kind->alternative)
        return fail("the stream " + info.name + " announces the kind " + info.kind + " but its prototype is another");
    StreamEncoder encoder(info, anchor);
    const std::string topic = info.kind == "camera" ? "/camera/" + info.name + "/image_index" : info.name;
    if (kind->companion) {
        const bool base = *kind->companion == MessageType::RobotBase;
        encoder.m_channels.push_back(
            {topic + (base ? "/base" : "/stamps"), *kind->companion, metadataOf(info, base ? "base" : "stamps")});
    }
    encoder.m_channels.push_back({topic, kind->main, metadataOf(info, "value")});
    if (kind->main == MessageType::Step)
        encoder.m_channels.push_back({commandTopic(topic), MessageType::JointState, metadataOf(info, "command")});
    encoder.m_messages.resize(encoder.m_channels.size());
    return encoder;
}

std::vector<std::byte>& StreamEncoder::begin(std::size_t channel, const Stamps& stamps, std::uint64_t sequence)
{
    EncodedMessage& message = m_messages[m_used++];
    message.channel = channel;
    message.sequence = static_cast<std::uint32_t>(sequence);
    message.logTime = m_anchor.toUnix(stamps.capture);
    message.publishTime = m_anchor.toUnix(stamps.arrival);
    return message.data;
}

template <typename T>
void StreamEncoder::put(const T& value)
{
    using understudy::put;
    constexpr bool isStep = std::is_same_v<T, Step>;
    constexpr bool isRobot = std::is_same_v<T, RobotState>;
    constexpr bool hasCompanion = isRobot || std::is_same_v<T, ImuSample> || std::is_same_v<T, WrenchSample> ||
                                  std::is_same_v<T, TransformSample>;
    Stamps stamps;
    if constexpr (isStep)
        stamps = {.device = value.time, .capture = value.time, .arrival = value.time};
    else
        stamps = value.stamps;
    const std::int64_t unixTime = m_anchor.toUnix(stamps.capture);
    if constexpr (hasCompanion) {
        CdrWriter out(begin(0, stamps, value.sequence));
        if constexpr (isRobot) putHeader(out, unixTime, "world");
        put(out, stamps);
        out.put(value.sequence);
        if constexpr (isRobot) put(out, value.base);
    }
    CdrWriter out(begin(hasCompanion ? 1 : 0, stamps, value.sequence));
    if constexpr (std::is_same_v<T, TransformSample>) {
        const std::size_t count = std::min(value.poses.size(), m_info.names.size());
        out.putCount(count);
        for (std::size_t i = 0; i < count; ++i) {
            putHeader(out, unixTime, m_info.frame);
            out.put(std::string_view(m_info.names[i]));
            put(out, value.poses[i]);
        }
        return;
    } else {
        putHeader(out, unixTime, m_info.frame);
    }
    if constexpr (isRobot) {
        putNames(out, m_info.names);
        out.putSequence(spanOf(value.position));
        out.putSequence(spanOf(value.velocity));
        out.putSequence(spanOf(value.effort));
    } else if constexpr (isStep) {
        out.put(value.time);
        out.put(value.sequence);
        put(out, value.operatorSample);
        put(out, value.robotState);
        out.putSequence(spanOf(value.target));
        out.putSequence(spanOf(value.command));
        out.putSequence(spanOf(value.measured));
        for (const WristTracking& wrist : value.wrists) put(out, wrist);
        for (const float closure : value.closure) out.put(closure);
        out.put(static_cast<std::uint8_t>(value.phase));
        out.put(static_cast<std::uint8_t>(value.holdReason));
        out.put(static_cast<std::uint8_t>(value.mode));
        out.put(value.levels);
        out.put(value.limited);
        out.put(value.solveNs);
        out.put(value.latencyNs);
        out.put(value.tickNs);
        out.put(value.wakeLateNs);
        out.put(value.viewAge);
        out.put(value.viewLimit);
        StageLatency stages = value.stages;
        for (const std::int32_t* stage : stagesOf(stages)) out.put(*stage);
        out.put(value.effortShare);
        out.put(value.retargeting);
        out.put(value.requests);

        CdrWriter command(begin(1, stamps, value.sequence));
        putHeader(command, unixTime, m_info.frame);
        putNames(command, m_info.names);
        command.putSequence(spanOf(value.command));
        command.putCount(0);
        command.putCount(0);
    } else if constexpr (std::is_same_v<T, ImuSample>) {
        constexpr std::array<double, 9> kUnknown{};
        put(out, value.orientation);
        out.putArray(std::span<const double>(kUnknown));
        put(out, value.angularVelocity);
        out.putArray(std::span<const double>(kUnknown));
        put(out, value.linearAcceleration);
        out.putArray(std::span<const double>(kUnknown));
    } else if constexpr (std::is_same_v<T, WrenchSample>) {
        put(out, value.wrench.force);
        put(out, value.wrench.torque);
    } else {
        put(out, stamps);
        out.put(value.sequence);
        if constexpr (std::is_same_v<T, OperatorSample>) {
            put(out, value.body);
            for (const auto& hand : value.hands) put(out, hand);
            for (const HandInput& input : value.inputs) put(out, input);
            out.putSequence(spanOf(value.joints));
            out.put(value.levels);
            out.putArray(std::span<const std::uint16_t>(value.presses));
        } else if constexpr (std::is_same_v<T, ContactSample>) {
            out.put(value.truncated);
            const std::size_t count = std::min<std::size_t>(value.count, kMaxContacts);
            out.putCount(count);
            for (std::size_t i = 0; i < count; ++i) {
                const Contact& contact = value.contacts[i];
                out.put(contact.bodyA);
                out.put(contact.bodyB);
                put(out, contact.position);
                put(out, contact.normal);
                out.put(contact.force);
            }
        } else if constexpr (std::is_same_v<T, TaxelSample>) {
            out.putSequence(spanOf(value.values));
        } else if constexpr (std::is_same_v<T, Event>) {
            out.put(std::string_view(value.name));
            out.put(std::string_view(value.detail));
        } else if constexpr (std::is_same_v<T, PacketLocation>) {
            out.put(value.pts);
            out.put(value.offset);
            out.put(value.size);
            out.put(value.key);
            out.put(value.crc);
        }
    }
}

std::span<const EncodedMessage> StreamEncoder::encode(const Record& record)
{
    m_used = 0;
    std::visit(
        [this](const auto& value) {
            if constexpr (!std::is_same_v<std::decay_t<decltype(value)>, ImageRef>) put(value);
        },
        record);
    return std::span<const EncodedMessage>(m_messages).first(m_used);
}

template void StreamEncoder::put(const OperatorSample&);
template void StreamEncoder::put(const RobotState&);
template void StreamEncoder::put(const Step&);
template void StreamEncoder::put(const ImuSample&);
template void StreamEncoder::put(const WrenchSample&);
template void StreamEncoder::put(const ContactSample&);
template void StreamEncoder::put(const TaxelSample&);
template void StreamEncoder::put(const TransformSample&);
template void StreamEncoder::put(const Event&);
template void StreamEncoder::put(const PacketLocation&);

std::vector<StoredStream> streamsOf(const McapSummary& summary)
{
    std::vector<StoredStream> streams;
    const auto value = [](const McapChannel& channel, const char* key) {
        const auto found = channel.metadata.find(key);
        return found == channel.metadata.end() ? std::string() : found->second;
    };
    for (const auto& [id, channel] : summary.channels) {
        const KindChannels* kind = kindNamed(value(channel, "kind"));
        const auto schema = summary.schemas.find(channel.schemaId);
        if (value(channel, "part") != "value" || kind == nullptr || schema == summary.schemas.end() ||
            schema->second.name != nameOf(kind->main))
            continue;
        StoredStream stream{.channel = id};
        stream.info.name = value(channel, "stream");
        stream.info.kind = kind->kind;
        stream.info.frame = value(channel, "frame");
        const auto rate = nlohmann::json::parse(value(channel, "rate_hz"), nullptr, false);
        if (rate.is_number()) stream.info.rateHz = rate.get<double>();
        const auto names = nlohmann::json::parse(value(channel, "names"), nullptr, false);
        if (names.is_array())
            for (const auto& name : names) stream.info.names.push_back(name.is_string() ? name.get<std::string>() : "");
        for (const auto& [key, text] : channel.metadata)
            if (key.starts_with(kUserPrefix)) stream.info.metadata[key.substr(kUserPrefix.size())] = text;
        for (const auto& [otherId, other] : summary.channels) {
            const auto otherSchema = summary.schemas.find(other.schemaId);
            if (kind->companion && value(other, "stream") == stream.info.name && value(other, "part") != "value" &&
                otherSchema != summary.schemas.end() && otherSchema->second.name == nameOf(*kind->companion))
                stream.companion = otherId;
        }
        streams.push_back(std::move(stream));
    }
    return streams;
}

}  // namespace understudy
