#include "robots/teleop/retargetreport.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "robots/model/mujoco.h"
#include "robots/teleop/reachable.h"

namespace understudy {

namespace {

constexpr double kLongestMotion = 3600;  ///< s

/// Does at once what it is told.
class ObedientRobot final : public RobotLink {
public:
    explicit ObedientRobot(const RobotModel& model)
    {
        m_info.name = model.name();
        m_info.jointNames = model.jointNames();
        state.position.resize(static_cast<Eigen::Index>(model.joints().size()));
        for (Eigen::Index i = 0; i < state.position.size(); ++i) {
            state.position[i] = model.joints()[static_cast<std::size_t>(i)].rest;
        }
        state.velocity = state.effort = Eigen::VectorXd::Zero(state.position.size());
    }
    const RobotInfo& info() const override { return m_info; }
    Publisher<RobotState>& states() override { return m_states; }
    Result<void> start(RecordSink&) override { return {}; }
    void stop() override {}
    bool send(const JointCommand& command) override
    {
        state.position = command.position;
        return true;
    }
    SourceHealth health() const override { return {}; }

    RobotState state;

private:
    RobotInfo m_info;
    Publisher<RobotState> m_states;
};

/// Four samples in a row; the motion runs from the second to the third.
struct Neighbours {
    const OperatorSample& before;
    const OperatorSample& from;
    const OperatorSample& to;
    const OperatorSample& after;
};

/// A cubic from 0 to `end` whose slopes are those of the chords around it.
Eigen::Vector3d cubic(const Eigen::Vector3d& chordBefore, const Eigen::Vector3d& end, const Eigen::Vector3d& chordAfter,
                      double u)
{
    const Eigen::Vector3d slopeFrom = (chordBefore + end) / 2;
    const Eigen::Vector3d slopeTo = (end + chordAfter) / 2;
    const double u2 = u * u;
    const double u3 = u2 * u;
    return (u3 - 2 * u2 + u) * slopeFrom + (3 * u2 - 2 * u3) * end + (u3 - u2) * slopeTo;
}

TrackedPose between(const TrackedPose& before, const TrackedPose& from, const TrackedPose& to, const TrackedPose& after,
                    double u)
{
    if (!from.valid || !to.valid) return u < 0.5 ? from : to;
    const auto chord = [](const TrackedPose& a, const TrackedPose& b) -> Eigen::Vector3d {
        return b.pose.position - a.pose.position;
    };
    const auto turn = [](const TrackedPose& a, const TrackedPose& b) {
        return rotationVector(b.pose.orientation * a.pose.orientation.conjugate());
    };
    const TrackedPose& first = before.valid ? before : from;
    const TrackedPose& last = after.valid ? after : to;
    TrackedPose pose;
    pose.valid = true;
    pose.tracked = from.tracked && to.tracked;
    pose.pose.position = from.pose.position + cubic(chord(first, from), chord(from, to), chord(to, last), u);
    const Eigen::Vector3d rotation = cubic(turn(first, from), turn(from, to), turn(to, last), u);
    const double angle = rotation.norm();
    pose.pose.orientation = from.pose.orientation;
    if (angle > 1e-12) pose.pose.orientation = Eigen::AngleAxisd(angle, rotation / angle) * from.pose.orientation;
    return pose;
}

/// What the operator did between two samples. Buttons are the report's own.
void interpolate(const Neighbours& near, double u, OperatorSample& into)
{
    for (std::size_t i = 0; i < into.body.size(); ++i) {
        into.body[i] = between(near.before.body[i], near.from.body[i], near.to.body[i], near.after.body[i], u);
    }
    for (std::size_t side = 0; side < kSideCount; ++side) {
        for (std::size_t i = 0; i < into.hands[side].size(); ++i) {
            into.hands[side][i] = between(near.before.hands[side][i], near.from.hands[side][i], near.to.hands[side][i],
                                          near.after.hands[side][i], u);
        }
        const float from = near.from.inputs[side].trigger;
        into.inputs[side].trigger = from + static_cast<float>(u) * (near.to.inputs[side].trigger - from);
    }
    into.joints = near.from.joints;
    if (near.to.joints.size() == into.joints.size()) into.joints += u * (near.to.joints - near.from.joints);
}

double percentile(std::vector<double>& values, double share)
{
    if (values.empty()) return 0;
    const auto place = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + 0.5);
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(place), values.end());
    return values[place];
}

ErrorSummary summaryOf(std::vector<double>& errors)
{
    double sum = 0;
    for (const double error : errors) sum += error;
    return {.mean = errors.empty() ? 0 : sum / static_cast<double>(errors.size()), .p95 = percentile(errors, 0.95)};
}

