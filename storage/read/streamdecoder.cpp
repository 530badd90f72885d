#include "storage/read/cdr.h"
#include "storage/read/streamcodec.h"
#include "storage/read/streamkinds.h"

namespace understudy {
namespace {

void take(CdrReader& in, Eigen::Vector3d& vector) { in.takeArray(std::span<double>(vector.data(), 3)); }

void take(CdrReader& in, Eigen::Quaterniond& rotation)
{
    std::array<double, 4> xyzw{};
    in.takeArray(std::span<double>(xyzw));
    rotation = Eigen::Quaterniond(xyzw[3], xyzw[0], xyzw[1], xyzw[2]);
}

void take(CdrReader& in, Pose& pose)
{
    take(in, pose.position);
    take(in, pose.orientation);
}

void take(CdrReader& in, Stamps& stamps)
{
    stamps.device = in.take<std::int64_t>();
    stamps.capture = in.take<std::int64_t>();
    stamps.arrival = in.take<std::int64_t>();
}

template <typename Vector>
void takeVector(CdrReader& in, Vector& into)
{
    into.resize(static_cast<Eigen::Index>(in.takeCount(sizeof(typename Vector::Scalar))));
    in.takeArray(std::span<typename Vector::Scalar>(into.data(), static_cast<std::size_t>(into.size())));
}

void skipHeader(CdrReader& in)
{
    (void)in.take<std::int32_t>();
    (void)in.take<std::uint32_t>();
    (void)in.takeString();
}

template <std::size_t N>
void take(CdrReader& in, std::array<TrackedPose, N>& joints)
{
    for (TrackedPose& joint : joints) take(in, joint.pose);
    std::array<std::uint8_t, N> flags{};
    in.takeArray(std::span<std::uint8_t>(flags));
    for (std::size_t i = 0; i < N; ++i) {
        joints[i].valid = (flags[i] & 1U) != 0;
        joints[i].tracked = (flags[i] & 2U) != 0;
    }
}

void take(CdrReader& in, HandInput& input)
{
    input.trigger = in.take<float>();
    input.squeeze = in.take<float>();
    input.stickX = in.take<float>();
    input.stickY = in.take<float>();
}

void take(CdrReader& in, SampleRef& ref)
{
    ref.stream = in.take<std::uint32_t>();
    ref.sequence = in.take<std::uint64_t>();
    ref.age = in.take<std::int64_t>();
}

void take(CdrReader& in, WristTracking& wrist)
{
    take(in, wrist.target);
    wrist.active = in.take<std::uint8_t>() != 0;
    wrist.positionError = in.take<float>();
    wrist.orientationError = in.take<float>();
}

template <typename Enum>
bool takeEnum(CdrReader& in, Enum& value, Enum last)
{
    const auto number = in.take<std::uint8_t>();
    if (number > static_cast<std::uint8_t>(last)) return false;
    value = static_cast<Enum>(number);
    return true;
}

bool take(CdrReader& in, Step& step)
{
    skipHeader(in);
    step.time = in.take<std::int64_t>();
    step.sequence = in.take<std::uint64_t>();
    take(in, step.operatorSample);
    take(in, step.robotState);
    takeVector(in, step.target);
    takeVector(in, step.command);
    takeVector(in, step.measured);
    for (WristTracking& wrist : step.wrists) take(in, wrist);
    for (float& closure : step.closure) closure = in.take<float>();
    const bool known = takeEnum(in, step.phase, TeleopPhase::Stopped) &&
                       takeEnum(in, step.holdReason, HoldReason::Workspace) &&
                       takeEnum(in, step.mode, CommandMode::Damping);
    if (!known) return false;
    step.levels = in.take<std::uint32_t>();
    step.limited = in.take<std::uint8_t>() != 0;
    step.solveNs = in.take<std::uint32_t>();
    step.latencyNs = in.take<std::uint32_t>();
    step.tickNs = in.take<std::uint32_t>();
    step.wakeLateNs = in.take<std::uint32_t>();
    if (in.atEnd()) return true;  // written before what follows was recorded
    step.viewAge = in.take<std::int64_t>();
    step.viewLimit = in.take<std::int64_t>();
    for (std::int32_t* stage : stagesOf(step.stages)) *stage = in.take<std::int32_t>();
    step.effortShare = in.take<float>();
    step.retargeting = in.take<std::uint8_t>();
    step.requests = in.take<std::uint8_t>();
    return true;
}

bool take(CdrReader& in, OperatorSample& sample)
{
    skipHeader(in);
    take(in, sample.stamps);
    sample.sequence = in.take<std::uint64_t>();
    take(in, sample.body);
    for (auto& hand : sample.hands) take(in, hand);
    for (HandInput& input : sample.inputs) take(in, input);
    takeVector(in, sample.joints);
    sample.levels = in.take<std::uint32_t>();
    in.takeArray(std::span<std::uint16_t>(sample.presses));
    return true;
}

bool take(CdrReader& in, ContactSample& sample)
{
    constexpr std::size_t kContactBytes = 56;
    skipHeader(in);
    take(in, sample.stamps);
    sample.sequence = in.take<std::uint64_t>();
    sample.truncated = in.take<std::uint16_t>();
    const std::size_t count = in.takeCount(kContactBytes);
    if (count > kMaxContacts) return false;
    sample.count = static_cast<std::uint16_t>(count);
    for (std::size_t i = 0; i < count; ++i) {
        Contact& contact = sample.contacts[i];
        contact.bodyA = in.take<std::uint16_t>();
        contact.bodyB = in.take<std::uint16_t>();
        take(in, contact.position);
        take(in, contact.normal);
        contact.force = in.take<float>();
    }
    return true;
}

bool take(CdrReader& in, RobotState& state)
{
    skipHeader(in);
    const std::size_t names = in.takeCount(4);
    for (std::size_t i = 0; i < names && in.ok(); ++i) (void)in.takeString();
    takeVector(in, state.position);
    takeVector(in, state.velocity);
    takeVector(in, state.effort);
    return true;
}

bool take(CdrReader& in, TransformSample& sample)
{
    constexpr std::size_t kTransformBytes = 72;
    sample.poses.resize(in.takeCount(kTransformBytes));
    for (Pose& pose : sample.poses) {
        skipHeader(in);
        (void)in.takeString();
        take(in, pose);
    }
    return true;
}

bool take(CdrReader& in, ImuSample& sample)
{
    std::array<double, 9> covariance{};
    skipHeader(in);
    take(in, sample.orientation);
    in.takeArray(std::span<double>(covariance));
    take(in, sample.angularVelocity);
    in.takeArray(std::span<double>(covariance));
    take(in, sample.linearAcceleration);
    in.takeArray(std::span<double>(covariance));
    return true;
}

bool take(CdrReader& in, WrenchSample& sample)
{
    skipHeader(in);
    take(in, sample.wrench.force);
    take(in, sample.wrench.torque);
    return true;
}

bool take(CdrReader& in, TaxelSample& sample)
{
    skipHeader(in);
    take(in, sample.stamps);
    sample.sequence = in.take<std::uint64_t>();
    takeVector(in, sample.values);
    return true;
}

bool take(CdrReader& in, Event& event)
{
    skipHeader(in);
    take(in, event.stamps);
    event.sequence = in.take<std::uint64_t>();
    event.name = in.takeString();
    event.detail = in.takeString();
    return true;
}

bool take(CdrReader& in, PacketLocation& index)
{
    skipHeader(in);
    take(in, index.stamps);
    index.sequence = in.take<std::uint64_t>();
    index.pts = in.take<std::int64_t>();
    index.offset = in.take<std::uint64_t>();
    index.size = in.take<std::uint32_t>();
    index.key = in.take<std::uint8_t>() != 0;
    index.crc = in.atEnd() ? 0 : in.take<std::uint32_t>();  // the first recordings have none
    return true;
}

EpisodeValue emptyValue(MessageType type)
{
    switch (type) {
    case MessageType::OperatorSample:
        return OperatorSample{};
    case MessageType::JointState:
        return RobotState{};
    case MessageType::Step:
        return Step{};
    case MessageType::Imu:
        return ImuSample{};
    case MessageType::Wrench:
        return WrenchSample{};
    case MessageType::Contacts:
        return ContactSample{};
    case MessageType::Taxels:
        return TaxelSample{};
    case MessageType::Transforms:
        return TransformSample{};
    case MessageType::ImageIndex:
        return PacketLocation{};
    default:
        return Event{};
    }
}

}  // namespace

Result<const EpisodeValue*> StreamDecoder::decode(const McapMessage& message)
{
    CdrReader in(message.data);
    const auto damaged = [&] {
        return fail("a message of " + m_stream.info.name + " at " + std::to_string(message.logTime) +
                    " ns does not hold what its type says");
    };
    if (m_stream.companion && message.channelId == *m_stream.companion) {
        Companion companion{.logTime = message.logTime};
        const bool base = m_stream.info.kind == "robot";
        if (base) skipHeader(in);
        take(in, companion.stamps);
        companion.sequence = in.take<std::uint64_t>();
        if (base) take(in, companion.base);
        if (!in.ok()) return damaged();
        m_companion = companion;
        return nullptr;
    }
    if (message.channelId != m_stream.channel) return nullptr;
    const KindChannels* kind = kindNamed(m_stream.info.kind);
    m_value = emptyValue(kind->main);
    const bool known = std::visit([&in](auto& value) { return take(in, value); }, m_value);
    if (!known || !in.ok()) return damaged();
    if (kind->companion) {
        std::visit(
            [&](auto& value) {
                if constexpr (requires { value.stamps; }) {
                    const bool paired = m_companion.logTime == message.logTime;
                    const Timestamp capture = m_anchor.fromUnix(message.logTime);
                    value.stamps = paired
                                       ? m_companion.stamps
                                       : Stamps{.capture = capture, .arrival = m_anchor.fromUnix(message.publishTime)};
                    value.sequence = paired ? m_companion.sequence : message.sequence;
                    if constexpr (requires { value.base; })
                        if (paired) value.base = m_companion.base;
                }
            },
            m_value);
    }
    return &m_value;
}

}  // namespace understudy
