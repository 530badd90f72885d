#include "robots/envelope/effortguard.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace understudy {

Result<EffortGuard> EffortGuard::create(Eigen::VectorXd largest, Duration window)
{
    for (const double value : largest) {
        if (!(value > 0)) return fail("The effort by which a joint may differ from its model must be above zero.");
    }
    if (window < 0) return fail("The time for which an effort must differ cannot be negative.");
    return EffortGuard(std::move(largest), window);
}

EffortGuard::EffortGuard(Eigen::VectorXd largest, Duration window)
    : m_largest(std::move(largest)),
      m_window(window),
      m_watches((m_largest.array() < std::numeric_limits<double>::infinity()).any()),
      m_beyond(static_cast<std::size_t>(m_largest.size()), 0)
{
}

void EffortGuard::reset()
{
    std::fill(m_beyond.begin(), m_beyond.end(), Duration{0});
    m_share = 0;
    m_joint = -1;
}

void EffortGuard::update(const Eigen::VectorXd& measured, const Eigen::VectorXd& expected, Duration elapsed)
{
    m_share = 0;
    m_joint = -1;
    if (measured.size() != m_largest.size() || expected.size() != m_largest.size()) return;
    for (Eigen::Index i = 0; i < m_largest.size(); ++i) {
        Duration& beyond = m_beyond[static_cast<std::size_t>(i)];
        const double difference = std::abs(measured[i] - expected[i]);
        const double share = std::isfinite(difference) ? difference / m_largest[i] : 0.0;
        m_share = std::max(m_share, share);
        beyond = share > 1.0 ? beyond + std::max<Duration>(elapsed, 0) : 0;
        if (beyond > m_window && m_joint < 0) m_joint = static_cast<int>(i);
    }
}

}  // namespace understudy
