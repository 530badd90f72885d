#include "storage/episodecheck.h"

#include <algorithm>

#include "core/media/mp4index.h"
#include "storage/read/crc32.h"
#include "storage/read/episodereader.h"
#include "storage/read/mcapreader.h"
#include "storage/read/streamcodec.h"

namespace understudy {
namespace {

constexpr std::size_t kMostProblems = 100;
constexpr std::uint64_t kLargestImage = 256U << 20U;  ///< of one image, with what stands before it

class Check {
public:
    Check(FileSystem& files, std::filesystem::path folder, const EpisodeRow& row)
        : m_files(files), m_folder(std::move(folder)), m_row(row)
    {
    }

    EpisodeCheck run();

private:
    struct Seen {
        StoredStream stream;
        std::int64_t count = 0;
        std::int64_t first = 0;
        std::int64_t last = 0;
        std::uint64_t lastSequence = 0;
        std::vector<PacketLocation> images;
    };

    void problem(const std::string& text)
    {
        if (m_check.problems.size() < kMostProblems) m_check.problems.push_back(text);
    }
    bool readJson();
    bool scan();
    void readMessages();
    void see(Seen& seen, std::int64_t time, const EpisodeValue& value);
    void compareVideo(const Seen& seen);
    void verifyBytes(File& file, const std::string& name, const std::vector<PacketLocation>& images);
    void compareRow();

