#include "xr/scriptedsource.h"

#include <utility>

#include "xr/waituntil.h"

namespace understudy {

ScriptedSource::ScriptedSource(DeviceInfo info, Script script, Drive drive)
    : m_info(std::move(info)), m_script(std::move(script)), m_drive(drive)
{
    OperatorSample prototype;
    prototype.joints = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(m_info.jointNames.size()));
    m_samples.prepare(prototype);
}

ScriptedSource::~ScriptedSource() { stop(); }

ScriptedSource::Script ScriptedSource::listed(std::vector<OperatorSample> samples)
{
    return [samples = std::move(samples)](OperatorSample& sample, std::uint64_t index) {
        if (index >= samples.size()) return false;
        sample = samples[index];
        return true;
    };
}

Result<void> ScriptedSource::start(RecordSink& sink)
{
    if (m_started) return fail("the device " + m_info.name + " runs already; stop it first");
    if (m_drive == Drive::Thread && !(m_info.rateHz > 0))
        return fail("the device " + m_info.name + " announces no rate to run at");
    StreamInfo stream{.name = "/operator/" + m_info.name,
                      .kind = "operator",
                      .rateHz = m_info.rateHz,
                      .frame = "operator",
                      .names = m_info.jointNames,
                      .metadata = {{"device", m_info.kind}, {"serial", m_info.serial}}};
    if (auto recorded = m_samples.recordTo(sink, std::move(stream)); !recorded) return recorded;
    m_index = 0;
    m_samples.value().levels = 0;
    m_health.started(m_info.rateHz);
    m_started = true;
    if (m_drive == Drive::Thread) m_thread = std::jthread([this](const std::stop_token& stopping) { run(stopping); });
    return {};
}

void ScriptedSource::stop()
{
    m_thread = {};
    m_started = false;
    m_health.stopped();
}

bool ScriptedSource::give(const Stamps& stamps) { return m_started && m_drive == Drive::ByHand && publishNext(stamps); }

void ScriptedSource::run(const std::stop_token& stopping)
{
    const Timestamp start = m_clock.now();
    for (std::uint64_t packet = 0;; ++packet) {
        if (!waitUntil(m_clock, start + fromSeconds(static_cast<double>(packet) / m_info.rateHz), stopping)) return;
        const Timestamp now = m_clock.now();
        if (!publishNext({.device = now, .capture = now, .arrival = now})) return;
    }
}

bool ScriptedSource::publishNext(const Stamps& stamps)
{
    OperatorSample& sample = m_samples.value();
    const std::uint64_t sequence = sample.sequence;
    if (!m_script(sample, m_index)) return false;
    ++m_index;
    sample.sequence = sequence + 1;
    sample.stamps = stamps;
    m_health.note(stamps.arrival, m_samples.publish());
    return true;
}

}  // namespace understudy
