#pragma once

#include <cmath>

#include <Eigen/Core>

#include "core/timestamp.h"

namespace understudy {

/// How far behind its command a robot is, from what moves: a posture that is `lag` late misses its command by
/// lag · velocity. Least squares over all joints, the last second counting most. Never allocates.
class LagEstimate {
public:
    /// One period of `seconds`: where the command was, how fast it moved, and what was measured by then.
    void update(const Eigen::VectorXd& command, const Eigen::VectorXd& velocity, const Eigen::VectorXd& measured,
                double seconds)
    {
        constexpr double kMemory = 1.0;  // s
        const double keep = std::exp(-seconds / kMemory);
        m_missed *= keep;
        m_moved *= keep;
        for (Eigen::Index i = 0; i < command.size(); ++i) {
            m_missed += (command[i] - measured[i]) * velocity[i] * seconds;
            m_moved += velocity[i] * velocity[i] * seconds;
        }
    }
    void reset() { m_missed = m_moved = 0; }

    /// -1: too little moved lately to tell.
    [[nodiscard]] Duration lag() const
    {
        constexpr double kEnough = 0.01;  // rad²/s
        if (!(m_moved > kEnough)) return -1;
        return m_missed > 0 ? fromSeconds(m_missed / m_moved) : 0;
    }

private:
    double m_missed = 0;
    double m_moved = 0;
};

}  // namespace understudy
