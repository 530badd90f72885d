#include "storage/take.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

namespace understudy {
namespace {

/// A stream is silent after so many periods without a sample, but never sooner than the time.
constexpr double kSilentPeriods = 5;
constexpr Duration kSilentAfter = 500 * kMillisecond;

}  // namespace

Result<std::unique_ptr<Take>> Take::create(FileSystem& files, std::vector<TakeStream>& streams, const Plan& plan,
                                           const std::vector<std::uint64_t>& dropped)
{
    std::unique_ptr<Take> take(new Take(streams, plan));
    auto created = TakeFiles::create(files, plan.folder, streams,
                                     {.metadata = plan.metadata,
                                      .robotDescription = plan.robotDescription,
                                      .episodeJson = plan.episodeJson,
                                      .time = plan.anchor.toUnix(plan.begin)});
    if (!created) return tl::unexpected(created.error());
    take->m_files = std::move(*created);
    for (const std::uint64_t count : dropped)
        take->m_watches.push_back({.droppedAtStart = count, .droppedExplained = count});
    take->m_end = plan.begin;
    return take;
}

void Take::check(const Result<void>& result)
{
    if (!result && !m_failure) m_failure = result.error();
}

void Take::noteSequence(std::size_t stream, Timestamp capture, std::uint64_t sequence, std::uint64_t dropped)
{
    Watch& watch = m_watches[stream];
    if (watch.began && sequence > watch.nextSequence) {
        // What our own queues had no room for is counted there; only the rest is the source's.
        const std::uint64_t missing = sequence - watch.nextSequence;
        const std::uint64_t ours = std::min(missing, dropped - watch.droppedExplained);
        watch.droppedExplained += ours;
        watch.missing += missing - ours;
        event(capture, "gap",
              nlohmann::json{{"stream", m_streams[stream].info.name}, {"dropped", ours}, {"left_out", missing - ours}}
                  .dump());
    }
    // Steps stand on the loop's grid: where two that follow one another are further apart, ticks were missed.
    if (const StreamInfo& info = m_streams[stream].info; watch.began && info.kind == "step" && info.rateHz > 0) {
        const std::int64_t ticks = std::llround(toSeconds(capture - watch.lastCapture) * info.rateHz);
        watch.missedTicks +=
            std::max<std::int64_t>(0, ticks - static_cast<std::int64_t>(sequence + 1 - watch.nextSequence));
    }
    watch.began = true;
    watch.lastCapture = capture;
    watch.nextSequence = sequence + 1;
    m_end = std::max(m_end, capture);
}

void Take::write(std::size_t stream, Timestamp capture, std::uint64_t sequence, std::uint64_t dropped,
                 std::span<const EncodedMessage> messages)
{
    if (m_failure) return;
    noteSequence(stream, capture, sequence, dropped);
    check(m_files->write(stream, capture, messages));
}

void Take::writePacket(std::size_t stream, const Packet& packet, std::uint64_t dropped,
                       const VideoParameters& parameters)
{
    if (m_failure) return;
    noteSequence(stream, packet.stamps.capture, packet.sequence, dropped);
    check(m_files->writePacket(stream, packet, parameters));
}

void Take::event(Timestamp time, const std::string& name, const std::string& detail)
{
    if (m_failure) return;
    // A gap is found when the sample behind it is written: noted in the order of the finding, never earlier.
    const Timestamp noted = std::max(time, m_files->tally(m_plan.eventStream).last);
    const Event event{.stamps = {.device = time, .capture = noted, .arrival = noted},
                      .sequence = m_events++,
                      .name = name,
                      .detail = detail};
    m_end = std::max(m_end, noted);
    check(m_files->write(m_plan.eventStream, noted, m_streams[m_plan.eventStream].encoder.encodeValue(event)));
}

void Take::watch(std::size_t stream, Timestamp now, Timestamp lastArrival)
{
    const StreamInfo& info = m_streams[stream].info;
    if (info.rateHz <= 0 || m_failure) return;
    const Duration limit = std::max(kSilentAfter, fromSeconds(kSilentPeriods / info.rateHz));
    const Duration age = now - std::max(lastArrival, m_plan.begin);
    Watch& watch = m_watches[stream];
    if ((age > limit) == watch.silent) return;
    watch.silent = !watch.silent;
    if (watch.silent)
        watch.silentSince = now - age;
    else
        watch.silence += std::max<Duration>(lastArrival - watch.silentSince, 0);
    event(now, watch.silent ? "silent" : "resumed",
          nlohmann::json{{"stream", info.name}, {"age_ms", age / kMillisecond}}.dump());
}

void Take::noteLosses(Timestamp now, const std::vector<std::uint64_t>& dropped)
{
    for (std::size_t i = 0; i < m_streams.size(); ++i) {
        Watch& watch = m_watches[i];
        LostSamples lost{.stream = m_streams[i].info.name,
                         .dropped = static_cast<std::int64_t>(dropped[i] - watch.droppedAtStart),
                         .missing = static_cast<std::int64_t>(watch.missing)};
        if (lost.dropped == watch.noted.dropped && lost.missing == watch.noted.missing) continue;
        event(now, std::string(kLostEvent), detailOf(lost));
        watch.noted = std::move(lost);
    }
}

void Take::sync(Timestamp now, const std::vector<std::uint64_t>& dropped)
{
    if (m_failure) return;
    noteLosses(now, dropped);
    check(m_files->sync());
    m_syncedAt = now;
    acknowledge();
}

/// Everything written is durable: of each stream that comes steadily, up to its newest sample.
void Take::acknowledge()
{
    if (m_failure) return;
    m_durableEnd = m_end;
    Timestamp newest = m_end;
    for (std::size_t i = 0; i < m_streams.size(); ++i)
        if (m_streams[i].info.rateHz > 0 && m_watches[i].began && !m_watches[i].silent)
            newest = std::min(newest, m_files->tally(i).last);
    m_acknowledged = std::max(m_acknowledged, newest);
}

std::string Take::silentStreams() const
{
    std::string names;
    for (std::size_t i = 0; i < m_watches.size(); ++i)
        if (m_watches[i].silent) names += (names.empty() ? "" : ", ") + m_streams[i].info.name;
    return names;
}

Duration Take::duration() const { return (m_failure ? std::max(m_durableEnd, m_plan.begin) : m_end) - m_plan.begin; }

std::vector<StreamReport> Take::reports(const std::vector<std::uint64_t>& dropped) const
{
    std::vector<StreamReport> reports;
    for (std::size_t i = 0; i < m_streams.size(); ++i) {
        const StreamTally tally = m_files ? m_files->tally(i) : m_tallies[i];
        const Duration span = tally.last - tally.first;
        reports.push_back({.name = m_streams[i].info.name,
                           .kind = m_streams[i].info.kind,
                           .count = tally.count,
                           .dropped = dropped[i] - m_watches[i].droppedAtStart,
                           .missing = m_watches[i].missing,
                           .missedTicks = m_watches[i].missedTicks,
                           .announcedHz = m_streams[i].info.rateHz,
                           .rateHz = span > 0 ? static_cast<double>(tally.count - 1) / toSeconds(span) : 0,
                           .silent = m_watches[i].silent,
                           .silence = m_watches[i].silence});
    }
    return reports;
}

void Take::finish(const std::vector<std::uint64_t>& dropped)
{
    if (!m_failure) {
        noteLosses(m_end, dropped);
        std::map<std::string, std::string> values;
        for (const StreamReport& report : reports(dropped))
            values[report.name] = nlohmann::json{
                {"count", report.count},
                {"dropped", report.dropped},
                {"missing", report.missing},
                {"silent",
                 report.silent}}.dump();
        check(m_files->finish("understudy.counts", values));
        acknowledge();
    }
    if (m_failure) m_files->abandon();
    for (std::size_t i = 0; i < m_streams.size(); ++i) m_tallies.push_back(m_files->tally(i));
    m_bytes = m_files->bytes();
    m_files.reset();
}

}  // namespace understudy
