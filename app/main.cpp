#include <memory>

#include <QApplication>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "app/commandline.h"
#include "app/studio/studio.h"
#include "app/studio/studiobench.h"

namespace understudy {
namespace {

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
    return runStudio(options);
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
