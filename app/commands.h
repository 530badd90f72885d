#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/output.h"
#include "app/station.h"

namespace understudy {

/// What every command shares.
struct CommandContext {
    std::filesystem::path library;
    std::string robot;    ///< --robot: overrides the station's, file or shipped name
    std::string profile;  ///< --profile: overrides the profile found by the model's name
    std::string motion;   ///< --motion: played as the operator, file or shipped name
    Output output{Output::Style::Words};
};

struct RecordOptions {
    std::string station;  ///< file; empty: the demo station
    std::string task;
    int episodes = 1;
    std::optional<double> seconds;
};

struct DevicesOptions {
    std::string station;   ///< file; empty: listen for whoever sends
    std::string simulate;  ///< kind to be, instead of looking
    std::string port;      ///< of the simulated one: UDP port to send to, or the path of the serial port to make
    std::optional<double> seconds;
};

struct WindowOptions {
    bool demo = false;      ///< connect the demo station
    bool practice = false;  ///< lead a newcomer
    std::string station;    ///< file to connect
    std::string workspace;
    std::string episode;
    std::string language;
    std::string theme;
    std::string screenshot;
};

struct ExportOptions {
    std::string format;
    std::filesystem::path to;
    std::vector<std::string> filters;
    std::string kind;    ///< sim, real, both; empty: whichever the episodes are, refused when they are of both
    double fps = 0;      ///< 0: the reference camera's rate
    std::string layout;  ///< native, canonical
};

struct QcOptions {
    std::vector<std::string> episodes;  ///< ids or beginnings; empty: all
    std::filesystem::path checks;       ///< checks file; empty: the library's own
};

struct Bench;
struct Figure;
/// Measures the window; given by the program, so that commands need no screen.
using MeasureStudio = std::function<Result<std::vector<Figure>>(const Bench&)>;

struct BenchOptions {
    std::vector<std::string> names;  ///< empty: all
    std::optional<double> seconds;   ///< of the sessions recorded; none: each benchmark's own
};

/// Opens the window; given by the program, so that commands need no screen.
using OpenWindow = std::function<int(const CommandContext&, const WindowOptions&)>;

/// The station of a file, or the demo station, with what the command line overrides.
[[nodiscard]] Result<Station> stationOf(const CommandContext& context, const std::string& file);

/// Each returns the exit status.
[[nodiscard]] int runRecord(const CommandContext& context, const RecordOptions& options);
[[nodiscard]] int runList(const CommandContext& context, const std::vector<std::string>& filters);
[[nodiscard]] int runShow(const CommandContext& context, const std::string& episode);
[[nodiscard]] int runCheck(const CommandContext& context, const std::string& episode);
[[nodiscard]] int runQc(const CommandContext& context, const QcOptions& options);
[[nodiscard]] int runExport(const CommandContext& context, const ExportOptions& options);
[[nodiscard]] int runRetarget(const CommandContext& context);
[[nodiscard]] int runProfile(const CommandContext& context, const std::filesystem::path& to);
[[nodiscard]] int runResolve(const CommandContext& context, const std::string& episode);
[[nodiscard]] int runDevices(const CommandContext& context, const DevicesOptions& options);
[[nodiscard]] int runBench(const CommandContext& context, const BenchOptions& options, const MeasureStudio& studio);
/// Whether a window could be opened.
[[nodiscard]] bool hasScreen();

}  // namespace understudy
