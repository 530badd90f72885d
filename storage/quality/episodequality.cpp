#include "storage/quality/episodequality.h"

#include <algorithm>

#include <fmt/format.h>

#include "storage/read/episodereader.h"

namespace understudy {
namespace {

/// One camera's video beside the pass over the samples.
struct Video {
    std::unique_ptr<Mp4Reader> reader;
    std::string problem;
    std::map<std::uint64_t, std::size_t> byOffset;
    std::size_t indexed = 0;    ///< image records of the index
    std::size_t misplaced = 0;  ///< of them, those that point at no image
    std::size_t undecodable = 0;
    ImageMeter meter;
};

Video openVideo(FileSystem& files, const std::filesystem::path& path)
{
    Video video;
    Result<std::unique_ptr<Mp4Reader>> opened = Mp4Reader::open(files, path, {}, DecodeEffort::Rough);
    if (!opened) {
        video.problem = opened.error().message;
        return video;
    }
    video.reader = std::move(*opened);
    const std::vector<VideoSample>& samples = video.reader->index().samples;
    for (std::size_t i = 0; i < samples.size(); ++i) video.byOffset[samples[i].offset] = i;
    return video;
}

void addImage(TakeQuality& quality, std::size_t stream, Video& video, const PacketLocation& packet)
{
    ++video.indexed;
    if (!video.reader) return;
    const auto found = video.byOffset.find(packet.offset);
    if (found == video.byOffset.end()) {
        ++video.misplaced;
        return;
    }
    if (!video.reader->index().samples[found->second].key) return;
    Result<Image> image = video.reader->quarterAt(found->second);
    if (!image) {
        ++video.undecodable;
        if (video.problem.empty()) video.problem = image.error().message;
        return;
    }
    SmallImage small{image->width, image->height, {}};
    const auto* grey = reinterpret_cast<const std::uint8_t*>(image->data.data());
    small.pixels.assign(grey, grey + image->data.size());
    quality.add(QualityImage{stream, packet.stamps.capture, video.meter.measure(std::move(small))});
}

std::string videoFault(const std::string& name, const Video& video, std::size_t& images)
{
    if (!video.reader) {
        images = std::max<std::size_t>(1, video.indexed);
        return fmt::format("The video of {} cannot be read: {}.", name, video.problem);
    }
    const std::size_t held = video.reader->size();
    images = video.misplaced + video.undecodable + (held > video.indexed ? held - video.indexed : 0);
    if (video.undecodable > 0)
        return fmt::format("{} images of {} cannot be decoded: {}.", video.undecodable, name, video.problem);
    if (video.misplaced > 0)
        return fmt::format("The video of {} lacks {} of the {} images that were recorded.", name, video.misplaced,
                           video.indexed);
    if (images > 0) return fmt::format("The video of {} holds {} images that the index does not know.", name, images);
    if (const std::string& damage = video.reader->index().damage; !damage.empty()) {
        images = 1;
        return fmt::format("The video of {} is damaged at its end: {}.", name, damage);
    }
    return {};
}

/// Passes are said once; failures of the files stand where the check's row is.
void merge(QualityReport& report, const CheckSettings& settings, std::string_view check, std::vector<Finding> found)
{
    const CheckSetting& setting = settings.at(check);
    if (!setting.on || found.empty()) return;
    const auto at = std::ranges::find(report.findings, check, &Finding::check);
    const auto place = at == report.findings.end() ? at : report.findings.erase(at);
    for (Finding& finding : found) {
        finding.check = check;
        finding.limit = setting.limit;
        finding.weight = setting.weight;
        finding.unit = checkNamed(check)->unit;
        finding.pass = false;
    }
    report.findings.insert(place, found.begin(), found.end());
}

}  // namespace

Result<EpisodeQuality> checkEpisodeQuality(FileSystem& files, const std::filesystem::path& folder,
                                           const QualityQuestion& question, const std::stop_token& stop)
{
    const Result<std::unique_ptr<EpisodeReader>> opened = EpisodeReader::open(files, folder);
    if (!opened) return tl::unexpected(opened.error());
    EpisodeReader& reader = **opened;
    const WallAnchor clock = reader.info().clock;

    QualityTake take;
    take.episode = reader.info();
    // The library's card and instruction may have been corrected since.
    if (!question.row.id.empty()) take.episode.row = question.row;
    take.cards = question.cards;
    take.history = question.history;
    take.settings = question.settings;
    const std::int64_t startedAt = reader.info().row.startedAtNs;
    take.begin = clock.fromUnix(startedAt);
    std::map<std::string, std::size_t, std::less<>> streamOf;
    std::vector<Video> videos;
    for (const StoredStream& stream : reader.streams()) {
        streamOf[stream.info.name] = take.streams.size();
        take.streams.push_back(stream.info);
        videos.push_back(stream.info.kind == "camera" ? openVideo(files, folder / (stream.info.name + ".mp4"))
                                                      : Video());
    }

    TakeQuality quality(std::move(take));
    EpisodeValues values = reader.values();
    Timestamp newest = quality.take().begin;
    while (true) {
        const Result<const EpisodeSample*> next = values.next();
        if (!next) return tl::unexpected(next.error());
        if (*next == nullptr) break;
        if (stop.stop_requested()) return fail("the check of " + folder.string() + " was stopped");
        const std::size_t stream = streamOf.find((*next)->stream->name)->second;
        const QualitySample sample = sampleOf(stream, *(*next)->value);
        newest = std::max(newest, sample.stamps.capture);
        quality.add(sample);
        if (const auto* packet = sample.as<PacketLocation>()) addImage(quality, stream, videos[stream], *packet);
    }
    const Timestamp end =
        reader.info().row.durationNs > 0 ? quality.take().begin + reader.info().row.durationNs : newest;

    EpisodeQuality result{
        .episode = reader.info().row.id, .report = quality.result(std::max(end, newest)), .measures = {}};
    std::vector<Finding> broken;
    for (std::size_t i = 0; i < videos.size(); ++i) {
        if (quality.take().streams[i].kind != "camera") continue;
        std::size_t images = 0;
        std::string fault = videoFault(quality.take().streams[i].name, videos[i], images);
        if (!fault.empty())
            broken.push_back({.stream = quality.take().streams[i].name,
                              .value = static_cast<double>(images),
                              .reason = std::move(fault)});
    }
    merge(result.report, question.settings, "video_file", std::move(broken));
    std::vector<Finding> damaged;
    for (const McapDamage& damage : values.damage())
        damaged.push_back({.stream = "episode.mcap",
                           .value = 1,
                           .reason = "A part of episode.mcap is damaged: " + damage.reason + "."});
    if (damaged.size() > 8) damaged.resize(8);
    merge(result.report, question.settings, "file_damage", std::move(damaged));

    for (Finding& finding : result.report.findings) {
        if (finding.from == 0 && finding.to == 0) continue;
        finding.from = clock.toUnix(finding.from);
        finding.to = clock.toUnix(finding.to);
    }
    result.measures = {.seconds = toSeconds(end - quality.take().begin),
                       .sharpness = quality.sharpness(),
                       .path = quality.motion().path()};
    return result;
}

}  // namespace understudy
