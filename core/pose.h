#pragma once

#include <Eigen/Core>
#include <Eigen/Geometry>

namespace understudy {

/// A rigid transform X_AB: the pose of frame B in frame A. Metres; unit quaternion, w x y z in code.
/// Frames follow REP-103: x forward, y left, z up, right-handed.
struct Pose {
    Eigen::Vector3d position = Eigen::Vector3d::Zero();
    Eigen::Quaterniond orientation = Eigen::Quaterniond::Identity();

    [[nodiscard]] Pose inverse() const
    {
        const Eigen::Quaterniond back = orientation.conjugate();
        return {.position = -(back * position), .orientation = back};
    }

    [[nodiscard]] bool isFinite() const { return position.allFinite() && orientation.coeffs().allFinite(); }
};

/// X_AC = X_AB * X_BC.
[[nodiscard]] inline Pose operator*(const Pose& ab, const Pose& bc)
{
    return {.position = ab.position + ab.orientation * bc.position, .orientation = ab.orientation * bc.orientation};
}

/// p_A = X_AB * p_B.
[[nodiscard]] inline Eigen::Vector3d operator*(const Pose& ab, const Eigen::Vector3d& point)
{
    return ab.position + ab.orientation * point;
}

/// Rotation vector (axis times angle, radians) of a unit quaternion, the short way round.
[[nodiscard]] inline Eigen::Vector3d rotationVector(const Eigen::Quaterniond& rotation)
{
    const Eigen::Vector3d imaginary =
        rotation.w() < 0 ? Eigen::Vector3d(-rotation.vec()) : Eigen::Vector3d(rotation.vec());
    const double sine = imaginary.norm();
    if (sine < 1e-12) return 2.0 * imaginary;
    return imaginary * (2.0 * std::atan2(sine, std::abs(rotation.w())) / sine);
}

/// Linear in m/s, angular in rad/s, of a frame, expressed in the frame the owner names.
struct Twist {
    Eigen::Vector3d linear = Eigen::Vector3d::Zero();
    Eigen::Vector3d angular = Eigen::Vector3d::Zero();
};

/// Force in N and torque in N·m, expressed in the frame the owner names.
struct Wrench {
    Eigen::Vector3d force = Eigen::Vector3d::Zero();
    Eigen::Vector3d torque = Eigen::Vector3d::Zero();
};

}  // namespace understudy
