#include "storage/episoderecovery.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "core/media/mp4index.h"
#include "storage/folderlock.h"
#include "storage/read/episodereader.h"
#include "storage/read/lostsamples.h"
#include "storage/read/mcapreader.h"
#include "storage/read/streamcodec.h"

namespace understudy {
namespace {

Error inFile(const std::filesystem::path& path, const Error& error) { return {path.string() + ": " + error.message}; }

/// Unix ns of the newest write to a file; 0 when it cannot be told.
std::int64_t lastWrite(const std::filesystem::path& path)
{
    std::error_code error;
    const auto time = std::filesystem::last_write_time(path, error);
    if (error) return 0;
    const auto system = std::chrono::file_clock::to_sys(time);
    return std::chrono::duration_cast<std::chrono::nanoseconds>(system.time_since_epoch()).count();
}

class Recovery {
public:
    Recovery(FileSystem& files, std::filesystem::path folder) : m_files(files), m_folder(std::move(folder)) {}

    Result<EpisodeRecovery> run();

private:
    Result<void> readJson();
    Result<void> recoverMcap();
    Result<void> readValues();
    void countMissed(const McapMessage& step);
    Result<void> recoverVideo(const StoredStream& camera);
    void tell();

    FileSystem& m_files;
    std::filesystem::path m_folder;
    EpisodeRecovery m_result;
    std::map<std::string, std::uint64_t> m_counts;  ///< by stream
    struct Span {
        std::int64_t first = 0;
        std::int64_t last = 0;
    };
    std::map<std::string, Span> m_spans;
    std::map<std::string, LostSamples> m_lost;  ///< the newest note of each stream
    std::int64_t m_missedTicks = 0;
    struct {
        bool known = false;
        std::uint32_t sequence = 0;
        std::int64_t time = 0;
    } m_lastStep;
    std::map<std::string, std::vector<PacketLocation>> m_images;
    std::vector<StoredStream> m_streams;
    std::int64_t m_newest = 0;
    std::int64_t m_lastWrite = 0;
};

Result<void> Recovery::readJson()
{
    Result<EpisodeFile> episode = readEpisodeJson(m_files, m_folder);
    if (!episode) {
        // As it was when the take began, without its outcome.
        const Result<EpisodeFile> attached = readAttachedEpisode(m_files, m_folder);
        if (!attached) return tl::unexpected(episode.error());
        m_result.changed = true;
        m_result.words.push_back(episode.error().message + "; it was written anew from episode.mcap");
        episode = *attached;
    }
    m_result.episode = std::move(*episode);
    return {};
}

Result<void> Recovery::recoverMcap()
{
    const std::filesystem::path path = m_folder / "episode.mcap";
    m_lastWrite = std::max(m_lastWrite, lastWrite(path));
    Result<std::unique_ptr<File>> file = m_files.open(path, OpenMode::ReadWrite);
    if (!file) return tl::unexpected(file.error());
    McapScan scan;
    {
        Result<std::unique_ptr<File>> again = m_files.open(path, OpenMode::Read);
        if (!again) return tl::unexpected(again.error());
        const auto reader = McapReader::open(std::move(*again));
        if (!reader) return tl::unexpected(inFile(path, reader.error()));
        if ((*reader)->isFinished()) return {};
        Result<McapScan> scanned = scanMcap(**file);
        if (!scanned) return tl::unexpected(inFile(path, scanned.error()));
        scan = std::move(*scanned);
    }
    m_result.changed = true;
    m_result.cutBytes = scan.size - scan.goodEnd;
    if (const Result<void> cut = (*file)->truncate(scan.goodEnd); !cut) return cut;
    std::vector<std::byte> tail = std::move(scan.tailIndex);
    const auto closing = closingSection(scan.summary, scan.goodEnd + tail.size());
    tail.insert(tail.end(), closing.begin(), closing.end());
    if (const Result<void> written = (*file)->write(scan.goodEnd, tail); !written) return written;
    return (*file)->sync();
}

Result<void> Recovery::readValues()
{
    Result<std::unique_ptr<File>> file = m_files.open(m_folder / "episode.mcap", OpenMode::Read);
    if (!file) return tl::unexpected(file.error());
    const auto reader = McapReader::open(std::move(*file));
    if (!reader) return tl::unexpected(reader.error());
    m_streams = streamsOf((*reader)->summary());
    std::map<std::uint16_t, StreamDecoder> decoders;
    for (const StoredStream& stream : m_streams)
        decoders.emplace(stream.channel, StreamDecoder(stream, m_result.episode.clock));
    McapMessages pass = (*reader)->messages({}, McapOrder::File);
    while (true) {
        const Result<const McapMessage*> message = pass.next();
        if (!message) return tl::unexpected(message.error());
        if (*message == nullptr) return {};
        const auto decoder = decoders.find((*message)->channelId);
        if (decoder == decoders.end()) continue;
        const StreamInfo& info = decoder->second.stream().info;
        const std::int64_t time = (*message)->logTime;
        m_newest = std::max(m_newest, time);
        if (info.kind == "step") countMissed(**message);
        Span& span = m_spans[info.name];
        span.first = m_counts[info.name]++ == 0 ? time : std::min(span.first, time);
        span.last = std::max(span.last, time);
        if (info.kind != "camera" && info.name != kRecorderEvents) continue;
        const auto value = decoder->second.decode(**message);
        if (!value || *value == nullptr) continue;
        if (const auto* place = std::get_if<PacketLocation>(*value)) m_images[info.name].push_back(*place);
        const auto* event = std::get_if<Event>(*value);
        if (event == nullptr || event->name != kLostEvent) continue;
        if (std::optional<LostSamples> lost = lostSamplesFrom(event->detail)) m_lost[lost->stream] = *std::move(lost);
    }
}

/// Steps stand on the loop's grid: where two that follow one another are further apart, ticks were missed.
void Recovery::countMissed(const McapMessage& step)
{
    const double hz = m_result.episode.loopHz;
    const std::uint32_t steps = step.sequence - std::exchange(m_lastStep.sequence, step.sequence);
    const std::int64_t time = step.logTime - std::exchange(m_lastStep.time, step.logTime);
    if (!std::exchange(m_lastStep.known, true) || hz <= 0 || time <= 0) return;
    const auto ticks = static_cast<std::int64_t>(std::llround(toSeconds(time) * hz));
    m_missedTicks += std::max<std::int64_t>(0, ticks - steps);
}

Result<void> Recovery::recoverVideo(const StoredStream& camera)
{
    const std::filesystem::path path = m_folder / (camera.info.name + ".mp4");
    m_lastWrite = std::max(m_lastWrite, lastWrite(path));
    const std::vector<PacketLocation>& images = m_images[camera.info.name];
    StreamCut cut{.name = camera.info.name, .kept = images.size()};
    Result<std::unique_ptr<File>> file = m_files.open(path, OpenMode::ReadWrite);
    if (!file) {
        if (images.empty()) return {};
        return tl::unexpected(file.error());
    }
    const Result<std::uint64_t> size = (*file)->size();
    if (!size) return tl::unexpected(size.error());
    const Result<Mp4Index> index = readMp4Index(**file);
    if (images.empty()) {
        // Nothing in it was ever acknowledged, and a video without images opens nowhere.
        cut.cutBytes = *size;
        cut.cutImages = index ? index->samples.size() : 0;
        file->reset();
        m_result.changed = true;
        m_result.cuts.push_back(std::move(cut));
        return m_files.remove(path);
    }
    if (!index) return tl::unexpected(inFile(path, index.error()));
    const std::uint64_t end = images.back().offset + images.back().size;
    const auto kept = static_cast<std::size_t>(
        std::ranges::count_if(index->samples, [&](const VideoSample& sample) { return sample.offset < end; }));
    if (kept < images.size() || index->intactSize < end)
        m_result.words.push_back("camera " + camera.info.name + ": its video holds " + std::to_string(kept) +
                                 " of the " + std::to_string(images.size()) + " images that were acknowledged");
    cut.cutImages = index->samples.size() - kept;
    // Fragments end with their last image, and records come by whole fragments.
    const std::uint64_t keepTo = std::min(index->intactSize, std::max(end, std::uint64_t{1}));
    if (keepTo < *size) {
        cut.cutBytes = *size - keepTo;
        m_result.changed = true;
        if (const Result<void> done = (*file)->truncate(keepTo); !done) return done;
        if (const Result<void> done = (*file)->sync(); !done) return done;
        m_result.cuts.push_back(std::move(cut));
    }
    return {};
}

void Recovery::tell()
{
    EpisodeRow& row = m_result.episode.row;
    row.recovered = true;
    row.state = EpisodeState::Recorded;
    row.durationNs = std::max<std::int64_t>(0, m_newest - row.startedAtNs);
    row.steps = 0;
    row.missedTicks = m_missedTicks;
    row.streams.clear();
    for (const StoredStream& stream : m_streams) {
        const std::string& name = stream.info.name;
        const Span span = m_spans[name];
        const auto count = static_cast<std::int64_t>(m_counts[name]);
        if (stream.info.kind == "step") row.steps += count;
        row.streams.push_back({.name = name,
                               .kind = stream.info.kind,
                               .count = count,
                               .dropped = m_lost[name].dropped,
                               .rateHz = span.last > span.first
                                             ? static_cast<double>(count - 1) / toSeconds(span.last - span.first)
                                             : 0});
    }
    m_result.missing = m_lastWrite > m_newest && m_newest > 0 ? m_lastWrite - m_newest : 0;
    if (m_result.cutBytes > 0)
        m_result.words.push_back("episode.mcap: the last " + std::to_string(m_result.cutBytes) +
                                 " bytes were not whole and were cut");
    for (const StreamCut& cut : m_result.cuts)
        m_result.words.push_back("camera " + cut.name + ": kept " + std::to_string(cut.kept) + " images, cut " +
                                 std::to_string(cut.cutImages) + " that no record pointed to (" +
                                 std::to_string(cut.cutBytes) + " bytes)");
}

Result<EpisodeRecovery> Recovery::run()
{
    if (const Result<void> read = readJson(); !read) return tl::unexpected(read.error());
    if (const Result<void> done = recoverMcap(); !done) return tl::unexpected(done.error());
    if (const Result<void> read = readValues(); !read) return tl::unexpected(read.error());
    for (const StoredStream& stream : m_streams)
        if (stream.info.kind == "camera")
            if (const Result<void> done = recoverVideo(stream); !done) return tl::unexpected(done.error());
    if (!m_result.changed && m_result.episode.row.state != EpisodeState::Recording) return std::move(m_result);
    m_result.changed = true;
    tell();
    const std::string text = toJson(m_result.episode);
    if (const Result<void> written = replaceFile(m_files, m_folder / "episode.json", std::as_bytes(std::span(text)));
        !written)
        return tl::unexpected(written.error());
    return std::move(m_result);
}

}  // namespace

Result<EpisodeRecovery> recoverEpisode(FileSystem& files, const std::filesystem::path& folder)
{
    const Result<FolderLock> lock = FolderLock::take(folder);
    if (!lock) return fail("the episode in " + folder.string() + " cannot be recovered now: " + lock.error().message);
    return Recovery(files, folder).run();
}

}  // namespace understudy
