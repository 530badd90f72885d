#pragma once

#include <cstdint>
#include <vector>

#include "core/result.h"
#include "robots/envelope/jointlimits.h"

namespace understudy {

/// What the limiter made of a target.
enum class Band : std::uint8_t {
    Pass,    ///< it moved no faster than the velocity limits
    Clamp,   ///< it moved faster and was followed at the limit
    Reject,  ///< it moved more than three times faster, or is not finite: not followed, the joints brake
};

/// The last layer before a robot: turns wanted joint positions into positions that never break a position, velocity
/// or acceleration limit, whatever is wanted. Joints of one group keep their proportions when a velocity limit binds,
/// so that a hand stays on its path. A target that itself keeps the limits is passed through unchanged; one that jumps
/// is approached as fast as the limits allow and without overshoot.
///
/// Pure: no thread, no clock, the same calls give the same positions. Never allocates after create().
class SafetyEnvelope {
public:
    /// `groups`: one number per joint; joints with the same number keep their proportions. `period` in seconds.
    [[nodiscard]] static Result<SafetyEnvelope> create(JointLimits limits, std::vector<int> groups, double period);

    /// At rest at `position`, whatever was before.
    void reset(const Eigen::VectorXd& position);
    /// In the middle of a motion: at `position`, after a last move of one period.
    void resumeAt(const Eigen::VectorXd& position, const Eigen::VectorXd& move);
    /// Following starts anew from the present command: the next target is compared with no earlier one.
    void rebase();
    /// The next target was made from the present command, and is compared with it.
    void resume();
    /// Advances the command by `periods` ≥ 1 periods towards the target. `cap`: velocity limits of now, at most the
    /// limits given before; a lowered cap is reached by braking.
    [[nodiscard]] Band follow(const Eigen::VectorXd& target, const Eigen::VectorXd& cap, int periods = 1);
    /// Advances the command by `periods` periods of braking as hard as the limits allow.
    void brake(int periods = 1);
    /// The loop stood still for long: the joints have come to rest where they are.
    void settle() { m_move.setZero(); }

    [[nodiscard]] const Eigen::VectorXd& position() const { return m_position; }
    [[nodiscard]] const Eigen::VectorXd& velocity() const { return m_velocity; }  ///< of the last period, per second
    [[nodiscard]] const Eigen::VectorXd& move() const { return m_move; }          ///< of the last period
    [[nodiscard]] bool isAtRest() const { return m_move.isZero(0.0); }
    [[nodiscard]] const JointLimits& limits() const { return m_limits; }
    [[nodiscard]] double period() const { return m_period; }

private:
    SafetyEnvelope(JointLimits limits, std::vector<int> groups, double period);

    /// One period towards `m_wanted`, which moves by `m_advance` in it.
    void advance(const Eigen::VectorXd& cap);

    JointLimits m_limits;
    std::vector<int> m_groups;
    std::vector<double> m_scale;  ///< per group
    double m_period;
    bool m_based = false;
    Eigen::VectorXd m_position;
    Eigen::VectorXd m_move;      ///< of the last period
    Eigen::VectorXd m_velocity;  ///< per second
    Eigen::VectorXd m_wanted;    ///< newest target that was not rejected
    Eigen::VectorXd m_advance;   ///< its own move per period
    Eigen::VectorXd m_wish;
};

}  // namespace understudy
