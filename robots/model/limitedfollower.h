#pragma once

#include "robots/model/differentialik.h"

namespace understudy {

struct FollowerOptions {
    double wristPosition = 60;    ///< weight per metre; what position and orientation cannot both have, position gets
    double wristOrientation = 8;  ///< per radian
    double goal = 1;              ///< per radian of each joint, towards the goal configuration
    double damping = 0.02;        ///< per radian, against a change of velocity
    double brakingShare = 0.7;    ///< of the joints' accelerations that closing an error may count on
    double urgency = 6;           ///< times that acceleration a task may ask for at once
    double lever = 0.3;           ///< m; turns the joints' accelerations into the wrists'
};

/// One period's move of arms and waist under hard position, velocity and acceleration limits, so that the wrists stay
/// on their targets as well as the limits allow: where one joint cannot follow, the others make up for it, position
/// before orientation. A target within the limits is followed without delay; an error is closed as fast as still
/// leaves room to brake. Holds no state of the motion; one thread, deterministic, never allocates after create().
///
/// Rows for self-collision (nᵀ(J₂ − J₁) Δq ≥ …) belong into this programme: what it returns is sent.
class LimitedFollower {
public:
    [[nodiscard]] static Result<LimitedFollower> create(const RobotModel& model, const FollowerOptions& options = {});

    struct Request {
        const Eigen::VectorXd& position;    ///< last command, every controlled joint
        const Eigen::VectorXd& move;        ///< its last move, one period
        const BodyTargets& before;          ///< targets of the period before
        const BodyTargets& targets;         ///< targets of now
        const Eigen::VectorXd& goalBefore;  ///< goal configuration of the period before, every controlled joint
        const Eigen::VectorXd& goal;        ///< goal configuration of now
        const Eigen::VectorXd& cap;         ///< velocity limits of now
        double dt = 0;                      ///< s
    };
    /// The next command of every joint; those that are not solved for go to the goal one by one. Untouched unless
    /// Solved.
    [[nodiscard]] QpStatus step(const Request& request, Eigen::VectorXd& into);

    /// How far a wrist's target will be missed after the last solved step: m and rad.
    [[nodiscard]] double positionError(Side side) const { return m_missed[index(side)].position; }
    [[nodiscard]] double orientationError(Side side) const { return m_missed[index(side)].orientation; }
    /// Forgets the previous solution's active set.
    void reset() { m_tasks.forget(); }

private:
    struct Missed {
        double position = 0;
        double orientation = 0;
        Eigen::Vector3d positionLeft = Eigen::Vector3d::Zero();
        Eigen::Vector3d orientationLeft = Eigen::Vector3d::Zero();
    };

    LimitedFollower(const RobotModel& model, const FollowerOptions& options, ArmTasks tasks)
        : m_options(options), m_limits(limitsOf(model)), m_tasks(std::move(tasks))
    {
    }
    [[nodiscard]] static std::size_t index(Side side) { return static_cast<std::size_t>(indexOf(side)); }

    [[nodiscard]] MoveBounds boundsOf(const Request& request, Eigen::Index joint) const;
    /// The goal's own move, and as much of what is missing to it as still leaves room to brake.
    [[nodiscard]] double wishOf(const Request& request, Eigen::Index joint) const;
    void pull(int frame, ArmTasks::Part part, const Eigen::Vector3d& wish, double change, double weight);

    FollowerOptions m_options;
    JointLimits m_limits;
    ArmTasks m_tasks;
    double m_weakest = 0;  ///< smallest acceleration limit of the arms
    QpVector m_present;    ///< last move of the variables
    std::array<Missed, kSideCount> m_missed{};
};

}  // namespace understudy
