#pragma once

#include <atomic>

#include "core/timestamp.h"

namespace understudy {

/// Source of local monotonic time. Any thread.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Timestamp now() const = 0;
};

/// CLOCK_MONOTONIC: what every running session uses.
class SteadyClock final : public Clock {
public:
    [[nodiscard]] Timestamp now() const override;
};

/// A clock that a test moves by hand.
class ManualClock final : public Clock {
public:
    explicit ManualClock(Timestamp start = 0) : m_now(start) {}
    [[nodiscard]] Timestamp now() const override { return m_now.load(std::memory_order_relaxed); }
    void advance(Duration by) { m_now.fetch_add(by, std::memory_order_relaxed); }

private:
    std::atomic<Timestamp> m_now;
};

/// Ties the monotonic clock to Unix time. Taken once per session and never moved, so that a jump of the wall
/// clock is an event and never a shift.
struct WallAnchor {
    Timestamp monotonic = 0;
    std::int64_t unixNs = 0;

    [[nodiscard]] static WallAnchor take(const Clock& clock);
    [[nodiscard]] std::int64_t toUnix(Timestamp time) const { return unixNs + (time - monotonic); }
    [[nodiscard]] Timestamp fromUnix(std::int64_t unixTime) const { return monotonic + (unixTime - unixNs); }
};

}  // namespace understudy
