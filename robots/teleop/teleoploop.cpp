#include "robots/teleop/teleoploop.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace understudy {

namespace {

constexpr int kMostPeriods = 100;    ///< caught up after a stall
constexpr double kLimitedBy = 1e-3;  ///< rad between goal and command
constexpr Duration kStall = 20 * kMillisecond;
constexpr Duration kFromTheFuture = 50 * kMillisecond;

Duration ageOf(Timestamp arrival, Timestamp now)
{
    // A stamp slightly ahead was made while this tick began; one far ahead cannot be trusted.
    return arrival > now + kFromTheFuture ? std::numeric_limits<Duration>::max() : std::max<Duration>(now - arrival, 0);
}

std::uint32_t clipped(Duration duration)
{
    return static_cast<std::uint32_t>(std::clamp<Duration>(duration, 0, std::numeric_limits<std::uint32_t>::max()));
}

/// As a stage of StageLatency; beyond two seconds it says no more.
std::int32_t asStage(Duration duration)
{
    return static_cast<std::int32_t>(std::clamp<Duration>(duration, -1, std::numeric_limits<std::int32_t>::max()));
}

double smoothStep(double x) { return x * x * (3.0 - 2.0 * x); }

/// Arms and waist keep their proportions; every other joint is on its own.
std::vector<int> groupsOf(const DifferentialIk& ik, std::size_t count)
{
    std::vector<int> groups(count);
    for (std::size_t i = 0; i < count; ++i) groups[i] = static_cast<int>(i);
    for (const int variable : ik.variables()) groups[static_cast<std::size_t>(variable)] = ik.variables().front();
    return groups;
}

}  // namespace

Result<std::unique_ptr<TeleopLoop>> TeleopLoop::create(const RobotModel& model, const TeleopPorts& ports,
                                                       const TeleopOptions& options)
{
    if (ports.operatorSamples == nullptr || ports.robotStates == nullptr || ports.robot == nullptr) {
        return fail("Teleoperation needs an operator, a robot and its states.");
    }
    if (!(options.rateHz >= 50 && options.rateHz <= 1000)) {
        return fail(fmt::format("The loop's rate of {} Hz is out of range; take 50 to 1000, usually 500 or 250.",
                                options.rateHz));
    }
    if (!(options.homeVelocity > 0) || !(options.alignVelocity > 0) || !(options.alignTolerance > 0) ||
        !(options.homeTolerance > 0)) {
        return fail("Velocities and tolerances of aligning and going home must be above zero.");
    }
    const std::vector<std::string> names = model.jointNames();
    const std::vector<std::string>& linked = ports.robot->info().jointNames;
    if (linked != names) {
        return fail(fmt::format("The robot {} reports {} joints and the model {} has {}; they must be the same, in the "
                                "same order. Choose the model of this robot.",
                                ports.robot->info().name, linked.size(), model.name(), names.size()));
    }
    IkOptions goal = options.ik;
    FollowerOptions command = options.follower;
    goal.ceiling = command.ceiling = options.ceiling;
    Result<ArmTasks> tasks = ArmTasks::create(model);
    if (!tasks) return tl::unexpected(tasks.error());
    DifferentialIk ik(model, goal, *tasks);
    Result<LimitedFollower> follower = LimitedFollower::create(model, command, std::move(*tasks));
    if (!follower) return tl::unexpected(follower.error());
    Result<Retargeter> retargeter = Retargeter::create(model, options.retarget);
    if (!retargeter) return tl::unexpected(retargeter.error());
    Result<SafetyEnvelope> envelope =
        SafetyEnvelope::create(limitsOf(model, options.ceiling), groupsOf(ik, names.size()), 1.0 / options.rateHz);
    if (!envelope) return fail(fmt::format("{} cannot be limited: {}", model.name(), envelope.error().message));
    Eigen::VectorXd contact(static_cast<Eigen::Index>(names.size()));
    for (Eigen::Index i = 0; i < contact.size(); ++i) {
        contact[i] = model.joints()[static_cast<std::size_t>(i)].contact.value;
    }
    Result<EffortGuard> guard = EffortGuard::create(std::move(contact), fromSeconds(model.profile().contactWindow));
    if (!guard) return tl::unexpected(guard.error());
    std::optional<EffortModel> effort;
    if (guard->watches()) {
        Result<EffortModel> made = EffortModel::create(model);
        if (!made) return tl::unexpected(made.error());
        effort = std::move(*made);
    }

    std::unique_ptr<TeleopLoop> loop(new TeleopLoop(model, ports, options,
                                                    {.ik = std::move(ik),
                                                     .follower = std::move(*follower),
                                                     .retargeter = std::move(*retargeter),
                                                     .envelope = std::move(*envelope),
                                                     .guard = std::move(*guard),
                                                     .effort = std::move(effort)}));
    if (ports.sink != nullptr) {
        StreamInfo info{.name = "/teleop/step", .kind = "step", .rateHz = options.rateHz, .names = names};
        info.metadata["mode"] = nameOf(options.retarget.mode);
        if (Result<void> opened = loop->m_steps.recordTo(*ports.sink, std::move(info)); !opened) {
            return tl::unexpected(opened.error());
        }
    }
    return loop;
}

