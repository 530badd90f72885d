#include "app/recordingbench.h"

#include <fmt/format.h>

#include "app/libraryledger.h"
#include "core/media/encodebench.h"
#include "core/media/mediabench.h"
#include "core/media/syntheticimages.h"
#include "robots/cameras/scenerenderer.h"
#include "storage/checkbench.h"
#include "storage/indexbench.h"
#include "storage/library.h"
#include "storage/mcapbench.h"
#include "storage/pyramidbench.h"
#include "storage/quality/qualitybench.h"
#include "storage/recordbench.h"

namespace understudy {
namespace {

Result<TakeInfo> benchTask(const std::filesystem::path& library)
{
    if (const Result<Library> opened = openLibrary(library, LibraryMode::OpenOrCreate); !opened)
        return tl::unexpected(opened.error());
    const auto writer = LibraryWriter::open(library);
    if (!writer) return tl::unexpected(writer.error());
    const Result<std::string> task = (*writer)->ensureTask({}, {.name = "bench"});
    if (!task) return tl::unexpected(task.error());
    return TakeInfo{.taskId = *task, .task = "bench"};
}

/// The robot moving its joints before its first camera, as a simulated take shows it.
Result<std::vector<Image>> renderedPictures(const Bench& bench, int count)
{
    const Result<RobotModel> robot = modelOf(bench);
    if (!robot) return tl::unexpected(robot.error());
    if (robot->profile().cameras.empty()) return fail(robot->name() + " has no cameras");
    const auto renderer = SceneRenderer::create(*robot, {});
    if (!renderer) return tl::unexpected(renderer.error());
    if (const Result<void> bound = (*renderer)->bind(); !bound) return tl::unexpected(bound.error());
    std::vector<Image> pictures;
    for (int i = 0; i < count; ++i) {
        Eigen::VectorXd qpos = robot->restQpos();
        const Eigen::Index joints = std::min<Eigen::Index>(qpos.size(), 14);
        for (Eigen::Index j = 0; j < joints; ++j)
            qpos[qpos.size() - 1 - j] += 0.2 * std::sin(0.05 * i + static_cast<double>(j));
        (*renderer)->pose(qpos);
        Image& image = pictures.emplace_back();
        image.width = 640;
        image.height = 480;
        image.data.resize(image.bytesPerRow() * static_cast<std::size_t>(image.height));
        if (const Result<void> drawn = (*renderer)->draw(robot->profile().cameras.front().name, image); !drawn)
            return tl::unexpected(drawn.error());
    }
    (*renderer)->release();
    return pictures;
}

Result<void> addEncoding(Figures& figures, const std::string& what, const std::vector<Image>& pictures)
{
    const Result<EncodeFigures> measured = measureEncoding(pictures, EncoderPreset::Ultrafast);
    if (!measured) return tl::unexpected(measured.error());
    const EncodeCost none;
    const EncodeCost& theirs = measured->svtAv1 ? *measured->svtAv1 : none;
    const auto add = [&](const char* name, const char* unit, double EncodeCost::*value) {
        figures.push_back({.name = name + what,
                           .unit = unit,
                           .value = measured->ours.*value,
                           .p50 = {},
                           .p99 = {},
                           .referenceName = measured->svtAv1 ? "SVT-AV1 preset 12, GOP 2" : "",
                           .reference = theirs.*value});
    };
    add("encoded, ", "images/CPU-s", &EncodeCost::imagesPerCpuSecond);
    add("size, ", "B/image", &EncodeCost::bytesPerImage);
    add("PSNR of luma, ", "dB", &EncodeCost::psnrDb);
    return {};
}

}  // namespace

Result<Figures> benchEncode(const Bench& bench)
{
    Figures figures;
    if (const Result<void> added = addEncoding(figures, "noisy pattern of 640x480", syntheticImages(640, 480, 60));
        !added)
        return tl::unexpected(added.error());
    const Result<std::vector<Image>> rendered = renderedPictures(bench, 60);
    if (!rendered) {
        bench.context.output.progress("no rendered pictures: " + rendered.error().message);
        return figures;
    }
    if (const Result<void> added = addEncoding(figures, "rendered robot of 640x480", *rendered); !added)
        return tl::unexpected(added.error());
    return figures;
}

Result<Figures> benchSeek(const Bench& bench)
{
    const Result<SeekTimes> seeks = measureSeeks(bench.folder);
    if (!seeks) return tl::unexpected(seeks.error());
    return Figures{{.name = fmt::format("random image of three cameras, {} of {} exact", seeks->exact, seeks->seeks),
                    .unit = "ms",
                    .value = {},
                    .p50 = seeks->p50,
                    .p99 = seeks->p99,
                    .referenceName = "libavformat seek and decode",
                    .reference = seeks->ffmpegP50}};
}

Result<Figures> benchMcap(const Bench& bench)
{
    constexpr std::array<std::pair<std::size_t, const char*>, 3> kSizes{
        {{100, "100 B"}, {10 * 1024, "10 KiB"}, {1024 * 1024, "1 MiB"}}};
    Figures figures;
    for (const auto& [bytes, size] : kSizes) {
        const Result<McapRate> rate = measureMcap(bench.folder, bytes);
        if (!rate) return tl::unexpected(rate.error());
        figures.push_back({.name = fmt::format("MCAP with checksums, messages of {}", size),
                           .unit = "MiB/s",
                           .value = rate->mcap,
                           .referenceName = "plain writes of 1 MiB",
                           .reference = rate->plain});
    }
    return figures;
}

Result<Figures> benchQc(const Bench& bench)
{
    const Result<QualityRate> rate = measureQuality(bench.folder);
    if (!rate) return tl::unexpected(rate.error());
    return Figures{
        {.name = "quality checks of an episode, three cameras of 640x480",
         .unit = "x real time",
         .value = rate->realTime,
         .referenceName = "the same without its cameras",
         .reference = rate->samplesOnly},
        {.name = "looking at three cameras' images while they come", .unit = "cores", .value = rate->liveShare}};
}

Result<Figures> benchIndex(const Bench& bench)
{
    IndexBenchOptions options{.episodes = bench.episodes.value_or(100'000)};
    options.progress = [&](const std::string& line) {
        bench.context.output.progress(line);
        return true;
    };
    const Result<std::vector<IndexFigure>> measured = measureIndex(bench.folder / "index", options);
    if (!measured) return tl::unexpected(measured.error());
    Figures figures;
    for (const IndexFigure& figure : *measured)
        figures.push_back({.name = figure.name,
                           .unit = figure.unit,
                           .p50 = figure.p50,
                           .p99 = figure.p99,
                           .referenceName = figure.rawP50 > 0 ? "the same SQL through SQLite itself" : "",
                           .reference = figure.rawP50});
    return figures;
}

Result<Figures> benchRecord(const Bench& bench)
{
    const RecordBenchOptions options{.library = bench.folder / "library", .seconds = bench.seconds.value_or(20)};
    const Result<TakeInfo> task = benchTask(options.library);
    if (!task) return tl::unexpected(task.error());
    LibraryLedger ledger(options.library);
    const Result<RecordFigures> rate = measureRecording(options, ledger, *task);
    if (!rate) return tl::unexpected(rate.error());
    return Figures{{.name = fmt::format("three cameras of 640x480 at 30 Hz and 500 Hz of state, {:.0f} s, {} samples",
                                        rate->seconds, rate->samples),
                    .unit = "cores",
                    .value = rate->cores,
                    .referenceName = "goal",
                    .reference = 0.35},
                   {.name = "samples lost", .unit = "samples", .value = static_cast<double>(rate->dropped)},
                   {.name = "disk", .unit = "MB/min", .value = rate->megabytesPerMinute},
                   {.name = "memory per recorded hour", .unit = "MiB", .value = rate->slopeMiBPerHour}};
}

Result<Figures> benchReady(const Bench& bench)
{
    Figures figures;
    for (const int episodes : {10, bench.episodes.value_or(100'000)}) {
        const RecordBenchOptions options{.library = bench.folder / std::to_string(episodes)};
        const auto filled = measureIndex(options.library, {.episodes = episodes, .segmentsPerEpisode = 1, .rounds = 1});
        if (!filled) return tl::unexpected(filled.error());
        const Result<TakeInfo> task = benchTask(options.library);
        if (!task) return tl::unexpected(task.error());
        LibraryLedger ledger(options.library);
        const Result<ReadyFigures> ready = measureReady(options, ledger, *task);
        if (!ready) return tl::unexpected(ready.error());
        figures.push_back({.name = fmt::format("end of a take to ready, {} episodes, {} takes", episodes, ready->takes),
                           .unit = "ms",
                           .p50 = ready->endP50,
                           .p99 = ready->endP99});
        figures.push_back({.name = "start to recording", .unit = "ms", .p50 = ready->startP50, .p99 = ready->startP99});
    }
    return figures;
}

Result<Figures> benchCheck(const Bench& bench)
{
    const auto checked = measureCheck(bench.folder / "library", bench.episodes.value_or(100'000),
                                      [&](const std::string& line) { bench.context.output.progress(line); });
    if (!checked) return tl::unexpected(checked.error());
    return Figures{{.name = fmt::format("episodes checked of {}", checked->episodes),
                    .unit = "episodes/s",
                    .value = checked->checkPerSecond},
                   {.name = "the index made anew from their files", .unit = "s", .value = checked->rebuildSeconds},
                   {.name = "memory grown after the first tenth", .unit = "MiB", .value = checked->grownMiB},
                   {.name = fmt::format("planted damages found of {}, {}", checked->planted,
                                        checked->isRight ? "nothing else named" : "OTHERS NAMED TOO"),
                    .unit = "episodes",
                    .value = checked->found}};
}

Result<Figures> benchPyramid(const Bench& bench)
{
    const Result<PyramidFigures> measured = measurePyramid(bench.folder, 3600, 200, 1000);
    if (!measured) return tl::unexpected(measured.error());
    return Figures{
        {.name = "pyramid of an hour of 200 signals at 1 kHz made", .unit = "s", .value = measured->makeSeconds},
        {.name = "its file", .unit = "MB", .value = measured->megabytes},
        {.name = "opened and 200 signals drawn 1,900 wide", .unit = "ms", .value = measured->openAndDrawMs},
        {.name = "one signal at a random place and zoom",
         .unit = "ms",
         .p50 = measured->drawP50,
         .p99 = measured->drawP99}};
}

}  // namespace understudy
