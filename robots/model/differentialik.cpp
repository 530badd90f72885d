#include "robots/model/differentialik.h"

#include <algorithm>

namespace understudy {

namespace {

constexpr double kSlack = 1e-8;  ///< m, so that standing still is inside and not on the edge

Eigen::Vector3d shortened(const Eigen::Vector3d& value, double longest)
{
    const double length = value.norm();
    return length > longest ? Eigen::Vector3d(value * (longest / length)) : value;
}

Eigen::Vector3d turnBetween(const Eigen::Quaterniond& from, const Eigen::Quaterniond& to)
{
    return rotationVector(to * from.conjugate());
}

}  // namespace

Result<DifferentialIk> DifferentialIk::create(const RobotModel& model, const IkOptions& options)
{
    Result<ArmTasks> tasks = ArmTasks::create(model);
    if (!tasks) return tl::unexpected(tasks.error());
    return DifferentialIk(model, options, std::move(*tasks));
}

DifferentialIk::DifferentialIk(const RobotModel& model, const IkOptions& options, ArmTasks tasks)
    : m_options(options), m_limits(limitsOf(model, options.ceiling)), m_tasks(std::move(tasks))
{
    const int count = m_tasks.count();
    m_rest.resize(count);
    m_stiffness.resize(count);
    for (int i = 0; i < count; ++i) {
        const JointInfo& joint = model.joints()[static_cast<std::size_t>(variables()[static_cast<std::size_t>(i)])];
        m_rest[i] = joint.rest;
        // The waist helps only where the arms cannot; joints near the hand are freer than those near the shoulder.
        double share = 5.0;
        if (const int owner = m_tasks.owner(i); owner >= 0) {
            const auto& names = model.profile().arms[static_cast<std::size_t>(owner)]->joints;
            const auto along = static_cast<double>(std::find(names.begin(), names.end(), joint.name) - names.begin());
            share = 2.0 - 1.5 * along / static_cast<double>(names.size());
        }
        m_stiffness[i] = options.posture * share;
    }
    Eigen::VectorXd rest(static_cast<Eigen::Index>(model.joints().size()));
    for (Eigen::Index i = 0; i < rest.size(); ++i) rest[i] = model.joints()[static_cast<std::size_t>(i)].rest;
    m_noTravel.setZero(rest.size());
    reset(rest);
}

void DifferentialIk::reset(const Eigen::VectorXd& joints)
{
    m_joints = joints;
    m_previous.setZero(m_tasks.count());
    m_tasks.forget();
    m_tasks.place(m_joints);
}

void DifferentialIk::addTask(int frame, ArmTasks::Part part, const Eigen::Vector3d& error, double weight)
{
    const double longest = part == ArmTasks::Part::Position ? m_options.longestPosition : m_options.longestRotation;
    const Eigen::Vector3d step = m_options.gain * shortened(error, longest);
    m_tasks.pull(frame, part, step, weight);
    m_tasks.damp(std::sqrt(m_options.errorDamping) * weight * step.norm());
}

void DifferentialIk::addTasks(const BodyTargets& targets)
{
    using Part = ArmTasks::Part;
    for (const Side side : kSides) {
        const ArmTarget& arm = targets.arms[static_cast<std::size_t>(indexOf(side))];
        if (!arm.active || !hasArm(side)) continue;
        const int wrist = m_tasks.wrist(side);
        const Pose now = m_tasks.pose(wrist);
        addTask(wrist, Part::Position, arm.wrist.position - now.position, m_options.wristPosition);
        addTask(wrist, Part::Orientation, turnBetween(now.orientation, arm.wrist.orientation),
                m_options.wristOrientation * m_tasks.orientationShare(side));
        const int elbow = m_tasks.elbow(side);
        if (elbow < 0 || !arm.elbowActive) continue;
        addTask(elbow, Part::Position, arm.elbow - m_tasks.pose(elbow).position, m_options.elbow);
    }
    if (const int torso = m_tasks.torso(); torso >= 0 && targets.torsoActive) {
        addTask(torso, Part::Orientation, turnBetween(m_tasks.pose(torso).orientation, targets.torso), m_options.torso);
    }
}

void DifferentialIk::addPosture(double dt)
{
    m_tasks.damp(m_options.baseDamping);
    const double rate = std::min(m_options.postureRate * dt, 1.0);
    for (int i = 0; i < m_tasks.count(); ++i) {
        const double joint = m_joints[variables()[static_cast<std::size_t>(i)]];
        m_tasks.pull(i, rate * (m_rest[i] - joint), m_stiffness[i]);
        m_tasks.pull(i, m_previous[i], m_options.smoothness);
    }
}

void DifferentialIk::bound(const BodyTargets& targets, const Eigen::VectorXd& cap, double dt)
{
    m_least.resize(m_tasks.count());
    for (int i = 0; i < m_tasks.count(); ++i) {
        const int joint = variables()[static_cast<std::size_t>(i)];
        const double change = m_limits.acceleration[joint] * dt * dt;
        const double fastest = std::min(cap[joint], m_limits.velocity[joint]) * dt;
        // Towards a limit only as fast as the joint can still stop, and from beyond one straight back.
        const double above = m_limits.upper[joint] - m_joints[joint];
        const double below = m_joints[joint] - m_limits.lower[joint];
        double upper = above >= 0 ? std::min(fastest, largestMove(above, change)) : std::max(above, -fastest);
        double lower = below >= 0 ? -std::min(fastest, largestMove(below, change)) : std::min(-below, fastest);
        const int owner = m_tasks.owner(i);
        const bool parked = owner >= 0 && !targets.arms[static_cast<std::size_t>(owner)].active;
        if (parked || lower > upper) lower = upper = 0;
        m_tasks.bound(i, lower, upper);
        m_least[i] = std::clamp(0.0, lower, upper);
    }
}

void DifferentialIk::keepClear(double dt, bool part)
{
    const ClearanceOptions& options = m_options.clearance;
    m_tasks.forgetDemands();
    for (const NearPair& near : m_tasks.collisions().near()) {
        m_tasks.gradientOf(near, m_row);
        const double above = near.at.distance - m_tasks.collisions().pair(near.pair).margin;
        const double still = m_row.dot(m_least) - kSlack;
        double least = std::min(-options.rate * dt * std::max(above, 0.0), still);
        if (above < 0 && part) {
            const double parting = std::min(options.separation, -options.rate * above) * dt;
            least = std::max(still, std::min(parting, 0.5 * m_tasks.mostAlong(m_row)));
        }
        m_tasks.demand(m_row, least);
    }
}

IkResult DifferentialIk::step(const BodyTargets& targets, const Eigen::VectorXd& cap, double dt)
{
    m_tasks.clear();
    addTasks(targets);
    addPosture(dt);
    bound(targets, cap, dt);
    m_tasks.measure(m_joints, m_noTravel, m_options.clearance.within);
    keepClear(dt, true);
    IkResult result;
    result.status = m_tasks.solve();
    if (result.status == QpStatus::Infeasible) {
        // Not every pair that is too near can part at once; none shall close.
        keepClear(dt, false);
        result.status = m_tasks.solve();
    }
    result.iterations = m_tasks.solver().iterations();
    if (result.status != QpStatus::Solved) return result;
    result.activeBounds = m_tasks.solver().activeCount();
    m_previous = m_tasks.moves();
    for (int i = 0; i < m_tasks.count(); ++i) m_joints[variables()[static_cast<std::size_t>(i)]] += m_previous[i];
    m_tasks.place(m_joints);
    return result;
}

}  // namespace understudy
