#include "xr/smoothing/smoother.h"

#include <algorithm>

namespace understudy {

Smoother::Smoother(const SmootherOptions& options) : m_options(options)
{
    m_gates.fill(OutlierGate(options.outlier));
    m_filters.fill(OneEuroPose(options.position, options.orientation));
    prepare({});
}

void Smoother::prepare(const OperatorSample& prototype)
{
    m_in = m_out = prototype;
    if (m_options.buffer) m_buffer.prepare(prototype);
    reset();
}

void Smoother::reset()
{
    m_jitter.reset();
    m_buffer.reset();
    for (OutlierGate& gate : m_gates) gate.reset();
    for (OneEuroPose& filter : m_filters) filter.reset();
    m_played = m_newest = 0;
    m_seen = false;
    m_filterDelay = 0;
}

TrackedPose& Smoother::jointOf(OperatorSample& sample, std::size_t joint)
{
    if (joint < kBodyJointCount) return sample.body[joint];
    joint -= kBodyJointCount;
    return sample.hands[joint / kHandJointCount][joint % kHandJointCount];
}

void Smoother::push(const OperatorSample& sample)
{
    const Timestamp before = m_in.stamps.capture;
    const double elapsed = m_seen ? toSeconds(sample.stamps.capture - before) : 0;
    m_in = sample;
    m_newest = sample.stamps.capture;
    if (m_options.outliers)
        for (std::size_t joint = 0; joint < kJoints; ++joint) {
            TrackedPose& tracked = jointOf(m_in, joint);
            if (!tracked.valid) {
                m_gates[joint].reset();
                continue;
            }
            const OutlierGate::Verdict verdict = m_gates[joint].pass(tracked.pose, elapsed);
            tracked.pose = verdict.pose;
            if (!verdict.replaced) continue;
            tracked.tracked = false;
            ++m_rejected;
        }
    if (m_options.buffer) {
        m_jitter.note(sample.stamps.capture, sample.stamps.arrival);
        m_buffer.push(m_in);
    }
    m_seen = true;
}

bool Smoother::hasNews(Timestamp now) const
{
    if (!m_seen) return false;
    const Timestamp wanted = m_jitter.delay() > 0 ? std::min(now - m_jitter.delay(), m_newest) : m_newest;
    return wanted > m_played;
}

const OperatorSample* Smoother::at(Timestamp now)
{
    if (!m_seen) return nullptr;
    const Timestamp before = m_played;
    const bool delayed = m_options.buffer && m_jitter.delay() > 0;
    // Never backwards: when the delay grows the pose waits until the time has caught up.
    const Timestamp wanted = std::max(delayed ? std::min(now - m_jitter.delay(), m_newest) : m_newest, m_played);
    m_out = m_in;
    if (delayed && !m_buffer.at(wanted, m_out)) return nullptr;
    m_out.stamps.capture = std::min(wanted, m_out.stamps.arrival);
    m_played = wanted;
    if (!m_options.filter) return &m_out;

    const double elapsed = before == 0 ? 0 : toSeconds(wanted - before);
    std::array<double, kJoints> delays{};
    std::size_t count = 0;
    for (std::size_t joint = 0; joint < kJoints; ++joint) {
        TrackedPose& tracked = jointOf(m_out, joint);
        if (!tracked.valid) {
            m_filters[joint].reset();
            continue;
        }
        tracked.pose = m_filters[joint].filter(tracked.pose, elapsed);
        delays[count++] = m_filters[joint].delay();
    }
    if (count > 0) {
        const auto middle = delays.begin() + static_cast<std::ptrdiff_t>(count / 2);
        std::nth_element(delays.begin(), middle, delays.begin() + static_cast<std::ptrdiff_t>(count));
        m_filterDelay = fromSeconds(*middle);
    }
    return &m_out;
}

}  // namespace understudy