TeleopLoop::TeleopLoop(const RobotModel& model, const TeleopPorts& ports, const TeleopOptions& options, Parts parts)
    : m_ports(ports),
      m_options(options),
      m_period(std::llround(1e9 / options.rateHz)),
      m_ik(std::move(parts.ik)),
      m_follower(std::move(parts.follower)),
      m_retargeter(std::move(parts.retargeter)),
      m_envelope(std::move(parts.envelope)),
      m_guard(std::move(parts.guard)),
      m_effort(std::move(parts.effort)),
      m_before(m_envelope),
      m_step(m_steps.value())
{
    const auto count = static_cast<Eigen::Index>(model.joints().size());
    Step prototype;
    for (Eigen::VectorXd* layer : {&prototype.target, &prototype.command, &prototype.measured}) layer->setZero(count);
    m_steps.prepare(prototype);
    m_status.target.setZero(count);
    m_status.command.setZero(count);
    m_command.position.setZero(count);
    m_command.velocity.setZero(count);
    m_measured.setZero(count);
    m_goal.setZero(count);
    m_goalBefore = m_next = m_closed = m_goal;
    m_cap = m_envelope.limits().velocity;
    m_playout.prepare(count, m_period);
    m_blendFrom = m_blended = m_playout.now();
    m_yield = m_moveBefore = m_acceleration = m_goal;

    m_rest.resize(count);
    for (Eigen::Index i = 0; i < count; ++i) m_rest[i] = model.joints()[static_cast<std::size_t>(i)].rest;
    m_rest = m_rest.cwiseMax(m_envelope.limits().lower).cwiseMin(m_envelope.limits().upper);
    m_driven.assign(static_cast<std::size_t>(count), false);
    for (const int variable : m_ik.variables()) m_driven[static_cast<std::size_t>(variable)] = true;
    for (const int joint : m_retargeter.mappedJoints()) m_driven[static_cast<std::size_t>(joint)] = true;
    for (const int joint : m_retargeter.singleJoints()) {
        if (m_driven[static_cast<std::size_t>(joint)]) continue;
        m_single.push_back(joint);
        m_driven[static_cast<std::size_t>(joint)] = true;
    }
    m_closed = m_rest;
}

TeleopLoop::~TeleopLoop() = default;

Latest<TeleopStatus>& TeleopLoop::addStatusReader()
{
    m_statusReaders.push_back(std::make_unique<Latest<TeleopStatus>>(m_status));
    return *m_statusReaders.back();
}

void TeleopLoop::nameStreams(StreamId operatorSamples, StreamId robotStates)
{
    m_ports.operatorStream = operatorSamples;
    m_ports.robotStream = robotStates;
}

void TeleopLoop::clearStop()
{
    m_stop.store(false, std::memory_order_release);
    m_clear.store(true, std::memory_order_release);
}

