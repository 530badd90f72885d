#include "xr/smoothing/outlier.h"

#include <algorithm>
#include <span>

namespace understudy {
namespace {

constexpr double kMadToDeviation = 1.4826;
constexpr double kFastest = 8;  // m/s; no velocity above this predicts anything

double median(std::span<double> values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

}  // namespace

void OutlierGate::reset()
{
    m_count = m_next = m_suspects = 0;
    m_seen = false;
    m_velocity.setZero();
}

void OutlierGate::accept(const Pose& pose, double elapsed)
{
    if (m_seen && elapsed > 0) {
        m_velocity = (pose.position - m_last.position) / elapsed;
        if (m_velocity.norm() > kFastest) m_velocity.setZero();
    }
    m_last = pose;
    m_seen = true;
}

OutlierGate::Verdict OutlierGate::pass(const Pose& pose, double elapsed)
{
    if (!m_seen) {
        accept(pose, elapsed);
        return {.pose = pose};
    }
    Pose predicted = m_last;
    predicted.position += m_velocity * std::max(elapsed, 0.0);
    const double residual = (pose.position - predicted.position).norm();
    double limit = m_options.leastMetres;
    if (m_count >= 5) {
        std::array<double, kWindow> sorted = m_residuals;
        const auto window = std::span(sorted).first(static_cast<std::size_t>(m_count));
        const double middle = median(window);
        for (double& value : window) value = std::abs(value - middle);
        limit = std::max(limit, middle + m_options.deviations * kMadToDeviation * median(window));
    }
    const bool far = residual > limit || m_last.orientation.angularDistance(pose.orientation) > m_options.leastRadians;
    if (far) {
        const bool agrees = m_suspects > 0 &&
                            (pose.position - m_suspect.position).norm() <= 2 * m_options.leastMetres &&
                            m_suspect.orientation.angularDistance(pose.orientation) <= m_options.leastRadians;
        m_suspects = agrees ? m_suspects + 1 : 1;
        m_suspect = pose;
        if (m_suspects < m_options.believeAfter) {
            // Not along the old velocity for ever: it fades within the outliers that may come.
            m_velocity *= 0.5;
            m_last.position = predicted.position;
            return {.pose = predicted, .replaced = true};
        }
        m_count = m_next = 0;
        m_velocity.setZero();
        m_last = pose;
    } else {
        m_residuals[static_cast<std::size_t>(m_next)] = residual;
        m_next = (m_next + 1) % kWindow;
        m_count = std::min(m_count + 1, kWindow);
    }
    m_suspects = 0;
    accept(pose, elapsed);
    return {.pose = pose};
}

}  // namespace understudy