struct Errors {
    std::vector<double> positions;
    std::vector<double> angles;
    void add(double position, double angle)
    {
        positions.push_back(position);
        angles.push_back(angle);
    }
};

/// Whether what the operator asks for moves within the joints' limits itself.
class GoalJudge {
public:
    GoalJudge(const std::vector<JointLimitUse>& limits, double dt) : m_limits(&limits), m_dt(dt) {}

    bool isFollowable(const Eigen::VectorXd& goal)
    {
        if (m_goal.size() == 0) {
            m_goal = goal;
            m_velocity = Eigen::VectorXd::Zero(goal.size());
        }
        const Eigen::VectorXd velocity = (goal - m_goal) / m_dt;
        bool within = true;
        for (std::size_t i = 0; i < m_limits->size(); ++i) {
            const auto k = static_cast<Eigen::Index>(i);
            const JointLimitUse& limit = (*m_limits)[i];
            within = within && std::abs(velocity[k]) <= limit.velocity &&
                     std::abs(velocity[k] - m_velocity[k]) <= limit.acceleration * m_dt;
        }
        m_goal = goal;
        m_velocity = velocity;
        return within;
    }

private:
    const std::vector<JointLimitUse>* m_limits;
    double m_dt;
    Eigen::VectorXd m_goal;
    Eigen::VectorXd m_velocity;
};

/// Everything the loop sent, judged from nothing but positions and the step between them.
void judgeCommands(const RobotModel& model, const std::vector<Eigen::VectorXd>& sent, double dt, RetargetReport& report)
{
    constexpr double kTolerance = 1e-6;
    for (std::size_t k = 0; k < sent.size(); ++k) {
        for (std::size_t i = 0; i < model.joints().size(); ++i) {
            const JointInfo& joint = model.joints()[i];
            const JointLimitUse& limit = report.limits[i];
            const auto at = [&](std::size_t step) { return sent[step][static_cast<Eigen::Index>(i)]; };
            if (at(k) < joint.lower.value - kTolerance || at(k) > joint.upper.value + kTolerance) {
                ++report.jointLimitViolations;
            }
            if (k < 1) continue;
            const double velocity = (at(k) - at(k - 1)) / dt;
            if (std::abs(velocity) > limit.velocity * (1 + kTolerance)) ++report.velocityLimitViolations;
            if (k < 2) continue;
            const double acceleration = (velocity - (at(k - 1) - at(k - 2)) / dt) / dt;
            if (std::abs(acceleration) > limit.acceleration * (1 + kTolerance)) {
                ++report.accelerationLimitViolations;
            }
        }
    }
}

/// MuJoCo's own collision check of every command.
Result<void> judgeCollisions(const RobotModel& model, const std::vector<Eigen::VectorXd>& sent, RetargetReport& report)
{
    const mjModel* mujoco = &model.mujoco();
    Result<MjDataPtr> made = makeMjData(*mujoco);
    if (!made) return tl::unexpected(made.error());
    mjData* data = made->get();
    std::set<std::pair<int, int>> resting;
    std::set<std::pair<int, int>> met;
    const auto collide = [&](std::set<std::pair<int, int>>& pairs, const std::set<std::pair<int, int>>* ignored) {
        mj_kinematics(mujoco, data);
        mj_comPos(mujoco, data);
        mj_collision(mujoco, data);
        bool any = false;
        for (int i = 0; i < data->ncon; ++i) {
            const mjContact& contact = data->contact[i];
            if (contact.dist >= 0 || contact.geom[0] < 0 || contact.geom[1] < 0) continue;
            std::pair pair{mujoco->geom_bodyid[contact.geom[0]], mujoco->geom_bodyid[contact.geom[1]]};
            if (pair.first > pair.second) std::swap(pair.first, pair.second);
            const auto& bodies = model.bodies();
            if (!bodies[static_cast<std::size_t>(pair.first)].isRobot ||
                !bodies[static_cast<std::size_t>(pair.second)].isRobot) {
                continue;
            }
            if (ignored != nullptr && ignored->contains(pair)) continue;
            pairs.insert(pair);
            any = true;
        }
        return any;
    };
    return guardMujoco([&] {
        std::copy(model.restQpos().begin(), model.restQpos().end(), data->qpos);
        (void)collide(resting, nullptr);
        for (const Eigen::VectorXd& command : sent) {
            for (std::size_t i = 0; i < model.joints().size(); ++i) {
                data->qpos[model.joints()[i].qpos] = command[static_cast<Eigen::Index>(i)];
            }
            if (collide(met, &resting)) ++report.selfCollisionSteps;
        }
        const auto name = [&](int body) { return model.bodies()[static_cast<std::size_t>(body)].name; };
        for (const auto& [a, b] : met) report.colliding.emplace_back(name(a), name(b));
        report.touchingAtRest = model.touchingAtRest();
        for (const auto& [a, b] : resting) report.touchingAtRest.emplace_back(name(a), name(b));
    });
}

