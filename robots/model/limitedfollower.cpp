#include "robots/model/limitedfollower.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace understudy {

namespace {

constexpr double kSlack = 1e-8;    ///< m, so that braking is inside and not on the edge
constexpr double kWholeWay = 1e9;  ///< periods
constexpr int kMostLooks = 24;     ///< on one way to rest

/// What a joint whose last move was `move` still travels in `periods` periods of braking, unsigned.
double brakingTravel(double move, double change, double periods)
{
    const double speed = std::abs(move);
    const double k = std::min(periods, std::floor(speed / change));
    return k * speed - change * k * (k + 1) / 2;
}

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
    return create(model, options, std::move(*tasks));
}

Result<LimitedFollower> LimitedFollower::create(const RobotModel& model, const FollowerOptions& options, ArmTasks tasks)
{
    Result<Kinematics> probe = Kinematics::create(model, {}, {});
    if (!probe) return tl::unexpected(probe.error());
    LimitedFollower follower(model, options, std::move(tasks), std::move(*probe));
    double weakest = std::numeric_limits<double>::infinity();
    for (int i = 0; i < follower.m_tasks.count(); ++i) {
        const int joint = follower.m_tasks.variables()[static_cast<std::size_t>(i)];
        if (follower.m_tasks.owner(i) >= 0) weakest = std::min(weakest, follower.m_limits.acceleration[joint]);
    }
    follower.m_weakest = weakest;
    return follower;
}

