#pragma once

#include "robots/model/retargeter.h"

namespace understudy {

/// What of a retargeter's output changes with time between two samples.
struct PlayedTargets {
    BodyTargets body;
    Eigen::VectorXd joints;
    std::array<double, kSideCount> closure{};
};

/// Bridges the gap between a device's rate and the loop's: from each sample on, the targets glide from where they are
/// to where the sample wants them within one sample period. Adds at most that period of delay, invents no motion, never
/// jumps. Never allocates after prepare().
class TargetPlayout {
public:
    void prepare(Eigen::Index joints, Duration tick);
    /// Jumps there; for targets that nobody follows yet.
    void place(const RetargetOutput& output);
    /// A new sample, `interval` after the one before it.
    void receive(const RetargetOutput& output, Timestamp now, Duration interval);
    /// The targets of the tick at `now`.
    const PlayedTargets& at(Timestamp now);
    [[nodiscard]] const PlayedTargets& now() const { return m_now; }  ///< of the last at() or place()
    /// Targets that stand still where they are.
    void freeze();

private:
    void take(const RetargetOutput& output, PlayedTargets& into) const;

    Duration m_tick = 0;
    Timestamp m_start = 0;
    Duration m_length = 0;
    PlayedTargets m_from;
    PlayedTargets m_to;
    PlayedTargets m_now;
};

}  // namespace understudy
