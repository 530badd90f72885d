#pragma once

#include <atomic>

#include "core/clockmapping.h"
#include "core/source.h"

namespace understudy {

/// What a device thread notes of its packets, and what anyone may read of it meanwhile. Wait-free, never allocates
/// on the writing side.
class HealthMeter {
public:
    /// A device whose last packet is older than this is silent.
    static constexpr Duration kSilentAfter = 250 * kMillisecond;

    /// The device's owner, while no thread runs.
    void started(double announcedRateHz);
    void stopped() { m_running.store(false, std::memory_order_relaxed); }

    /// Device thread only.
    void note(Timestamp arrival, bool recorded);
    void note(const ClockMapping& mapping);

    /// Any thread.
    [[nodiscard]] SourceHealth read(const std::string& name, Timestamp now) const;

private:
    std::atomic<bool> m_running{false};
    std::atomic<std::uint64_t> m_samples{0};
    std::atomic<std::uint64_t> m_dropped{0};
    std::atomic<Timestamp> m_lastArrival{0};
    std::atomic<double> m_rateHz{0};
    std::atomic<double> m_offsetUs{0};
    std::atomic<double> m_uncertaintyUs{0};
    Duration m_silentAfter = kSilentAfter;
    Timestamp m_windowStart = 0;  ///< device thread
    std::uint64_t m_inWindow = 0;
};

}  // namespace understudy
