#include "app/sessionbench.h"

#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "app/memorywatch.h"
#include "app/teleopsession.h"

namespace understudy {
namespace {

struct Recorded {
    LoopReport loop;
    MemoryFigures memory;
    std::size_t cameras = 0;
    std::uint64_t lost = 0;
};

Result<Recorded> recordFor(const Bench& bench, double seconds)
{
    const Result<Station> station = stationOf(bench.context, {});
    if (!station) return tl::unexpected(station.error());
    Result<std::unique_ptr<TeleopSession>> session =
        TeleopSession::open({.station = *station, .library = bench.folder / "library"});
    if (!session) return tl::unexpected(session.error());
    for (const SessionNote& note : (*session)->notes()) bench.context.output.progress(note.text + "\n");
    if (const Result<void> started = (*session)->start(); !started) return tl::unexpected(started.error());
    if (const Result<std::string> take = (*session)->startTake(); !take) return tl::unexpected(take.error());
    MemoryWatch memory;
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    while (std::chrono::steady_clock::now() < end) {
        memory.look();
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    Recorded recorded{.loop = (*session)->loop(), .memory = memory.figures(), .cameras = (*session)->cameraCount()};
    const Result<TakeReport> take = (*session)->endTake(Outcome::Unknown);
    if (!take) return tl::unexpected(take.error());
    (*session)->stop();
    for (const StreamReport& stream : take->streams) recorded.lost += stream.dropped;
    return recorded;
}

}  // namespace

Result<Figures> benchTick(const Bench& bench)
{
    const Result<Recorded> recorded = recordFor(bench, bench.seconds.value_or(20));
    if (!recorded) return tl::unexpected(recorded.error());
    const LoopReport& loop = recorded->loop;
    const std::string scheduling = loop.realtime ? "real-time" : "ordinary";
    return Figures{{.name = fmt::format("tick while recording {} cameras", recorded->cameras),
                    .unit = "us",
                    .p50 = microseconds(loop.tick.p50),
                    .p99 = microseconds(loop.tick.p99)},
                   {.name = "longest tick", .unit = "us", .value = microseconds(loop.tick.largest)},
                   {.name = "wake-up, " + scheduling + " scheduling",
                    .unit = "us",
                    .p50 = microseconds(loop.late.p50),
                    .p99 = microseconds(loop.late.p99)},
                   {.name = fmt::format("missed periods of {}", loop.ticks),
                    .unit = "periods",
                    .value = static_cast<double>(loop.missed)},
                   {.name = "samples lost", .unit = "samples", .value = static_cast<double>(recorded->lost)}};
}

Result<Figures> benchMemory(const Bench& bench)
{
    const double seconds = bench.seconds.value_or(60);
    const Result<Recorded> recorded = recordFor(bench, seconds);
    if (!recorded) return tl::unexpected(recorded.error());
    const MemoryFigures& memory = recorded->memory;
    return Figures{{.name = fmt::format("resident at the start, {} cameras", recorded->cameras),
                    .unit = "MiB",
                    .value = memory.start},
                   {.name = fmt::format("resident after {:g} s", seconds), .unit = "MiB", .value = memory.end},
                   {.name = "peak", .unit = "MiB", .value = memory.peak},
                   {.name = "growth in the second half", .unit = "MiB/min", .value = memory.perMinute},
                   {.name = fmt::format("missed periods of {}", recorded->loop.ticks),
                    .unit = "periods",
                    .value = static_cast<double>(recorded->loop.missed)},
                   {.name = "samples lost", .unit = "samples", .value = static_cast<double>(recorded->lost)}};
}

}  // namespace understudy
