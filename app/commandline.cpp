#include "app/commandline.h"

#include <algorithm>
#include <set>

#include <CLI/CLI.hpp>
#include <QStandardPaths>

#include "app/commands.h"

namespace understudy {
namespace {

std::filesystem::path defaultLibrary()
{
    return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation).toStdString() + "/library";
}

}  // namespace

bool opensWindow(int argc, char** argv)
{
    static const std::set<std::string_view> kCommands{"record",   "list",    "show",    "check", "qc",     "export",
                                                      "retarget", "resolve", "profile", "bench", "devices"};
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "bench") {
            const std::vector<std::string_view> names(argv + i + 1, argv + argc);
            const bool all = std::ranges::all_of(names, [](std::string_view name) { return name.starts_with('-'); });
            return hasScreen() && (all || std::ranges::find(names, "studio") != names.end());
        }
        if (kCommands.contains(argument) || argument == "--help" || argument == "-h" || argument == "--version")
            return false;
    }
    return true;
}

int runCommandLine(int argc, char** argv, const OpenWindow& openWindow, const MeasureStudio& measureStudio)
{
    CLI::App app{"Understudy: drive robots, record what they did, label and release it."};
    app.name("understudy");
    app.set_version_flag("--version", UNDERSTUDY_VERSION);
    app.require_subcommand(0, 1);
    app.fallthrough();

    CommandContext context{.library = defaultLibrary()};
    bool json = false;
    int status = kWrongUsage;
    app.add_option("--library", context.library, "Library folder")->capture_default_str();
    app.add_flag("--json", json, "Print one JSON document on standard output");
    app.add_option("--robot", context.robot, "Robot model: a file, or the name of one that ships with the studio");
    app.add_option("--profile", context.profile, "Robot profile (TOML); found by the model's name when left out");
    app.add_option("--motion", context.motion, "Human motion (BVH) played as the operator: a file or a shipped name");
    app.parse_complete_callback([&] { context.output = Output(json ? Output::Style::Json : Output::Style::Words); });

    WindowOptions window;
    app.add_option("--workspace", window.workspace, "Page to open")
        ->check(CLI::IsMember({"operate", "annotate", "review"}));
    app.add_option("--episode", window.episode, "Episode to open in Annotate");
    app.add_option("--language", window.language, "Language of the window")->check(CLI::IsMember({"en", "zh"}));
    app.add_option("--theme", window.theme, "Theme of the window")->check(CLI::IsMember({"dark", "light"}));
    app.add_option("--screenshot", window.screenshot, "Save a picture of the window once it is complete, and quit");
    CLI::App* demoCommand = app.add_subcommand("demo", "Open the studio on the embedded simulator, ready to record");
    demoCommand->add_option("--station", window.station, "Station file (TOML) instead of the demo station");
    demoCommand->add_flag("--practice", window.practice, "Lead a newcomer through the first five minutes");
    demoCommand->callback([&] {
        window.demo = true;
        status = openWindow(context, window);
    });

    RecordOptions record;
    CLI::App* recordCommand = app.add_subcommand("record", "Run a session without a screen and record episodes");
    recordCommand->add_option("--station", record.station, "Station file (TOML); the demo station when left out");
    recordCommand->add_option("--task", record.task, "What the operator is asked to do");
    recordCommand->add_option("--episodes", record.episodes, "How many takes")
        ->check(CLI::Range(1, 100000))
        ->capture_default_str();
    recordCommand->add_option("--seconds", record.seconds, "Length of a take")->check(CLI::Range(0.5, 86400.0));
    recordCommand->callback([&] { status = runRecord(context, record); });

    std::vector<std::string> filters;
    CLI::App* listCommand = app.add_subcommand("list", "List episodes");
    listCommand->add_option("filter", filters, "key=value, or words to search for");
    listCommand->callback([&] { status = runList(context, filters); });

    std::string episode;
    CLI::App* showCommand = app.add_subcommand("show", "Show one episode");
    showCommand->add_option("episode", episode, "Id, or the beginning of one")->required();
    showCommand->callback([&] { status = runShow(context, episode); });

    CLI::App* checkCommand = app.add_subcommand("check", "Verify files and index, recover what a crash left");
    checkCommand->add_option("episode", episode, "Id, or the beginning of one; all when left out");
    checkCommand->callback([&] { status = runCheck(context, episode); });

    QcOptions quality;
    CLI::App* qcCommand = app.add_subcommand("qc", "Run the quality checks");
    qcCommand->add_option("episode", quality.episodes, "Ids, or the beginnings of them; all when left out");
    qcCommand
        ->add_option("--checks", quality.checks,
                     "Settings of the checks (TOML); the library's checks.toml when left out")
        ->check(CLI::ExistingFile);
    qcCommand->callback([&] { status = runQc(context, quality); });

    ExportOptions exporting;
    CLI::App* exportCommand = app.add_subcommand("export", "Write a dataset");
    exportCommand->add_option("--format", exporting.format, "Dataset format")
        ->required()
        ->check(CLI::IsMember({"lerobot"}));
    exportCommand->add_option("--to", exporting.to, "New folder for the dataset")->required();
    exportCommand->add_option("--kind", exporting.kind, "Simulated or real episodes; a dataset holds one kind")
        ->check(CLI::IsMember({"sim", "real", "both"}));
    exportCommand->add_option("--fps", exporting.fps, "Rows per second; the cameras' rate when left out")
        ->check(CLI::Range(1.0, 1000.0));
    exportCommand
        ->add_option("--layout", exporting.layout, "Joints as their maker names them, or as all robots share them")
        ->check(CLI::IsMember({"native", "canonical"}))
        ->default_val("native");
    exportCommand->add_option("filter", exporting.filters, "key=value, or words to search for");
    exportCommand->callback([&] { status = runExport(context, exporting); });

    DevicesOptions devices;
    CLI::App* devicesCommand = app.add_subcommand("devices", "Show what is connected, or simulate a device");
    devicesCommand->add_option("--station", devices.station, "Station file (TOML) whose devices to look at");
    devicesCommand->add_option("--simulate", devices.simulate, "Be a device of this kind on loopback");
    devicesCommand->add_option("--port", devices.port, "UDP port to send to, or path of the serial port to make");
    devicesCommand->add_option("--seconds", devices.seconds, "How long to look (2), or to simulate (until Ctrl+C)")
        ->check(CLI::Range(0.1, 86400.0));
    devicesCommand->callback([&] { status = runDevices(context, devices); });

    CLI::App* retargetCommand = app.add_subcommand("retarget", "Retarget a motion to a robot and report the tracking");
    retargetCommand->callback([&] { status = runRetarget(context); });

    std::filesystem::path profileFile;
    CLI::App* profileCommand =
        app.add_subcommand("profile", "Write the profile of --robot, proposed from its model, to begin with");
    profileCommand->add_option("--to", profileFile, "New file; standard output when left out");
    profileCommand->callback([&] { status = runProfile(context, profileFile); });

    CLI::App* resolveCommand =
        app.add_subcommand("resolve", "Run an episode's operator samples through today's solver and compare");
    resolveCommand->add_option("episode", episode, "Id, or the beginning of one")->required();
    resolveCommand->callback([&] { status = runResolve(context, episode); });

    BenchOptions bench;
    CLI::App* benchCommand = app.add_subcommand("bench", "Run the benchmarks, each beside its reference");
    benchCommand->add_option("name", bench.names, "Which; all when left out");
    benchCommand->add_option("--seconds", bench.seconds, "Length of the sessions that tick and memory record")
        ->check(CLI::Range(1.0, 86400.0));
    benchCommand->callback([&] { status = runBench(context, bench, measureStudio); });

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const bool asked = error.get_exit_code() == 0;
        app.exit(error, asked ? std::cout : std::cerr, std::cerr);
        return asked ? kDone : kWrongUsage;
    }
    if (app.get_subcommands().empty()) return openWindow(context, window);
    return status;
}

}  // namespace understudy
