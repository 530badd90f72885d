#include <chrono>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/interrupt.h"
#include "app/json.h"
#include "app/loopfigures.h"
#include "app/memorywatch.h"
#include "app/teleopsession.h"

namespace understudy {
namespace {

constexpr auto kPoll = std::chrono::milliseconds(20);
constexpr auto kWaitForDriving = std::chrono::seconds(8);

/// What is wrong now, a sentence; empty while all is well.
std::string problemOf(const TeleopSession& session)
{
    for (const std::string& problem : {session.recorder().problem, session.robotHealth().problem})
        if (!problem.empty()) return problem;
    return {};
}

/// Until the operator drives, so that a take begins with motion; false when nobody came to drive.
bool waitForDriving(TeleopSession& session, const InterruptGuard& guard)
{
    const auto end = std::chrono::steady_clock::now() + kWaitForDriving;
    while (std::chrono::steady_clock::now() < end && !guard.interrupted()) {
        const TeleopStatus* status = session.teleop();
        if (status != nullptr && status->phase == TeleopPhase::Active) return true;
        std::this_thread::sleep_for(kPoll);
    }
    return false;
}

nlohmann::json asJson(const Percentiles& values)
{
    return {{"p50", values.p50}, {"p99", values.p99}, {"max", values.max}};
}

nlohmann::json documentOf(const TakeReport& take, const LoopFigures& figures, bool realTime)
{
    const EpisodeRow& row = take.episode.row;
    nlohmann::json streams = nlohmann::json::array();
    for (const StreamReport& stream : take.streams)
        streams.push_back({{"name", stream.name},
                           {"kind", stream.kind},
                           {"count", stream.count},
                           {"dropped", stream.dropped},
                           {"rate_hz", stream.rateHz},
                           {"announced_hz", stream.announcedHz}});
    return {{"id", row.id},
            {"path", row.path},
            {"state", std::string(nameOf(row.state))},
            {"outcome", std::string(nameOf(row.outcome))},
            {"duration_s", toSeconds(row.durationNs)},
            {"steps", row.steps},
            {"missed_ticks", row.missedTicks},
            {"problem", take.problem},
            {"real_time", realTime},
            {"latency_us", asJson(figures.latency)},
            {"tick_us", asJson(figures.tick)},
            {"wake_up_us", asJson(figures.wakeUp)},
            {"solve_us", asJson(figures.solve)},
            {"streams", std::move(streams)}};
}

void sayTake(const Output& output, const TakeReport& take, const LoopFigures& figures)
{
    const EpisodeRow& row = take.episode.row;
    output.say(fmt::format("{}  {:.1f} s, {} steps, {} missed, operator to command {:.2f} ms (p99 {:.2f} ms)", row.id,
                           toSeconds(row.durationNs), row.steps, row.missedTicks, figures.latency.p50 / 1000,
                           figures.latency.p99 / 1000));
    for (const StreamReport& stream : take.streams)
        output.say(fmt::format("  {:<28} {:>8} at {:7.2f} Hz, {} lost", stream.name, stream.count, stream.rateHz,
                               stream.dropped));
    if (!take.problem.empty()) output.say("  " + take.problem);
}

}  // namespace

Result<Station> stationOf(const CommandContext& context, const std::string& file)
{
    Station station;
    if (!file.empty()) {
        Result<Station> loaded = loadStation(file);
        if (!loaded) return loaded;
        station = std::move(*loaded);
    }
    if (!context.robot.empty()) {
        station.robotModel = context.robot;
        station.robotProfile.clear();
    }
    if (!context.profile.empty()) station.robotProfile = context.profile;
    if (!context.motion.empty()) station.rig.front().motion = context.motion;
    return station;
}

int runRecord(const CommandContext& context, const RecordOptions& options)
{
    const Output& output = context.output;
    Result<Station> station = stationOf(context, options.station);
    if (!station) return output.failed(station.error());
    if (!options.task.empty()) {
        station->task = options.task;
        station->instructionZh = station->instructionEn = "";
    }
    if (options.seconds) station->takeSeconds = *options.seconds;

    SessionOptions opening{.station = *station, .library = context.library};
    opening.progress = [&](const std::string& line) { output.progress(line); };
    Result<std::unique_ptr<TeleopSession>> opened = TeleopSession::open(std::move(opening));
    if (!opened) return output.failed(opened.error());
    TeleopSession& session = **opened;
    for (const std::string& note : session.notes()) output.progress(note + "\n");
    if (const Result<void> started = session.start(); !started) return output.failed(started.error());

    const InterruptGuard guard;
    MemoryWatch memory;
    nlohmann::json episodes = nlohmann::json::array();
    for (int take = 0; take < options.episodes && !guard.interrupted(); ++take) {
        if (take > 0) session.resetScene(static_cast<std::uint64_t>(take));
        if (!waitForDriving(session, guard) && !guard.interrupted()) {
            const TeleopStatus* status = session.teleop();
            return output.failed(Error{fmt::format("nobody drives: the robot is {} because {}",
                                                   status ? nameOf(status->phase) : "disconnected",
                                                   status ? nameOf(status->holdReason) : "no_robot")});
        }
        if (const LoopReport loop = session.loop(); take == 0 && station->realTime && !loop.realtime)
            output.progress(
                "Real-time scheduling was not granted: beside other programs the control loop will miss periods. Allow "
                "rtprio 60 in /etc/security/limits.d for who drives, or set real_time = false in the station.\n");
        const Result<std::string> begun = session.startTake();
        if (!begun) return output.failed(begun.error());
        const auto begin = std::chrono::steady_clock::now();
        const std::chrono::duration<double> length(station->takeSeconds);
        int shown = -1;
        std::string said;
        while (!guard.interrupted() && std::chrono::steady_clock::now() - begin < length) {
            std::this_thread::sleep_for(kPoll);
            memory.look();
            if (const std::string problem = problemOf(session); problem != said) {
                said = problem;
                output.progress(problem.empty() ? "All streams are there again.\n" : problem + "\n");
            }
            const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
            if (const int second = static_cast<int>(elapsed.count()); second != shown && second % 5 == 0) {
                shown = second;
                output.progress(
                    fmt::format("take {} of {}: {} of {:.0f} s", take + 1, options.episodes, second, length.count()));
            }
        }
        const Result<TakeReport> report = session.endTake(guard.interrupted() ? Outcome::Unknown : Outcome::Success);
        if (!report) return output.failed(report.error());
        PosixFileSystem files;
        const Result<LoopFigures> figures = loopFiguresOf(files, context.library / report->episode.row.path);
        if (!figures) return output.failed(figures.error());
        sayTake(output, *report, *figures);
        episodes.push_back(documentOf(*report, *figures, session.loop().realtime));
    }
    const std::string sessionId = session.sessionId();
    session.stop();
    nlohmann::json faults = nlohmann::json::array();
    for (const BlackBoxReport& fault : session.takeFaults()) {
        output.say(fault.problem.empty()
                       ? fmt::format("{}: the seconds before it are in {}", fault.cause, fault.file.string())
                       : fault.problem);
        faults.push_back({{"cause", fault.cause}, {"file", fault.file.string()}, {"problem", fault.problem}});
    }
    const MemoryFigures held = memory.figures();
    output.say(fmt::format("memory {:.0f} MiB at the start, {:.0f} at the end, {:+.2f} MiB a minute", held.start,
                           held.end, held.perMinute));
    output.document({{"session", sessionId},
                     {"memory_mib",
                      {{"start", held.start}, {"end", held.end}, {"peak", held.peak}, {"per_minute", held.perMinute}}},
                     {"library", context.library.string()},
                     {"notes", session.notes()},
                     {"faults", std::move(faults)},
                     {"episodes", std::move(episodes)}});
    return kDone;
}

}  // namespace understudy
