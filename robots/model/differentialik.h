#pragma once

#include <array>
#include <optional>

#include "core/operatorsample.h"
#include "robots/model/armtasks.h"
#include "robots/model/jointlimits.h"

namespace understudy {

/// Where one arm shall be, in the robot's base frame.
struct ArmTarget {
    Pose wrist;                                       ///< X_BT of the profile's wrist frame
    bool active = false;                              ///< without it the arm only keeps its posture
    Eigen::Vector3d elbow = Eigen::Vector3d::Zero();  ///< of the elbow body
    bool elbowActive = false;
};

struct BodyTargets {
    std::array<ArmTarget, kSideCount> arms{};
    Eigen::Quaterniond torso = Eigen::Quaterniond::Identity();  ///< R_BT of the torso body
    bool torsoActive = false;
};

/// How bodies are kept apart: the nearer two are to their margin, the slower they may close.
struct ClearanceOptions {
    double within = 0.06;      ///< m from which on a pair counts
    double rate = 10;          ///< 1/s: closing speed per distance above the margin
    double separation = 0.05;  ///< m/s, at most, at which a pair within its margin parts
};

/// Weights per metre and per radian; a task's cost is ½ |weight · (J Δq − gain · error)|².
struct IkOptions {
    double wristPosition = 8;
    double wristOrientation = 2;
    double elbow = 0.5;
    double torso = 1.5;
    double posture = 0.01;         ///< towards the rest posture, times a share per joint
    double postureRate = 2;        ///< 1/s
    double smoothness = 0.02;      ///< against a change of velocity
    double gain = 0.9;             ///< share of the error to close per step
    double errorDamping = 3;       ///< Levenberg–Marquardt: grows with the squared weighted error
    double baseDamping = 1e-3;     ///< per rad, keeps the problem strictly convex
    double longestPosition = 0.1;  ///< m of error seen per step
    double longestRotation = 0.5;  ///< rad of error seen per step
    ClearanceOptions clearance;
    LimitCeiling ceiling;
};

struct IkResult {
    QpStatus status = QpStatus::Solved;
    int activeBounds = 0;
    int iterations = 0;
};

/// Differential inverse kinematics of both arms and the waist: one quadratic programme per step, whose hard bounds are
/// joint position (with braking distance) and velocity and the clearance of bodies, all of which allow standing still,
/// so that it always has a solution. Keeps the configuration it has reached; a failed step leaves it as it was. One
/// thread, deterministic, never allocates after create().
class DifferentialIk {
public:
    /// Fails in words where the profile has no arm. The model must outlive this.
    [[nodiscard]] static Result<DifferentialIk> create(const RobotModel& model, const IkOptions& options = {});
    /// With tasks made of the same model before: they take the longest to make.
    DifferentialIk(const RobotModel& model, const IkOptions& options, ArmTasks tasks);

    /// Starts from here: one value per controlled joint, the model's order.
    void reset(const Eigen::VectorXd& joints);
    /// One step of `dt` seconds. `cap`: velocity limits of now, one per controlled joint.
    IkResult step(const BodyTargets& targets, const Eigen::VectorXd& cap, double dt);

    /// Every controlled joint; those this does not solve for stay as reset() left them.
    [[nodiscard]] const Eigen::VectorXd& configuration() const { return m_joints; }
    [[nodiscard]] const std::vector<int>& variables() const { return m_tasks.variables(); }
    [[nodiscard]] bool hasArm(Side side) const { return m_tasks.wrist(side) >= 0; }
    /// X_BT of the wrist frame at the configuration; identity without that arm.
    [[nodiscard]] Pose wrist(Side side) const { return hasArm(side) ? m_tasks.pose(m_tasks.wrist(side)) : Pose{}; }

private:
    void addTasks(const BodyTargets& targets);
    void addPosture(double dt);
    void bound(const BodyTargets& targets, const Eigen::VectorXd& cap, double dt);
    void keepClear(double dt, bool part);
    void addTask(int frame, ArmTasks::Part part, const Eigen::Vector3d& error, double weight);

    IkOptions m_options;
    JointLimits m_limits;
    ArmTasks m_tasks;
    Eigen::VectorXd m_rest;       ///< per variable
    Eigen::VectorXd m_stiffness;  ///< posture weight per variable
    Eigen::VectorXd m_joints;
    Eigen::VectorXd m_previous;  ///< last move per variable
    Eigen::VectorXd m_noTravel;  ///< per controlled joint
    QpVector m_least;            ///< the smallest move each variable may make
    QpVector m_row;
};

}  // namespace understudy
