#pragma once

#include <array>
#include <memory>
#include <vector>

#include <Eigen/Cholesky>

#include "core/operatorsample.h"
#include "robots/model/kinematics.h"

namespace understudy {

/// Drives a dexterous hand by the vectors a person's fingers span: from the wrist to each fingertip, and from the thumb
/// to each other fingertip, of which a pinched pair is closed (with hysteresis, so that it neither flickers nor slips).
/// Damped Gauss–Newton on the hand's joints, warm-started, two steps per sample; deterministic; never allocates after
/// create(). Lengths are scaled by the fingers' own, so that no person has to be measured.
class HandRetargeter {
public:
    static constexpr int kFingers = 5;  ///< thumb, index, middle, ring, little

    /// Needs the profile's fingertips of this side; null without them. The model outlives this.
    [[nodiscard]] static Result<std::unique_ptr<HandRetargeter>> create(const RobotModel& model, Side side);

    /// Joint values for what the hand does now, into `joints` (every controlled joint). False: the hand is not seen
    /// well enough, nothing changed.
    bool update(const std::array<TrackedPose, kHandJointCount>& hand, Eigen::VectorXd& joints);

    /// Joints this drives, by index.
    [[nodiscard]] const std::vector<int>& joints() const { return m_kinematics.variables(); }
    /// Whether thumb and that finger (1 to 4) are pinched.
    [[nodiscard]] bool isPinched(int finger) const { return m_pinched[static_cast<std::size_t>(finger)]; }

private:
    struct Vector {
        int from = 0;  ///< finger, -1: the wrist
        int to = 0;
        double weight = 1;
        Eigen::Vector3d wanted = Eigen::Vector3d::Zero();
    };

    HandRetargeter(Kinematics kinematics, std::array<int, kFingers> frames)
        : m_kinematics(std::move(kinematics)), m_frames(frames)
    {
    }
    void step();
    [[nodiscard]] Pose tip(int finger) const;

    Kinematics m_kinematics;                       ///< variables: the hand's joints
    std::array<int, kFingers> m_frames{};          ///< of the fingertips, -1: there is none
    int m_wrist = 0;                               ///< frame
    std::array<double, kFingers> m_length{};       ///< m, wrist to tip, of the open robot hand
    std::array<double, kFingers> m_humanLength{};  ///< m, along the bones; 0: not seen yet
    std::array<bool, kFingers> m_pinched{};
    std::vector<double> m_lower, m_upper, m_open;
    std::vector<Vector> m_vectors;
    Eigen::VectorXd m_all;  ///< every controlled joint
    FrameJacobian m_from, m_to;
    Eigen::MatrixXd m_normal;
    Eigen::VectorXd m_gradient, m_move;
    Eigen::LDLT<Eigen::MatrixXd> m_solver;
};

}  // namespace understudy
