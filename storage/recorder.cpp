#include "storage/recorder.h"

#include <algorithm>
#include <cstdlib>
#include <future>
#include <utility>

#include "core/uuid.h"
#include "storage/episoderecovery.h"
#include "storage/library.h"

namespace understudy {
namespace {

constexpr auto kPoll = std::chrono::milliseconds(5);
constexpr Duration kObservePeriod = 200 * kMillisecond;
constexpr Duration kEncoderPatience = kSecond;
constexpr double kMinute = 60;
constexpr double kLowMinutes = 10;
constexpr double kLastMinutes = 2;
constexpr Duration kStall = kSecond;
/// Larger steps of the wall clock between two looks are told; slewing is far below.
constexpr Duration kWallJump = 100 * kMillisecond;

/// A name that is one file or folder name.
bool isPlainName(const std::string& name)
{
    return !name.empty() && name.size() <= 100 && name[0] != '.' && std::ranges::none_of(name, [](char c) {
        return c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
    });
}

std::string seconds(Duration time) { return std::to_string(time / kSecond) + " s"; }

}  // namespace

std::int64_t systemTime() { return WallAnchor::take(SteadyClock()).unixNs; }

struct Recorder::Stream {
    std::unique_ptr<StreamQueue> queue;    ///< of everything but cameras
    std::unique_ptr<CameraStream> camera;  ///< of cameras
    std::deque<Packet> history;            ///< of a camera: from the key image a take would begin with
    std::uint64_t observedOffered = 0;
    double rateHz = 0;

