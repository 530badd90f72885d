#pragma once

#include <array>
#include <vector>

#include "core/operatorsample.h"

namespace understudy {

/// How long samples must be held back so that they can be played out evenly: the wait that would have been enough for
/// 99 in 100 of the last ten seconds' packets, nothing while that is below 8 ms, at most 150 ms. Rises at once, falls
/// by 5 ms a second. One thread; never allocates.
class JitterEstimate {
public:
    static constexpr Duration kMost = 150 * kMillisecond;
    static constexpr Duration kNeeded = 8 * kMillisecond;

    /// A packet: when the world was so by the clock mapping, and when it came.
    void note(Timestamp capture, Timestamp arrival);
    [[nodiscard]] Duration delay() const { return m_delay; }
    void reset() { *this = {}; }

private:
    static constexpr int kBins = 76;  ///< of 2 ms
    static constexpr Duration kBin = 2 * kMillisecond;
    static constexpr Duration kSlice = kSecond;
    static constexpr int kSlices = 10;

    [[nodiscard]] Duration wanted() const;

    std::array<std::array<std::uint16_t, kBins>, kSlices> m_slices{};
    int m_slice = 0;
    Timestamp m_sliceStart = 0;
    Timestamp m_last = 0;
    Duration m_delay = 0;
};

/// The poses of the last samples, played out at a time between them. Holds before the first and after the last.
class PoseBuffer {
public:
    static constexpr int kSamples = 64;

    void push(const OperatorSample& sample);
    /// Poses and joints at `capture` into `sample`; false without any. What is valid on one side only is the nearer's.
    [[nodiscard]] bool at(Timestamp capture, OperatorSample& sample) const;
    [[nodiscard]] Timestamp newest() const;
    void reset() { m_count = 0; }
    /// Sizes the slots.
    void prepare(const OperatorSample& prototype);

private:
    [[nodiscard]] const OperatorSample& sampleAt(int index) const
    {
        return m_samples[static_cast<std::size_t>((m_first + index) % kSamples)];
    }
    std::vector<OperatorSample> m_samples;
    int m_first = 0;
    int m_count = 0;
};

/// The pose between two, `share` of the way.
[[nodiscard]] TrackedPose between(const TrackedPose& from, const TrackedPose& to, double share);

}  // namespace understudy
