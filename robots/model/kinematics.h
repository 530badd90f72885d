#pragma once

#include <span>
#include <vector>

#include "robots/model/quadraticprogram.h"
#include "robots/model/robotmodel.h"

namespace understudy {

/// Columns: the chosen joints. Rows 0–2 linear (m per rad or m), rows 3–5 angular, both in the robot's base frame.
using FrameJacobian = Eigen::Matrix<double, 6, Eigen::Dynamic, 0, 6, kMaxQpVariables>;

/// Poses of every body, and poses and Jacobians of chosen frames, of a robot whose base is held, over chosen joints.
/// What a joint couples to another (mimic) follows it; every other joint stays at rest. One thread; never allocates
/// after create(), and works only on what moved since the last update().
class Kinematics {
public:
    /// `variables`: joints by index, at most kMaxQpVariables; `frames`: fixed to named bodies.
    [[nodiscard]] static Result<Kinematics> create(const RobotModel& model, std::vector<int> variables,
                                                   const std::vector<BodyFrame>& frames);

    /// Places the robot: one value per controlled joint, the model's order.
    void update(const Eigen::VectorXd& joints);
    /// X_BF after the last update().
    [[nodiscard]] Pose pose(int frame) const;
    void jacobian(int frame, FrameJacobian& into) const;

    /// X_BBody of any body of the scene; objects and what is not the robot stand where they are at rest.
    [[nodiscard]] const Eigen::Matrix3d& rotation(int body) const { return m_rotations[index(body)]; }
    [[nodiscard]] const Eigen::Vector3d& origin(int body) const { return m_origins[index(body)]; }
    /// Adds scale · ∂(direction · p)/∂q to a row over the variables; p at `point` and fixed to `body`.
    template <typename Row>
    void addAlong(int body, const Eigen::Vector3d& point, const Eigen::Vector3d& direction, double scale,
                  Row&& row) const
    {
        for (const Mover& mover : moversOf(body)) {
            const Joint& joint = m_joints[index(mover.joint)];
            const Eigen::Vector3d lever = point - joint.anchor;
            row[mover.variable] +=
                scale * (joint.prismatic ? direction.dot(joint.axis) : direction.dot(joint.axis.cross(lever)));
        }
    }

    [[nodiscard]] const std::vector<int>& variables() const { return m_variables; }
    [[nodiscard]] int frameCount() const { return static_cast<int>(m_frames.size()); }

private:
    struct Frame {
        int body = 0;
        Pose pose;  ///< X_BodyFrame
    };
    struct Joint {
        bool prismatic = false;
        int controlled = -1;  ///< index of the controlled joint that sets it, -1: it stays
        double zero = 0;      ///< value at which it does nothing
        double leaderZero = 0;
        std::array<double, 5> coupling{0, 1, 0, 0, 0};  ///< polynomial of the leader
        Eigen::Vector3d localAxis = Eigen::Vector3d::Zero();
        Eigen::Vector3d localAnchor = Eigen::Vector3d::Zero();
        double input = 0;                                  ///< the controlled joint's value, last update
        double value = 0;                                  ///< of it: the joint's own
        Eigen::Vector3d axis = Eigen::Vector3d::Zero();    ///< in the base's frame
        Eigen::Vector3d anchor = Eigen::Vector3d::Zero();  ///< in the base's frame
    };
    struct Link {
        int body = 0;
        int parent = 0;
        int firstJoint = 0;
        int jointCount = 0;
        bool moved = false;
        Eigen::Matrix3d rotation = Eigen::Matrix3d::Identity();  ///< in the parent, joints at zero
        Eigen::Vector3d origin = Eigen::Vector3d::Zero();
    };
    struct Mover {
        int variable = 0;
        int joint = 0;
    };

    Kinematics() = default;
    [[nodiscard]] static std::size_t index(int value) { return static_cast<std::size_t>(value); }
    [[nodiscard]] std::span<const Mover> moversOf(int body) const
    {
        const auto first = static_cast<std::size_t>(m_firstMover[index(body)]);
        return std::span(m_movers).subspan(first, static_cast<std::size_t>(m_firstMover[index(body) + 1]) - first);
    }
    void place(Link& link);

    std::vector<int> m_variables;
    std::vector<Frame> m_frames;
    std::vector<Joint> m_joints;
    std::vector<Link> m_links;  ///< that joints move, parents first
    std::vector<int> m_linkOf;  ///< per body, -1: it stands still
    std::vector<Eigen::Matrix3d> m_rotations;
    std::vector<Eigen::Vector3d> m_origins;
    std::vector<Mover> m_movers;
    std::vector<int> m_firstMover;  ///< per body and one more
};

/// Controlled joints that lie between the base and a body, by index, from the base outwards.
[[nodiscard]] std::vector<int> jointsBetween(const RobotModel& model, int body);

}  // namespace understudy
