#pragma once

#include <stop_token>
#include <thread>

#include "core/clock.h"
#include "core/devicesource.h"
#include "xr/healthmeter.h"
#include "xr/motionplayback.h"

namespace understudy {

/// What the played device is like.
struct MotionPlayerOptions {
    std::string name = "operator";
    PlaybackOptions playback;
    Timestamp deviceEpoch = 3'600 * kSecond;  ///< what the device's clock shows at the start
    double deviceDriftPpm = 25;               ///< how much faster than ours it runs
    Duration jitter = kMillisecond;           ///< packets take from nothing to this long, evenly
    std::uint64_t seed = 1;                   ///< of the jitter
};

/// Plays a motion as a live device at the motion's rate: a thread sends packets on the device's own clock and
/// receives them like any other device's. Its stream carries in its metadata what was played, when by the device's
/// clock, and the phases of the script.
class MotionPlayer final : public DeviceSource {
public:
    MotionPlayer(BvhMotion motion, MotionScript script, const MotionPlayerOptions& options = {});
    ~MotionPlayer() override;

    [[nodiscard]] const DeviceInfo& info() const override { return m_info; }
    [[nodiscard]] Publisher<OperatorSample>& samples() override { return m_samples; }
    /// Starts the motion from its beginning; sequence and press counts go on. Fails while it runs.
    [[nodiscard]] Result<void> start(RecordSink& sink) override;
    void stop() override;
    /// A played motion hears nothing.
    void feedback(const OperatorFeedback&) override {}
    [[nodiscard]] SourceHealth health() const override { return m_health.read(m_info.name, m_clock.now()); }

private:
    void run(const std::stop_token& stopping);
    /// A packet has come: maps its time, publishes. A packet that came before is passed over.
    void receive(Timestamp device);
    [[nodiscard]] const DeviceFault* faultAt(double seconds) const;
    [[nodiscard]] StreamInfo streamInfo() const;

    MotionPlayback m_playback;
    MotionPlayerOptions m_options;
    DeviceInfo m_info;
    SteadyClock m_clock;
    Publisher<OperatorSample> m_samples;
    ClockMapping m_mapping;
    HealthMeter m_health;
    std::uint64_t m_random = 1;
    std::jthread m_thread;
};

}  // namespace understudy
