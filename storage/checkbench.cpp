#include "storage/checkbench.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <set>

#include "core/processusage.h"
#include "core/uuid.h"
#include "storage/library.h"
#include "storage/librarycheck.h"
#include "storage/libraryrebuild.h"
#include "storage/mcapwriter.h"
#include "storage/read/episodejson.h"
#include "storage/read/streamcodec.h"

namespace understudy {
namespace {

constexpr int kSamples = 20;
constexpr int kDamagedEvery = 1000;
constexpr std::int64_t kStart = 1'800'000'000'000'000'000;
constexpr std::int64_t kApart = 30 * kSecond;

double secondsSince(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Result<void> writeSignals(FileSystem& files, const std::filesystem::path& path, const WallAnchor& anchor)
{
    Result<std::unique_ptr<File>> file = files.open(path, OpenMode::Create);
    if (!file) return tl::unexpected(file.error());
    const auto writer = McapWriter::create(std::move(*file));
    if (!writer) return tl::unexpected(writer.error());
    TaxelSample sample;
    sample.values = Eigen::VectorXf::Zero(8);
    StreamInfo info{.name = "/touch", .kind = "taxels", .rateHz = 50};
    info.prototype = sample;
    Result<StreamEncoder> encoder = StreamEncoder::create(info, anchor);
    if (!encoder) return tl::unexpected(encoder.error());
    const ChannelSpec& spec = encoder->channels().front();
    const auto schema = (*writer)->addSchema(std::string(nameOf(spec.type)), "ros2msg", definitionOf(spec.type));
    if (!schema) return tl::unexpected(schema.error());
    const auto channel = (*writer)->addChannel(*schema, spec.topic, "cdr", spec.metadata);
    if (!channel) return tl::unexpected(channel.error());
    for (int i = 0; i < kSamples; ++i) {
        sample.sequence = static_cast<std::uint64_t>(i);
        sample.stamps.capture = sample.stamps.arrival = i * 20 * kMillisecond;
        for (const EncodedMessage& message : encoder->encodeValue(sample)) {
            const Result<void> written =
                (*writer)->write({*channel, message.sequence, message.logTime, message.publishTime, message.data});
            if (!written) return written;
        }
    }
    return (*writer)->finish();
}

/// Its id.
Result<std::string> writeEpisode(FileSystem& files, const std::filesystem::path& library, int number)
{
    EpisodeFile episode;
    EpisodeRow& row = episode.row;
    row.startedAtNs = kStart + number * kApart;
    row.id = uuidAt(row.startedAtNs);
    row.takeId = row.id;
    row.task = "pick " + std::to_string(number % 40);
    row.robot = "bench";
    row.station = "station " + std::to_string(number % 100);
    row.state = EpisodeState::Checked;
    row.outcome = Outcome::Success;
    row.durationNs = (kSamples - 1) * 20 * kMillisecond;
    row.streams = {{.name = "/touch", .kind = "taxels", .count = kSamples, .dropped = 0, .rateHz = 50}};
    episode.clock = {.monotonic = 0, .unixNs = row.startedAtNs};
    const std::filesystem::path folder = library / episodeFolder(row.id, row.startedAtNs);
    if (const Result<void> made = files.createDirectories(folder); !made) return tl::unexpected(made.error());
    if (const Result<void> written = writeSignals(files, folder / "episode.mcap", episode.clock); !written)
        return tl::unexpected(written.error());
    std::ofstream(folder / "episode.json") << toJson(episode);
    if (number % kDamagedEvery == kDamagedEvery / 2) {
        // Among the values of some sample.
        std::fstream file(folder / "episode.mcap", std::ios::in | std::ios::out | std::ios::binary);
        const auto middle = static_cast<std::streamoff>(std::filesystem::file_size(folder / "episode.mcap") / 2);
        file.seekg(middle);
        const auto byte = static_cast<char>(file.get() ^ 1);
        file.seekp(middle);
        file.put(byte);
    }
    return row.id;
}

}  // namespace

Result<CheckFigures> measureCheck(const std::filesystem::path& folder, int episodes,
                                  const std::function<void(const std::string&)>& progress)
{
    PosixFileSystem files;
    CheckFigures figures{.episodes = episodes};
    std::set<std::string> planted;
    for (int i = 0; i < episodes; ++i) {
        const Result<std::string> id = writeEpisode(files, folder, i);
        if (!id) return tl::unexpected(id.error());
        if (i % kDamagedEvery == kDamagedEvery / 2) planted.insert(*id);
        if (progress && i % 10'000 == 0) progress("made " + std::to_string(i) + " episodes");
    }
    auto begin = std::chrono::steady_clock::now();
    const Result<RebuildReport> rebuilt = rebuildIndex(folder);
    if (!rebuilt) return tl::unexpected(rebuilt.error());
    if (rebuilt->episodes != episodes)
        return fail("the index was made from " + std::to_string(rebuilt->episodes) + " of " + std::to_string(episodes) +
                    " episodes");
    figures.rebuildSeconds = secondsSince(begin);

    const auto reader = LibraryReader::open(folder);
    if (!reader) return tl::unexpected(reader.error());
    const auto writer = LibraryWriter::open(folder, LibraryWriter::Upkeep::None);
    if (!writer) return tl::unexpected(writer.error());
    double early = 0;
    double greatest = 0;
    LibraryCheckOptions options;
    options.progress = [&](std::int64_t done) {
        if (done % 100 == 0) greatest = std::max(greatest, residentMib());
        if (done == episodes / 10) early = greatest;
        if (progress && done % 10'000 == 0) progress("checked " + std::to_string(done) + " episodes");
        return true;
    };
    begin = std::chrono::steady_clock::now();
    const Result<LibraryCheck> check = checkLibrary(files, **reader, **writer, options);
    if (!check) return tl::unexpected(check.error());
    figures.checkPerSecond = episodes / secondsSince(begin);
    figures.grownMiB = greatest - early;
    figures.planted = static_cast<int>(planted.size());
    figures.isRight = check->episodes == episodes && check->ok == episodes - figures.planted;
    for (const DamagedEpisode& damaged : check->damaged) {
        figures.found += planted.contains(damaged.id) ? 1 : 0;
        figures.isRight = figures.isRight && planted.contains(damaged.id);
    }
    return figures;
}

}  // namespace understudy
