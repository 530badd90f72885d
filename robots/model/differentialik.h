#pragma once

#include <array>
#include <optional>

#include "core/operatorsample.h"
#include "robots/model/jointlimits.h"
#include "robots/model/kinematics.h"

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
};

struct IkResult {
    QpStatus status = QpStatus::Solved;
    int activeBounds = 0;
    int iterations = 0;
};

/// Differential inverse kinematics of both arms and the waist: one quadratic programme per step, whose hard bounds are
/// joint position (with braking distance) and velocity, and which therefore always has a solution. Keeps the
/// configuration it has reached; a failed step leaves it as it was. One thread, deterministic, never allocates after
/// create().
class DifferentialIk {
public:
    /// Fails in words where the profile has no arm. The model must outlive this.
    [[nodiscard]] static Result<DifferentialIk> create(const RobotModel& model, const IkOptions& options = {});

    /// Starts from here: one value per controlled joint, the model's order.
    void reset(const Eigen::VectorXd& joints);
    /// One step of `dt` seconds. `cap`: velocity limits of now, one per controlled joint.
    IkResult step(const BodyTargets& targets, const Eigen::VectorXd& cap, double dt);

    /// Every controlled joint; those this does not solve for stay as reset() left them.
    [[nodiscard]] const Eigen::VectorXd& configuration() const { return m_joints; }
    [[nodiscard]] const std::vector<int>& variables() const { return m_kinematics.variables(); }
    [[nodiscard]] bool hasArm(Side side) const { return m_wrist[static_cast<std::size_t>(indexOf(side))] >= 0; }
    /// X_BT of the wrist frame at the configuration; identity without that arm.
    [[nodiscard]] Pose wrist(Side side) const;

private:
    DifferentialIk(const RobotModel& model, const IkOptions& options, Kinematics kinematics);

    void assemble(const BodyTargets& targets, double dt);
    void bound(const BodyTargets& targets, const Eigen::VectorXd& cap, double dt);
    void addTask(const Eigen::Vector3d& error, int firstRow, double weight, double longest);

    IkOptions m_options;
    JointLimits m_limits;
    Kinematics m_kinematics;
    std::array<int, kSideCount> m_wrist{-1, -1};  ///< frame numbers, -1: none
    std::array<int, kSideCount> m_elbow{-1, -1};
    std::vector<int> m_owner;  ///< side whose arm a variable belongs to, -1: the waist
    int m_torso = -1;
    std::array<double, kSideCount> m_orientation{};  ///< weight of each wrist's orientation
    Eigen::VectorXd m_rest;                          ///< per variable
    Eigen::VectorXd m_stiffness;                     ///< posture weight per variable
    Eigen::VectorXd m_joints;
    Eigen::VectorXd m_previous;  ///< last move per variable
    FrameJacobian m_jacobian;
    QuadraticProgram m_problem;
    QpSolver m_solver;
};

}  // namespace understudy
