#pragma once

#include <functional>
#include <stop_token>
#include <thread>

#include "core/clock.h"
#include "core/devicesource.h"
#include "xr/healthmeter.h"

namespace understudy {

/// A device whose every sample is given: by a function or from a list, on a thread at the announced rate or
/// whenever give() is called.
class ScriptedSource final : public DeviceSource {
public:
    /// Changes the previous sample into the next; `index` counts from 0 since the start. False: there is no more.
    /// Stamps and sequence are the source's.
    using Script = std::function<bool(OperatorSample& sample, std::uint64_t index)>;

    enum class Drive { Thread, ByHand };

    ScriptedSource(DeviceInfo info, Script script, Drive drive);
    ~ScriptedSource() override;

    /// The samples of a list, then no more.
    [[nodiscard]] static Script listed(std::vector<OperatorSample> samples);

    [[nodiscard]] const DeviceInfo& info() const override { return m_info; }
    [[nodiscard]] Publisher<OperatorSample>& samples() override { return m_samples; }
    /// Starts the script from its beginning; sequence and press counts go on. Fails while it runs.
    [[nodiscard]] Result<void> start(RecordSink& sink) override;
    void stop() override;
    /// A script hears nothing.
    void feedback(const OperatorFeedback&) override {}
    [[nodiscard]] SourceHealth health() const override { return m_health.read(m_info.name, m_clock.now()); }

    /// The next sample, taken, mapped and arrived at `now`. Only by hand, between start() and stop(), on one
    /// thread. False: there is none.
    bool give(Timestamp now) { return give(Stamps{.device = now, .capture = now, .arrival = now}); }
    bool give(const Stamps& stamps);

private:
    void run(const std::stop_token& stopping);
    bool publishNext(const Stamps& stamps);

    DeviceInfo m_info;
    Script m_script;
    Drive m_drive;
    SteadyClock m_clock;
    Publisher<OperatorSample> m_samples;
    HealthMeter m_health;
    std::uint64_t m_index = 0;
    bool m_started = false;
    std::jthread m_thread;
};

}  // namespace understudy
