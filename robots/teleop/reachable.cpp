#include "robots/teleop/reachable.h"

#include <algorithm>
#include <cmath>

namespace understudy {

namespace {

constexpr int kStarts = 12;           ///< postures tried anew
constexpr int kAnew = 50;             ///< targets between two such trials
constexpr int kLongSearch = 40;       ///< steps from a new posture
constexpr int kShortSearch = 8;       ///< steps from the posture before
constexpr double kBetter = 0.01;      ///< weighted error; a new posture must be better by this
constexpr double kLongestStep = 0.3;  ///< rad
constexpr double kSettled = 1e-8;     ///< rad
constexpr double kDamping = 0.02;
constexpr double kPosture = 0.005;

double uniform(std::mt19937_64& random) { return static_cast<double>(random() >> 11) * 0x1.0p-53; }

}  // namespace

Result<ReachableTargets> ReachableTargets::create(const RobotModel& model, const IkOptions& options, bool keepsClear)
{
    Result<ArmTasks> tasks = ArmTasks::create(model);
    if (!tasks) return tl::unexpected(tasks.error());
    return ReachableTargets(model, options, std::move(*tasks), keepsClear);
}

ReachableTargets::ReachableTargets(const RobotModel& model, const IkOptions& options, ArmTasks tasks, bool keepsClear)
    : m_options(options),
      m_limits(limitsOf(model, options.ceiling)),
      m_tasks(std::move(tasks)),
      m_keepsClear(keepsClear)
{
    m_rest.resize(m_limits.lower.size());
    for (Eigen::Index i = 0; i < m_rest.size(); ++i) m_rest[i] = model.joints()[static_cast<std::size_t>(i)].rest;
    m_joints = m_rest;
    m_velocity.setZero(m_rest.size());
    m_still.setZero(m_rest.size());
}

double ReachableTargets::errorAt(const BodyTargets& targets) const
{
    double squared = 0;
    for (const Side side : kSides) {
        const ArmTarget& arm = targets.arms[static_cast<std::size_t>(indexOf(side))];
        if (!arm.active || m_tasks.wrist(side) < 0) continue;
        const Pose now = m_tasks.pose(m_tasks.wrist(side));
        const double turn = rotationVector(arm.wrist.orientation * now.orientation.conjugate()).norm();
        squared += std::pow(m_options.wristPosition, 2) * (arm.wrist.position - now.position).squaredNorm() +
                   std::pow(m_options.wristOrientation * m_tasks.orientationShare(side) * turn, 2);
    }
    return std::sqrt(squared);
}

double ReachableTargets::improve(const BodyTargets& targets, Eigen::VectorXd& joints, int iterations)
{
    using Part = ArmTasks::Part;
    QpVector row;
    m_tasks.forget();
    for (int iteration = 0; iteration < iterations; ++iteration) {
        m_tasks.place(joints);
        m_tasks.clear();
        for (const Side side : kSides) {
            const ArmTarget& arm = targets.arms[static_cast<std::size_t>(indexOf(side))];
            const int wrist = m_tasks.wrist(side);
            if (!arm.active || wrist < 0) continue;
            const Pose now = m_tasks.pose(wrist);
            m_tasks.pull(wrist, Part::Position, arm.wrist.position - now.position, m_options.wristPosition);
            m_tasks.pull(wrist, Part::Orientation, rotationVector(arm.wrist.orientation * now.orientation.conjugate()),
                         m_options.wristOrientation * m_tasks.orientationShare(side));
        }
        m_tasks.damp(kDamping * (1 + errorAt(targets)));
        for (int i = 0; i < m_tasks.count(); ++i) {
            const int joint = m_tasks.variables()[static_cast<std::size_t>(i)];
            m_tasks.pull(i, m_rest[joint] - joints[joint], kPosture);
            m_tasks.bound(i, std::min(std::max(m_limits.lower[joint] - joints[joint], -kLongestStep), 0.0),
                          std::max(std::min(m_limits.upper[joint] - joints[joint], kLongestStep), 0.0));
        }
        if (m_keepsClear) {
            m_tasks.measure(joints, m_still, m_options.clearance.within);
            for (const NearPair& near : m_tasks.collisions().near()) {
                m_tasks.gradientOf(near, row);
                const double above = near.at.distance - m_tasks.collisions().pair(near.pair).margin;
                m_tasks.demand(row, std::min(-above, m_tasks.mostAlong(row) / 2));
            }
        }
        if (m_tasks.solve() != QpStatus::Solved) break;
        for (int i = 0; i < m_tasks.count(); ++i) {
            joints[m_tasks.variables()[static_cast<std::size_t>(i)]] += m_tasks.moves()[i];
        }
        if (m_tasks.moves().cwiseAbs().maxCoeff() < kSettled) break;
    }
    m_tasks.place(joints);
    return errorAt(targets);
}

void ReachableTargets::next(const BodyTargets& targets, double dt)
{
    Eigen::VectorXd best = m_joints;
    double least = improve(targets, best, m_count == 0 ? kLongSearch : kShortSearch);
    if (m_count % kAnew == 0) {
        for (int start = 0; start < kStarts; ++start) {
            Eigen::VectorXd trial = m_rest;
            for (const int joint : m_tasks.variables()) {
                const double lower = std::max(m_limits.lower[joint], -M_PI);
                const double upper = std::min(m_limits.upper[joint], M_PI);
                if (start > 0) trial[joint] = lower + uniform(m_random) * (upper - lower);
            }
            const double error = improve(targets, trial, kLongSearch);
            if (error > least - kBetter) continue;
            least = error;
            best = trial;
        }
    }
    m_tasks.place(best);
    for (const Side side : kSides) {
        if (m_tasks.wrist(side) >= 0)
            m_wrists[static_cast<std::size_t>(indexOf(side))] = m_tasks.pose(m_tasks.wrist(side));
    }
    const Eigen::VectorXd velocity = (best - m_joints) / dt;
    m_isWithin = m_count > 0;
    for (const int joint : m_tasks.variables()) {
        if (std::abs(velocity[joint]) > m_limits.velocity[joint] ||
            std::abs(velocity[joint] - m_velocity[joint]) > m_limits.acceleration[joint] * dt) {
            m_isWithin = false;
        }
    }
    m_velocity = velocity;
    m_joints = best;
    ++m_count;
}

}  // namespace understudy