    FileSystem& m_files;
    std::filesystem::path m_folder;
    const EpisodeRow& m_row;
    EpisodeCheck m_check;
    WallAnchor m_clock;
    std::map<std::string, Seen> m_seen;
};

bool Check::readJson()
{
    const Result<EpisodeFile> episode = readEpisodeJson(m_files, m_folder);
    if (!episode) {
        problem(episode.error().message);
        m_check.isRepairable = true;
        return false;
    }
    if (!episode->isAsWritten) {
        problem("episode.json was changed or damaged after it was written: its checksum differs");
        m_check.isRepairable = true;
    }
    m_clock = episode->clock;
    if (episode->row.id != m_row.id)
        problem("episode.json says it is " + episode->row.id + ", the index says " + m_row.id);
    if (episode->row.state == EpisodeState::Recording) problem("episode.json says the take never ended; recover it");
    return true;
}

bool Check::scan()
{
    const Result<std::unique_ptr<File>> file = m_files.open(m_folder / "episode.mcap", OpenMode::Read);
    if (!file) {
        problem(file.error().message);
        return false;
    }
    const Result<McapScan> scan = scanMcap(**file);
    if (!scan) {
        problem("episode.mcap: " + scan.error().message);
        return false;
    }
    for (const McapDamage& damage : scan->damage)
        problem("episode.mcap: " + damage.reason + " (" + std::to_string(damage.length) + " bytes at offset " +
                std::to_string(damage.offset) + ")");
    if (!scan->hasDataEnd) problem("episode.mcap has no end: the take was cut short; recover it");
    return true;
}

void Check::see(Seen& seen, std::int64_t time, const EpisodeValue& value)
{
    const std::string& name = seen.stream.info.name;
    // Events are told by several threads and may share a time.
    const bool strict = seen.stream.info.kind != "event";
    const std::uint64_t sequence = sequenceOf(value);
    if (seen.count++ == 0) {
        seen.first = time;
    } else if (time < seen.last || (strict && time == seen.last)) {
        problem(name + ": time does not rise at sample " + std::to_string(sequence) + " (" +
                std::to_string(time - seen.last) + " ns)");
    } else if (strict && sequence <= seen.lastSequence) {
        problem(name + ": sample " + std::to_string(sequence) + " follows " + std::to_string(seen.lastSequence));
    }
    seen.last = time;
    seen.lastSequence = sequence;
    if (const auto* place = std::get_if<PacketLocation>(&value)) seen.images.push_back(*place);
}

void Check::readMessages()
{
    Result<std::unique_ptr<File>> file = m_files.open(m_folder / "episode.mcap", OpenMode::Read);
    if (!file) return problem(file.error().message);
    const auto reader = McapReader::open(std::move(*file));
    if (!reader) return problem("episode.mcap: " + reader.error().message);
    if (!(*reader)->isFinished()) {
        problem("episode.mcap: its summary is missing or damaged");
        m_check.isRepairable = true;
    }
    std::map<std::uint16_t, std::shared_ptr<StreamDecoder>> decoders;
    for (const StoredStream& stream : streamsOf((*reader)->summary())) {
        m_seen[stream.info.name].stream = stream;
        const auto decoder = std::make_shared<StreamDecoder>(stream, m_clock);
        decoders.emplace(stream.channel, decoder);
        if (stream.companion) decoders.emplace(*stream.companion, decoder);
    }
    McapMessages pass = (*reader)->messages({}, McapOrder::File);
    while (true) {
        const Result<const McapMessage*> message = pass.next();
        if (!message) return problem("episode.mcap: " + message.error().message);
        if (*message == nullptr) return;
        const auto decoder = decoders.find((*message)->channelId);
        if (decoder == decoders.end()) continue;
        const Result<const EpisodeValue*> value = decoder->second->decode(**message);
        if (!value)
            problem(value.error().message);
        else if (*value != nullptr)
            see(m_seen[decoder->second->stream().info.name], (*message)->logTime, **value);
    }
}

void Check::compareVideo(const Seen& seen)
{
    const std::string name = seen.stream.info.name + ".mp4";
    const Result<std::unique_ptr<File>> file = m_files.open(m_folder / name, OpenMode::Read);
    if (!file) {
        if (!seen.images.empty()) problem(file.error().message);
        return;
    }
    verifyBytes(**file, name, seen.images);
    const Result<Mp4Index> index = readMp4Index(**file);
    if (!index) return problem(name + ": " + index.error().message);
    if (!index->damage.empty()) problem(name + ": " + index->damage);
    if (index->samples.size() != seen.images.size())
        problem(name + " holds " + std::to_string(index->samples.size()) + " images, episode.mcap points to " +
                std::to_string(seen.images.size()));
    for (std::size_t i = 0; i < std::min(index->samples.size(), seen.images.size()); ++i) {
        const VideoSample& sample = index->samples[i];
        const PacketLocation& place = seen.images[i];
        if (sample.offset == place.offset && sample.size == place.size && sample.key == place.key &&
            sample.pts == place.pts)
            continue;
        return problem(name + ": image " + std::to_string(i) + " is not where episode.mcap points to");
    }
}

/// The records' checksums cover every byte of the video.
void Check::verifyBytes(File& file, const std::string& name, const std::vector<PacketLocation>& images)
{
    std::vector<std::byte> bytes;
    std::uint64_t begin = 0;
    for (std::size_t i = 0; i < images.size(); ++i) {
        const std::uint64_t end = images[i].offset + images[i].size;
        if (end < begin || end - begin > kLargestImage)
            return problem(name + ": the record of image " + std::to_string(i) + " is not true");
        bytes.resize(static_cast<std::size_t>(end - begin));
        if (const Result<void> read = readExactly(file, begin, bytes); !read)
            return problem(name + ": " + read.error().message);
        if (images[i].crc != 0 && crc32(bytes) != images[i].crc)
            problem(name + ": image " + std::to_string(i) + " is damaged (between bytes " + std::to_string(begin) +
                    " and " + std::to_string(end) + ")");
        begin = end;
    }
}

void Check::compareRow()
{
    for (const StreamRow& row : m_row.streams) {
        const auto found = m_seen.find(row.name);
        if (found == m_seen.end())
            problem("the index lists the stream " + row.name + ", which the files do not hold");
        else if (found->second.count != row.count)
            problem(row.name + ": the files hold " + std::to_string(found->second.count) + " samples, the index says " +
                    std::to_string(row.count));
    }
    for (const auto& [name, seen] : m_seen) {
        StreamRow row{.name = name, .kind = seen.stream.info.kind, .count = seen.count};
        if (seen.last > seen.first)
            row.rateHz = static_cast<double>(seen.count - 1) / toSeconds(seen.last - seen.first);
        const auto known = std::ranges::find(m_row.streams, name, &StreamRow::name);
        if (known != m_row.streams.end())
            row.dropped = known->dropped;
        else if (!m_row.streams.empty())
            problem("the files hold the stream " + name + ", which the index does not list");
        m_check.streams.push_back(std::move(row));
    }
}

EpisodeCheck Check::run()
{
    const bool hasJson = readJson();
    if (!scan() || !hasJson) return std::move(m_check);
    readMessages();
    for (const auto& [name, seen] : m_seen)
        if (seen.stream.info.kind == "camera") compareVideo(seen);
    compareRow();
    return std::move(m_check);
}

}  // namespace

std::string EpisodeCheck::reason() const
{
    constexpr std::size_t kTold = 3;
    std::string text;
    for (std::size_t i = 0; i < std::min(problems.size(), kTold); ++i) text += (i == 0 ? "" : "; ") + problems[i];
    if (problems.size() > kTold) text += "; and " + std::to_string(problems.size() - kTold) + " more";
    return text;
}

EpisodeCheck checkEpisode(FileSystem& files, const std::filesystem::path& folder, const EpisodeRow& row)
{
    return Check(files, folder, row).run();
}

}  // namespace understudy
