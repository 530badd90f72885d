#pragma once

#include <cstdint>
#include <optional>

namespace understudy {

inline constexpr double kDxlCountsPerTurn = 4096;
/// Radians of a servo's raw position; whole turns included.
[[nodiscard]] double dxlRadians(double counts);

/// How one servo's counts become a joint's position: sign * (raw - zero), in radians, or a share of a range.
struct JointCalibration {
    int sign = 1;          ///< 1 or -1
    double zero = 0;       ///< rad of the raw scale where the joint is at 0
    double lowest = -1e9;  ///< rad of the joint; positions beyond are cut off
    double highest = 1e9;
    /// A gripper's trigger: raw rad when open and when closed; the joint is then 0 (open) to 1 (closed).
    struct Range {
        double open = 0;
        double closed = 0;
    };
    std::optional<Range> range;

    [[nodiscard]] double position(double rawRadians) const;
};

/// The zero of a joint that stands at a known position now, to the multiple of `grid` (pi/2: how a printed arm is
/// assembled; 0: exactly) that comes nearest.
[[nodiscard]] double zeroFor(int sign, double rawRadians, double knownPosition, double grid);

/// Keeps a joint's raw position free of jumps of whole turns: after a power cycle or at the end of a single-turn scale.
/// One thread.
class TurnCounter {
public:
    /// The first position goes to within half a turn of `near`, later ones to within half a turn of the one before.
    [[nodiscard]] double unwrap(double rawRadians, double near);
    void reset() { m_last.reset(); }

private:
    std::optional<double> m_last;
};

}  // namespace understudy
