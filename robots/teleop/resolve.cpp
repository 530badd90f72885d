#include "robots/teleop/resolve.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include <fmt/format.h>

#include "robots/model/kinematics.h"

namespace understudy {

namespace {

constexpr Duration kSettle = 2 * kSecond;

/// Takes every command and does nothing.
class SilentRobot final : public RobotLink {
public:
    explicit SilentRobot(const RobotModel& model)
    {
        m_info.name = model.name();
        m_info.jointNames = model.jointNames();
    }
    const RobotInfo& info() const override { return m_info; }
    Publisher<RobotState>& states() override { return m_states; }
    Result<void> start(RecordSink&) override { return {}; }
    void stop() override {}
    bool send(const JointCommand&) override { return true; }
    SourceHealth health() const override { return {}; }

private:
    RobotInfo m_info;
    Publisher<RobotState> m_states;
};

class Sum {
public:
    void add(double difference)
    {
        m_largest = std::max(m_largest, std::abs(difference));
        m_squares += difference * difference;
        ++m_count;
    }
    [[nodiscard]] Difference summary() const
    {
        return {.largest = m_largest, .rms = m_count == 0 ? 0 : std::sqrt(m_squares / static_cast<double>(m_count))};
    }

private:
    double m_largest = 0;
    double m_squares = 0;
    std::uint64_t m_count = 0;
};

template <typename T>
std::unordered_map<std::uint64_t, const T*> bySequence(const std::vector<T>& values)
{
    std::unordered_map<std::uint64_t, const T*> found;
    for (const T& value : values) found.emplace(value.sequence, &value);
    return found;
}

/// Requests of files that did not record them, from what they led to.
std::uint8_t requestsOf(const Step& step, TeleopPhase before, bool recorded)
{
    if (recorded) return step.requests;
    const auto rests = [](TeleopPhase phase) { return phase == TeleopPhase::Stopped || phase == TeleopPhase::Fault; };
    std::uint8_t requests = 0;
    if (step.phase == TeleopPhase::Stopped && before != TeleopPhase::Stopped) requests |= kRequestStop;
    if (rests(before) && !rests(step.phase)) requests |= kRequestClear;
    if (before == TeleopPhase::Ready && step.phase == TeleopPhase::Disengaging) requests |= kRequestHome;
    return requests;
}

/// The loop and what it reads, fed from a take.
class Replay {
public:
    Replay(const RobotModel& model, const RecordedDrive& drive)
        : m_drive(drive), m_robot(model), m_samples(bySequence(drive.samples)), m_states(bySequence(drive.states))
    {
        m_operatorPort.prepare(drive.samples.front());
        m_statePort.prepare(drive.states.front());
        m_recordsRequests = std::any_of(drive.steps.begin(), drive.steps.end(), [](const Step& step) {
            return step.stages.command >= 0 || step.stages.device >= 0 || step.requests != 0;
        });
    }

    Result<void> prepare(const RobotModel& model, const TeleopOptions& options)
    {
        const bool steered = std::any_of(m_drive.steps.begin(), m_drive.steps.end(),
                                         [](const Step& step) { return step.viewLimit >= 0; });
        auto loop = TeleopLoop::create(model,
                                       {.operatorSamples = &m_operatorPort,
                                        .robotStates = &m_statePort,
                                        .view = steered ? &m_view : nullptr,
                                        .robot = &m_robot},
                                       options);
        if (!loop) return tl::unexpected(loop.error());
        m_loop = std::move(*loop);
        return {};
    }

    [[nodiscard]] bool isWhole(const Step& step) const
    {
        return (step.operatorSample.age < 0 || m_samples.contains(step.operatorSample.sequence)) &&
               (step.robotState.age < 0 || m_states.contains(step.robotState.sequence));
    }

    void continueFrom(const Step& before, const Step& step)
    {
        m_loop->continueFrom(before, step);
        m_phase = step.phase;
        m_mode = step.retargeting;
    }

    const Step& tick(const Step& recorded)
    {
        give(m_samples, recorded.operatorSample, m_operatorGiven, m_operatorPort);
        give(m_states, recorded.robotState, m_stateGiven, m_statePort);
        const Duration late = recorded.wakeLateNs;
        if (recorded.viewAge >= 0) {
            m_view.write({.capture = recorded.time + late - recorded.viewAge,
                          .period = recorded.viewLimit >= 0 ? recorded.viewLimit - kViewHold : 0});
        }
        const std::uint8_t requests = requestsOf(recorded, m_phase, m_recordsRequests);
        if (requests & kRequestClear) m_loop->clearStop();
        if (requests & kRequestStop) m_loop->requestStop();
        if (requests & kRequestHome) m_loop->requestHome();
        if (recorded.retargeting != m_mode) m_loop->requestMode(static_cast<RetargetMode>(recorded.retargeting));
        m_mode = recorded.retargeting;
        m_phase = recorded.phase;
        m_loop->tick(recorded.time, {.wakeLate = late});
        return m_loop->step();
    }

private:
    template <typename T>
    static void give(const std::unordered_map<std::uint64_t, const T*>& values, const SampleRef& ref,
                     std::optional<std::uint64_t>& given, Latest<T>& port)
    {
        if (ref.age < 0 || given == ref.sequence) return;
        const auto found = values.find(ref.sequence);
        if (found == values.end()) return;
        port.write(*found->second);
        given = ref.sequence;
    }

