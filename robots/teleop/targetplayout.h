#pragma once

#include <array>

#include "robots/model/retargeter.h"

namespace understudy {

/// What of a retargeter's output changes with time between two samples.
struct PlayedTargets {
    BodyTargets body;
    Eigen::VectorXd joints;
    std::array<double, kSideCount> closure{};
};

/// Bridges the gap between a device's rate and the loop's: from each sample on, the targets glide from where they are
/// to where the sample wants them within one sample period, and what is played is the mean over the last such period,
/// so that velocities do not jump either. Adds one and a half sample periods of delay at most (none at the loop's own
/// rate), invents no motion. Never allocates after prepare().
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
    /// By how much what is played lies behind the samples, at their present rate.
    [[nodiscard]] Duration delay() const { return m_length <= m_tick ? 0 : m_length - m_tick + m_length / 2; }

private:
    static constexpr std::size_t kMostAveraged = 20;

    void take(const RetargetOutput& output, PlayedTargets& into) const;
    void glide(Timestamp now);
    void average(std::size_t count);

    Duration m_tick = 0;
    Timestamp m_start = 0;
    Duration m_length = 0;
    PlayedTargets m_from;
    PlayedTargets m_to;
    PlayedTargets m_glide;                              ///< on the way from one to the other
    std::array<PlayedTargets, kMostAveraged> m_recent;  ///< glides of the last ticks
    std::size_t m_recentCount = 0;
    std::size_t m_newest = 0;
    PlayedTargets m_now;  ///< their mean
};

}  // namespace understudy
