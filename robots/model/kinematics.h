#pragma once

#include <memory>
#include <span>
#include <vector>

#include "robots/model/quadraticprogram.h"
#include "robots/model/robotmodel.h"

namespace understudy {

/// Columns: the chosen joints. Rows 0–2 linear (m per rad or m), rows 3–5 angular, both in the robot's base frame.
using FrameJacobian = Eigen::Matrix<double, 6, Eigen::Dynamic, 0, 6, kMaxQpVariables>;

/// Poses and Jacobians of chosen frames of a robot whose base is held, over chosen joints. Has MuJoCo data of its own;
/// one thread. Never allocates after create().
class Kinematics {
public:
    /// `variables`: joints by index, at most kMaxQpVariables; `frames`: fixed to named bodies. The model must outlive
    /// this.
    [[nodiscard]] static Result<Kinematics> create(const RobotModel& model, std::vector<int> variables,
                                                   const std::vector<BodyFrame>& frames);
    Kinematics(Kinematics&&) noexcept;
    Kinematics& operator=(Kinematics&&) noexcept;
    ~Kinematics();

    /// Places the robot: one value per controlled joint, the model's order.
    void update(const Eigen::VectorXd& joints);
    /// X_BF after the last update().
    [[nodiscard]] Pose pose(int frame) const;
    void jacobian(int frame, FrameJacobian& into) const;

    [[nodiscard]] const std::vector<int>& variables() const;
    [[nodiscard]] int frameCount() const;

private:
    struct Data;
    explicit Kinematics(std::unique_ptr<Data> data);

    std::unique_ptr<Data> m_data;
};

/// Controlled joints that lie between the base and a body, by index, from the base outwards.
[[nodiscard]] std::vector<int> jointsBetween(const RobotModel& model, int body);

}  // namespace understudy
