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
    ClearanceOptions clearance;
    LimitCeiling ceiling;
};

/// One period's move of arms and waist under hard position, velocity and acceleration limits, so that the wrists stay
/// on their targets as well as the limits allow: where one joint cannot follow, the others make up for it, position
/// before orientation. A target within the limits is followed without delay; an error is closed as fast as still
/// leaves room to brake. Bodies close only as fast as their distance allows and braking can stop. Without an active
/// arm the joints keep their proportions on the way to the goal. Holds no state of the motion; one thread,
/// deterministic, never allocates after create().
class LimitedFollower {
public:
    [[nodiscard]] static Result<LimitedFollower> create(const RobotModel& model, const FollowerOptions& options = {});
    /// With tasks made of the same model before: they take the longest to make.
    [[nodiscard]] static Result<LimitedFollower> create(const RobotModel& model, const FollowerOptions& options,
                                                        ArmTasks tasks);

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

    /// Whether the robot may be sent to `position` with a last move of `move`: no pair of bodies gets nearer than its
    /// floor there or anywhere on the way of braking every joint from there, or nearer than it was at `from`. What
    /// this accepted once can be braked out of in the next period.
    [[nodiscard]] bool staysClear(const Eigen::VectorXd& from, const Eigen::VectorXd& position,
                                  const Eigen::VectorXd& move, double dt);

    /// How far a wrist's target will be missed after the last solved step: m and rad.
    [[nodiscard]] double positionError(Side side) const { return m_missed[index(side)].position; }
    [[nodiscard]] double orientationError(Side side) const { return m_missed[index(side)].orientation; }
    /// Pairs of bodies that were near in the posture looked at last.
    [[nodiscard]] int nearPairs() { return static_cast<int>(m_tasks.collisions().near().size()); }
    /// Forgets the previous solution's active set.
    void reset() { m_tasks.forget(); }

private:
    struct Missed {
        double position = 0;
        double orientation = 0;
        Eigen::Vector3d positionLeft = Eigen::Vector3d::Zero();
        Eigen::Vector3d orientationLeft = Eigen::Vector3d::Zero();
    };

    struct Doubt {
        int pair = 0;
        double above = 0;  ///< m over the floor where the way was looked at last
        double after = 0;  ///< and where it is looked at now
    };

    LimitedFollower(const RobotModel& model, const FollowerOptions& options, ArmTasks tasks, Kinematics probe);
    [[nodiscard]] static std::size_t index(Side side) { return static_cast<std::size_t>(indexOf(side)); }

    [[nodiscard]] MoveBounds boundsOf(const Request& request, Eigen::Index joint) const;
    /// The goal's own move, and as much of what is missing to it as still leaves room to brake.
    [[nodiscard]] double wishOf(const Request& request, Eigen::Index joint) const;
    void pull(int frame, ArmTasks::Part part, const Eigen::Vector3d& wish, double change, double weight);
    void keepClear(const Request& request, bool part);
    [[nodiscard]] double wishScale(const Request& request) const;
    /// Places and measures a posture, with what braking from `move` still travels.
    void look(const Eigen::VectorXd& position, const Eigen::VectorXd& move, double dt);
    [[nodiscard]] bool brakesClear(const Eigen::VectorXd& position, const Eigen::VectorXd& move, double dt);

    FollowerOptions m_options;
    JointLimits m_limits;
    ArmTasks m_tasks;
    double m_weakest = 0;  ///< smallest acceleration limit of the arms
    QpVector m_present;    ///< last move of the variables
    QpVector m_braked;     ///< of the variables, the move that brakes
    QpVector m_row;
    QpVector m_stopRow;
    Kinematics m_probe;          ///< for postures on the way to rest
    Eigen::VectorXd m_lookedAt;  ///< the posture that was measured last
    Eigen::VectorXd m_lookedMove;
    Eigen::VectorXd m_travel;  ///< per controlled joint, what braking still travels; unsigned
    Eigen::VectorXd m_onTheWay;
    Eigen::VectorXd m_left;
    Eigen::VectorXd m_done;         ///< travelled to where the way was looked at last
    Eigen::VectorXd m_stretch;      ///< from there to where it is looked at now
    std::vector<double> m_floors;   ///< per pair, for the posture that is checked
    std::vector<Doubt> m_doubtful;  ///< pairs that braking may bring too near
    std::array<Missed, kSideCount> m_missed{};
};

}  // namespace understudy
