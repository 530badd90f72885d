#include "storage/quality/livequality.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <pthread.h>

namespace understudy {
namespace {

constexpr auto kNap = std::chrono::milliseconds(20);
constexpr std::size_t kMostStreams = 512;
constexpr double kIrregularRate = 50;  ///< Hz, for the queue of a stream that announces none

}  // namespace

LiveQuality::LiveQuality(RecordSink& recorder, const Clock& clock, const LiveQualityOptions& options)
    : m_recorder(recorder), m_clock(clock), m_options(options)
{
    // A stream that runs already looks into the list while the next is opened.
    m_streams.reserve(kMostStreams);
}

LiveQuality::~LiveQuality() { stop(); }

Result<StreamId> LiveQuality::open(const StreamInfo& info)
{
    const Result<StreamId> id = m_recorder.open(info);
    if (!id) return id;
    if (*id >= kMostStreams) return fail("a session has at most " + std::to_string(kMostStreams) + " streams");
    auto stream = std::make_unique<Stream>();
    stream->info = info;
    stream->info.prototype = Record();
    stream->isCamera = info.kind == "camera";
    stream->isFolded = info.kind != "event";
    const double rate = info.rateHz > 0 ? info.rateHz : kIrregularRate;
    if (stream->isFolded)
        stream->records.prepare(static_cast<std::size_t>(std::ceil(rate * m_options.queueSeconds)), info.prototype);
    if (m_streams.size() <= *id) m_streams.resize(*id + 1);
    m_streams[*id] = std::move(stream);
    return id;
}

bool LiveQuality::offer(StreamId id, const Record& record)
{
    Stream& stream = *m_streams[id];
    if (stream.isFolded && !stream.records.push(record)) stream.unseen.fetch_add(1, std::memory_order_relaxed);
    if (m_recorder.offer(id, record)) return true;
    stream.refused.fetch_add(1, std::memory_order_relaxed);
    return false;
}

void LiveQuality::start()
{
    m_thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void LiveQuality::stop()
{
    m_thread.request_stop();
    if (m_thread.joinable()) m_thread.join();
}

void LiveQuality::run(const std::stop_token& stop)
{
    pthread_setname_np(pthread_self(), "quality");
    while (!stop.stop_requested()) {
        {
            const std::lock_guard lock(m_mutex);
            const Timestamp now = m_clock.now();
            shrinkImages();
            if (m_take) {
                fold(now - m_options.lag);
                if (now - m_watchedAt >= m_options.watchPeriod) watch(now);
            } else {
                trim(now - m_options.preRoll);
            }
        }
        std::this_thread::sleep_for(kNap);
    }
}

void LiveQuality::shrinkImages()
{
    for (auto& stream : m_streams) {
        if (!stream || !stream->isCamera) continue;
        while (Record* record = stream->records.front()) {
            // Taken out of its slot, so that the camera's pool has it back at once.
            const ImageRef image = std::move(std::get<ImageRef>(*record));
            stream->records.pop();
            if (!image) continue;
            stream->images.push_back(
                {QualitySample{.stamps = image->stamps, .sequence = image->sequence, .value = {}}, quarterOf(*image)});
        }
    }
}

std::optional<Timestamp> LiveQuality::nextTime(Stream& stream) const
{
    if (stream.isCamera) {
        if (stream.images.empty()) return std::nullopt;
        return stream.images.front().sample.stamps.capture;
    }
    const Record* record = stream.isFolded ? stream.records.front() : nullptr;
    if (record == nullptr) return std::nullopt;
    return stampsOf(*record).capture;
}

void LiveQuality::trim(Timestamp before)
{
    for (auto& stream : m_streams) {
        if (!stream) continue;
        for (auto time = nextTime(*stream); time && *time < before; time = nextTime(*stream)) {
            if (stream->isCamera)
                stream->images.pop_front();
            else
                stream->records.pop();
        }
    }
}

void LiveQuality::fold(Timestamp horizon)
{
    while (true) {
        std::optional<std::size_t> oldest;
        Timestamp time = horizon;
        for (std::size_t i = 0; i < m_streams.size(); ++i) {
            if (!m_streams[i]) continue;
            const std::optional<Timestamp> next = nextTime(*m_streams[i]);
            if (!next || *next > time) continue;
            oldest = i;
            time = *next;
        }
        if (!oldest) return;
        foldNext(*oldest);
    }
}

void LiveQuality::foldNext(std::size_t index)
{
    Stream& stream = *m_streams[index];
    if (!stream.isCamera) {
        m_take->add(sampleOf(index, *stream.records.front()));
        stream.records.pop();
        return;
    }
    SeenImage& image = stream.images.front();
    image.sample.stream = index;
    const Timestamp capture = image.sample.stamps.capture;
    m_take->add(image.sample);
    if (!image.picture.pixels.empty())
        m_take->add(QualityImage{index, capture, stream.meter.measure(std::move(image.picture))});
    stream.images.pop_front();
}

void LiveQuality::watch(Timestamp now)
{
    m_watchedAt = now;
    std::optional<Finding> worst;
    for (const auto& stream : m_streams) {
        if (!stream) continue;
        const std::uint64_t refused = stream->refused.load(std::memory_order_relaxed) - stream->refusedBefore;
        const CheckSetting& setting = m_take->take().settings.at("samples_lost");
        if (refused == 0 || !setting.on || setting.weight != CheckWeight::Integrity ||
            static_cast<double>(refused) <= setting.limit)
            continue;
        worst = Finding{.check = "samples_lost",
                        .stream = stream->info.name,
                        .value = static_cast<double>(refused),
                        .unit = "samples",
                        .pass = false,
                        .weight = CheckWeight::Integrity,
                        .reason =
                            fmt::format("The recorder had no room for {} samples of {}: close other programs, or lower "
                                        "the cameras.",
                                        refused, stream->info.name),
                        .from = now,
                        .to = now};
    }
    const QualityReport report = m_take->watch(now - m_options.lag);
    if (const Finding* found = report.worst(); !worst && found != nullptr && found->weight == CheckWeight::Integrity)
        worst = *found;
    const std::lock_guard lock(m_lostMutex);
    if (!m_lost) m_lost = std::move(worst);
}

void LiveQuality::beginTake(QualityTake take)
{
    const std::lock_guard lock(m_mutex);
    const Timestamp now = m_clock.now();
    take.streams.clear();
    for (const auto& stream : m_streams) take.streams.push_back(stream ? stream->info : StreamInfo());
    shrinkImages();
    trim(now - m_options.preRoll);
    // As the recorder has it: soon after another take, or after the session's start, that is less than the pre-roll
    // ago.
    take.begin = now;
    for (const auto& stream : m_streams)
        if (stream) take.begin = std::min(take.begin, nextTime(*stream).value_or(now));
    for (const auto& stream : m_streams) {
        if (!stream) continue;
        stream->meter = ImageMeter();
        stream->refusedBefore = stream->refused.load(std::memory_order_relaxed);
        stream->unseenBefore = stream->unseen.load(std::memory_order_relaxed);
    }
    m_take.emplace(std::move(take));
    m_watchedAt = m_clock.now();
    const std::lock_guard lostLock(m_lostMutex);
    m_lost.reset();
}

LiveReport LiveQuality::endTake(Timestamp end)
{
    const std::lock_guard lock(m_mutex);
    LiveReport result;
    if (!m_take) return result;
    shrinkImages();
    fold(end);
    result.report = m_take->result(end);
    result.complete = true;
    for (const auto& stream : m_streams)
        if (stream && stream->unseen.load(std::memory_order_relaxed) != stream->unseenBefore) result.complete = false;
    watch(end);
    m_take.reset();
    const std::lock_guard lostLock(m_lostMutex);
    if (m_lost && result.report.verdict() != QualityVerdict::Unusable) {
        std::erase_if(result.report.findings, [&](const Finding& each) { return each.check == m_lost->check; });
        result.report.findings.insert(result.report.findings.begin(), *m_lost);
    }
    return result;
}

std::optional<Finding> LiveQuality::lost() const
{
    const std::lock_guard lock(m_lostMutex);
    return m_lost;
}

}  // namespace understudy
