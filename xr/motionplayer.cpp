#include "xr/motionplayer.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "xr/waituntil.h"

namespace understudy {

MotionPlayer::MotionPlayer(BvhMotion motion, MotionScript script, const MotionPlayerOptions& options)
    : m_playback(std::move(motion), std::move(script), options.playback), m_options(options)
{
    m_info = {.name = m_options.name,
              .kind = "bvh",
              .serial = m_playback.motion().name(),
              .rateHz = m_playback.motion().rate()};
}

MotionPlayer::~MotionPlayer() { stop(); }

Result<void> MotionPlayer::start(RecordSink& sink)
{
    if (m_thread.joinable()) return fail("the device " + m_info.name + " runs already; stop it first");
    if (auto recorded = m_samples.recordTo(sink, streamInfo()); !recorded) return recorded;
    m_mapping = {};
    m_random = m_options.seed;
    m_samples.value().levels = 0;
    m_samples.value().stamps = {};
    m_health.started(m_info.rateHz);
    m_thread = std::jthread([this](const std::stop_token& stopping) { run(stopping); });
    return {};
}

void MotionPlayer::stop()
{
    m_thread = {};
    m_health.stopped();
}

void MotionPlayer::run(const std::stop_token& stopping)
{
    const Timestamp start = m_clock.now();
    const double devicePerLocal = 1 + m_options.deviceDriftPpm * 1e-6;
    double repeated = 0;
    for (std::uint64_t packet = 0;; ++packet) {
        const double seconds = static_cast<double>(packet) / m_info.rateHz;
        const Timestamp sent = start + fromSeconds(seconds / devicePerLocal);
        m_random = m_random * 6364136223846793005ULL + 1442695040888963407ULL;
        Timestamp arrives = sent + static_cast<Duration>(static_cast<double>(m_options.jitter) *
                                                         static_cast<double>(m_random >> 11U) * 0x1p-53);
        const DeviceFault* fault = faultAt(seconds);
        if (fault != nullptr && fault->kind == DeviceFault::Kind::Stall)
            arrives = start + fromSeconds((fault->at + fault->lasts) / devicePerLocal);
        if (!waitUntil(m_clock, arrives, stopping)) return;
        if (fault != nullptr && fault->kind == DeviceFault::Kind::Silent) continue;

        const bool repeats = fault != nullptr && fault->kind == DeviceFault::Kind::Repeat;
        if (!repeats) {
            repeated = seconds;
            m_playback.sampleAt(seconds, m_samples.value());
        }
        if (fault != nullptr && fault->kind == DeviceFault::Kind::Jump)
            for (TrackedPose& joint : m_samples.value().body) joint.pose.position += fault->jump;
        receive(m_options.deviceEpoch + fromSeconds(repeated));
    }
}

void MotionPlayer::receive(Timestamp device)
{
    OperatorSample& sample = m_samples.value();
    if (sample.stamps.arrival != 0 && device <= sample.stamps.device) return;
    sample.stamps.device = device;
    sample.stamps.arrival = m_clock.now();
    sample.stamps.capture = m_mapping.map(device, sample.stamps.arrival);
    ++sample.sequence;
    m_health.note(sample.stamps.arrival, m_samples.publish());
    m_health.note(m_mapping);
}

const DeviceFault* MotionPlayer::faultAt(double seconds) const
{
    const auto& faults = m_playback.script().faults;
    const auto found = std::ranges::find_if(faults, [seconds](const DeviceFault& fault) {
        return seconds >= fault.at && seconds < fault.at + fault.lasts;
    });
    return found == faults.end() ? nullptr : &*found;
}

StreamInfo MotionPlayer::streamInfo() const
{
    StreamInfo info{
        .name = "/operator/" + m_info.name, .kind = "operator", .rateHz = m_info.rateHz, .frame = "operator"};
    info.metadata = {{"device", m_info.kind},
                     {"serial", m_info.serial},
                     {"motion_start_device_ns", std::to_string(m_options.deviceEpoch)},
                     {"motion_pass_s", fmt::format("{}", m_playback.passLength())}};
    for (const MotionPhase& phase : m_playback.script().phases)
        info.metadata["phase " + phase.name] = fmt::format("{} {}", phase.start, phase.end);
    return info;
}

}  // namespace understudy
