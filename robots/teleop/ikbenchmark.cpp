#include "robots/teleop/ikbenchmark.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Cholesky>
#include <fmt/format.h>

#include "core/clock.h"
#include "robots/model/limitedfollower.h"

namespace understudy {

namespace {

constexpr double kPeriod = 0.002;

/// Wrist targets that wander with slowly waving joints, so that they can be reached.
class Targets {
public:
    Targets(const RobotModel& model, Kinematics kinematics, std::vector<int> joints)
        : m_kinematics(std::move(kinematics)),
          m_joints(std::move(joints)),
          m_limits(limitsOf(model)),
          m_rest(static_cast<Eigen::Index>(model.joints().size()))
    {
        for (Eigen::Index i = 0; i < m_rest.size(); ++i) {
            m_rest[i] = model.joints()[static_cast<std::size_t>(i)].rest;
        }
    }

    const BodyTargets& at(int step)
    {
        Eigen::VectorXd posture = m_rest;
        for (const int joint : m_joints) posture[joint] += 0.2 * std::sin(0.7 * joint + 1.5 * step * kPeriod);
        m_kinematics.update(posture.cwiseMax(m_limits.lower).cwiseMin(m_limits.upper));
        int frame = 0;
        for (std::size_t i = 0; i < kSideCount; ++i) {
            if (frame == m_kinematics.frameCount()) break;
            m_targets.arms[i] = {.wrist = m_kinematics.pose(frame++), .active = true};
        }
        return m_targets;
    }
    /// Both wrists wanted at one place, which wanders.
    const BodyTargets& together(int step)
    {
        (void)at(step);
        const Eigen::Vector3d middle =
            (m_targets.arms[0].wrist.position + m_targets.arms[1].wrist.position) / 2 + Eigen::Vector3d(0.1, 0, 0.1);
        for (ArmTarget& arm : m_targets.arms) arm.wrist.position = middle;
        return m_targets;
    }
    [[nodiscard]] const Eigen::VectorXd& rest() const { return m_rest; }

private:
    Kinematics m_kinematics;
    std::vector<int> m_joints;
    JointLimits m_limits;
    Eigen::VectorXd m_rest;
    BodyTargets m_targets;
};

IkTimes timesOf(std::vector<double>& micros, double errorSum)
{
    std::sort(micros.begin(), micros.end());
    const auto at = [&](double share) {
        return micros[static_cast<std::size_t>(share * static_cast<double>(micros.size() - 1))];
    };
    return {.p50Us = at(0.5),
            .p99Us = at(0.99),
            .maxUs = micros.back(),
            .meanError = errorSum / static_cast<double>(micros.size())};
}

/// Δq = Jᵀ(J Jᵀ + λ²)⁻¹ e, clamped joint by joint.
void dampedStep(Kinematics& kinematics, const BodyTargets& targets, const JointLimits& limits, Eigen::VectorXd& joints)
{
    const int frames = kinematics.frameCount();
    const auto columns = static_cast<Eigen::Index>(kinematics.variables().size());
    Eigen::MatrixXd jacobian(6 * frames, columns);
    Eigen::VectorXd error(6 * frames);
    FrameJacobian part;
    for (int frame = 0; frame < frames; ++frame) {
        kinematics.jacobian(frame, part);
        jacobian.middleRows(6 * frame, 6) = part;
        const Pose now = kinematics.pose(frame);
        const Pose& wanted = targets.arms[static_cast<std::size_t>(frame)].wrist;
        error.segment<3>(6 * frame) = wanted.position - now.position;
        error.segment<3>(6 * frame + 3) = rotationVector(wanted.orientation * now.orientation.conjugate());
    }
    Eigen::MatrixXd square = jacobian * jacobian.transpose();
    square.diagonal().array() += 1e-3;
    const Eigen::VectorXd move = jacobian.transpose() * square.ldlt().solve(error);
    for (Eigen::Index i = 0; i < columns; ++i) {
        const int joint = kinematics.variables()[static_cast<std::size_t>(i)];
        const double longest = limits.velocity[joint] * kPeriod;
        joints[joint] = std::clamp(joints[joint] + std::clamp(move[i], -longest, longest), limits.lower[joint],
                                   limits.upper[joint]);
    }
    kinematics.update(joints);
}

/// What the loop does when a command could not be braked out of.
void brake(const JointLimits& limits, const Eigen::VectorXd& position, const Eigen::VectorXd& move,
           Eigen::VectorXd& into)
{
    for (Eigen::Index i = 0; i < position.size(); ++i) {
        const MoveBounds bounds = moveBounds(position[i], move[i], limitOf(limits, i), kPeriod);
        into[i] = position[i] + std::clamp(0.0, bounds.lower, bounds.upper);
    }
}

}  // namespace

Result<IkBenchmark> benchmarkIk(const RobotModel& model, int steps)
{
    if (steps < 1) return fail("A benchmark needs at least one step.");
    Result<DifferentialIk> ik = DifferentialIk::create(model);
    if (!ik) return tl::unexpected(ik.error());
    Result<LimitedFollower> follower = LimitedFollower::create(model);
    if (!follower) return tl::unexpected(follower.error());
    std::vector<BodyFrame> wrists;
    std::vector<Side> sides;
    for (const Side side : kSides) {
        const auto& arm = model.profile().arms[static_cast<std::size_t>(indexOf(side))];
        if (!arm) continue;
        wrists.push_back(arm->wrist);
        sides.push_back(side);
    }
    if (sides.size() != kSideCount) return fail(fmt::format("{} has not two arms to time.", model.name()));
    Result<Kinematics> moving = Kinematics::create(model, {}, wrists);
    Result<Kinematics> plain = Kinematics::create(model, ik->variables(), wrists);
    if (!moving) return tl::unexpected(moving.error());
    if (!plain) return tl::unexpected(plain.error());
    Targets targets(model, std::move(*moving), ik->variables());

    const SteadyClock clock;
    const JointLimits limits = limitsOf(model);
    Eigen::VectorXd joints = targets.rest();
    plain->update(joints);
    std::vector<double> solver;
    std::vector<double> goal;
    std::vector<double> reference;
    std::vector<double> contact;
    double solverError = 0;
    double goalError = 0;
    double referenceError = 0;
    double contactError = 0;
    constexpr int kWarmUp = 500;
    Eigen::VectorXd command = targets.rest();
    Eigen::VectorXd next = command;
    Eigen::VectorXd move = Eigen::VectorXd::Zero(command.size());
    Eigen::VectorXd goalBefore = command;
    BodyTargets before = targets.at(0);
    for (int step = 0; step < 2 * (steps + kWarmUp); ++step) {
        const bool meets = step >= steps + kWarmUp;
        const BodyTargets& wanted = meets ? targets.together(step) : targets.at(step);
        const Timestamp start = clock.now();
        const QpStatus reached = ik->step(wanted, limits.velocity, kPeriod).status;
        const Timestamp middle = clock.now();
        const QpStatus followed = follower->step({.position = command,
                                                  .move = move,
                                                  .before = before,
                                                  .targets = wanted,
                                                  .goalBefore = goalBefore,
                                                  .goal = ik->configuration(),
                                                  .cap = limits.velocity,
                                                  .dt = kPeriod},
                                                 next);
        const bool clear = follower->staysClear(command, next, next - command, kPeriod);
        const Timestamp solved = clock.now();
        if (reached != QpStatus::Solved || followed != QpStatus::Solved) {
            return fail(fmt::format("The solver failed on {}.", model.name()));
        }
        if (!clear) brake(limits, command, move, next);
        move = next - command;
        command = next;
        goalBefore = ik->configuration();
        before = wanted;
        const bool warm = step % (steps + kWarmUp) >= kWarmUp;
        if (meets) {
            if (!warm) continue;
            contact.push_back(static_cast<double>(solved - start) * 1e-3);
            contactError += follower->positionError(Side::Left);
            continue;
        }
        const Timestamp begin = clock.now();
        dampedStep(*plain, wanted, limits, joints);
        const Timestamp end = clock.now();
        if (!warm) continue;
        solver.push_back(static_cast<double>(solved - start) * 1e-3);
        goal.push_back(static_cast<double>(middle - start) * 1e-3);
        reference.push_back(static_cast<double>(end - begin) * 1e-3);
        const Eigen::Vector3d target = wanted.arms[0].wrist.position;
        solverError += follower->positionError(Side::Left);
        goalError += (ik->wrist(Side::Left).position - target).norm();
        referenceError += (plain->pose(0).position - target).norm();
    }
    return IkBenchmark{.robot = model.name(),
                       .joints = static_cast<int>(ik->variables().size()),
                       .steps = steps,
                       .solver = timesOf(solver, solverError),
                       .goal = timesOf(goal, goalError),
                       .reference = timesOf(reference, referenceError),
                       .contact = timesOf(contact, contactError),
                       .nearPairs = follower->nearPairs()};
}

}  // namespace understudy
