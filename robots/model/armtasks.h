#pragma once

#include <array>
#include <vector>

#include "core/operatorsample.h"
#include "robots/model/collisionmodel.h"

namespace understudy {

/// What both solver stages share: the arm and waist joints that move a wrist, the frames on them, and one quadratic
/// programme over their moves that tasks are added to. Never allocates after create().
class ArmTasks {
public:
    enum class Part : std::uint8_t { Position, Orientation };

    /// Fails in words where the profile has no arm. The model outlives this.
    [[nodiscard]] static Result<ArmTasks> create(const RobotModel& model);

    [[nodiscard]] const std::vector<int>& variables() const { return m_kinematics.variables(); }
    [[nodiscard]] int count() const { return static_cast<int>(variables().size()); }
    /// Side whose arm a variable belongs to, -1: the waist.
    [[nodiscard]] int owner(int variable) const { return m_owner[static_cast<std::size_t>(variable)]; }
    /// Frame numbers, -1: there is none.
    [[nodiscard]] int wrist(Side side) const { return m_wrist[static_cast<std::size_t>(indexOf(side))]; }
    [[nodiscard]] int elbow(Side side) const { return m_elbow[static_cast<std::size_t>(indexOf(side))]; }
    [[nodiscard]] int torso() const { return m_torso; }
    /// 1 for an arm that can take any pose; less where position and orientation exclude each other.
    [[nodiscard]] double orientationShare(Side side) const
    {
        return m_orientationShare[static_cast<std::size_t>(indexOf(side))];
    }

    /// Places the robot: one value per controlled joint.
    void place(const Eigen::VectorXd& joints) { m_kinematics.update(joints); }
    /// Measures what is near in the posture last placed; as CollisionModel::measure().
    void measure(const Eigen::VectorXd& joints, const Eigen::VectorXd& travel, double within)
    {
        m_collisions.measure(m_kinematics, joints, travel, within);
    }
    [[nodiscard]] CollisionModel& collisions() { return m_collisions; }
    [[nodiscard]] const Kinematics& kinematics() const { return m_kinematics; }
    /// Change of a near pair's distance per change of each variable.
    void gradientOf(const NearPair& near, QpVector& into) const;
    [[nodiscard]] Pose pose(int frame) const { return m_kinematics.pose(frame); }

    /// Starts a programme without tasks, bounds or rows.
    void clear();
    /// Adds ½ |weight · (J Δq − step)|² for one part of a frame. `step` in the base frame, m or rad.
    void pull(int frame, Part part, const Eigen::Vector3d& step, double weight);
    /// Adds ½ weight² · (Δq − wish)² for one variable.
    void pull(int variable, double wish, double weight);
    /// Adds ½ weight² · (row · Δq − wish)².
    void pull(const QpVector& row, double wish, double weight);
    /// Demands row · Δq ≥ least, after every bound was set; what the bounds grant anyway is left out. At most
    /// kMaxQpRows demands, more are dropped.
    void demand(const QpVector& row, double least);
    /// The largest row · Δq that the bounds alone allow.
    [[nodiscard]] double mostAlong(const QpVector& row) const;
    /// Takes every demand back.
    void forgetDemands() { m_rows = 0; }
    /// Adds ½ weight² · |Δq|².
    void damp(double weight) { m_problem.hessian.diagonal().array() += weight * weight; }
    void bound(int variable, double lower, double upper);
    /// Solves it, the previous solution first.
    [[nodiscard]] QpStatus solve();
    [[nodiscard]] const QpVector& moves() const { return m_solver.solution(); }
    [[nodiscard]] const QpSolver& solver() const { return m_solver; }
    void forget() { m_solver.reset(); }
    /// J Δq of some moves of the variables.
    [[nodiscard]] Eigen::Vector3d along(int frame, Part part, const QpVector& moves);

private:
    ArmTasks(Kinematics kinematics, CollisionModel collisions)
        : m_kinematics(std::move(kinematics)), m_collisions(std::move(collisions))
    {
    }
    [[nodiscard]] const FrameJacobian& jacobian(int frame);

    Kinematics m_kinematics;
    CollisionModel m_collisions;
    std::vector<int> m_owner;
    std::array<int, kSideCount> m_wrist{-1, -1};
    std::array<int, kSideCount> m_elbow{-1, -1};
    int m_torso = -1;
    std::array<double, kSideCount> m_orientationShare{1, 1};
    FrameJacobian m_jacobian;
    int m_jacobianOf = -1;
    QuadraticProgram m_problem;
    int m_rows = 0;
    QpSolver m_solver;
};

}  // namespace understudy
