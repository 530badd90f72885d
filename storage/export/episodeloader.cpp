#include "storage/export/episodeloader.h"

#include <algorithm>

#include "storage/read/episodereader.h"

namespace understudy {
namespace {

constexpr Duration kLastStretch = 2 * kSecond;

std::string taskText(const EpisodeRow& row, InstructionLanguage language)
{
    const bool english = language == InstructionLanguage::English;
    for (const std::string* text :
         {english ? &row.instructionEn : &row.instructionZh, english ? &row.instructionZh : &row.instructionEn})
        if (!text->empty()) return *text;
    return row.task;
}

/// The images of one camera that the video truly holds: recovery may have cut either side.
struct RecordedCamera {
    CameraTimeline timeline;
    std::vector<std::uint32_t> samples;  ///< per image of the timeline, its index in the video
    int width = 0;
    int height = 0;
};

Result<RecordedCamera> readCamera(EpisodeReader& reader, const StreamInfo& stream)
{
    const Result<const std::vector<PacketLocation>*> images = reader.images(stream.name);
    if (!images) return tl::unexpected(images.error());
    const Result<Mp4Reader*> video = reader.video(stream.name);
    if (!video) return tl::unexpected(video.error());
    const Mp4Index& index = (*video)->index();
    RecordedCamera camera{{stream.name, stream.rateHz, {}}, {}, index.parameters.width, index.parameters.height};
    std::size_t sample = 0;
    for (const PacketLocation& image : **images) {
        while (sample < index.samples.size() && index.samples[sample].offset < image.offset) ++sample;
        if (sample == index.samples.size()) break;
        const std::int64_t capture = reader.info().clock.toUnix(image.stamps.capture);
        const bool rises = camera.timeline.captureNs.empty() || capture > camera.timeline.captureNs.back();
        if (index.samples[sample].offset != image.offset || !rises) continue;
        camera.timeline.captureNs.push_back(capture);
        camera.samples.push_back(static_cast<std::uint32_t>(sample));
    }
    return camera;
}

Result<std::vector<RecordedCamera>> readCameras(EpisodeReader& reader, const std::vector<std::string>& wanted)
{
    std::vector<RecordedCamera> cameras;
    for (const StoredStream& stream : reader.streams()) {
        const bool chosen = wanted.empty() || std::ranges::find(wanted, stream.info.name) != wanted.end();
        if (stream.info.kind != "camera" || !chosen) continue;
        Result<RecordedCamera> camera = readCamera(reader, stream.info);
        if (!camera) return tl::unexpected(camera.error());
        cameras.push_back(std::move(*camera));
    }
    for (const std::string& name : wanted)
        if (std::ranges::none_of(cameras, [&](const RecordedCamera& camera) { return camera.timeline.name == name; }))
            return fail("it has no camera " + name);
    std::ranges::sort(cameras, {}, [](const RecordedCamera& camera) { return camera.timeline.name; });
    return cameras;
}

struct Span {
    std::int64_t begin = 0;
    std::int64_t end = 0;
};

/// From the stream's first sample to its last.
Result<Span> spanOf(const EpisodeReader& reader, const StreamInfo& stream)
{
    EpisodeValues first = reader.values({.streams = {stream.name}});
    const Result<const EpisodeSample*> sample = first.next();
    if (!sample) return tl::unexpected(sample.error());
    if (*sample == nullptr) return fail("its stream " + stream.name + " is empty");
    Span span{(*sample)->time, reader.endTime()};
    EpisodeValues last = reader.values({.streams = {stream.name}, .from = reader.endTime() - kLastStretch});
    while (true) {
        const Result<const EpisodeSample*> next = last.next();
        if (!next) return tl::unexpected(next.error());
        if (*next == nullptr) return span;
        span.end = (*next)->time;
    }
}

/// Whether the step's command was one to follow: before there is a robot, and in damping, it is not.
bool commands(const Step& step) { return step.mode != CommandMode::Damping && step.phase != TeleopPhase::Disconnected; }

std::span<const double> valuesOf(const Eigen::VectorXd& vector)
{
    return {vector.data(), static_cast<std::size_t>(vector.size())};
}

/// Joint positions in the layout that was asked for.
class JointRows {
public:
    static Result<JointRows> create(const EpisodeReader& reader, const EpisodeLoadOptions& options)
    {
        JointRows rows;
        if (options.layout == JointLayout::Native) return rows;
        WristPoses wrists;
        if (options.wristPoses) {
            Result<WristPoses> made = options.wristPoses(reader.info());
            if (!made) return tl::unexpected(made.error());
            wrists = std::move(*made);
        }
        Result<CanonicalMapping> mapping = CanonicalMapping::create(reader.info(), std::move(wrists));
        if (!mapping) return tl::unexpected(mapping.error());
        rows.m_mapping = std::move(*mapping);
        return rows;
    }