/// The operator and the robot around one loop, on a clock that is only counted.
class Stage {
public:
    Stage(const RobotModel& model, const OperatorSample& first) : m_robot(model), m_sample(first)
    {
        m_sample.levels = 0;
        m_sample.presses = {};
        m_operator.prepare(m_sample);
        m_states.prepare(m_robot.state);
    }

    Result<void> prepare(const RobotModel& model, const TeleopOptions& options)
    {
        m_period = std::llround(1e9 / options.rateHz);
        auto loop = TeleopLoop::create(
            model, {.operatorSamples = &m_operator, .robotStates = &m_states, .robot = &m_robot, .clock = &m_clock},
            options);
        if (!loop) return tl::unexpected(loop.error());
        m_loop = std::move(*loop);
        return {};
    }

    const Step& tick()
    {
        m_now += m_period;
        m_robot.state.stamps = {.device = m_now, .capture = m_now, .arrival = m_now};
        ++m_robot.state.sequence;
        m_states.write(m_robot.state);
        m_sample.stamps = m_robot.state.stamps;
        ++m_sample.sequence;
        m_operator.write(m_sample);
        m_loop->tick(m_now);
        return m_loop->step();
    }

    OperatorSample& sample() { return m_sample; }
    [[nodiscard]] Duration period() const { return m_period; }

private:
    ObedientRobot m_robot;
    OperatorSample m_sample;
    Latest<OperatorSample> m_operator;
    Latest<RobotState> m_states;
    SteadyClock m_clock;
    std::unique_ptr<TeleopLoop> m_loop;
    Timestamp m_now = kSecond;
    Duration m_period = 0;
};

Result<void> checkSamples(std::span<const OperatorSample> samples)
{
    if (samples.size() < 2) return fail("A motion needs at least two samples to be retargeted.");
    for (std::size_t i = 1; i < samples.size(); ++i) {
        if (samples[i].stamps.capture <= samples[i - 1].stamps.capture) {
            return fail(fmt::format("The times of the motion do not rise at sample {}.", i));
        }
    }
    if (toSeconds(samples.back().stamps.capture - samples.front().stamps.capture) > kLongestMotion) {
        return fail("The motion is longer than an hour; cut it first.");
    }
    return {};
}

}  // namespace

