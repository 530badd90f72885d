#include "xr/dynamixel/leaderarm.h"

#include <algorithm>
#include <cstring>
#include <numbers>
#include <set>

#include <fmt/format.h>

#include "xr/waituntil.h"

namespace understudy {
namespace {

constexpr std::uint16_t kReturnDelayAddress = 9;
constexpr std::uint16_t kTorqueAddress = 64;
constexpr std::uint16_t kPositionAddress = 132;
constexpr std::size_t kPositionBytes = 4;
constexpr Duration kRetry = 200 * kMillisecond;
constexpr int kFailuresBeforeLooking = 3;
constexpr int kMostId = 252;

std::int32_t signedAt(std::span<const std::byte> bytes)
{
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < kPositionBytes; ++i) value |= static_cast<std::uint32_t>(bytes[i]) << (8 * i);
    return static_cast<std::int32_t>(value);
}

}  // namespace

LeaderArm::LeaderArm(LeaderArmOptions options) : m_options(std::move(options))
{
    m_info = {.name = m_options.name, .kind = "dynamixel", .serial = m_options.port, .rateHz = m_options.rateHz};
    const std::size_t count = m_options.joints.size();
    for (const LeaderJoint& joint : m_options.joints) {
        m_info.jointNames.push_back(joint.name);
        m_ids.push_back(joint.id);
    }
    m_read.resize(count * kPositionBytes);
    m_answered = std::make_unique<bool[]>(count);
    m_turns.resize(count);
    m_raw = std::make_unique<std::atomic<double>[]>(count);
    OperatorSample prototype;
    prototype.joints = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(count));
    m_samples.prepare(prototype);
}

LeaderArm::~LeaderArm() { stop(); }

Result<void> LeaderArm::start(RecordSink& sink)
{
    if (m_thread.joinable()) return fail("the device " + m_info.name + " runs already; stop it first");
    if (m_ids.empty()) return fail(fmt::format("the leader arm {} has no joints; list its servos", m_info.name));
    if (!(m_options.rateHz > 0)) return fail(fmt::format("the leader arm {} needs a rate above 0", m_info.name));
    std::set<std::uint8_t> ids;
    std::set<std::string> names;
    for (const LeaderJoint& joint : m_options.joints) {
        if (joint.id > kMostId)
            return fail(fmt::format("the joint {} of {} has servo id {}; ids go from 0 to {}", joint.name, m_info.name,
                                    joint.id, kMostId));
        if (!ids.insert(joint.id).second)
            return fail(fmt::format("two joints of {} have servo id {}", m_info.name, joint.id));
        if (!names.insert(joint.name).second)
            return fail(fmt::format("two joints of {} are called {}", m_info.name, joint.name));
    }
    StreamInfo stream{.name = "/operator/" + m_info.name,
                      .kind = "operator",
                      .rateHz = m_info.rateHz,
                      .frame = "operator",
                      .names = m_info.jointNames,
                      .metadata = {{"device", m_info.kind}, {"serial", m_info.serial}}};
    if (auto recorded = m_samples.recordTo(sink, std::move(stream)); !recorded) return recorded;
    for (TurnCounter& turns : m_turns) turns.reset();
    m_trouble = Trouble::NoPort;
    m_health.started(m_info.rateHz);
    m_thread = std::jthread([this](const std::stop_token& stopping) { run(stopping); });
    return {};
}

void LeaderArm::stop()
{
    m_thread = {};
    m_health.stopped();
}

void LeaderArm::report(Trouble trouble, std::size_t joint)
{
    m_troubledJoint.store(joint, std::memory_order_relaxed);
    m_trouble.store(trouble, std::memory_order_relaxed);
}

void LeaderArm::run(const std::stop_token& stopping)
{
    while (!stopping.stop_requested()) {
        if (auto port = SerialPort::open(m_options.port, m_options.baud)) {
            DynamixelBus bus(std::move(*port), m_options.baud);
            drive(bus, stopping);
            if (bus.isGone()) report(Trouble::PortLost);
        } else {
            report(Trouble::NoPort);
        }
        (void)waitUntil(m_clock, m_clock.now() + kRetry, stopping);
    }
}

