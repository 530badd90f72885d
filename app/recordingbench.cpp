#include "app/recordingbench.h"

#include <fmt/format.h>

#include "app/libraryledger.h"
#include "storage/indexbench.h"
#include "storage/library.h"
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

}  // namespace understudy