LimitedFollower::LimitedFollower(const RobotModel& model, const FollowerOptions& options, ArmTasks tasks,
                                 Kinematics probe)
    : m_options(options),
      m_limits(limitsOf(model, options.ceiling)),
      m_tasks(std::move(tasks)),
      m_probe(std::move(probe))
{
    const auto pairs = static_cast<std::size_t>(m_tasks.collisions().pairCount());
    m_floors.resize(pairs);
    m_doubtful.reserve(pairs);
    m_travel.setZero(m_limits.lower.size());
    m_onTheWay = m_left = m_done = m_stretch = m_travel;
    m_lookedAt = m_lookedMove = Eigen::VectorXd::Constant(m_travel.size(), std::nan(""));
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

double LimitedFollower::wishScale(const Request& request) const
{
    double scale = 1;
    for (const int joint : m_tasks.variables()) {
        const double fastest = std::min(request.cap[joint], m_limits.velocity[joint]) * request.dt;
        const double wish = std::abs(wishOf(request, joint));
        if (wish > fastest) scale = std::min(scale, fastest / wish);
    }
    return scale;
}

void LimitedFollower::look(const Eigen::VectorXd& position, const Eigen::VectorXd& move, double dt)
{
    if (position == m_lookedAt && move == m_lookedMove) return;
    m_lookedAt = position;
    m_lookedMove = move;
    for (Eigen::Index joint = 0; joint < position.size(); ++joint) {
        const double change = m_limits.acceleration[joint] * dt * dt;
        m_travel[joint] = brakingTravel(move[joint], change, kWholeWay);
    }
    m_tasks.place(position);
    m_tasks.measure(position, m_travel, m_options.clearance.within);
}

void LimitedFollower::keepClear(const Request& request, bool part)
{
    const ClearanceOptions& options = m_options.clearance;
    m_stopRow.resize(m_tasks.count());
    m_tasks.forgetDemands();
    for (const NearPair& near : m_tasks.collisions().near()) {
        m_tasks.gradientOf(near, m_row);
        const CollisionPair& pair = m_tasks.collisions().pair(near.pair);
        const double above = near.at.distance - pair.margin;
        // Closing no faster than the distance allows; braking as hard as possible always counts as allowed.
        const double braking = m_row.dot(m_braked) - kSlack;
        double least = std::min(-options.rate * request.dt * std::max(above, 0.0), braking);
        if (above < 0 && part) {
            const double parting = std::min(options.separation, -options.rate * above) * request.dt;
            least = std::max(braking, std::min(parting, (m_row.dot(m_braked) + m_tasks.mostAlong(m_row)) / 2));
        }
        m_tasks.demand(m_row, least);
        // At rest after braking from here, the pair shall still be above its floor: what a move x travels until then
        // is x|x|/2c + x/2, taken along its tangent at the present move.
        double stopped = near.at.distance - (pair.margin + pair.floor) / 2;
        for (int i = 0; i < m_tasks.count(); ++i) {
            const int joint = m_tasks.variables()[static_cast<std::size_t>(i)];
            const double change = m_limits.acceleration[joint] * request.dt * request.dt;
            const double slope = std::abs(m_present[i]) / change + 0.5;
            const double travel = m_present[i] * std::abs(m_present[i]) / (2 * change) + m_present[i] / 2;
            m_stopRow[i] = slope * m_row[i];
            stopped += m_row[i] * (travel - slope * m_present[i]);
        }
        m_tasks.demand(m_stopRow, std::min(-stopped, m_stopRow.dot(m_braked) - kSlack));
    }
}

bool LimitedFollower::staysClear(const Eigen::VectorXd& from, const Eigen::VectorXd& position,
                                 const Eigen::VectorXd& move, double dt)
{
    if (!position.allFinite() || !move.allFinite()) return false;
    const CollisionModel& collisions = m_tasks.collisions();
    for (std::size_t i = 0; i < m_floors.size(); ++i) m_floors[i] = collisions.pair(static_cast<int>(i)).floor;
    if (from != m_lookedAt) look(from, move, dt);
    for (const NearPair& near : collisions.near()) {
        double& floor = m_floors[static_cast<std::size_t>(near.pair)];
        floor = std::min(floor, near.at.distance - kSlack);
    }
    look(position, move, dt);
    m_doubtful.clear();
    for (const NearPair& near : collisions.near()) {
        const double above = near.at.distance - m_floors[static_cast<std::size_t>(near.pair)];
        if (above < 0) return false;
        if (collisions.reachOf(near.pair, m_travel) > above) m_doubtful.push_back({.pair = near.pair, .above = above});
    }
    return m_doubtful.empty() || brakesClear(position, move, dt);
}

bool LimitedFollower::brakesClear(const Eigen::VectorXd& position, const Eigen::VectorXd& move, double dt)
{
    CollisionModel& collisions = m_tasks.collisions();
    double longest = 0;
    for (Eigen::Index joint = 0; joint < move.size(); ++joint) {
        longest = std::max(longest, std::ceil(std::abs(move[joint]) / (m_limits.acceleration[joint] * dt * dt)));
    }
    // From one posture on the way to a later one: between two that are `above` and `after` over the floor, no pair that
    // closes by at most `reach` comes nearer than half of what is left. The robot is sent one posture a period.
    double from = 0;
    double stride = 0;
    m_done.setZero(move.size());
    const auto guess = [&](double way) {
        double share = 1;
        for (const Doubt& doubt : m_doubtful) {
            share = std::min(share, 2 * doubt.above / collisions.reachOf(doubt.pair, m_left));
        }
        stride = std::max(std::floor(share * way), 1.0);
    };
    m_left = m_travel;
    guess(longest);
    for (int look = 0; look < kMostLooks; ++look) {
        const double to = std::min(from + stride, longest);
        for (Eigen::Index joint = 0; joint < position.size(); ++joint) {
            const double travel = brakingTravel(move[joint], m_limits.acceleration[joint] * dt * dt, to);
            m_onTheWay[joint] = position[joint] + std::copysign(travel, move[joint]);
            m_left[joint] = m_travel[joint] - travel;
            m_stretch[joint] = travel - m_done[joint];
        }
        m_probe.update(m_onTheWay);
        double share = 1;
        for (Doubt& doubt : m_doubtful) {
            const double floor = m_floors[static_cast<std::size_t>(doubt.pair)];
            const double reach = collisions.reachOf(doubt.pair, m_stretch);
            const double far = std::max(collisions.reachOf(doubt.pair, m_left), reach) + floor + 1e-6;
            doubt.after = collisions.separation(doubt.pair, m_probe, far).distance - floor;
            if (doubt.after < 0) return false;
            if (reach > doubt.above + doubt.after) share = std::min(share, (doubt.above + doubt.after) / reach);
        }
        if (share < 1 && to - from > 1) {
            stride = std::max(std::floor(std::min(share, 0.5) * (to - from)), 1.0);
            continue;
        }
        if (to >= longest) return true;
        std::erase_if(m_doubtful,
                      [&](const Doubt& doubt) { return collisions.reachOf(doubt.pair, m_left) <= doubt.after; });
        if (m_doubtful.empty()) return true;
        for (Doubt& doubt : m_doubtful) doubt.above = doubt.after;
        m_done += m_stretch;
        guess(longest - to);
        from = to;
    }
    return false;
}

QpStatus LimitedFollower::step(const Request& request, Eigen::VectorXd& into)
{
    using Part = ArmTasks::Part;
    const double square = request.dt * request.dt;
    const double turnChange = m_options.brakingShare * m_weakest * square;
    const double moveChange = turnChange * m_options.lever;
    look(request.position, request.move, request.dt);
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
    m_braked.resize(m_tasks.count());
    const bool driven = std::ranges::any_of(request.targets.arms, &ArmTarget::active);
    const double scale = driven ? 1 : wishScale(request);
    for (int i = 0; i < m_tasks.count(); ++i) {
        const int joint = m_tasks.variables()[static_cast<std::size_t>(i)];
        const MoveBounds bounds = boundsOf(request, joint);
        m_tasks.bound(i, bounds.lower, bounds.upper);
        m_tasks.pull(i, scale * wishOf(request, joint), m_options.goal);
        if (driven) m_tasks.pull(i, request.move[joint], m_options.damping);
        m_braked[i] = std::clamp(0.0, bounds.lower, bounds.upper);
    }
    keepClear(request, true);
    QpStatus status = m_tasks.solve();
    if (status == QpStatus::Infeasible) {
        // Not every pair that is too near can part at once; none shall close.
        keepClear(request, false);
        status = m_tasks.solve();
    }
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