Result<RetargetReport> retarget(const RobotModel& model, std::span<const OperatorSample> samples,
                                const TeleopOptions& options)
{
    if (Result<void> checked = checkSamples(samples); !checked) return tl::unexpected(checked.error());
    Stage stage(model, samples.front());
    if (Result<void> prepared = stage.prepare(model, options); !prepared) return tl::unexpected(prepared.error());

    RetargetReport report;
    report.robot = model.name();
    for (const JointInfo& joint : model.joints()) {
        report.limits.push_back({.joint = joint.name,
                                 .velocity = std::min(joint.velocity.value, options.ceiling.velocity),
                                 .acceleration = std::min(joint.acceleration.value, options.ceiling.acceleration),
                                 .velocitySource = joint.velocity.source,
                                 .accelerationSource = joint.acceleration.source});
    }
    std::vector<BodyFrame> frames;
    std::array<int, kSideCount> frameOf{-1, -1};
    for (const Side side : kSides) {
        const auto i = static_cast<std::size_t>(indexOf(side));
        if (!model.profile().arms[i]) continue;
        frameOf[i] = static_cast<int>(frames.size());
        frames.push_back(model.profile().arms[i]->wrist);
    }
    Result<Kinematics> kinematics = Kinematics::create(model, {}, frames);
    if (!kinematics) return tl::unexpected(kinematics.error());

    IkOptions capped = options.ik;
    capped.ceiling = options.ceiling;
    Result<ReachableTargets> reachable = ReachableTargets::create(model, capped);
    if (!reachable) return tl::unexpected(reachable.error());
    Result<ReachableTargets> clear = ReachableTargets::create(model, capped, true);
    if (!clear) return tl::unexpected(clear.error());
    const std::array<ReachableTargets*, 2> nearest{&*reachable, &*clear};
    const std::array<std::uint64_t*, 2> counts{&report.reachableSteps, &report.clearSteps};

    // Into the first pose: released, pressed, through the ramp, and two seconds to arrive.
    const double rate = options.rateHz;
    for (int i = 0; i < static_cast<int>(0.1 * rate); ++i) (void)stage.tick();
    stage.sample().setHeld(Button::HoldToDrive, true);
    for (int i = 0; i < static_cast<int>(4 * rate); ++i) (void)stage.tick();

    const Timestamp begin = samples.front().stamps.capture;
    const Timestamp end = samples.back().stamps.capture;
    std::vector<Eigen::VectorXd> sent;
    std::vector<double> solves;
    GoalJudge goals(report.limits, toSeconds(stage.period()));
    std::array<Errors, kSideCount> all;
    std::array<Errors, kSideCount> within;
    std::array<std::array<Errors, kSideCount>, 2> nearestErrors;
    std::size_t next = 1;
    for (Timestamp at = begin; at <= end; at += stage.period()) {
        while (samples[next].stamps.capture < at) ++next;
        const Neighbours near{.before = samples[next < 2 ? 0 : next - 2],
                              .from = samples[next - 1],
                              .to = samples[next],
                              .after = samples[std::min(next + 1, samples.size() - 1)]};
        const Duration length = near.to.stamps.capture - near.from.stamps.capture;
        const double part = static_cast<double>(at - near.from.stamps.capture) / static_cast<double>(length);
        interpolate(near, std::clamp(part, 0.0, 1.0), stage.sample());
        const Step& step = stage.tick();
        sent.push_back(step.command);
        const bool followable = goals.isFollowable(step.target);
        if (followable) ++report.followableSteps;
        ++report.steps;
        const bool follows = step.phase == TeleopPhase::Active || step.phase == TeleopPhase::Engaging;
        if (!follows) ++report.heldSteps;
        if (step.solveNs > 0) solves.push_back(step.solveNs * 1e-3);
        kinematics->update(step.command);
        BodyTargets asked;
        for (std::size_t i = 0; i < kSideCount; ++i) {
            asked.arms[i] = {.wrist = step.wrists[i].target, .active = step.wrists[i].active};
        }
        for (std::size_t kind = 0; kind < nearest.size(); ++kind) {
            nearest[kind]->next(asked, toSeconds(stage.period()));
            if (!nearest[kind]->isWithinLimits()) continue;
            ++*counts[kind];
            for (const Side side : kSides) {
                const auto i = static_cast<std::size_t>(indexOf(side));
                if (frameOf[i] < 0 || !step.wrists[i].active) continue;
                const Pose now = kinematics->pose(frameOf[i]);
                const Pose best = nearest[kind]->wrist(side);
                nearestErrors[kind][i].add((now.position - best.position).norm(),
                                           rotationVector(now.orientation * best.orientation.conjugate()).norm());
            }
        }
        for (std::size_t i = 0; i < kSideCount; ++i) {
            if (frameOf[i] < 0 || !step.wrists[i].active) continue;
            const Pose reached = kinematics->pose(frameOf[i]);
            const Pose& wanted = step.wrists[i].target;
            const double position = (reached.position - wanted.position).norm();
            const double angle = rotationVector(reached.orientation * wanted.orientation.conjugate()).norm();
            all[i].add(position, angle);
            if (followable) within[i].add(position, angle);
        }
    }
    for (std::size_t i = 0; i < kSideCount; ++i) {
        if (frameOf[i] < 0) continue;
        report.targets.push_back({.body = frames[static_cast<std::size_t>(frameOf[i])].body,
                                  .steps = all[i].positions.size(),
                                  .position = summaryOf(all[i].positions),
                                  .orientation = summaryOf(all[i].angles),
                                  .followablePosition = summaryOf(within[i].positions),
                                  .followableOrientation = summaryOf(within[i].angles),
                                  .reachablePosition = summaryOf(nearestErrors[0][i].positions),
                                  .reachableOrientation = summaryOf(nearestErrors[0][i].angles),
                                  .clearPosition = summaryOf(nearestErrors[1][i].positions),
                                  .clearOrientation = summaryOf(nearestErrors[1][i].angles)});
    }
    report.solveP50Us = percentile(solves, 0.5);
    report.solveP99Us = percentile(solves, 0.99);
    judgeCommands(model, sent, toSeconds(stage.period()), report);
    if (Result<void> judged = judgeCollisions(model, sent, report); !judged) return tl::unexpected(judged.error());
    return report;
}

}  // namespace understudy
