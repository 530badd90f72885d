#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/devicesource.h"
#include "xr/healthmeter.h"

namespace understudy {

struct OpenXrOptions {
    std::string name = "headset";
    double rateHz = 90;
    std::vector<std::string> profiles;  ///< suggest only these interaction profiles; empty: every one we know
};

/// A VR headset with its controllers, hands and, where the runtime has it, the whole body. Poses only: nothing is
/// drawn.
///
/// Its thread alone calls the runtime and may be blocked by it for as long as the runtime is frozen; the age of the
/// newest sample, which the control loop watches, is the watchdog. A runtime that is lost or not there is looked for
/// every second. Poses are located at now through the runtime's time conversion. The device's clock is XrTime.
class OpenXrSource final : public DeviceSource {
public:
    explicit OpenXrSource(OpenXrOptions options = {});
    ~OpenXrSource() override;

    [[nodiscard]] const DeviceInfo& info() const override { return m_info; }
    [[nodiscard]] Publisher<OperatorSample>& samples() override { return m_samples; }
    /// Fails only for a stream name that is taken: without a runtime the device is connecting.
    [[nodiscard]] Result<void> start(RecordSink& sink) override;
    /// Waits two seconds at most: a thread inside a frozen runtime is left behind and publishes no more.
    void stop() override;
    void feedback(const OperatorFeedback& feedback) override;
    [[nodiscard]] SourceHealth health() const override;

private:
    struct Run;

    OpenXrOptions m_options;
    DeviceInfo m_info;
    SteadyClock m_clock;
    Publisher<OperatorSample> m_samples;
    HealthMeter m_meter;
    std::shared_ptr<Run> m_run;  ///< the thread holds it too, and outlives us where a frozen runtime keeps it
    std::string m_frozen;        ///< what to say of a runtime that kept the last thread
};

}  // namespace understudy
