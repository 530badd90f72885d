#include "robots/model/limitedfollower.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace understudy {

namespace {

/// The target's own move, and as much of the error it had before as still leaves room to brake.
Eigen::Vector3d approach(const Eigen::Vector3d& advance, const Eigen::Vector3d& missing, double change)
{
    const double distance = missing.norm();
    if (!(distance > 1e-12)) return advance;
    return advance + missing * (largestMove(distance, change) / distance);
}

}  // namespace

Result<LimitedFollower> LimitedFollower::create(const RobotModel& model, const FollowerOptions& options)
{
    Result<ArmTasks> tasks = ArmTasks::create(model);
    if (!tasks) return tl::unexpected(tasks.error());
    LimitedFollower follower(model, options, std::move(*tasks));
    double weakest = std::numeric_limits<double>::infinity();
    for (int i = 0; i < follower.m_tasks.count(); ++i) {
        const int joint = follower.m_tasks.variables()[static_cast<std::size_t>(i)];
        if (follower.m_tasks.owner(i) >= 0) weakest = std::min(weakest, follower.m_limits.acceleration[joint]);
    }
    follower.m_weakest = weakest;
    return follower;
}

void LimitedFollower::pull(int frame, ArmTasks::Part part, const Eigen::Vector3d& wish, double change, double weight)
{
    // What no joint could do in one period must not drown what another could.
    const Eigen::Vector3d present = m_tasks.along(frame, part, m_present);
    const Eigen::Vector3d turn = wish - present;
    const double longest = m_options.urgency * change;
    const double length = turn.norm();
    m_tasks.pull(frame, part, length > longest ? Eigen::Vector3d(present + turn * (longest / length)) : wish, weight);
}

MoveBounds LimitedFollower::boundsOf(const Request& request, Eigen::Index joint) const
{
    JointLimit limit = limitOf(m_limits, joint);
    limit.velocity = std::min(limit.velocity, request.cap[joint]);
    return moveBounds(request.position[joint], request.move[joint], limit, request.dt);
}

double LimitedFollower::wishOf(const Request& request, Eigen::Index joint) const
{
    const double change = m_limits.acceleration[joint] * request.dt * request.dt;
    const double missing = request.goalBefore[joint] - request.position[joint];
    return request.goal[joint] - request.goalBefore[joint] +
           std::copysign(largestMove(std::abs(missing), change), missing);
}

QpStatus LimitedFollower::step(const Request& request, Eigen::VectorXd& into)
{
    using Part = ArmTasks::Part;
    const double square = request.dt * request.dt;
    const double turnChange = m_options.brakingShare * m_weakest * square;
    const double moveChange = turnChange * m_options.lever;
    m_tasks.place(request.position);
    m_tasks.clear();
    m_present.resize(m_tasks.count());
    for (int i = 0; i < m_tasks.count(); ++i) {
        m_present[i] = request.move[m_tasks.variables()[static_cast<std::size_t>(i)]];
    }
    for (const Side side : kSides) {
        const ArmTarget& arm = request.targets.arms[index(side)];
        const int wrist = m_tasks.wrist(side);
        if (!arm.active || wrist < 0) continue;
        const ArmTarget& before = request.before.arms[index(side)].active ? request.before.arms[index(side)] : arm;
        const Pose now = m_tasks.pose(wrist);
        const Eigen::Vector3d move = arm.wrist.position - before.wrist.position;
        const Eigen::Vector3d turn = rotationVector(arm.wrist.orientation * before.wrist.orientation.conjugate());
        const Eigen::Vector3d apart = before.wrist.position - now.position;
        const Eigen::Vector3d twisted = rotationVector(before.wrist.orientation * now.orientation.conjugate());
        pull(wrist, Part::Position, approach(move, apart, moveChange), moveChange, m_options.wristPosition);
        pull(wrist, Part::Orientation, approach(turn, twisted, turnChange), turnChange,
             m_options.wristOrientation * m_tasks.orientationShare(side));
        m_missed[index(side)].positionLeft = arm.wrist.position - now.position;
        m_missed[index(side)].orientationLeft = rotationVector(arm.wrist.orientation * now.orientation.conjugate());
    }
    for (int i = 0; i < m_tasks.count(); ++i) {
        const int joint = m_tasks.variables()[static_cast<std::size_t>(i)];
        const MoveBounds bounds = boundsOf(request, joint);
        m_tasks.bound(i, bounds.lower, bounds.upper);
        m_tasks.pull(i, wishOf(request, joint), m_options.goal);
        m_tasks.pull(i, request.move[joint], m_options.damping);
    }
    const QpStatus status = m_tasks.solve();
    if (status != QpStatus::Solved) return status;
    for (Eigen::Index joint = 0; joint < into.size(); ++joint) {
        const MoveBounds bounds = boundsOf(request, joint);
        into[joint] = request.position[joint] + std::clamp(wishOf(request, joint), bounds.lower, bounds.upper);
    }
    for (int i = 0; i < m_tasks.count(); ++i) {
        const int joint = m_tasks.variables()[static_cast<std::size_t>(i)];
        into[joint] = request.position[joint] + m_tasks.moves()[i];
    }
    for (const Side side : kSides) {
        Missed& missed = m_missed[index(side)];
        const int wrist = m_tasks.wrist(side);
        if (wrist < 0 || !request.targets.arms[index(side)].active) continue;
        missed.position = (missed.positionLeft - m_tasks.along(wrist, Part::Position, m_tasks.moves())).norm();
        missed.orientation = (missed.orientationLeft - m_tasks.along(wrist, Part::Orientation, m_tasks.moves())).norm();
    }
    return status;
}

}  // namespace understudy