void TeleopLoop::continueFrom(const Step& before, const Step& step)
{
    m_envelope.resumeAt(step.command, step.command - before.command);
    m_placed = true;
    m_measured = step.measured;
    m_ik.reset(step.target);
    m_goal = step.target;
    m_states.continueFrom(step);
    m_following = step.phase == TeleopPhase::Active || step.phase == TeleopPhase::Engaging;
    m_trackedInRow = m_following ? kTrackedSamples : 0;
    RetargetOutput wanted = m_retargeter.output();
    for (std::size_t i = 0; i < kSideCount; ++i) {
        m_required[i] = step.wrists[i].active;
        wanted.body.arms[i].active = step.wrists[i].active;
        wanted.body.arms[i].wrist = step.wrists[i].target;
        wanted.closure[i] = step.closure[i];
    }
    if (m_retargeter.mode() == RetargetMode::JointDirect) {
        wanted.joints = step.target;
        m_required.fill(m_following);
    }
    m_playout.place(wanted);
    m_wanted = wanted.body;
    m_hasWanted = m_following;
}

Duration TeleopLoop::since(Timestamp start) const
{
    return m_ports.clock == nullptr ? 0 : m_ports.clock->now() - start;
}

void TeleopLoop::tick(Timestamp now, const TickTiming& timing)
{
    m_tickStart = m_ports.clock == nullptr ? 0 : m_ports.clock->now();
    TeleopInput input;
    input.stopRequested = m_stop.load(std::memory_order_acquire);
    input.barred = m_barred.load(std::memory_order_acquire);
    input.clearRequested = m_clear.exchange(false, std::memory_order_acq_rel);
    input.homeRequested = m_home.exchange(false, std::memory_order_acq_rel);
    const Timestamp actual = now + timing.wakeLate;
    input.now = now;

    const Duration elapsed = m_ticked ? now - m_lastTick : m_period;
    const auto periods = static_cast<int>(std::clamp<Duration>((elapsed + m_period / 2) / m_period, 0, kMostPeriods));
    m_ticked = true;
    m_lastTick = std::max(m_lastTick, now);

    readRobot(actual, input);
    readOperator(actual, input);
    readView(actual, input);
    input.operatorDelay = m_options.operatorDelay;
    input.jumped = m_jumped;
    input.solverFailed = m_solverFailed;
    input.solverSolved = m_solverSolved;
    input.contact = m_guard.inContact();
    input.outside = m_retargeter.output().outside;
    input.atRest = m_envelope.isAtRest();
    const double deviation = (m_measured - m_envelope.position()).cwiseAbs().maxCoeff();
    input.aligned = m_robotSeen && deviation <= m_options.alignTolerance;
    input.blocked = deviation > m_options.homeTolerance;
    input.atHome = true;
    for (std::size_t i = 0; i < m_driven.size(); ++i) {
        const auto joint = static_cast<Eigen::Index>(i);
        if (m_driven[i] && std::abs(m_envelope.position()[joint] - m_rest[joint]) > 1e-9) input.atHome = false;
    }

    const TeleopPhase before = m_states.decision().phase;
    const HoldReason reasonBefore = m_states.decision().reason;
    const TeleopDecision& decision = m_states.step(input);
    const bool yields = decision.phase == TeleopPhase::Hold && decision.motion == TeleopMotion::Align;
    if (yields && (before != TeleopPhase::Hold || reasonBefore != decision.reason)) m_yield = m_measured;
    m_moveBefore = m_envelope.move();
    m_jumped = m_solverFailed = m_solverSolved = false;
    const bool engaged = decision.phase == TeleopPhase::Engaging || decision.phase == TeleopPhase::Active ||
                         decision.phase == TeleopPhase::Hold;
    if (!engaged) m_required.fill(false);
    // A robot that was away may come back in another posture.
    const bool returned = before == TeleopPhase::Disconnected && decision.phase != TeleopPhase::Disconnected;
    if (m_robotSeen && (!m_placed || (returned && !input.aligned))) {
        m_envelope.reset(m_measured);
        m_placed = true;
    }
    if (periods * m_period > kStall && decision.motion != TeleopMotion::Brake) {
        brake(periods);
    } else if (periods > 0) {
        move(decision, periods, now);
    }
    if (periods > 0) {
        m_acceleration = (m_envelope.move() - m_moveBefore) / (m_envelope.period() * m_envelope.period());
        m_lag.update(m_envelope.position(), m_envelope.velocity(), m_measured, periods * m_envelope.period());
    }
    updateGhost(decision.phase, periods);
    m_step.time = now;
    m_step.latencyNs = 0;
    send(decision, now);
    if (m_newPacket && m_ports.clock != nullptr) {
        m_step.latencyNs = clipped(m_ports.clock->now() - m_operatorArrival);
        m_status.latencyNs = m_step.latencyNs;
    }
    m_stages.command = m_ports.clock == nullptr ? -1 : asStage(timing.wakeLate + since(m_tickStart));
    m_stages.smoothing = asStage(m_options.operatorDelay + m_playout.delay());
    m_stages.robot = asStage(m_lag.lag());
    record(decision, input, timing);
    publish(decision, timing);
}

