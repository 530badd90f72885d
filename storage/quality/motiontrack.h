#pragma once

#include <array>
#include <vector>

#include "core/robotstate.h"
#include "storage/read/robotlayout.h"

namespace understudy {

/// How a robot moved, in bins of a tenth of a second: what several checks compare with. One thread.
class MotionTrack {
public:
    static constexpr Duration kBin = 100 * kMillisecond;
    static constexpr int kPathPoints = 16;

    void begin(Timestamp begin, const RobotLayout& layout);
    void add(const RobotState& state);

    struct Bin {
        float left = 0;   ///< rad/s, norm over the joints of the arm
        float right = 0;  ///< likewise
        float any = 0;    ///< the fastest joint
        bool filled = false;
    };
    [[nodiscard]] const std::vector<Bin>& bins() const { return m_bins; }
    [[nodiscard]] Timestamp timeOf(std::size_t bin) const { return m_begin + static_cast<Duration>(bin) * kBin; }
    /// The fastest of a kind between two times, rad/s.
    [[nodiscard]] float fastest(float Bin::*what, Timestamp from, Timestamp to) const;
    /// Whole way of an arm's joints, rad.
    [[nodiscard]] double way(Side side) const;
    /// Joint positions at evenly spaced times, for comparing episodes; empty without samples.
    [[nodiscard]] std::vector<float> path() const;

private:
    Timestamp m_begin = 0;
    std::array<std::vector<int>, kSideCount> m_arms;
    std::vector<Bin> m_bins;
    std::vector<Eigen::VectorXf> m_positions;  ///< of the first sample of each bin
    Eigen::VectorXd m_last;                    ///< first sample of the present bin
    Timestamp m_lastTime = 0;
    std::size_t m_lastBin = 0;
};

}  // namespace understudy
