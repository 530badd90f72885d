#include "storage/export/episodesource.h"

#include <algorithm>

#include "storage/read/episodereader.h"

namespace understudy {
namespace {

constexpr Duration kJointTolerance = 20 * kMillisecond;

Result<void> mayBeExported(const EpisodeRow& row)
{
    switch (row.state) {
    case EpisodeState::Recording:
        return fail("it is still being recorded");
    case EpisodeState::Quarantined:
        return fail("it is quarantined");
    case EpisodeState::Rejected:
        return fail("it was rejected");
    case EpisodeState::Tray:
        return fail("it was set aside for another take");
    default:
        return {};
    }
}

struct Bounds {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    bool known = false;

    void add(std::int64_t time)
    {
        begin = known ? std::min(begin, time) : time;
        end = known ? std::max(end, time) : time;
        known = true;
    }
};

Result<Bounds> boundsOf(const EpisodeReader& reader, const std::string& stream)
{
    Bounds bounds;
    EpisodeValues values = reader.values({.streams = {stream}});
    while (true) {
        const Result<const EpisodeSample*> sample = values.next();
        if (!sample) return tl::unexpected(sample.error());
        if (*sample == nullptr) return bounds;
        bounds.add((*sample)->time);
    }
}

Result<std::vector<CameraTimeline>> timelines(EpisodeReader& reader)
{
    std::vector<CameraTimeline> found;
    const std::int64_t offset = reader.info().clock.unixNs - reader.info().clock.monotonic;
    for (const EpisodeCamera& camera : reader.info().cameras) {
        const auto images = reader.images(camera.name);
        if (!images) return tl::unexpected(images.error());
        CameraTimeline timeline{.name = camera.name, .rateHz = camera.rateHz};
        for (const PacketLocation& image : **images) timeline.captureNs.push_back(image.stamps.capture + offset);
        if (timeline.captureNs.empty()) return fail("the camera \"" + camera.name + "\" recorded no image");
        found.push_back(std::move(timeline));
    }
    return found;
}

}  // namespace

Result<ExportEpisode> loadForExport(FileSystem& files, LibraryReader& library, const std::string& id,
                                    const GridOptions& options)
{
    const Result<EpisodeRow> row = library.show(id);
    if (!row) return tl::unexpected(row.error());
    if (const Result<void> allowed = mayBeExported(*row); !allowed) return tl::unexpected(allowed.error());
    Result<std::vector<Segment>> segments = library.segments(row->id);
    if (!segments) return tl::unexpected(segments.error());
    auto opened = EpisodeReader::open(files, library.library() / row->path);
    if (!opened) return tl::unexpected(opened.error());
    EpisodeReader& reader = **opened;

    const StoredStream* robot = reader.streamOfKind("robot");
    const StoredStream* steps = reader.streamOfKind("step");
    if (robot == nullptr || steps == nullptr) return fail("it holds no robot state or no commands");
    const Result<Bounds> bounds = boundsOf(reader, robot->info.name);
    if (!bounds) return tl::unexpected(bounds.error());
    if (!bounds->known) return fail("the robot's state is empty");
    const Result<std::vector<CameraTimeline>> cameras = timelines(reader);
    if (!cameras) return tl::unexpected(cameras.error());
    const Result<Grid> grid = makeGrid(*cameras, bounds->begin, bounds->end, options);
    if (!grid) return tl::unexpected(grid.error());

    ExportEpisode episode{.id = row->id,
                          .task = row->instructionEn.empty() ? row->task : row->instructionEn,
                          .robot = row->robot,
                          .outcome = std::string(nameOf(row->outcome)),
                          .cause = row->cause,
                          .fps = grid->fps,
                          .reference = grid->reference,
                          .rows = grid->rows,
                          .jointToleranceNs = kJointTolerance,
                          .segments = std::move(*segments)};
    const std::vector<std::string>& joints = reader.info().jointNames;
    VectorResampler state(episode.rows, joints, Resampling::Interpolate, kJointTolerance);
    VectorResampler action(episode.rows, joints, Resampling::Interpolate, kJointTolerance);
    const auto asSpan = [](const Eigen::VectorXd& values) {
        return std::span<const double>(values.data(), static_cast<std::size_t>(values.size()));
    };
    EpisodeValues values = reader.values({.streams = {robot->info.name, steps->info.name}});
    while (true) {
        const Result<const EpisodeSample*> sample = values.next();
        if (!sample) return tl::unexpected(sample.error());
        if (*sample == nullptr) break;
        if (const auto* measured = std::get_if<RobotState>((*sample)->value))
            state.add((*sample)->time, asSpan(measured->position));
        else if (const auto* step = std::get_if<Step>((*sample)->value))
            action.add((*sample)->time, asSpan(step->command));
    }
    if (!values.damage().empty()) return fail("parts of its signals are damaged");
    episode.state = state.take();
    episode.action = action.take();

    for (const EpisodeCamera& info : reader.info().cameras) {
        const auto timeline = std::find_if(cameras->begin(), cameras->end(),
                                           [&](const CameraTimeline& each) { return each.name == info.name; });
        const Duration tolerance = imageTolerance(info.rateHz);
        episode.cameras.push_back({.name = info.name,
                                   .video = reader.folder() / info.file,
                                   .width = info.width,
                                   .height = info.height,
                                   .rateHz = info.rateHz,
                                   .toleranceNs = tolerance,
                                   .rows = nearestImages(episode.rows, timeline->captureNs, tolerance)});
    }
    if (const std::string wrong = contradiction(episode); !wrong.empty()) return fail(wrong);
    return episode;
}

}  // namespace understudy
