#include "core/clockmapping.h"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

constexpr double kBucketLength = 0.5e9;  // ns
constexpr double kDriftNeeds = 4e9;      // ns of packets before a drift is believed
constexpr double kMaxDrift = 500e-6;     // quartz is far better
constexpr double kLeapAhead = -20e6;     // ns below the line
constexpr double kTooLate = 50e6;        // ns above the line
constexpr Duration kTooLateFor = kSecond;
constexpr Duration kLeapBack = kSecond;
constexpr std::uint64_t kFewPackets = 10;
constexpr Duration kUnknown = 20 * kMillisecond;

}  // namespace

Timestamp ClockMapping::map(Timestamp device, Timestamp arrival)
{
    if (m_packets == 0) {
        restart(device, arrival);
    } else if (device < m_lastDevice - kLeapBack) {
        ++m_restarts;
        restart(device, arrival);
    } else if (device > m_lastDevice) {
        const Point point{.x = static_cast<double>(device - m_origin),
                          .y = static_cast<double>(arrival - device - m_base)};
        const double excess = point.y - line(point.x);
        if (excess < kTooLate)
            m_lateSince = 0;
        else if (m_lateSince == 0)
            m_lateSince = arrival;
        const bool late = m_lateSince != 0 && arrival - m_lateSince > kTooLateFor;
        if (excess < kLeapAhead || late) {
            ++m_restarts;
            restart(device, arrival);
        } else {
            m_meanExcess += (std::max(excess, 0.0) - m_meanExcess) / 64;
            insert(point);
        }
    }
    m_lastDevice = std::max(m_lastDevice, device);
    ++m_packets;

    const double x = static_cast<double>(device - m_origin);
    const Timestamp mapped = device + m_base + static_cast<Duration>(std::llround(line(x)));
    m_lastCapture = std::min(std::max(mapped, m_lastCapture + 1), std::max(arrival, m_lastCapture));
    return m_lastCapture;
}

void ClockMapping::restart(Timestamp device, Timestamp arrival)
{
    m_origin = device;
    m_base = arrival - device;
    m_slope = 0;
    m_intercept = 0;
    m_meanExcess = 0;
    m_packets = 0;
    m_lastDevice = device;
    m_lateSince = 0;
    m_first = 0;
    m_count = 1;
    m_buckets[0] = {};
    m_currentBucket = 0;
}

void ClockMapping::insert(const Point& point)
{
    const auto bucketOf = static_cast<std::int64_t>(point.x / kBucketLength);
    if (bucketOf > m_currentBucket) {
        m_currentBucket = bucketOf;
        if (m_count == kBuckets)
            m_first = (m_first + 1) % kBuckets;
        else
            ++m_count;
        m_buckets[static_cast<std::size_t>((m_first + m_count - 1) % kBuckets)] = point;
        while (m_count > 1 && point.x - bucket(0).x > kBuckets * kBucketLength) {
            m_first = (m_first + 1) % kBuckets;
            --m_count;
        }
        fit();
        return;
    }
    Point& least = m_buckets[static_cast<std::size_t>((m_first + m_count - 1) % kBuckets)];
    if (point.y - m_slope * point.x >= least.y - m_slope * least.x) return;
    least = point;
    fit();
}

void ClockMapping::fit()
{
    // Of all lines below every point the one nearest to them on average: the edge of the lower convex hull that
    // spans the mean of x.
    std::array<Point, kBuckets> hull;
    int size = 0;
    double meanX = 0;
    for (int i = 0; i < m_count; ++i) {
        const Point& next = bucket(i);
        meanX += next.x / m_count;
        const auto liesAbove = [&](const Point& a, const Point& b) {
            return (b.y - a.y) * (next.x - a.x) >= (next.y - a.y) * (b.x - a.x);
        };
        while (size >= 2 &&
               liesAbove(hull[static_cast<std::size_t>(size - 2)], hull[static_cast<std::size_t>(size - 1)]))
            --size;
        hull[static_cast<std::size_t>(size++)] = next;
    }
    m_slope = 0;
    if (bucket(m_count - 1).x - bucket(0).x >= kDriftNeeds) {
        int edge = 1;
        while (edge + 1 < size && hull[static_cast<std::size_t>(edge)].x < meanX) ++edge;
        const Point& a = hull[static_cast<std::size_t>(edge - 1)];
        const Point& b = hull[static_cast<std::size_t>(edge)];
        m_slope = std::clamp((b.y - a.y) / (b.x - a.x), -kMaxDrift, kMaxDrift);
    }
    m_intercept = bucket(0).y - m_slope * bucket(0).x;
    for (int i = 1; i < m_count; ++i) m_intercept = std::min(m_intercept, bucket(i).y - m_slope * bucket(i).x);
}

Duration ClockMapping::offset() const
{
    return m_base + static_cast<Duration>(std::llround(line(static_cast<double>(m_lastDevice - m_origin))));
}

double ClockMapping::driftPpm() const { return -m_slope * 1e6; }

Duration ClockMapping::uncertainty() const
{
    if (m_packets < kFewPackets) return kUnknown;
    double scatter = 0;
    for (int i = 0; i < m_count; ++i) scatter += (bucket(i).y - line(bucket(i).x)) / m_count;
    // The least of n exponential transits lies a mean transit / n above the least possible one.
    const double perBucket = static_cast<double>(m_packets) / static_cast<double>(m_currentBucket + 1);
    return std::max<Duration>(std::llround(scatter + m_meanExcess / perBucket), kMicrosecond);
}

}  // namespace understudy