void TeleopLoop::readRobot(Timestamp now, TeleopInput& input)
{
    const RobotState* state = m_ports.robotStates->read();
    const bool isNew = state != nullptr &&
                       (!m_robotSeen || state->sequence != m_robotSequence || state->stamps.arrival != m_robotArrival);
    if (isNew && state->position.size() == m_measured.size() && state->position.allFinite()) {
        watchEffort(*state, m_robotSeen ? state->stamps.arrival - m_robotArrival : 0);
        m_stages.link = asStage(std::max<Duration>(state->stamps.arrival - state->stamps.capture, 0));
        m_measured = state->position;
        m_robotArrival = state->stamps.arrival;
        m_robotSequence = state->sequence;
        m_robotSeen = true;
    }
    input.robotAge = m_robotSeen ? ageOf(m_robotArrival, now) : -1;
}

void TeleopLoop::watchEffort(const RobotState& state, Duration elapsed)
{
    if (!m_effort || !m_placed || state.velocity.size() != m_measured.size() || !state.velocity.allFinite()) return;
    m_guard.update(state.effort, m_effort->expected(state.position, state.velocity, m_acceleration), elapsed);
}

void TeleopLoop::changeMode(Timestamp now)
{
    const int wanted = m_modeWanted.exchange(-1, std::memory_order_acq_rel);
    if (wanted < 0 || static_cast<RetargetMode>(wanted) == m_retargeter.mode()) return;
    if (!m_retargeter.setMode(static_cast<RetargetMode>(wanted)) || !m_following) return;
    // From where the robot is now, whatever was wanted before.
    m_ik.reset(m_envelope.position());
    m_goal = m_envelope.position();
    m_blendFrom = m_playout.now();
    for (const Side side : kSides) {
        m_blendFrom.body.arms[static_cast<std::size_t>(indexOf(side))].wrist = m_ik.wrist(side);
    }
    m_blendFrom.joints = m_goal;
    m_blendStart = now;
    m_blending = true;
    m_hasWanted = false;
}

const PlayedTargets& TeleopLoop::wantedAt(Timestamp now)
{
    const PlayedTargets& played = m_playout.at(now);
    if (!m_blending) return played;
    const double part = smoothStep(std::clamp(toSeconds(now - m_blendStart) / m_options.blendTime, 0.0, 1.0));
    m_blendPart = part;
    m_blending = part < 1.0;
    m_blended = played;
    m_blended.joints = m_blendFrom.joints + part * (played.joints - m_blendFrom.joints);
    for (std::size_t i = 0; i < kSideCount; ++i) {
        Pose& wrist = m_blended.body.arms[i].wrist;
        const Pose& from = m_blendFrom.body.arms[i].wrist;
        wrist.position = from.position + part * (wrist.position - from.position);
        wrist.orientation = from.orientation.slerp(part, wrist.orientation);
    }
    m_blended.body.torso = m_blendFrom.body.torso.slerp(part, played.body.torso);
    return m_blended;
}

void TeleopLoop::updateGhost(TeleopPhase phase, int periods)
{
    // Where the robot would go, shown before anyone drives; only mirroring has such a place.
    const BodyTargets& targets = m_playout.now().body;
    m_ghosting = phase == TeleopPhase::Ready && m_trackedInRow > 0 && m_placed && periods > 0 &&
                 m_retargeter.mode() == RetargetMode::Mirror && (targets.arms[0].active || targets.arms[1].active);
    if (m_ghosting) (void)m_ik.step(targets, m_envelope.limits().velocity, periods * m_envelope.period());
}

