#include <memory>

#include <QApplication>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "app/commandline.h"
#include "app/studio/sessioncontroller.h"
#include "app/studio/studio.h"
#include "app/studio/studiobench.h"

namespace understudy {
namespace {

/// "usable" and "driven", each the moment it is so, with the milliseconds since the program began.
int runForTimes(const CommandContext& context, const StudioOptions& options)
{
    Studio studio(options);
    const auto say = [&](const char* what, double ms) {
        context.output.say(fmt::format("{} after {:.0f} ms", what, ms));
        std::fflush(stdout);
    };
    QObject::connect(&studio, &Studio::usable, &studio, [&] { say("usable", studio.times().usableMs); });
    QObject::connect(&studio, &Studio::driven, &studio, [&] {
        say("driven", studio.times().drivenMs);
        context.output.document({{"usable_ms", studio.times().usableMs}, {"driven_ms", studio.times().drivenMs}});
        QApplication::quit();
    });
    QObject::connect(&studio.session(), &SessionController::failed, &studio,
                     [&](const QString& reason) { QApplication::exit(context.output.failed({reason.toStdString()})); });
    studio.show();
    return QApplication::exec();
}

int openWindow(const CommandContext& context, const WindowOptions& window)
{
    StudioOptions options{.library = context.library,
                          .practice = window.practice,
                          .workspace = QString::fromStdString(window.workspace),
                          .episode = QString::fromStdString(window.episode),
                          .language = QString::fromStdString(window.language),
                          .theme = QString::fromStdString(window.theme),
                          .screenshot = QString::fromStdString(window.screenshot)};
    if (window.demo || !context.robot.empty() || !context.motion.empty()) {
        Result<Station> station = stationOf(context, window.station);
        if (!station) return context.output.failed(station.error());
        options.station = std::move(*station);
    }
    return window.startTimes ? runForTimes(context, options) : runStudio(options);
}

}  // namespace
}  // namespace understudy

int main(int argc, char** argv)
{
    spdlog::set_default_logger(spdlog::stderr_color_mt("understudy"));
    spdlog::set_level(spdlog::level::warn);
    std::unique_ptr<QCoreApplication> application;
    if (understudy::opensWindow(argc, argv))
        application = std::make_unique<QApplication>(argc, argv);
    else
        application = std::make_unique<QCoreApplication>(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("understudy"));
    return understudy::runCommandLine(argc, argv, understudy::openWindow, understudy::measureStudio);
}
