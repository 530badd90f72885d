#include "xr/openxr/openxrsource.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include "xr/openxr/headsetreader.h"
#include "xr/waituntil.h"

namespace understudy {
namespace {

constexpr Duration kRetry = kSecond;
constexpr std::chrono::seconds kPatience{2};

}  // namespace

/// One start() to stop(). The thread touches the source only under the lock and while it is not abandoned.
struct OpenXrSource::Run {
    OpenXrSource* source = nullptr;
    std::vector<std::string> profiles;
    double rateHz = 90;
    std::stop_source stopping;

    std::mutex lock;  ///< never taken by the control thread
    std::condition_variable over;
    bool ended = false;
    bool abandoned = false;
    OperatorFeedback feedback;
    std::string problem;

    void run();
    void serve(HeadsetReader& reader, OperatorSample& sample);
    bool publish(const OperatorSample& sample);
    void say(const std::string& words)
    {
        const std::lock_guard guard(lock);
        problem = words;
    }

    SteadyClock clock;
    ClockMapping mapping;
};

OpenXrSource::OpenXrSource(OpenXrOptions options) : m_options(std::move(options))
{
    m_info = {.name = m_options.name, .kind = "openxr", .rateHz = m_options.rateHz};
}

OpenXrSource::~OpenXrSource() { stop(); }

Result<void> OpenXrSource::start(RecordSink& sink)
{
    if (m_run) return fail("the device " + m_info.name + " runs already; stop it first");
    StreamInfo info{
        .name = "/operator/" + m_info.name, .kind = "operator", .rateHz = m_info.rateHz, .frame = "operator"};
    info.metadata = {{"device", m_info.kind}};
    if (auto recorded = m_samples.recordTo(sink, std::move(info)); !recorded) return recorded;
    m_frozen.clear();
    m_meter.started(m_info.rateHz);
    m_run = std::make_shared<Run>();
    m_run->source = this;
    m_run->profiles = m_options.profiles;
    m_run->rateHz = m_info.rateHz;
    std::thread([run = m_run] { run->run(); }).detach();
    return {};
}

void OpenXrSource::stop()
{
    if (!m_run) return;
    m_run->stopping.request_stop();
    {
        std::unique_lock guard(m_run->lock);
        if (!m_run->over.wait_for(guard, kPatience, [&] { return m_run->ended; })) {
            m_run->abandoned = true;
            m_frozen = "the OpenXR runtime is frozen: restart it";
        }
    }
    m_run.reset();
    m_meter.stopped();
}

void OpenXrSource::feedback(const OperatorFeedback& feedback)
{
    if (!m_run) return;
    const std::lock_guard guard(m_run->lock);
    m_run->feedback = feedback;
}

SourceHealth OpenXrSource::health() const
{
    SourceHealth health = m_meter.read(m_info.name, m_clock.now());
    if (!m_run) {
        health.problem = m_frozen;
        return health;
    }
    const std::lock_guard guard(m_run->lock);
    if (!m_run->problem.empty()) health.problem = m_run->problem;
    return health;
}

void OpenXrSource::Run::run()
{
    OperatorSample sample;
    {
        const std::lock_guard guard(lock);
        if (!abandoned) sample.presses = source->m_samples.value().presses;
    }
    const std::stop_token stop = stopping.get_token();
    while (!stop.stop_requested()) {
        Result<std::unique_ptr<OpenXrSession>> session = OpenXrSession::open("Understudy");
        if (session) {
            Result<std::unique_ptr<HeadsetReader>> reader = HeadsetReader::create(**session, profiles);
            if (reader)
                serve(**reader, sample);
            else
                say(reader.error().message);
        } else {
            say(session.error().message);
        }
        session = tl::unexpected(Error{});
        (void)waitUntil(clock, clock.now() + kRetry, stop);
    }
    const std::lock_guard guard(lock);
    ended = true;
    over.notify_all();
}

void OpenXrSource::Run::serve(HeadsetReader& reader, OperatorSample& sample)
{
    const std::stop_token stop = stopping.get_token();
    const Duration period = fromSeconds(1 / rateHz);
    mapping = {};
    sample.levels = 0;
    say("");
    OperatorFeedback said;
    Timestamp next = clock.now();
    while (waitUntil(clock, next, stop)) {
        next = std::max(next + period, clock.now());
        {
            const std::lock_guard guard(lock);
            said = feedback;
        }
        const Timestamp now = clock.now();
        const HeadsetReader::Outcome outcome = reader.read(now, said, sample);
        if (outcome == HeadsetReader::Outcome::Lost) return say("the OpenXR runtime went away; waiting for it");
        if (outcome == HeadsetReader::Outcome::Nothing) continue;
        sample.stamps.arrival = now;
        sample.stamps.capture = mapping.map(sample.stamps.device, now);
        if (!publish(sample)) return;
    }
}

bool OpenXrSource::Run::publish(const OperatorSample& sample)
{
    const std::lock_guard guard(lock);
    if (abandoned) return false;
    OperatorSample& target = source->m_samples.value();
    const std::uint64_t sequence = target.sequence;
    target = sample;
    target.sequence = sequence + 1;
    source->m_meter.note(sample.stamps.arrival, source->m_samples.publish());
    source->m_meter.note(mapping);
    return true;
}

}  // namespace understudy
