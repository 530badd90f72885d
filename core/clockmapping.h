#pragma once

#include <array>
#include <cstdint>

#include "core/timestamp.h"

namespace understudy {

/// Maps the clock of a device that only sends to the local monotonic clock: the packets with the least transit in
/// a sliding window of 16 s give offset and drift. The least transit itself cannot be seen from one side and stays
/// in the result. One thread; never allocates.
class ClockMapping {
public:
    /// Takes in a packet (its stamp within ±2^62) and gives its capture time: never after its arrival, never before the
    /// previous one's, and rising as long as arrivals rise. A device clock that leaps is followed at once when it leaps
    /// ahead or by more than a second, within a second otherwise.
    [[nodiscard]] Timestamp map(Timestamp device, Timestamp arrival);

    [[nodiscard]] Duration offset() const;       ///< local minus device at the newest packet, ns
    [[nodiscard]] double driftPpm() const;       ///< of the device against local; positive: it runs fast
    [[nodiscard]] Duration uncertainty() const;  ///< of offset(), without the least transit, ns
    [[nodiscard]] std::uint64_t restarts() const { return m_restarts; }  ///< times the device's clock leapt

private:
    struct Point {
        double x = 0;  ///< device time since m_origin, ns
        double y = 0;  ///< transit and offset since m_base, ns
    };
    static constexpr int kBuckets = 32;

    void restart(Timestamp device, Timestamp arrival);
    void insert(const Point& point);
    void fit();
    [[nodiscard]] double line(double x) const { return m_intercept + m_slope * x; }
    [[nodiscard]] const Point& bucket(int index) const
    {
        return m_buckets[static_cast<std::size_t>((m_first + index) % kBuckets)];
    }

    std::array<Point, kBuckets> m_buckets{};  ///< of each half second the packet with the least transit
    int m_first = 0;
    int m_count = 0;
    std::int64_t m_currentBucket = 0;

    Timestamp m_origin = 0;
    Duration m_base = 0;
    double m_slope = 0;
    double m_intercept = 0;
    double m_meanExcess = 0;  ///< ns above the line, smoothed

    std::uint64_t m_packets = 0;  ///< since the last restart
    std::uint64_t m_restarts = 0;
    Timestamp m_lastDevice = 0;
    Timestamp m_lastCapture = 0;
    Timestamp m_lateSince = 0;  ///< arrival since which every packet was far too late, 0: none
};

}  // namespace understudy
