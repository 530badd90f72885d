#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include <QTemporaryDir>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/benchfigure.h"
#include "app/commands.h"
#include "app/sessionbench.h"
#include "app/shipped.h"
#include "core/media/mediabench.h"
#include "robots/cameras/imagerate.h"
#include "robots/teleop/ikbenchmark.h"
#include "robots/teleop/looprunner.h"
#include "storage/export/exportbench.h"
#include "storage/indexbench.h"
#include "storage/mcapbench.h"
#include "storage/quality/qualitybench.h"
#include "xr/standins/devicebench.h"

namespace understudy {
namespace {

struct Benchmark {
    std::string_view name;
    std::string_view what;
    Result<Figures> (*run)(const Bench& bench);
};

Result<RobotModel> modelOf(const Bench& bench, const LoadOptions& options)
{
    const Result<Station> station = stationOf(bench.context, {});
    if (!station) return tl::unexpected(station.error());
    const Result<std::filesystem::path> file = findRobot(station->robotModel);
    if (!file) return tl::unexpected(file.error());
    std::optional<std::filesystem::path> profile;
    if (!station->robotProfile.empty()) profile = station->robotProfile;
    return RobotModel::load(*file, profile, options);
}

Result<Figures> benchMotion(const Bench& bench)
{
    const Result<RobotModel> robot = modelOf(bench, {});
    if (!robot) return tl::unexpected(robot.error());
    const Result<IkBenchmark> ik = benchmarkIk(*robot);
    if (!ik) return tl::unexpected(ik.error());
    const std::string reference = "damped least squares and clamping";
    return Figures{{.name = fmt::format("goal and command of {}, {} joints, every limit", ik->robot, ik->joints),
                    .unit = "us",
                    .p50 = ik->solver.p50Us,
                    .p99 = ik->solver.p99Us,
                    .referenceName = reference,
                    .reference = ik->reference.p50Us},
                   {.name = fmt::format("the same with both hands in one another's way, {} pairs near", ik->nearPairs),
                    .unit = "us",
                    .p50 = ik->contact.p50Us,
                    .p99 = ik->contact.p99Us,
                    .referenceName = reference,
                    .reference = ik->reference.p50Us},
                   {.name = "error at the wrists",
                    .unit = "mm",
                    .value = ik->solver.meanError * 1000,
                    .referenceName = reference,
                    .reference = ik->reference.meanError * 1000}};
}

Result<LoopReport> idleLoop(bool realtime)
{
    LoopRunner runner([](Timestamp, const TickTiming&) {}, {.realtime = realtime});
    if (const Result<void> started = runner.start(); !started) return tl::unexpected(started.error());
    std::this_thread::sleep_for(std::chrono::seconds(10));
    runner.stop();
    return runner.report();
}

Result<Figures> benchWake(const Bench&)
{
    const Result<LoopReport> ordinary = idleLoop(false);
    if (!ordinary) return tl::unexpected(ordinary.error());
    const Result<LoopReport> realtime = idleLoop(true);
    if (!realtime) return tl::unexpected(realtime.error());
    Figures figures{{.name = fmt::format("wake-up at 500 Hz, ordinary scheduling, {} missed", ordinary->missed),
                     .unit = "us",
                     .p50 = microseconds(ordinary->late.p50),
                     .p99 = microseconds(ordinary->late.p99)}};
    if (realtime->realtime)
        figures.push_back({.name = fmt::format("wake-up at 500 Hz, real-time scheduling, {} missed", realtime->missed),
                           .unit = "us",
                           .p50 = microseconds(realtime->late.p50),
                           .p99 = microseconds(realtime->late.p99),
                           .referenceName = "ordinary scheduling",
                           .reference = microseconds(ordinary->late.p50)});
    else
        figures.push_back({.name = "real-time scheduling was not granted to this user", .unit = ""});
    return figures;
}

Result<Figures> benchImages(const Bench& bench)
{
    struct Look {
        const char* words;
        int trianglesPerLink;
        RenderQuality quality;
    };
    constexpr int kEveryTriangle = 1'000'000;
    constexpr std::array<Look, 4> kLooks{
        {{"every triangle, 640x480", kEveryTriangle, {}},
         {"2,000 triangles a link, 640x480", 2000, {}},
         {"600 triangles a link, 640x480", 600, {.shading = Shading::Coarse}},
         {"600 triangles a link, 320x240", 600, {.shading = Shading::Coarse, .maxWidth = 320, .maxHeight = 240}}}};
    Figures figures;
    double reference = 0;
    for (const Look& look : kLooks) {
        const Result<RobotModel> robot = modelOf(bench, {.trianglesPerLink = look.trianglesPerLink});
        if (!robot) return tl::unexpected(robot.error());
        const Result<ImageRate> rate = measureImageRate(*robot, look.quality);
        if (!rate) return tl::unexpected(rate.error());
        figures.push_back({.name = fmt::format("images of {}, {}", robot->name(), look.words),
                           .unit = "images/s",
                           .value = rate->perSecond,
                           .referenceName = reference > 0 ? "every triangle, 640x480" : "",
                           .reference = reference});
        if (reference == 0) {
            reference = rate->perSecond;
            bench.context.output.progress("drawn by " + rate->renderer);
        }
    }
    return figures;
}

Result<Figures> benchEncode(const Bench&)
{
    const Result<EncodeRate> rate = measureEncoding(EncoderPreset::Ultrafast);
    if (!rate) return tl::unexpected(rate.error());
    return Figures{{.name = "images of 640x480 encoded",
                    .unit = "images/CPU-s",
                    .value = rate->ours,
                    .referenceName = rate->svtAv1 > 0 ? "SVT-AV1 preset 12, GOP 2" : "",
                    .reference = rate->svtAv1}};
}

Result<Figures> benchSeek(const Bench& bench)
{
    const Result<SeekTimes> seeks = measureSeeks(bench.folder);
    if (!seeks) return tl::unexpected(seeks.error());
    return Figures{{.name = fmt::format("random image, {} of {} exact", seeks->exact, seeks->seeks),
                    .unit = "ms",
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

Result<Figures> benchExport(const Bench& bench)
{
    const Result<ExportRate> rate = measureLeRobotExport(bench.folder);
    if (!rate) return tl::unexpected(rate.error());
    return Figures{
        {.name = "LeRobot export, three cameras, 29 joints", .unit = "rows/s", .value = rate->rowsPerSecond}};
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
    IndexBenchOptions options;
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

Result<Figures> benchXr(const Bench&)
{
    const Result<std::vector<ProtocolCost>> costs = measureProtocols();
    if (!costs) return tl::unexpected(costs.error());
    Figures figures;
    for (const ProtocolCost& cost : *costs) {
        figures.push_back({.name = fmt::format("{}: packet of {} B to Latest", cost.kind, cost.packetBytes),
                           .unit = "us",
                           .p50 = cost.p50Us,
                           .p99 = cost.p99Us});
        figures.push_back({.name = fmt::format("{}: samples parsed on one core", cost.kind),
                           .unit = "samples/s",
                           .value = cost.packetsPerSecond});
    }
    constexpr double kSeconds = 10;
    const Result<RigCost> rig = measureRig(kSeconds);
    if (!rig) return tl::unexpected(rig.error());
    figures.push_back({.name = fmt::format("rig of four devices, fused at {:.0f} Hz", rig->rateHz),
                       .unit = "% of a core",
                       .value = rig->coreShare * 100,
                       .referenceName = "goal",
                       .reference = 5});
    return figures;
}

Result<Figures> benchStudio(const Bench& bench)
{
    if (!hasScreen())
        return Figures{{.name = "not measured, there is no screen: run it under xvfb-run -s '-screen 0 1680x1050x24'"}};
    return bench.studio(bench);
}

constexpr std::array<Benchmark, 13> kBenchmarks{{
    {"motion", "one solve of both arms and the waist under every limit", benchMotion},
    {"wake", "how late a loop of 500 Hz wakes, without and with real-time scheduling", benchWake},
    {"tick", "the loop while a session records its cameras", benchTick},
    {"memory", "what a session holds while it records", benchMemory},
    {"images", "pictures of the simulated robot, drawn by one thread", benchImages},
    {"encode", "images encoded for a second of CPU time", benchEncode},
    {"seek", "a random image of a recording", benchSeek},
    {"mcap", "writing messages", benchMcap},
    {"export", "writing a dataset", benchExport},
    {"qc", "the quality checks of a recorded episode", benchQc},
    {"index", "a library of 100,000 episodes", benchIndex},
    {"xr", "devices: latency, parsing, a rig of four", benchXr},
    {"studio", "the window, while a session records", benchStudio},
}};

std::string machine()
{
    std::string model = "unknown processor";
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);)
        if (line.starts_with("model name")) {
            model = line.substr(line.find(':') + 2);
            break;
        }
    return fmt::format("{}, {} cores", model, std::thread::hardware_concurrency());
}

nlohmann::json documentOf(std::string_view benchmark, const Figure& figure)
{
    nlohmann::json document{{"benchmark", benchmark}, {"name", figure.name}, {"unit", figure.unit}};
    if (figure.value) document["value"] = *figure.value;
    if (figure.p50) document["p50"] = *figure.p50;
    if (figure.p99) document["p99"] = *figure.p99;
    if (!figure.referenceName.empty()) {
        document["reference"] = {{"name", figure.referenceName}, {"value", figure.reference}};
        if (figure.reference > 0) document["ratio"] = figure.value.value_or(figure.p50.value_or(0)) / figure.reference;
    }
    return document;
}

void say(const Output& output, const Figure& figure)
{
    std::string line = fmt::format("  {:<64}", figure.name);
    if (figure.value) line += fmt::format(" {:12.2f} {}", *figure.value, figure.unit);
    if (figure.p50) line += fmt::format(" {:12.2f} {} (p99 {:.2f})", *figure.p50, figure.unit, figure.p99.value_or(0));
    if (!figure.referenceName.empty())
        line += fmt::format("   beside {}: {:.2f} {}", figure.referenceName, figure.reference, figure.unit);
    output.say(line);
}

}  // namespace

bool hasScreen() { return std::getenv("DISPLAY") != nullptr || std::getenv("WAYLAND_DISPLAY") != nullptr; }

int runBench(const CommandContext& context, const BenchOptions& options, const MeasureStudio& studio)
{
    const Output& output = context.output;
    const std::vector<std::string>& names = options.names;
    for (const std::string& name : names) {
        if (std::ranges::find(kBenchmarks, name, &Benchmark::name) != kBenchmarks.end()) continue;
        std::string known;
        for (const Benchmark& benchmark : kBenchmarks)
            known += fmt::format("\n  {:<8} {}", benchmark.name, benchmark.what);
        (void)output.failed({fmt::format("there is no benchmark \"{}\". These are:{}", name, known)});
        return kWrongUsage;
    }
    output.say(machine());
    nlohmann::json measured = nlohmann::json::array();
    for (const Benchmark& benchmark : kBenchmarks) {
        if (!names.empty() && std::ranges::find(names, benchmark.name) == names.end()) continue;
        output.progress(fmt::format("{}: {}", benchmark.name, benchmark.what));
        const QTemporaryDir folder;
        if (!folder.isValid())
            return output.failed({"no folder for temporary files: " + folder.errorString().toStdString()});
        const Result<Figures> figures = benchmark.run({context, folder.path().toStdString(), options.seconds, studio});
        if (!figures) return output.failed({fmt::format("{}: {}", benchmark.name, figures.error().message)});
        output.say(benchmark.name);
        for (const Figure& figure : *figures) {
            say(output, figure);
            measured.push_back(documentOf(benchmark.name, figure));
        }
    }
    output.document({{"machine", machine()}, {"benchmarks", std::move(measured)}});
    return kDone;
}

}  // namespace understudy
