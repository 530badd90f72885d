#pragma once

#include <random>

#include "robots/model/differentialik.h"

namespace understudy {

/// The poses nearest to a motion's wrist targets that a robot can take at all: position limits only (and, where asked
/// for, the clearance of bodies), no velocity, no acceleration. From each target's predecessor and, now and then, from
/// many other postures, so that no local minimum is taken for a limit. For reports; not for a control loop.
class ReachableTargets {
public:
    [[nodiscard]] static Result<ReachableTargets> create(const RobotModel& model, const IkOptions& options = {},
                                                         bool keepsClear = false);

    /// The next target of the motion, one period after the one before.
    void next(const BodyTargets& targets, double dt);
    [[nodiscard]] Pose wrist(Side side) const { return m_wrists[static_cast<std::size_t>(indexOf(side))]; }
    /// Whether the joints came here from the posture before within their velocity and acceleration limits.
    [[nodiscard]] bool isWithinLimits() const { return m_isWithin; }

private:
    ReachableTargets(const RobotModel& model, const IkOptions& options, ArmTasks tasks, bool keepsClear);
    /// Improves a posture; returns the weighted error left.
    double improve(const BodyTargets& targets, Eigen::VectorXd& joints, int iterations);
    double errorAt(const BodyTargets& targets) const;

    IkOptions m_options;
    JointLimits m_limits;
    ArmTasks m_tasks;
    bool m_keepsClear;
    Eigen::VectorXd m_rest;
    Eigen::VectorXd m_joints;
    Eigen::VectorXd m_velocity;
    Eigen::VectorXd m_still;
    std::array<Pose, kSideCount> m_wrists{};
    std::mt19937_64 m_random{1};
    int m_count = 0;
    bool m_isWithin = false;
};

}  // namespace understudy