bool LeaderArm::prepareServos(DynamixelBus& bus)
{
    for (std::size_t i = 0; i < m_ids.size(); ++i) {
        if (!bus.ping(m_ids[i])) {
            report(Trouble::NoServo, i);
            return false;
        }
        // A leader arm is moved by hand: torque off. Only then may the answers' delay be set to none.
        const std::array<std::byte, 1> none{std::byte{0}};
        if (bus.write(m_ids[i], kTorqueAddress, none) == DynamixelBus::Outcome::PortGone) return false;
        if (bus.write(m_ids[i], kReturnDelayAddress, none) == DynamixelBus::Outcome::PortGone) return false;
    }
    return true;
}

void LeaderArm::drive(DynamixelBus& bus, const std::stop_token& stopping)
{
    int failures = kFailuresBeforeLooking;
    const Duration period = fromSeconds(1 / m_options.rateHz);
    Timestamp due = m_clock.now();
    while (waitUntil(m_clock, due, stopping)) {
        if (failures >= kFailuresBeforeLooking) {
            if (!prepareServos(bus)) {
                if (bus.isGone()) return;
                due = m_clock.now() + kRetry;
                continue;
            }
            failures = 0;
            due = m_clock.now();
        }
        const Timestamp asked = m_clock.now();
        const auto outcome =
            bus.syncRead(m_ids, kPositionAddress, kPositionBytes, m_read, std::span(m_answered.get(), m_ids.size()));
        const Timestamp answered = m_clock.now();
        if (bus.isGone()) return;
        if (outcome == DynamixelBus::Outcome::Done) {
            failures = 0;
            report(bus.hasAlert() ? Trouble::Alert : Trouble::None);
            publish(asked, answered);
        } else if (++failures >= kFailuresBeforeLooking) {
            const bool* silent = std::find(m_answered.get(), m_answered.get() + m_ids.size(), false);
            report(Trouble::NoServo, static_cast<std::size_t>(silent - m_answered.get()));
        }
        due = std::max(due + period, answered);
    }
}

void LeaderArm::publish(Timestamp asked, Timestamp answered)
{
    OperatorSample& sample = m_samples.value();
    for (std::size_t i = 0; i < m_ids.size(); ++i) {
        const JointCalibration& calibration = m_options.joints[i].calibration;
        const auto counts = signedAt(std::span(m_read).subspan(i * kPositionBytes, kPositionBytes));
        // A trigger's range decides where it stands after power-on; any other joint comes up within half a turn of
        // zero.
        const double near =
            calibration.range ? (calibration.range->open + calibration.range->closed) / 2 : calibration.zero;
        const double raw = m_turns[i].unwrap(dxlRadians(counts), near);
        m_raw[i].store(raw, std::memory_order_relaxed);
        sample.joints[static_cast<Eigen::Index>(i)] = calibration.position(raw);
    }
    const Timestamp middle = asked + (answered - asked) / 2;
    ++sample.sequence;
    sample.stamps = {.device = middle, .capture = middle, .arrival = answered};
    m_health.note(answered, m_samples.publish());
}

std::vector<double> LeaderArm::rawRadians() const
{
    std::vector<double> raw;
    for (std::size_t i = 0; i < m_ids.size(); ++i) raw.push_back(m_raw[i].load(std::memory_order_relaxed));
    return raw;
}

SourceHealth LeaderArm::health() const
{
    SourceHealth health = m_health.read(m_info.name, m_clock.now());
    if (health.state == SourceState::Stopped) return health;
    const std::size_t joint = std::min(m_troubledJoint.load(std::memory_order_relaxed), m_ids.size() - 1);
    switch (m_trouble.load(std::memory_order_relaxed)) {
    case Trouble::None:
        break;
    case Trouble::NoPort:
        health.problem = fmt::format("{} waits for its port {}; check cable and power", m_info.name, m_options.port);
        if (health.lastArrival != 0) health.state = SourceState::Lost;
        break;
    case Trouble::PortLost:
        health.problem = fmt::format("the port {} of {} is gone; plug it in again", m_options.port, m_info.name);
        health.state = SourceState::Lost;
        break;
    case Trouble::NoServo:
        health.problem =
            fmt::format("the servo {} ({}) of {} does not answer; check its cable, its id, and that the bus "
                        "runs at {} baud",
                        m_ids[joint], m_options.joints[joint].name, m_info.name, m_options.baud);
        if (health.lastArrival != 0) health.state = SourceState::Lost;
        break;
    case Trouble::Alert:
        health.problem = fmt::format(
            "a servo of {} reports a hardware error (voltage, heat or load); power it off and on", m_info.name);
        break;
    }
    return health;
}

}  // namespace understudy
