#include "storage/pyramidbench.h"

#include <algorithm>
#include <chrono>
#include <random>

#include "core/uuid.h"
#include "storage/mcapwriter.h"
#include "storage/read/episodejson.h"
#include "storage/read/signalpyramid.h"
#include "storage/read/streamcodec.h"

namespace understudy {
namespace {

constexpr std::size_t kColumns = 1900;

double millisecondsSince(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

Result<void> writeEpisode(const std::filesystem::path& folder, int seconds, int signalCount, double rateHz)
{
    PosixFileSystem files;
    EpisodeFile episode;
    episode.row.id = newUuid();
    episode.row.task = "bench";
    episode.row.robot = "bench";
    episode.row.startedAtNs = 1'800'000'000'000'000'000;
    episode.clock = {.monotonic = 0, .unixNs = episode.row.startedAtNs};
    const std::string json = toJson(episode);
    if (const Result<void> done = replaceFile(files, folder / "episode.json", std::as_bytes(std::span(json))); !done)
        return done;
    Result<std::unique_ptr<File>> file = files.open(folder / "episode.mcap", OpenMode::Create);
    if (!file) return tl::unexpected(file.error());
    const auto writer = McapWriter::create(std::move(*file), {.compression = McapCompression::Zstd});
    if (!writer) return tl::unexpected(writer.error());
    TaxelSample sample;
    sample.values = Eigen::VectorXf::Zero(signalCount);
    StreamInfo info{.name = "/signals", .kind = "taxels", .rateHz = rateHz};
    info.prototype = sample;
    Result<StreamEncoder> encoder = StreamEncoder::create(info, episode.clock);
    if (!encoder) return tl::unexpected(encoder.error());
    const ChannelSpec& spec = encoder->channels().front();
    const auto schema = (*writer)->addSchema(std::string(nameOf(spec.type)), "ros2msg", definitionOf(spec.type));
    if (!schema) return tl::unexpected(schema.error());
    const auto channel = (*writer)->addChannel(*schema, spec.topic, "cdr", spec.metadata);
    if (!channel) return tl::unexpected(channel.error());
    const auto count = static_cast<std::uint64_t>(seconds * rateHz);
    for (std::uint64_t i = 0; i < count; ++i) {
        sample.sequence = i;
        sample.stamps.capture = sample.stamps.arrival = static_cast<Timestamp>(static_cast<double>(i) * 1e9 / rateHz);
        // Cheap, and different for every signal and sample.
        for (Eigen::Index s = 0; s < sample.values.size(); ++s)
            sample.values[s] = static_cast<float>((i * 37 + static_cast<std::uint64_t>(s) * 101) % 1000);
        for (const EncodedMessage& message : encoder->encodeValue(sample)) {
            const Result<void> written =
                (*writer)->write({*channel, message.sequence, message.logTime, message.publishTime, message.data});
            if (!written) return written;
        }
    }
    return (*writer)->finish();
}

}  // namespace

Result<PyramidFigures> measurePyramid(const std::filesystem::path& folder, int seconds, int signalCount, double rateHz)
{
    PosixFileSystem files;
    PyramidFigures figures;
    if (const Result<void> written = writeEpisode(folder, seconds, signalCount, rateHz); !written)
        return tl::unexpected(written.error());
    auto begin = std::chrono::steady_clock::now();
    if (const Result<void> made = writeSignalPyramid(files, folder); !made) return tl::unexpected(made.error());
    figures.makeSeconds = millisecondsSince(begin) * 1e-3;
    figures.megabytes = static_cast<double>(std::filesystem::file_size(folder / "signals.pyr")) * 1e-6;

    begin = std::chrono::steady_clock::now();
    const auto pyramid = SignalPyramid::open(files, folder);
    if (!pyramid) return tl::unexpected(pyramid.error());
    const std::int64_t start = (*pyramid)->startTime();
    const std::int64_t length = (*pyramid)->endTime() - start;
    for (std::size_t i = 0; i < (*pyramid)->list().size(); ++i)
        if (const auto drawn = (*pyramid)->spans(i, start, start + length, kColumns); !drawn)
            return tl::unexpected(drawn.error());
    figures.openAndDrawMs = millisecondsSince(begin);

    std::mt19937 random(1);
    std::vector<double> times;
    for (int i = 0; i < 2000; ++i) {
        const std::size_t signal = random() % (*pyramid)->list().size();
        const std::int64_t width = length >> (random() % 5);
        const std::int64_t from = start + static_cast<std::int64_t>(static_cast<double>(length - width) *
                                                                    static_cast<double>(random() % 1000) * 1e-3);
        begin = std::chrono::steady_clock::now();
        if (const auto drawn = (*pyramid)->spans(signal, from, from + width, kColumns); !drawn)
            return tl::unexpected(drawn.error());
        times.push_back(millisecondsSince(begin));
    }
    std::ranges::sort(times);
    figures.drawP50 = times[times.size() / 2];
    figures.drawP99 = times[times.size() * 99 / 100];
    return figures;
}

}  // namespace understudy
