#include "app/recordingbench.h"

#include <fmt/format.h>

#include "app/libraryledger.h"
#include "storage/checkbench.h"
#include "storage/indexbench.h"
#include "storage/library.h"
#include "storage/pyramidbench.h"
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

}  // namespace

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
                    .value = rate->cores},
                   {.name = "samples lost", .unit = "samples", .value = static_cast<double>(rate->dropped)},
                   {.name = "disk", .unit = "MB/min", .value = rate->megabytesPerMinute},
                   {.name = "memory per recorded hour", .unit = "MiB", .value = rate->slopeMiBPerHour}};
}

Result<Figures> benchReady(const Bench& bench)
{
    Figures figures;
    for (const int episodes : {10, 100'000}) {
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
    const auto checked = measureCheck(bench.folder / "library", 100'000,
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
