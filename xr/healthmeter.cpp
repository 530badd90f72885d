#include "xr/healthmeter.h"

#include <algorithm>

#include <fmt/format.h>

namespace understudy {

void HealthMeter::started(double announcedRateHz)
{
    m_silentAfter = announcedRateHz > 0 ? std::max(kSilentAfter, fromSeconds(3 / announcedRateHz)) : kSilentAfter;
    m_samples = 0;
    m_dropped = 0;
    m_lastArrival = 0;
    m_rateHz = 0;
    m_windowStart = 0;
    m_inWindow = 0;
    m_running = true;
}

void HealthMeter::note(Timestamp arrival, bool recorded)
{
    m_samples.fetch_add(1, std::memory_order_relaxed);
    if (!recorded) m_dropped.fetch_add(1, std::memory_order_relaxed);
    m_lastArrival.store(arrival, std::memory_order_relaxed);
    if (m_windowStart == 0) m_windowStart = arrival;
    const Duration length = arrival - m_windowStart;
    if (length >= kSecond) {
        m_rateHz.store(static_cast<double>(m_inWindow) / toSeconds(length), std::memory_order_relaxed);
        m_windowStart = arrival;
        m_inWindow = 0;
    }
    ++m_inWindow;
}

void HealthMeter::note(const ClockMapping& mapping)
{
    m_offsetUs.store(static_cast<double>(mapping.offset()) * 1e-3, std::memory_order_relaxed);
    m_uncertaintyUs.store(static_cast<double>(mapping.uncertainty()) * 1e-3, std::memory_order_relaxed);
}

SourceHealth HealthMeter::read(const std::string& name, Timestamp now) const
{
    SourceHealth health{.samples = m_samples.load(std::memory_order_relaxed),
                        .dropped = m_dropped.load(std::memory_order_relaxed),
                        .rateHz = m_rateHz.load(std::memory_order_relaxed),
                        .lastArrival = m_lastArrival.load(std::memory_order_relaxed),
                        .clockOffsetUs = m_offsetUs.load(std::memory_order_relaxed),
                        .clockUncertaintyUs = m_uncertaintyUs.load(std::memory_order_relaxed)};
    const Duration age = now - health.lastArrival;
    if (!m_running.load(std::memory_order_relaxed)) {
        health.state = SourceState::Stopped;
        health.rateHz = 0;
    } else if (health.lastArrival == 0) {
        health.state = SourceState::Connecting;
    } else if (age > m_silentAfter) {
        health.state = SourceState::Silent;
        health.problem = fmt::format("nothing from {} for {:.1f} s", name, toSeconds(age));
        if (age > kSecond) health.rateHz = 0;
    } else {
        health.state = SourceState::Running;
    }
    return health;
}

}  // namespace understudy