void TeleopLoop::readOperator(Timestamp now, TeleopInput& input)
{
    const OperatorSample* sample = m_ports.operatorSamples->read();
    m_newPacket = sample != nullptr && (!m_operatorSeen || sample->sequence != m_operatorSequence ||
                                        sample->stamps.arrival != m_operatorArrival);
    if (m_newPacket) {
        changeMode(now);
        m_stages.device = asStage(std::max<Duration>(sample->stamps.arrival - sample->stamps.capture, 0));
        m_operatorInterval = m_operatorSeen ? sample->stamps.capture - m_operatorCapture : 0;
        m_operatorCapture = sample->stamps.capture;
        m_operatorArrival = sample->stamps.arrival;
        m_operatorSequence = sample->sequence;
        m_operatorSeen = true;
        m_levels = sample->levels;
        m_presses = sample->presses;
        const bool clutched = sample->isHeld(Button::Clutch);
        const RetargetOutput& output =
            m_retargeter.update(*sample, m_following && !clutched, {m_ik.wrist(Side::Left), m_ik.wrist(Side::Right)});
        if (m_following && !output.jumped) {
            m_playout.receive(output, now, m_operatorInterval);
        } else if (!m_following) {
            m_playout.place(output);
        }
        m_jumped = output.jumped;
        const bool any = output.tracked[0] || output.tracked[1];
        m_trackedInRow = any ? std::min(m_trackedInRow + 1, 1'000'000) : 0;
    }
    const std::array<bool, kSideCount>& tracked = m_retargeter.output().tracked;
    input.newSample = m_newPacket;
    input.sequence = m_operatorSequence;
    input.levels = m_levels;
    input.presses = m_presses;
    input.operatorAge = m_operatorSeen ? ageOf(m_operatorArrival, now) : -1;
    input.trackedInRow = m_trackedInRow;
    input.tracked = m_trackedInRow > 0;
    for (std::size_t i = 0; i < kSideCount; ++i) {
        if (m_required[i] && !tracked[i]) input.tracked = false;
    }
}

void TeleopLoop::readView(Timestamp now, TeleopInput& input)
{
    input.viewDirect = m_ports.view == nullptr || m_ports.viewDirect;
    const ViewSample* view = m_ports.view == nullptr ? nullptr : m_ports.view->read();
    if (view == nullptr) return;
    input.viewAge = ageOf(view->capture, now);
    input.viewPeriod = std::clamp<Duration>(view->period, 0, kSecond);
    m_stages.camera = view->shown > 0 ? asStage(std::max<Duration>(view->shown - view->capture, 0)) : -1;
}

void TeleopLoop::move(const TeleopDecision& decision, int periods, Timestamp now)
{
    switch (decision.motion) {
    case TeleopMotion::Follow:
        follow(decision.ramp, periods, now);
        return;
    case TeleopMotion::Brake:
        brake(periods);
        return;
    case TeleopMotion::Align:
        m_cap = m_envelope.limits().velocity.cwiseMin(m_options.alignVelocity);
        m_goal = decision.phase == TeleopPhase::Hold ? m_yield : m_measured;
        break;
    case TeleopMotion::Home:
        m_cap = m_envelope.limits().velocity.cwiseMin(m_options.homeVelocity);
        m_goal = m_envelope.position();
        for (std::size_t i = 0; i < m_driven.size(); ++i) {
            const auto joint = static_cast<Eigen::Index>(i);
            if (m_driven[i]) m_goal[joint] = m_rest[joint];
        }
        break;
    }
    m_following = false;
    if (!approach(m_goal, periods)) {
        m_envelope.brake(periods);
        return;
    }
    m_before = m_envelope;
    (void)m_envelope.follow(m_next, m_cap, periods);
    keepClear(periods);
}

bool TeleopLoop::approach(const Eigen::VectorXd& goal, int periods)
{
    m_next = goal;
    // Where these go is ours or the robot's own, not input: nothing to compare with what was wanted before.
    m_envelope.rebase();
    if (periods > 1) return true;
    m_envelope.resume();
    return m_follower.step({.position = m_envelope.position(),
                            .move = m_envelope.move(),
                            .before = m_nobody,
                            .targets = m_nobody,
                            .goalBefore = goal,
                            .goal = goal,
                            .cap = m_cap,
                            .dt = m_envelope.period()},
                           m_next) == QpStatus::Solved;
}

