#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>

#include "core/timestamp.h"

namespace understudy {

/// Durations in buckets a sixteenth of an octave wide: percentiles within 5 %. One writer, any readers; no allocation.
class LogHistogram {
public:
    void add(Duration duration)
    {
        const std::uint64_t value = duration > 0 ? static_cast<std::uint64_t>(duration) : 0;
        auto& bucket = m_buckets[indexOf(value)];
        bucket.store(bucket.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        if (value > m_largest.load(std::memory_order_relaxed)) m_largest.store(value, std::memory_order_relaxed);
    }

    [[nodiscard]] std::uint64_t count() const
    {
        std::uint64_t sum = 0;
        for (const auto& bucket : m_buckets) sum += bucket.load(std::memory_order_relaxed);
        return sum;
    }
    [[nodiscard]] Duration largest() const { return static_cast<Duration>(m_largest.load(std::memory_order_relaxed)); }

    /// The duration below which `share` (0 to 1) of all lie; 0 without any.
    [[nodiscard]] Duration percentile(double share) const
    {
        const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(count()));
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i < m_buckets.size(); ++i) {
            sum += m_buckets[i].load(std::memory_order_relaxed);
            if (sum > wanted) return upperEnd(i) < largest() ? upperEnd(i) : largest();
        }
        return largest();
    }

private:
    static constexpr std::size_t kFine = 16;
    static constexpr std::size_t kBuckets = 40 * kFine;  ///< up to 2^43 ns, more than two hours

    [[nodiscard]] static std::size_t indexOf(std::uint64_t value)
    {
        if (value < kFine) return static_cast<std::size_t>(value);
        const auto octave = static_cast<std::size_t>(std::bit_width(value)) - 5;
        const std::size_t index = (octave + 1) * kFine + static_cast<std::size_t>(value >> octave) - kFine;
        return index < kBuckets ? index : kBuckets - 1;
    }
    [[nodiscard]] static Duration upperEnd(std::size_t index)
    {
        if (index < kFine) return static_cast<Duration>(index);
        const std::size_t octave = index / kFine - 1;
        return static_cast<Duration>(((index % kFine + kFine + 1) << octave) - 1);
    }

    std::array<std::atomic<std::uint64_t>, kBuckets> m_buckets{};
    std::atomic<std::uint64_t> m_largest{0};
};

}  // namespace understudy