    [[nodiscard]] const StreamCounters& counters() const { return camera ? camera->counters() : queue->counters(); }
    [[nodiscard]] std::uint64_t dropped() const
    {
        return camera ? camera->dropped() : queue->counters().dropped.load(std::memory_order_relaxed);
    }
    [[nodiscard]] double fill() const
    {
        return camera ? camera->fill() : static_cast<double>(queue->size()) / static_cast<double>(queue->capacity());
    }
};

Recorder::Recorder(RecorderOptions options, FileSystem& files, const Clock& clock, TakeLedger& ledger)
    : m_options(std::move(options)), m_files(files), m_clock(clock), m_ledger(ledger)
{
}

Recorder::~Recorder() { stop(); }

Result<std::unique_ptr<Recorder>> Recorder::create(RecorderOptions options, FileSystem& files, const Clock& clock,
                                                   TakeLedger& ledger)
{
    if (!isPlainName(options.station))
        return fail("\"" + options.station + "\" cannot name a station: it must be usable as a folder's name");
    const std::filesystem::path folder = options.library / "stations" / options.station;
    if (const Result<void> made = files.createDirectories(folder); !made) return tl::unexpected(made.error());
    Result<FolderLock> lock = FolderLock::take(folder);
    if (!lock)
        return fail("the station " + options.station + " has a recorder already (" + lock.error().message +
                    "): end that one, or give this station another name");
    std::unique_ptr<Recorder> recorder(new Recorder(std::move(options), files, clock, ledger));
    recorder->m_stationLock = std::move(*lock);
    return recorder;
}

Result<StreamId> Recorder::open(const StreamInfo& announced)
{
    StreamInfo info = announced;
    if (const ImageRef* image = std::get_if<ImageRef>(&info.prototype);
        image != nullptr && *image && (*image)->format == PixelFormat::Depth16Mm)
        info.metadata[kPixelsKey] = kDepthPixels;
    if (m_writer.joinable())
        return fail("the stream " + info.name + " comes too late: streams are opened before the session starts");
    for (const TakeStream& known : m_takeStreams)
        if (known.info.name == info.name)
            return fail("there are two streams called " + info.name + ": give each its own name");
    if (info.kind == "camera" && !isPlainName(info.name))
        return fail("the camera \"" + info.name + "\" cannot name a file: leave out slashes");
    // The anchor is known only when the session starts; this checks the kind.
    Result<StreamEncoder> encoder = StreamEncoder::create(info, {});
    if (!encoder) return tl::unexpected(encoder.error());
    auto stream = std::make_unique<Stream>();
    if (info.kind == "camera") {
        stream->camera =
            std::make_unique<CameraStream>(info, CameraStreamOptions{.packetSeconds = m_options.queueSeconds,
                                                                     .preset = m_options.preset,
                                                                     .hardware = m_options.hardware,
                                                                     .quality = m_options.quality});
    } else {
        Result<std::unique_ptr<StreamQueue>> queue = StreamQueue::create(info, m_options.queueSeconds);
        if (!queue) return tl::unexpected(queue.error());
        stream->queue = std::move(*queue);
    }
    m_streams.push_back(std::move(stream));
    m_takeStreams.push_back({info, std::move(*encoder)});
    return static_cast<StreamId>(m_streams.size() - 1);
}

bool Recorder::offer(StreamId stream, const Record& record)
{
    if (stream >= m_streams.size()) return false;
    Stream& to = *m_streams[stream];
    if (!to.camera) return to.queue->offer(record);
    const ImageRef* image = std::get_if<ImageRef>(&record);
    return to.camera->offer(image == nullptr ? ImageRef() : *image);
}

Result<void> Recorder::start(SessionInfo session)
{
    if (m_writer.joinable()) return fail("the recorder of the station " + m_options.station + " runs already");
    m_session = std::move(session);
    if (m_session.common.row.sessionId.empty()) m_session.common.row.sessionId = newUuid();
    StreamInfo events{.name = std::string(kRecorderEvents), .kind = "event"};
    events.prototype = Event{};
    for (TakeStream& stream : m_takeStreams) {
        Result<StreamEncoder> encoder = StreamEncoder::create(stream.info, m_session.common.clock);
        if (!encoder) return tl::unexpected(encoder.error());
        stream.encoder = std::move(*encoder);
    }
    Result<StreamEncoder> encoder = StreamEncoder::create(events, m_session.common.clock);
    if (!encoder) return tl::unexpected(encoder.error());
    m_takeStreams.push_back({events, std::move(*encoder)});
    for (const std::unique_ptr<Stream>& stream : m_streams)
        if (stream->camera) stream->camera->start();
    m_after.emplace(m_files);
    m_writer = std::jthread([this](const std::stop_token& stop) { run(stop); });
    return {};
}

void Recorder::stop()
{
    if (!m_writer.joinable()) return;
    m_writer.request_stop();
    m_writer.join();
    m_after.reset();
    for (const std::unique_ptr<Stream>& stream : m_streams)
        if (stream->camera) stream->camera->stop();
    if (!m_takeStreams.empty()) m_takeStreams.pop_back();
}

template <typename T>
T Recorder::onWriter(const std::function<T()>& job)
{
    if (!m_writer.joinable()) return fail("the recorder does not run: start the session first");
    std::promise<T> promise;
    std::future<T> result = promise.get_future();
    {
        const std::lock_guard lock(m_jobMutex);
        m_jobs.push_back([&] { promise.set_value(job()); });
    }
    m_jobReady.notify_one();
    return result.get();
}

Result<std::string> Recorder::startTake(const TakeInfo& info)
{
    const Timestamp press = m_clock.now();
    return onWriter<Result<std::string>>([&] { return begin(info, press); });
}

Result<TakeReport> Recorder::endTake(const TakeEnding& ending)
{
    const Timestamp press = m_clock.now();
    return onWriter<Result<TakeReport>>([&] { return end(ending, EpisodeState::Recorded, press); });
}

Result<TakeReport> Recorder::redoTake()
{
    const Timestamp press = m_clock.now();
    return onWriter<Result<TakeReport>>([&] { return end({}, EpisodeState::Tray, press); });
}

void Recorder::mark(const std::string& name, const std::string& detail)
{
    const Timestamp press = m_clock.now();
    {
        const std::lock_guard lock(m_jobMutex);
        m_jobs.push_back([this, press, name, detail] {
            if (m_take) m_take->event(press, name, detail);
        });
    }
    m_jobReady.notify_one();
}

RecorderStatus Recorder::status() const
{
    RecorderStatus status;
    {
        const std::lock_guard lock(m_statusMutex);
        status = m_status;
    }
    // The writer may be held up by the disk: what streams count, and the hold-up itself, are looked at here.
    for (std::size_t i = 0; i < status.streams.size(); ++i) {
        StreamStatus now = statusOf(i);
        now.rateHz = status.streams[i].rateHz;
        now.silent = status.streams[i].silent;
        status.streams[i] = std::move(now);
    }
    const Timestamp beat = m_beat.load(std::memory_order_relaxed);
    const Duration silence = beat > 0 ? m_clock.now() - beat : 0;
    if (silence < kStall) return status;
    status.diskSilence = silence;
    status.longestStall = std::max(status.longestStall, silence);
    status.problem = "the disk has not answered for " + seconds(silence) + ": samples wait in memory" +
                     (status.problem.empty() ? "" : "; " + status.problem);
    return status;
}

void Recorder::run(const std::stop_token& stop)
{
    while (!stop.stop_requested()) {
        m_beat.store(m_clock.now(), std::memory_order_relaxed);
        runJobs();
        const Timestamp now = m_clock.now();
        if (m_take) {
            drain(now);
            if (now - m_take->syncedAt() >= m_options.syncPeriod) syncTake(now);
        } else {
            trim(now);
        }
        if (const Duration took = m_clock.now() - now; took >= kStall) {
            ++m_diskStalls;
            m_longestStall = std::max(m_longestStall, took);
            if (m_take) m_take->event(m_clock.now(), "disk_stalled", std::to_string(took / kMillisecond) + " ms");
        }
        if (now - m_observedAt >= kObservePeriod) observe(now);
        std::unique_lock lock(m_jobMutex);
        m_jobReady.wait_for(lock, stop, kPoll, [this] { return !m_jobs.empty(); });
    }
    runJobs();
    if (m_take) (void)end({}, EpisodeState::Recorded, m_clock.now());
    m_beat.store(0, std::memory_order_relaxed);
    m_ledger.release();
}

void Recorder::runJobs()
{
    while (true) {
        std::function<void()> job;
        {
            const std::lock_guard lock(m_jobMutex);
            if (m_jobs.empty()) return;
            job = std::move(m_jobs.front());
            m_jobs.pop_front();
        }
        job();
    }
}

/// Keeps what a take that begins now would need, and nothing older.
void Recorder::trim(Timestamp now)
{
    const Timestamp wanted = now - m_options.preRoll;
    Timestamp oldest = wanted;
    for (const std::unique_ptr<Stream>& stream : m_streams) {
        if (!stream->camera) continue;
        std::deque<Packet>& history = stream->history;
        for (Packet* packet = stream->camera->front(); packet != nullptr; packet = stream->camera->front()) {
            history.push_back(std::move(*packet));
            stream->camera->pop();
        }
        const auto isLaterStart = [&](const Packet& packet) { return packet.key && packet.stamps.capture <= wanted; };
        const auto last = std::find_if(history.rbegin(), history.rend(), isLaterStart);
        if (last != history.rend()) history.erase(history.begin(), std::prev(last.base()));
        if (!history.empty()) oldest = std::min(oldest, history.front().stamps.capture);
    }
    for (const std::unique_ptr<Stream>& stream : m_streams) {
        if (stream->camera) continue;
        Timestamp capture = 0;
        std::uint64_t sequence = 0;
        while (stream->queue->peek(capture, sequence) && capture < oldest) stream->queue->pop();
    }
}

/// Where a take begins: with the oldest record that waits for it. Soon after another take, or after the session's
/// start, that is less than the pre-roll ago.
Timestamp Recorder::oldestWaiting(Timestamp press) const
{
    Timestamp oldest = press;
    for (const std::unique_ptr<Stream>& stream : m_streams) {
        Timestamp capture = press;
        std::uint64_t sequence = 0;
        if (stream->camera) {
            const auto first = std::ranges::find_if(stream->history, &Packet::key);
            if (first != stream->history.end()) capture = first->stamps.capture;
        } else if (!stream->queue->peek(capture, sequence)) {
            continue;
        }
        oldest = std::min(oldest, capture);
    }
    return oldest;
}

Result<std::string> Recorder::begin(const TakeInfo& info, Timestamp press)
{
    if (m_take) return fail("the take " + m_current.row.id + " is still recorded: end it first");
    const Result<std::uint64_t> free = m_files.freeBytes(m_options.library);
    if (!free) return tl::unexpected(free.error());
    if (*free < m_options.minimumFreeBytes)
        return fail("the disk of the library " + m_options.library.string() +
                    " is full: " + std::to_string(*free >> 20U) + " MiB are left and a take needs " +
                    std::to_string(m_options.minimumFreeBytes >> 20U) + "; make room or choose another library");
    trim(press);
    const Timestamp start = oldestWaiting(press);
    const std::int64_t wallTime = m_session.common.clock.toUnix(press);
    m_current = m_session.common;
    m_current.script = info.script;
    EpisodeRow& row = m_current.row;
    row.id = uuidAt(wallTime);
    row.path = episodeFolder(row.id, wallTime);
    row.takeId = info.takeId.empty() ? row.id : info.takeId;
    row.taskId = info.taskId;
    row.task = info.task;
    row.instructionZh = info.instructionZh;
    row.instructionEn = info.instructionEn;
    row.operatorId = info.operatorId;
    row.operatorName = info.operatorName;
    row.practice = info.practice;
    row.state = EpisodeState::Recording;
    row.startedAtNs = m_session.common.clock.toUnix(start);

    const std::filesystem::path folder = m_options.library / row.path;
    if (const Result<void> made = m_files.createDirectories(folder); !made) return tl::unexpected(made.error());
    Result<FolderLock> lock = FolderLock::take(folder);
    if (!lock) return tl::unexpected(lock.error());
    const Take::Plan plan{.folder = folder,
                          .metadata = {{"episode", row.id},
                                       {"session", row.sessionId},
                                       {"anchor_monotonic_ns", std::to_string(m_current.clock.monotonic)},
                                       {"anchor_unix_ns", std::to_string(m_current.clock.unixNs)}},
                          .robotDescription = m_session.robotDescription,
                          .episodeJson = toJson(m_current),
                          .begin = start,
                          .anchor = m_current.clock,
                          .eventStream = m_takeStreams.size() - 1};
    Result<std::unique_ptr<Take>> take = Take::create(m_files, m_takeStreams, plan, droppedCounts());
    // The row points to files that open, whatever happens next.
    if (take) (*take)->sync(press, droppedCounts());
    if (take && (*take)->failure()) take = tl::unexpected(*(*take)->failure());
    const Result<void> registered = take ? announce(folder) : tl::unexpected(take.error());
    if (!registered) {
        take = fail(registered.error().message);
        discard(folder);
        return tl::unexpected(registered.error());
    }
    m_take = std::move(*take);
    m_ledgerProblem.clear();
    m_takeLock = std::move(*lock);
    m_take->event(press, "take_started", "");
    drain(m_clock.now());
    syncTake(m_clock.now());
    observe(m_clock.now());
    return row.id;
}

/// From here on a crash leaves an episode that can be recovered and a row that says so.
Result<void> Recorder::announce(const std::filesystem::path& folder)
{
    // What could not be read again after a crash must not begin.
    if (const Result<EpisodeFile> read = parseEpisodeJson(toJson(m_current)); !read)
        return fail("the take lacks something that its episode.json needs: " + read.error().message);
    if (const Result<void> written = writeJson(); !written) return written;
    for (const std::filesystem::path& parent : {folder.parent_path(), folder.parent_path().parent_path()})
        if (const Result<void> synced = m_files.syncDirectory(parent); !synced) return synced;
    return m_ledger.begin(m_current);
}

/// Of a take that did not begin nothing stays.
void Recorder::discard(const std::filesystem::path& folder)
{
    for (const char* name : {"episode.mcap", "episode.json"}) (void)m_files.remove(folder / name);
    std::error_code ignored;
    std::filesystem::remove(folder, ignored);
}

Result<void> Recorder::writeJson() const
{
    const std::string text = toJson(m_current);
    return replaceFile(m_files, m_options.library / m_current.row.path / "episode.json",
                       std::as_bytes(std::span(text)));
}

void Recorder::drain(Timestamp until)
{
    for (std::size_t i = 0; i < m_streams.size(); ++i) {
        if (m_streams[i]->camera)
            drainCamera(i, until);
        else
            drainQueue(i, until);
    }
}

void Recorder::drainQueue(std::size_t index, Timestamp until)
{
    StreamQueue& queue = *m_streams[index]->queue;
    Timestamp capture = 0;
    std::uint64_t sequence = 0;
    // No more than waited at the start: a fast producer must not keep the others from their turn.
    for (std::size_t left = queue.size(); left > 0 && queue.peek(capture, sequence) && capture <= until; --left) {
        if (capture >= m_take->plan().begin)
            m_take->write(index, capture, sequence, m_streams[index]->dropped(),
                          queue.encodeFront(m_takeStreams[index].encoder));
        queue.pop();
    }
}

void Recorder::drainCamera(std::size_t index, Timestamp until)
{
    Stream& stream = *m_streams[index];
    for (Packet* packet = stream.camera->front(); packet != nullptr; packet = stream.camera->front()) {
        stream.history.push_back(std::move(*packet));
        stream.camera->pop();
    }
    while (!stream.history.empty() && stream.history.front().stamps.capture <= until) {
        const Packet& packet = stream.history.front();
        if (m_take->hasBegun(index) || (packet.key && packet.stamps.capture >= m_take->plan().begin))
            m_take->writePacket(index, packet, stream.dropped(), stream.camera->parameters());
        stream.history.pop_front();
    }
}

void Recorder::syncTake(Timestamp now)
{
    const bool wasWell = !m_take->failure();
    const std::vector<std::uint64_t> dropped = droppedCounts();
    m_take->sync(now, dropped);
    if (m_take->failure()) {
        if (wasWell) observe(now);
        return;
    }
    {
        const std::lock_guard lock(m_statusMutex);
        m_status.acknowledgedTo = m_take->acknowledgedTo();
    }
    tally(m_take->reports(dropped));
    const Result<void> told = m_ledger.progress(m_current.row);
    m_ledgerProblem = told ? std::string() : told.error().message;
}

void Recorder::tally(const std::vector<StreamReport>& streams)
{
    EpisodeRow& row = m_current.row;
    row.durationNs = m_take->duration();
    row.steps = 0;
    row.missedTicks = 0;
    row.streams.clear();
    for (const StreamReport& stream : streams) {
        if (stream.kind == "step") row.steps += static_cast<std::int64_t>(stream.count);
        row.missedTicks += stream.missedTicks;
        row.streams.push_back({.name = stream.name,
                               .kind = stream.kind,
                               .count = static_cast<std::int64_t>(stream.count),
                               .dropped = static_cast<std::int64_t>(stream.dropped),
                               .rateHz = stream.rateHz});
    }
}

void Recorder::waitForEncoders()
{
    std::vector<std::uint64_t> offered;
    for (const std::unique_ptr<Stream>& stream : m_streams)
        offered.push_back(stream->counters().offered.load(std::memory_order_acquire));
    const auto behind = [&] {
        for (std::size_t i = 0; i < m_streams.size(); ++i)
            if (m_streams[i]->camera && m_streams[i]->camera->processed() < offered[i]) return true;
        return false;
    };
    for (Duration waited = 0; behind() && waited < kEncoderPatience; waited += kMillisecond)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

Result<TakeReport> Recorder::end(const TakeEnding& ending, EpisodeState state, Timestamp press)
{
    if (!m_take) return fail("no take is recorded: start one first");
    waitForEncoders();
    m_beat.store(m_clock.now(), std::memory_order_relaxed);
    drain(press);
    m_take->event(press, "take_ended", ending.cause);
    const std::vector<std::uint64_t> dropped = droppedCounts();
    m_take->finish(dropped);

    TakeReport report{.problem = problemOfTake(), .streams = m_take->reports(dropped)};
    EpisodeRow& row = m_current.row;
    row.state = state;
    row.outcome = ending.outcome;
    row.cause = ending.cause;
    tally(report.streams);
    const bool failed = m_take->failure().has_value();
    m_take.reset();
    if (failed) salvage(report);
    // A full disk may have no room for these: the row says the same, and recovery finds the rest in the files.
    const Result<void> written = writeJson();
    report.episode = m_current;
    const Result<void> finished = m_ledger.finish(report);
    m_takeLock = {};
    if (row.state == EpisodeState::Recorded) m_after->add(m_options.library / row.path);
    observe(m_clock.now());
    if (row.state != EpisodeState::Quarantined && !written) return tl::unexpected(written.error());
    if (!finished) return tl::unexpected(finished.error());
    return report;
}

/// Makes what a failed take kept readable, and says what that is.
void Recorder::salvage(const TakeReport& report)
{
    m_takeLock = {};
    EpisodeRow& row = m_current.row;
    const Result<EpisodeRecovery> recovery = recoverEpisode(m_files, m_options.library / row.path);
    if (recovery && recovery->changed) {
        row.durationNs = recovery->episode.row.durationNs;
        row.steps = recovery->episode.row.steps;
        row.missedTicks = recovery->episode.row.missedTicks;
        row.streams = recovery->episode.row.streams;
        for (StreamRow& stream : row.streams)
            for (const StreamReport& known : report.streams)
                if (known.name == stream.name) stream.dropped = static_cast<std::int64_t>(known.dropped);
    }
    row.state = EpisodeState::Quarantined;
}

std::string Recorder::problemOfTake() const
{
    std::string text;
    if (m_take->failure())
        return "only the first " + std::to_string(m_take->duration() / kMillisecond) +
               " ms are kept: " + m_take->failure()->message;
    for (const StreamReport& stream : m_take->reports(droppedCounts())) {
        const auto say = [&](const std::string& what) {
            text += (text.empty() ? "" : "; ") + stream.name + ' ' + what;
        };
        if (stream.dropped > 0) say("lost " + std::to_string(stream.dropped) + " samples");
        if (stream.missing > 0) say("was not given " + std::to_string(stream.missing) + " samples by its source");
        if (stream.silence > 0) say("was silent for " + std::to_string(stream.silence / kMillisecond) + " ms");
        if (stream.silent) say("had gone silent");
    }
    return text;
}

std::vector<std::uint64_t> Recorder::droppedCounts() const
{
    std::vector<std::uint64_t> counts;
    for (const std::unique_ptr<Stream>& stream : m_streams) counts.push_back(stream->dropped());
    counts.push_back(0);
    return counts;
}

StreamStatus Recorder::statusOf(std::size_t index) const
{
    const Stream& stream = *m_streams[index];
    const StreamInfo& info = m_takeStreams[index].info;
    StreamStatus status{.name = info.name,
                        .kind = info.kind,
                        .offered = stream.counters().offered.load(std::memory_order_relaxed),
                        .dropped = stream.dropped(),
                        .announcedHz = info.rateHz,
                        .fill = stream.fill()};
    status.queueFull = stream.counters().dropped.load(std::memory_order_relaxed);
    if (stream.camera) {
        status.encoderLate = std::exchange(status.queueFull, stream.camera->diskLate());
        status.unencodable = status.dropped - std::min(status.dropped, status.encoderLate + status.queueFull);
    }
    return status;
}

/// A jump of the wall clock is told and moves nothing: times on disk hang on the anchor.
void Recorder::watchWallClock()
{
    const Timestamp before = m_clock.now();
    const std::int64_t wall = m_options.wallClock();
    const Timestamp after = m_clock.now();
    if (after - before > kWallJump / 10) return;  // held up between the two: look again next time
    const Duration offset = wall - m_session.common.clock.toUnix(after);
    const Duration jump = offset - std::exchange(m_wallOffset, offset).value_or(offset);
    if (std::abs(jump) < kWallJump || !m_take) return;
    m_take->event(after, "wall_clock_jumped", std::to_string(jump / kMillisecond) + " ms");
}

void Recorder::observe(Timestamp now)
{
    RecorderStatus status;
    const double seconds = toSeconds(std::max<Duration>(now - m_observedAt, 1));
    for (std::size_t i = 0; i < m_streams.size(); ++i) {
        Stream& stream = *m_streams[i];
        const std::uint64_t offered = stream.counters().offered.load(std::memory_order_relaxed);
        const double rate = static_cast<double>(offered - stream.observedOffered) / seconds;
        stream.rateHz += std::min(1.0, seconds) * (rate - stream.rateHz);
        stream.observedOffered = offered;
        const Timestamp lastArrival = stream.counters().lastArrival.load(std::memory_order_relaxed);
        if (m_take) m_take->watch(i, now, lastArrival);
        StreamStatus& told = status.streams.emplace_back(statusOf(i));
        told.rateHz = stream.rateHz;
        told.silent = m_take && m_take->isSilent(i);
        if (stream.camera && status.problem.empty()) status.problem = stream.camera->problem();
    }
    m_observedAt = now;
    watchWallClock();
    status.diskStalls = m_diskStalls;
    status.longestStall = m_longestStall;
    if (m_take) {
        status.recording = true;
        status.takeId = m_current.row.id;
        status.takeDuration = m_take->duration();
        status.acknowledgedTo = m_take->acknowledgedTo();
        if (m_take->duration() > kSecond)
            m_bytesPerSecond = static_cast<double>(m_take->bytes()) / toSeconds(m_take->duration());
        const std::string silent = m_take->silentStreams();
        if (!m_ledgerProblem.empty() && status.problem.empty())
            status.problem = "the index falls behind the take: " + m_ledgerProblem;
        if (!silent.empty()) status.problem = "no samples from " + silent;
        if (m_take->failure()) status.problem = "this take is lost, end it: " + m_take->failure()->message;
    }
    const Result<std::uint64_t> free = m_files.freeBytes(m_options.library);
    if (free && m_bytesPerSecond > 0) {
        const std::uint64_t usable = *free - std::min(*free, m_options.minimumFreeBytes);
        status.minutesLeft = static_cast<double>(usable) / m_bytesPerSecond / kMinute;
        if (status.minutesLeft <= kLowMinutes) status.room = DiskRoom::Low;
        if (status.minutesLeft <= kLastMinutes) status.room = DiskRoom::Last;
    }
    const std::lock_guard lock(m_statusMutex);
    m_status = std::move(status);
}

}  // namespace understudy
