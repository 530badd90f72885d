#include "storage/quality/motiontrack.h"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

constexpr std::size_t kMostBins = 24 * 3600 * 10;

}  // namespace

void MotionTrack::begin(Timestamp begin, const RobotLayout& layout)
{
    m_begin = begin;
    for (const Side side : kSides) {
        std::vector<int>& arm = m_arms[static_cast<std::size_t>(side)];
        arm.clear();
        for (std::size_t i = 0; i < layout.joints.size(); ++i)
            if (layout.joints[i].part == armOf(side)) arm.push_back(static_cast<int>(i));
    }
    m_bins.clear();
    m_positions.clear();
    m_lastTime = 0;
}

void MotionTrack::add(const RobotState& state)
{
    const Duration since = state.stamps.capture - m_begin;
    if (since < 0 || !state.position.allFinite()) return;
    const auto bin = static_cast<std::size_t>(since / kBin);
    if (bin >= kMostBins || (m_lastTime != 0 && (bin <= m_lastBin || state.position.size() != m_last.size()))) return;
    if (m_lastTime != 0) {
        // The speed between the first samples of two bins belongs to all bins from the earlier to the one before this.
        const double seconds = toSeconds(state.stamps.capture - m_lastTime);
        const Eigen::VectorXd speed = (state.position - m_last) / seconds;
        Bin moved{.any = static_cast<float>(speed.size() > 0 ? speed.cwiseAbs().maxCoeff() : 0), .filled = true};
        for (const Side side : kSides) {
            double squares = 0;
            for (const int joint : m_arms[static_cast<std::size_t>(side)])
                if (joint < speed.size()) squares += speed[joint] * speed[joint];
            (side == Side::Left ? moved.left : moved.right) = static_cast<float>(std::sqrt(squares));
        }
        m_bins.resize(bin);
        m_positions.resize(bin + 1);
        for (std::size_t i = m_lastBin; i < bin; ++i) m_bins[i] = moved;
    } else {
        m_positions.resize(bin + 1);
    }
    m_positions[bin] = state.position.cast<float>();
    m_last = state.position;
    m_lastTime = state.stamps.capture;
    m_lastBin = bin;
}

float MotionTrack::fastest(float Bin::*what, Timestamp from, Timestamp to) const
{
    float most = 0;
    const auto first = static_cast<std::size_t>(std::max<Duration>(0, from - m_begin) / kBin);
    for (std::size_t i = first; i < m_bins.size() && timeOf(i) < to; ++i) most = std::max(most, m_bins[i].*what);
    return most;
}

double MotionTrack::way(Side side) const
{
    double sum = 0;
    for (const Bin& bin : m_bins) sum += side == Side::Left ? bin.left : bin.right;
    return sum * toSeconds(kBin);
}

std::vector<float> MotionTrack::path() const
{
    std::vector<const Eigen::VectorXf*> known;
    for (const Eigen::VectorXf& positions : m_positions)
        if (positions.size() > 0) known.push_back(&positions);
    std::vector<float> path;
    if (known.size() < 2) return path;
    for (int point = 0; point < kPathPoints; ++point) {
        const std::size_t at = static_cast<std::size_t>(point) * (known.size() - 1) / (kPathPoints - 1);
        path.insert(path.end(), known[at]->data(), known[at]->data() + known[at]->size());
    }
    return path;
}

}  // namespace understudy