void TeleopLoop::keepClear(int periods)
{
    if (m_follower.staysClear(m_before.position(), m_envelope.position(), m_envelope.move(), m_envelope.period())) {
        return;
    }
    m_envelope = m_before;
    m_envelope.brake(periods);
}

void TeleopLoop::beginFollowing()
{
    m_following = true;
    if (!m_required[0] && !m_required[1]) m_required = m_retargeter.output().tracked;
    m_envelope.rebase();
    m_goal = m_envelope.position();
    m_ik.reset(m_goal);
    m_follower.reset();
    m_retargeter.rearm();
    m_playout.freeze();
    m_hasWanted = false;
}

void TeleopLoop::follow(double ramp, int periods, Timestamp now)
{
    if (!m_following) beginFollowing();
    const PlayedTargets& played = wantedAt(now);
    const Eigen::VectorXd& fastest = m_envelope.limits().velocity;
    m_cap = fastest.cwiseMin(m_options.alignVelocity);
    m_cap += std::min(smoothStep(ramp), m_blending ? m_blendPart : 1.0) * (fastest - m_cap);

    const bool direct = m_retargeter.mode() == RetargetMode::JointDirect;
    m_goalBefore = m_goal;
    if (direct) {
        for (const int joint : m_retargeter.mappedJoints()) m_goal[joint] = played.joints[joint];
    }
    moveFingersAndNeck(played, periods * m_envelope.period());
    m_next = m_goal;
    if (!direct) {
        const Timestamp start = m_ports.clock == nullptr ? 0 : m_ports.clock->now();
        const bool solved = solve(played.body, periods);
        m_step.solveNs = clipped(since(start));
        m_solverFailed = !solved;
        if (!solved) {
            ++m_status.solverFailures;
            m_envelope.brake(periods);
            return;
        }
    }
    m_solverSolved = true;
    m_before = m_envelope;
    if (m_envelope.follow(m_next, m_cap, periods) == Band::Reject) {
        m_jumped = true;
        return;
    }
    keepClear(periods);
}

bool TeleopLoop::solve(const BodyTargets& played, int periods)
{
    const double period = m_envelope.period();
    m_wantedBefore = m_wanted;
    m_wanted = played;
    for (std::size_t i = 0; i < kSideCount; ++i) m_wanted.arms[i].active &= m_required[i];
    if (!m_hasWanted) m_wantedBefore = m_wanted;
    m_hasWanted = true;

    if (m_ik.step(m_wanted, m_cap, periods * period).status != QpStatus::Solved) return false;
    for (const int variable : m_ik.variables()) m_goal[variable] = m_ik.configuration()[variable];
    m_next = m_goal;
    if (periods > 1) {
        // Periods were missed: the joints go straight for the goal.
        m_envelope.rebase();
        return true;
    }
    m_envelope.resume();
    return m_follower.step({.position = m_envelope.position(),
                            .move = m_envelope.move(),
                            .before = m_wantedBefore,
                            .targets = m_wanted,
                            .goalBefore = m_goalBefore,
                            .goal = m_goal,
                            .cap = m_cap,
                            .dt = period},
                           m_next) == QpStatus::Solved;
}

void TeleopLoop::moveFingersAndNeck(const PlayedTargets& played, double seconds)
{
    // As fast as their limits allow: a trigger may jump.
    m_retargeter.applyFingersAndNeck(played.closure, played.joints, m_closed);
    for (const int joint : m_single) {
        const double longest = m_cap[joint] * seconds;
        m_goal[joint] += std::clamp(m_closed[joint] - m_goal[joint], -longest, longest);
    }
}

void TeleopLoop::brake(int periods)
{
    m_following = false;
    m_blending = false;
    if (m_placed) m_envelope.brake(periods);
    m_goal = m_envelope.position();
    if (!m_ghosting && m_ik.configuration() != m_goal) m_ik.reset(m_goal);
    m_step.solveNs = 0;
}

