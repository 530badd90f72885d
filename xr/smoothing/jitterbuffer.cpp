#include "xr/smoothing/jitterbuffer.h"

#include <algorithm>

namespace understudy {

void JitterEstimate::note(Timestamp capture, Timestamp arrival)
{
    if (m_sliceStart == 0) m_sliceStart = m_last = arrival;
    while (arrival - m_sliceStart >= kSlice) {
        m_slice = (m_slice + 1) % kSlices;
        m_slices[static_cast<std::size_t>(m_slice)].fill(0);
        m_sliceStart += kSlice;
        if (arrival - m_sliceStart > kSlices * kSlice) m_sliceStart = arrival;
    }
    const Duration transit = std::clamp<Duration>(arrival - capture, 0, kMost);
    auto& count = m_slices[static_cast<std::size_t>(m_slice)][static_cast<std::size_t>(transit / kBin)];
    if (count < UINT16_MAX) ++count;

    const Duration target = wanted();
    constexpr double kFall = 0.005;  // s a second
    const auto fallen =
        m_delay - static_cast<Duration>(kFall * static_cast<double>(std::max<Duration>(arrival - m_last, 0)));
    m_delay = std::max(target, fallen);
    if (m_delay < kNeeded) m_delay = 0;
    m_last = arrival;
}

Duration JitterEstimate::wanted() const
{
    std::array<int, kBins> bins{};
    int total = 0;
    for (const auto& slice : m_slices)
        for (std::size_t bin = 0; bin < bins.size(); ++bin) {
            bins[bin] += slice[bin];
            total += slice[bin];
        }
    int above = 0;
    for (int bin = kBins - 1; bin >= 0; --bin) {
        above += bins[static_cast<std::size_t>(bin)];
        if (above * 100 > total)
            return std::min<Duration>((bin + 1) * kBin, kMost) < kNeeded ? 0
                                                                         : std::min<Duration>((bin + 1) * kBin, kMost);
    }
    return 0;
}

TrackedPose between(const TrackedPose& from, const TrackedPose& to, double share)
{
    if (!from.valid || !to.valid) return share < 0.5 ? from : to;
    return {.pose = {.position = from.pose.position + share * (to.pose.position - from.pose.position),
                     .orientation = from.pose.orientation.slerp(share, to.pose.orientation)},
            .valid = true,
            .tracked = from.tracked && to.tracked};
}

void PoseBuffer::prepare(const OperatorSample& prototype)
{
    m_samples.assign(kSamples, prototype);
    m_first = m_count = 0;
}

void PoseBuffer::push(const OperatorSample& sample)
{
    if (m_count > 0 && sample.stamps.capture <= newest()) return;
    if (m_count == kSamples)
        m_first = (m_first + 1) % kSamples;
    else
        ++m_count;
    m_samples[static_cast<std::size_t>((m_first + m_count - 1) % kSamples)] = sample;
}

Timestamp PoseBuffer::newest() const { return m_count == 0 ? 0 : sampleAt(m_count - 1).stamps.capture; }

bool PoseBuffer::at(Timestamp capture, OperatorSample& sample) const
{
    if (m_count == 0) return false;
    int after = m_count;
    while (after > 0 && sampleAt(after - 1).stamps.capture > capture) --after;
    const OperatorSample& from = sampleAt(std::max(after - 1, 0));
    const OperatorSample& to = sampleAt(std::min(after, m_count - 1));
    const Duration span = to.stamps.capture - from.stamps.capture;
    const double share =
        span > 0 ? std::clamp(static_cast<double>(capture - from.stamps.capture) / static_cast<double>(span), 0.0, 1.0)
                 : 0;
    for (std::size_t i = 0; i < sample.body.size(); ++i) sample.body[i] = between(from.body[i], to.body[i], share);
    for (std::size_t side = 0; side < sample.hands.size(); ++side)
        for (std::size_t i = 0; i < sample.hands[side].size(); ++i)
            sample.hands[side][i] = between(from.hands[side][i], to.hands[side][i], share);
    sample.joints = from.joints + share * (to.joints - from.joints);
    return true;
}

}  // namespace understudy