    const RecordedDrive& m_drive;
    SilentRobot m_robot;
    std::unordered_map<std::uint64_t, const OperatorSample*> m_samples;
    std::unordered_map<std::uint64_t, const RobotState*> m_states;
    Latest<OperatorSample> m_operatorPort;
    Latest<RobotState> m_statePort;
    Latest<ViewSample> m_view;
    std::unique_ptr<TeleopLoop> m_loop;
    std::optional<std::uint64_t> m_operatorGiven;
    std::optional<std::uint64_t> m_stateGiven;
    TeleopPhase m_phase = TeleopPhase::Disconnected;
    std::uint8_t m_mode = 0;
    bool m_recordsRequests = false;
};

Result<void> checkDrive(const RobotModel& model, const RecordedDrive& drive)
{
    if (drive.steps.empty() || drive.samples.empty() || drive.states.empty()) {
        return fail("The take has no steps, no operator samples or no robot states: there is nothing to solve anew.");
    }
    const auto count = static_cast<Eigen::Index>(model.joints().size());
    for (const Step& step : drive.steps) {
        if (step.command.size() == count && step.target.size() == count && step.measured.size() == count) continue;
        return fail(fmt::format("The take's steps have {} joints and {} has {}: it was recorded with another model.",
                                step.command.size(), model.name(), count));
    }
    for (std::size_t i = 1; i < drive.steps.size(); ++i) {
        if (drive.steps[i].time > drive.steps[i - 1].time) continue;
        return fail(fmt::format("The times of the take's steps do not rise at step {}.", i));
    }
    return {};
}

}  // namespace

Result<ResolveReport> resolve(const RobotModel& model, const RecordedDrive& drive, const TeleopOptions& options)
{
    if (Result<void> checked = checkDrive(model, drive); !checked) return tl::unexpected(checked.error());
    Replay replay(model, drive);
    if (Result<void> prepared = replay.prepare(model, options); !prepared) return tl::unexpected(prepared.error());

    ResolveReport report{.robot = model.name()};
    const std::vector<Step>& steps = drive.steps;
    report.fromTheStart = steps.front().sequence == 1;
    std::size_t first = 0;
    if (!report.fromTheStart) {
        first = 2;
        while (first < steps.size() && !replay.isWhole(steps[first])) ++first;
        if (first >= steps.size()) return fail("No step of the take has both its operator sample and its robot state.");
        replay.continueFrom(steps[first - 2], steps[first - 1]);
    }
    std::vector<BodyFrame> frames;
    std::array<int, kSideCount> frameOf{-1, -1};
    for (std::size_t i = 0; i < kSideCount; ++i) {
        if (!model.profile().arms[i]) continue;
        frameOf[i] = static_cast<int>(frames.size());
        frames.push_back(model.profile().arms[i]->wrist);
    }
    Result<Kinematics> then = Kinematics::create(model, {}, frames);
    Result<Kinematics> now = Kinematics::create(model, {}, frames);
    if (!then) return tl::unexpected(then.error());
    if (!now) return tl::unexpected(now.error());

    const std::size_t count = model.joints().size();
    std::vector<Sum> all(count);
    std::vector<Sum> settled(count);
    std::array<Sum, kSideCount> positions;
    std::array<Sum, kSideCount> turns;
    for (std::size_t k = first; k < steps.size(); ++k) {
        const Step& recorded = steps[k];
        if (!replay.isWhole(recorded)) ++report.missing;
        const Step& solved = replay.tick(recorded);
        ++report.steps;
        if (solved.phase != recorded.phase) ++report.phases;
        if (solved.command == recorded.command) {
            for (std::size_t i = 0; i < count; ++i) all[i].add(0);
        } else {
            ++report.unequal;
            for (std::size_t i = 0; i < count; ++i) {
                const auto joint = static_cast<Eigen::Index>(i);
                all[i].add(solved.command[joint] - recorded.command[joint]);
            }
        }
        if (recorded.time - steps[first].time >= kSettle) {
            for (std::size_t i = 0; i < count; ++i) {
                const auto joint = static_cast<Eigen::Index>(i);
                settled[i].add(solved.command[joint] - recorded.command[joint]);
            }
        }
        then->update(recorded.command);
        now->update(solved.command);
        for (std::size_t i = 0; i < kSideCount; ++i) {
            if (frameOf[i] < 0) continue;
            const Pose was = then->pose(frameOf[i]);
            const Pose is = now->pose(frameOf[i]);
            positions[i].add((is.position - was.position).norm());
            turns[i].add(rotationVector(is.orientation * was.orientation.conjugate()).norm());
        }
    }
    report.identical = report.unequal == 0 && report.phases == 0;
    for (std::size_t i = 0; i < count; ++i) {
        report.joints.push_back({.joint = model.joints()[i].name, .position = all[i].summary()});
        report.settled.push_back({.joint = model.joints()[i].name, .position = settled[i].summary()});
    }
    for (std::size_t i = 0; i < kSideCount; ++i) {
        report.wrists[i] = {.position = positions[i].summary(), .orientation = turns[i].summary()};
    }
    return report;
}

}  // namespace understudy
