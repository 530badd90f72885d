#include "storage/quality/qualitybench.h"

#include <cmath>
#include <ctime>
#include <fstream>

#include "core/clock.h"
#include "core/media/syntheticimages.h"
#include "core/media/videoencoder.h"
#include "core/uuid.h"
#include "storage/quality/episodequality.h"
#include "storage/takefiles.h"

namespace understudy {
namespace {

constexpr int kJoints = 29;
constexpr int kSeconds = 30;
constexpr int kStateHz = 500;
constexpr int kImageHz = 30;
constexpr std::array<const char*, 3> kCameras{"head", "left_wrist", "right_wrist"};

double cpuSeconds()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

template <typename T>
Result<void> announce(std::vector<TakeStream>& streams, const WallAnchor& anchor, StreamInfo info, const T& prototype)
{
    info.prototype = prototype;
    Result<StreamEncoder> encoder = StreamEncoder::create(info, anchor);
    if (!encoder) return tl::unexpected(encoder.error());
    streams.push_back({std::move(info), std::move(*encoder)});
    return {};
}

Eigen::VectorXd postureAt(double seconds)
{
    Eigen::VectorXd joints(kJoints);
    for (int i = 0; i < kJoints; ++i) joints[i] = 0.3 * std::sin(seconds * (0.7 + 0.05 * i));
    return joints;
}

StreamInfo named(std::string name, std::string kind, double rateHz, std::vector<std::string> names = {})
{
    StreamInfo info;
    info.name = std::move(name);
    info.kind = std::move(kind);
    info.rateHz = rateHz;
    info.names = std::move(names);
    return info;
}

Result<EpisodeFile> writeEpisode(FileSystem& files, const std::filesystem::path& folder, bool withCameras)
{
    if (Result<void> made = files.createDirectories(folder); !made) return tl::unexpected(made.error());
    EpisodeFile episode;
    const std::int64_t unixNs = 1'795'305'600'000'000'000;
    episode.clock = {.monotonic = 1000 * kSecond, .unixNs = unixNs};
    EpisodeRow& row = episode.row;
    row.id = uuidAt(unixNs);
    row.task = row.instructionEn = "Put the block in the tray.";
    row.robot = "bench";
    row.startedAtNs = unixNs;
    row.durationNs = kSeconds * kSecond;
    for (int i = 0; i < kJoints; ++i) {
        episode.jointNames.push_back("joint_" + std::to_string(i));
        episode.layout.joints.push_back({.name = episode.jointNames.back(),
                                         .lower = -3,
                                         .upper = 3,
                                         .velocity = 6,
                                         .acceleration = 40,
                                         .effort = 60,
                                         .part = i < 7    ? BodyPart::LeftArm
                                                 : i < 14 ? BodyPart::RightArm
                                                          : BodyPart::None});
    }
    const std::string json = toJson(episode);
    if (Result<void> put = replaceFile(files, folder / "episode.json", std::as_bytes(std::span(json))); !put)
        return tl::unexpected(put.error());

    std::vector<TakeStream> streams;
    RobotState state;
    state.position = state.velocity = state.effort = Eigen::VectorXd::Zero(kJoints);
    Step step;
    step.command = step.target = step.measured = Eigen::VectorXd::Zero(kJoints);
    step.phase = TeleopPhase::Active;
    step.holdReason = HoldReason::None;
    step.mode = CommandMode::Position;
    OperatorSample person;
    person.setHeld(Button::HoldToDrive, true);
    Result<void> opened =
        announce(streams, episode.clock, named("/robot/joint_states", "robot", kStateHz, episode.jointNames), state);
    if (opened)
        opened = announce(streams, episode.clock, named("/teleop/step", "step", kStateHz, episode.jointNames), step);
    if (opened) opened = announce(streams, episode.clock, named("/operator/suit", "operator", 100), person);
    for (const char* camera : kCameras)
        if (opened && withCameras)
            opened = announce(streams, episode.clock, named(camera, "camera", kImageHz), ImageRef());
    if (!opened) return tl::unexpected(opened.error());
    Result<std::unique_ptr<TakeFiles>> take =
        TakeFiles::create(files, folder, streams, {.metadata = {}, .robotDescription = {}, .time = unixNs});
    if (!take) return tl::unexpected(take.error());

    const std::vector<Image> pictures = syntheticImages(640, 480, kImageHz);
    std::vector<std::unique_ptr<VideoEncoder>> encoders;
    for (std::size_t i = 0; withCameras && i < kCameras.size(); ++i) {
        Result<std::unique_ptr<VideoEncoder>> encoder =
            VideoEncoder::create({.width = 640, .height = 480, .preset = EncoderPreset::Superfast});
        if (!encoder) return tl::unexpected(encoder.error());
        encoders.push_back(std::move(*encoder));
    }
    std::uint64_t images = 0;
    for (std::uint64_t tick = 0; tick < static_cast<std::uint64_t>(kSeconds) * kStateHz; ++tick) {
        const Duration since = static_cast<Duration>(tick) * kSecond / kStateHz;
        const double seconds = toSeconds(since);
        const Timestamp time = episode.clock.monotonic + since;
        const Stamps stamps{.device = since, .capture = time, .arrival = time + kMillisecond};
        state.stamps = stamps;
        state.sequence = step.sequence = tick;
        state.position = postureAt(seconds - 0.02);
        step.time = time;
        step.command = step.target = postureAt(seconds);
        Result<void> put = (*take)->write(0, time, streams[0].encoder.encodeValue(state));
        if (put) put = (*take)->write(1, time, streams[1].encoder.encodeValue(step));
        if (tick % 5 == 0) {
            person.stamps = stamps;
            person.sequence = tick / 5;
            person.body[0].pose.position.x() = seconds;
            for (TrackedPose& pose : person.body) pose.valid = pose.tracked = true;
            if (put) put = (*take)->write(2, time, streams[2].encoder.encodeValue(person));
        }
        if (!put) return tl::unexpected(put.error());
        if (seconds * kImageHz < static_cast<double>(images)) continue;
        for (std::size_t i = 0; i < encoders.size(); ++i) {
            Image picture = pictures[(images + 7 * i) % pictures.size()];
            picture.stamps = stamps;
            picture.sequence = images;
            const Result<Packet> packet = encoders[i]->encode(picture);
            if (!packet) return tl::unexpected(packet.error());
            if (Result<void> written = (*take)->writePacket(3 + i, *packet, encoders[i]->parameters()); !written)
                return tl::unexpected(written.error());
        }
        ++images;
    }
    if (Result<void> done = (*take)->finish("end", {}); !done) return tl::unexpected(done.error());
    return episode;
}

Result<double> rateOf(FileSystem& files, const std::filesystem::path& folder, const EpisodeFile& episode)
{
    double best = 0;
    for (int round = 0; round < 3; ++round) {
        const double begin = cpuSeconds();
        const Result<EpisodeQuality> found =
            checkEpisodeQuality(files, folder, {.row = episode.row, .cards = {}, .history = {}, .settings = {}});
        if (!found) return tl::unexpected(found.error());
        best = std::max(best, kSeconds / (cpuSeconds() - begin));
    }
    return best;
}

double liveShare()
{
    const std::vector<Image> pictures = syntheticImages(640, 480, kImageHz);
    ImageMeter meter;
    double kept = 0;
    const double begin = cpuSeconds();
    for (std::size_t camera = 0; camera < kCameras.size(); ++camera)
        for (const Image& picture : pictures) kept += meter.measure(quarterOf(picture)).mean;
    return kept > 0 ? cpuSeconds() - begin : 0;
}

}  // namespace

Result<QualityRate> measureQuality(const std::filesystem::path& folder)
{
    PosixFileSystem files;
    const Result<EpisodeFile> whole = writeEpisode(files, folder / "whole", true);
    if (!whole) return tl::unexpected(whole.error());
    const Result<EpisodeFile> blind = writeEpisode(files, folder / "blind", false);
    if (!blind) return tl::unexpected(blind.error());
    const Result<double> all = rateOf(files, folder / "whole", *whole);
    if (!all) return tl::unexpected(all.error());
    const Result<double> samples = rateOf(files, folder / "blind", *blind);
    if (!samples) return tl::unexpected(samples.error());
    return QualityRate{.realTime = *all, .samplesOnly = *samples, .liveShare = liveShare()};
}

}  // namespace understudy