    [[nodiscard]] std::vector<std::string> names(const std::vector<std::string>& native) const
    {
        return m_mapping ? CanonicalMapping::names() : native;
    }
    [[nodiscard]] std::vector<std::uint8_t> mask() const
    {
        return m_mapping ? m_mapping->mask() : std::vector<std::uint8_t>();
    }
    void add(VectorResampler& rows, std::int64_t time, const Eigen::VectorXd& joints)
    {
        rows.add(time, m_mapping ? m_mapping->map(valuesOf(joints)) : valuesOf(joints));
    }

private:
    std::optional<CanonicalMapping> m_mapping;
};

Result<void> readJoints(const EpisodeReader& reader, const StreamInfo& robot, const StreamInfo& step,
                        const EpisodeLoadOptions& options, ExportEpisode& episode)
{
    const std::vector<std::string>& names = step.names.empty() ? robot.names : step.names;
    Result<JointRows> measuredRows = JointRows::create(reader, options);
    if (!measuredRows) return tl::unexpected(measuredRows.error());
    JointRows sentRows = *measuredRows;
    VectorResampler state(episode.rows, measuredRows->names(robot.names), Resampling::Interpolate,
                          options.jointTolerance);
    VectorResampler action(episode.rows, sentRows.names(names), Resampling::Nearest, options.jointTolerance);
    EpisodeValues pass = reader.values({.streams = {robot.name, step.name},
                                        .from = episode.rows.front() - options.jointTolerance,
                                        .to = episode.rows.back() + options.jointTolerance + 1});
    while (true) {
        const Result<const EpisodeSample*> sample = pass.next();
        if (!sample) return tl::unexpected(sample.error());
        if (*sample == nullptr) break;
        if (const auto* measured = std::get_if<RobotState>((*sample)->value))
            measuredRows->add(state, (*sample)->time, measured->position);
        else if (const auto* taken = std::get_if<Step>((*sample)->value); taken != nullptr && commands(*taken))
            sentRows.add(action, (*sample)->time, taken->command);
    }
    episode.state = state.take();
    episode.action = action.take();
    episode.state.mask = measuredRows->mask();
    episode.action.mask = sentRows.mask();
    return {};
}

}  // namespace

Result<ExportEpisode> loadEpisode(FileSystem& files, const std::filesystem::path& folder, const EpisodeRow& row,
                                  std::vector<Segment> segments, const EpisodeLoadOptions& options)
{
    const Result<std::unique_ptr<EpisodeReader>> opened = EpisodeReader::open(files, folder);
    if (!opened) return tl::unexpected(opened.error());
    EpisodeReader& reader = **opened;
    const StoredStream* robot = reader.streamOfKind("robot");
    const StoredStream* step = reader.streamOfKind("step");
    if (robot == nullptr) return fail("it holds no state of the robot");
    if (step == nullptr) return fail("it holds no steps, so no actions");
    Result<std::vector<RecordedCamera>> cameras = readCameras(reader, options.cameras);
    if (!cameras) return tl::unexpected(cameras.error());
    const Result<Span> states = spanOf(reader, robot->info);
    if (!states) return tl::unexpected(states.error());
    const Result<Span> steps = spanOf(reader, step->info);
    if (!steps) return tl::unexpected(steps.error());

    std::vector<CameraTimeline> timelines;
    for (const RecordedCamera& camera : *cameras) timelines.push_back(camera.timeline);
    Result<Grid> grid =
        makeGrid(timelines, std::max(states->begin, steps->begin), std::min(states->end, steps->end), options.grid);
    if (!grid) return tl::unexpected(grid.error());
    if (grid->rows.empty()) return fail("no time is covered by every camera and the robot");

    ExportEpisode episode;
    episode.id = row.id;
    episode.task = taskText(row, options.language);
    const bool canonical = options.layout == JointLayout::Canonical;
    episode.robot = canonical ? kCanonicalLayout : row.robot;
    if (canonical) episode.embodiment = row.robot;
    episode.outcome = nameOf(row.outcome);
    episode.cause = row.cause;
    episode.fps = grid->fps;
    episode.reference = grid->reference;
    episode.rows = std::move(grid->rows);
    episode.jointToleranceNs = options.jointTolerance;
    episode.segments = std::move(segments);
    for (const RecordedCamera& recorded : *cameras) {
        ExportCamera camera{
            recorded.timeline.name,
            folder / (recorded.timeline.name + ".mp4"),
            recorded.width,
            recorded.height,
            recorded.timeline.rateHz,
            imageTolerance(recorded.timeline.rateHz),
            nearestImages(episode.rows, recorded.timeline.captureNs, imageTolerance(recorded.timeline.rateHz))};
        for (ExportImage& image : camera.rows) image.index = recorded.samples[image.index];
        episode.cameras.push_back(std::move(camera));
    }
    if (const Result<void> joints = readJoints(reader, robot->info, step->info, options, episode); !joints)
        return tl::unexpected(joints.error());
    return episode;
}

}  // namespace understudy
