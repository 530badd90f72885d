#include "app/studio/studiobench.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <random>

#include <QApplication>
#include <QEventLoop>
#include <QTimer>

#include <fmt/format.h>

#include "app/shipped.h"
#include "app/studio/annotatepage.h"
#include "app/studio/longepisode.h"
#include "app/studio/operatepage.h"
#include "app/studio/reviewpage.h"
#include "app/studio/sessioncontroller.h"
#include "app/studio/studio.h"
#include "app/studio/studiowindow.h"
#include "widgets/messagebar.h"
#include "widgets/robotviewport.h"

namespace understudy {
namespace {

constexpr int kRepaints = 120;
constexpr int kSeeks = 120;
constexpr int kPatienceMs = 60'000;
constexpr QSize kPicture{1680, 1020};
constexpr Duration kLength = 600 * kSecond;

using SteadyTime = std::chrono::steady_clock::time_point;

double millisecondsSince(SteadyTime begin)
{
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

/// Runs the application's events until it holds, or patience ends.
bool waitUntil(const std::function<bool()>& holds)
{
    QEventLoop loop;
    QTimer poll;
    poll.setInterval(1);
    const SteadyTime begin = std::chrono::steady_clock::now();
    QObject::connect(&poll, &QTimer::timeout, &loop, [&] {
        if (holds() || millisecondsSince(begin) > kPatienceMs) loop.quit();
    });
    poll.start();
    loop.exec();
    return holds();
}

void rest(int milliseconds)
{
    const SteadyTime begin = std::chrono::steady_clock::now();
    waitUntil([&] { return millisecondsSince(begin) > milliseconds; });
}

Figure spread(std::string name, std::vector<double> values)
{
    std::ranges::sort(values);
    const auto at = [&](double share) {
        return values.empty() ? 0 : values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
    };
    return {.name = std::move(name), .unit = "ms", .p50 = at(0.5), .p99 = at(0.99)};
}

double residentMiB()
{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
    return 0;
}

Figure repaints(const std::string& page, QWidget& window)
{
    std::vector<double> took;
    for (int i = 0; i < kRepaints; ++i) {
        const SteadyTime begin = std::chrono::steady_clock::now();
        window.repaint();
        took.push_back(millisecondsSince(begin));
        rest(15);
    }
    return spread("repaint of " + page + " at 1680x1020 while a session records", std::move(took));
}

/// From the wish to what the page was given, and to the picture of the 3D view on the screen.
void measureScrub(AnnotatePage& page, const std::string& what, Figures& figures)
{
    std::vector<double> images;
    std::vector<double> scene;
    std::mt19937_64 random(7);
    bool painted = false;
    const auto connection = QObject::connect(&page.viewport(), &RobotViewport::painted, &page, [&] { painted = true; });
    std::uniform_int_distribution<Timestamp> anywhere(0, page.player().duration());
    for (int i = 0; i < kSeeks; ++i) {
        const int before = page.moments();
        painted = false;
        const SteadyTime begin = std::chrono::steady_clock::now();
        page.player().seek(anywhere(random));
        if (!waitUntil([&] { return page.moments() > before; })) break;
        images.push_back(millisecondsSince(begin));
        if (waitUntil([&] { return painted; })) scene.push_back(millisecondsSince(begin));
    }
    QObject::disconnect(connection);
    figures.push_back(spread("scrub to three exact images, " + what, std::move(images)));
    figures.push_back(spread("scrub until the 3D view shows it, " + what, std::move(scene)));
}

}  // namespace

Result<Figures> measureStudio(const Bench& bench)
{
    const auto progress = [&](const std::string& line) { bench.context.output.progress(line); };
    const Result<Station> wanted = stationOf(bench.context, {});
    if (!wanted) return tl::unexpected(wanted.error());
    const Station& station = *wanted;
    const Result<std::filesystem::path> file = findRobot(station.robotModel);
    if (!file) return tl::unexpected(file.error());
    std::optional<std::filesystem::path> profile;
    if (!station.robotProfile.empty()) profile = station.robotProfile;
    const auto robot = RobotModel::load(*file, profile);
    if (!robot) return tl::unexpected(robot.error());
    const std::filesystem::path library = bench.folder / "library";
    progress("recording ten minutes");
    const Result<std::string> episode = recordLongEpisode(library, *robot, kLength, [](double) {});
    if (!episode) return tl::unexpected(episode.error());

    Figures figures;
    progress("opening the studio");
    const double before = residentMiB();
    StudioOptions options{.library = library, .station = station, .workspace = "operate"};
    options.began = std::chrono::steady_clock::now();
    Studio studio(options);
    studio.window().resize(kPicture);
    studio.show();
    if (!waitUntil([&] { return studio.times().usableMs >= 0; })) return fail("the window was never painted");
    figures.push_back({.name = "start to a usable window", .unit = "ms", .value = studio.times().usableMs});
    if (!waitUntil([&] { return studio.times().drivenMs >= 0; }))
        return fail("the robot was never driven: " + studio.operatePage().messages().text().toStdString());
    figures.push_back({.name = "start to a driven robot in 3D", .unit = "ms", .value = studio.times().drivenMs});
    TeleopSession* session = studio.session().session();
    if (const Result<std::string> take = session->startTake(); !take) return tl::unexpected(take.error());
    for (const char* page : {"operate", "annotate", "review"}) {
        progress(std::string("repainting ") + page);
        studio.window().openPage(QString::fromLatin1(page));
        if (page == std::string("annotate") && !waitUntil([&] { return studio.annotatePage().moments() > 0; }))
            return fail("the episode did not open: " + studio.annotatePage().messages().text().toStdString());
        rest(1000);
        figures.push_back(repaints(page, studio.window()));
    }
    progress("scrubbing");
    studio.window().openPage(QStringLiteral("annotate"));
    rest(500);
    measureScrub(studio.annotatePage(), "ten-minute episode, while a session records", figures);
    const Result<TakeReport> report = session->endTake(Outcome::Success);
    if (!report) return tl::unexpected(report.error());
    std::uint64_t dropped = 0;
    for (const StreamReport& stream : report->streams) dropped += stream.dropped;
    figures.push_back({.name = fmt::format("samples lost of {:.0f} s recorded with the window open",
                                           static_cast<double>(report->episode.row.durationNs) * 1e-9),
                       .unit = "samples",
                       .value = static_cast<double>(dropped)});
    figures.push_back({.name = "memory of the studio, session and ten-minute episode open",
                       .unit = "MiB",
                       .value = residentMiB() - before});
    session->stop();
    return figures;
}

}  // namespace understudy