void TeleopLoop::send(const TeleopDecision& decision, Timestamp now)
{
    const bool yields = decision.motion == TeleopMotion::Align && decision.phase == TeleopPhase::Hold;
    const bool moves = decision.motion == TeleopMotion::Follow || decision.motion == TeleopMotion::Home ||
                       ((decision.motion == TeleopMotion::Brake || yields) && !m_envelope.isAtRest());
    m_command.mode = moves ? CommandMode::Position : CommandMode::Hold;
    if (decision.phase == TeleopPhase::Stopped && !moves && m_ports.robot->info().stop == StopBehaviour::Damps) {
        m_command.mode = CommandMode::Damping;
    }
    m_command.time = now;
    ++m_command.sequence;
    m_command.position = m_envelope.position();
    m_command.velocity = m_envelope.velocity();
    if (m_placed && !m_ports.robot->send(m_command)) m_unsent.fetch_add(1, std::memory_order_relaxed);
}

void TeleopLoop::record(const TeleopDecision& decision, const TeleopInput& input, const TickTiming& timing)
{
    ++m_step.sequence;
    m_step.operatorSample = {
        .stream = m_ports.operatorStream, .sequence = m_operatorSequence, .age = input.operatorAge};
    m_step.robotState = {.stream = m_ports.robotStream, .sequence = m_robotSequence, .age = input.robotAge};
    m_step.target = m_goal;
    m_step.command = m_envelope.position();
    m_step.measured = m_measured;
    for (const Side side : kSides) {
        const auto i = static_cast<std::size_t>(indexOf(side));
        WristTracking& wrist = m_step.wrists[i];
        wrist.active = m_following && m_wanted.arms[i].active;
        wrist.target = m_wanted.arms[i].wrist;
        m_step.closure[i] = static_cast<float>(m_playout.now().closure[i]);
        wrist.positionError = wrist.orientationError = 0;
        if (!wrist.active) continue;
        wrist.positionError = static_cast<float>(m_follower.positionError(side));
        wrist.orientationError = static_cast<float>(m_follower.orientationError(side));
    }
    m_step.phase = decision.phase;
    m_step.holdReason = decision.reason;
    m_step.mode = m_command.mode;
    m_step.levels = m_levels;
    m_step.limited = (m_step.target - m_step.command).cwiseAbs().maxCoeff() > kLimitedBy;
    m_step.tickNs = clipped(timing.previousTick);
    m_step.wakeLateNs = clipped(timing.wakeLate);
    m_step.viewAge = input.viewAge;
    m_step.viewLimit = input.viewDirect ? -1 : kViewHold + input.viewPeriod;
    m_step.stages = m_stages;
    m_step.effortShare = static_cast<float>(m_guard.share());
    m_step.retargeting = static_cast<std::uint8_t>(m_retargeter.mode());
    m_step.requests = static_cast<std::uint8_t>((input.stopRequested ? kRequestStop : 0) |
                                                (input.clearRequested ? kRequestClear : 0) |
                                                (input.homeRequested ? kRequestHome : 0));
    if (m_placed && !m_steps.publish()) m_stepsLost.fetch_add(1, std::memory_order_relaxed);
}

void TeleopLoop::publish(const TeleopDecision& decision, const TickTiming& timing)
{
    m_status.time = m_step.time;
    m_status.steps = m_step.sequence;
    m_status.missedTicks = timing.missed;
    m_status.phase = decision.phase;
    m_status.holdReason = decision.reason;
    m_status.gateOpen = decision.gateOpen;
    m_status.tickNs = m_step.tickNs;
    m_status.solveNs = m_step.solveNs;
    m_status.stages = m_step.stages;
    m_status.viewAge = m_step.viewAge;
    m_status.viewLimit = m_step.viewLimit;
    m_status.effortShare = m_step.effortShare;
    m_status.retargeting = m_step.retargeting;
    m_status.target = m_ghosting ? m_ik.configuration() : m_step.target;
    m_status.command = m_step.command;
    m_status.wrists = m_step.wrists;
    for (const auto& reader : m_statusReaders) reader->write(m_status);
}

}  // namespace understudy
