#include "app/studio/studiobench.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>

#include <QApplication>
#include <QEventLoop>
#include <QProcess>
#include <QTimer>

#include <fmt/format.h>

#include "app/loopfigures.h"
#include "app/shipped.h"
#include "app/studio/annotatepage.h"
#include "app/studio/longepisode.h"
#include "app/studio/operatepage.h"
#include "app/studio/reviewpage.h"
#include "app/studio/sessioncontroller.h"
#include "app/studio/studio.h"
#include "app/studio/studiowindow.h"
#include "core/processusage.h"
#include "widgets/messagebar.h"
#include "widgets/robotviewport.h"

namespace understudy {
namespace {

constexpr int kStarts = 7;
constexpr double kTakeSeconds = 20;
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
    QEventLoop loop;
    QTimer::singleShot(milliseconds, &loop, &QEventLoop::quit);
    loop.exec();
}

Figure spread(std::string name, std::vector<double> values)
{
    std::ranges::sort(values);
    const auto at = [&](double share) {
        if (values.empty()) return 0.0;
        return values[static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size() - 1)))];
    };
    return {.name = std::move(name), .unit = "ms", .p50 = at(0.5), .p99 = at(0.99)};
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

/// Starts the demo as a person does, in a process of its own, and waits for what it says of itself.
Result<Figures> measureStarts(const Bench& bench, const std::filesystem::path& library)
{
    QStringList arguments{"demo", "--start-times", "--library", QString::fromStdString(library.string())};
    if (!bench.context.robot.empty()) arguments << "--robot" << QString::fromStdString(bench.context.robot);
    std::vector<double> usable;
    std::vector<double> driven;
    for (int i = 0; i < kStarts; ++i) {
        QProcess studio;
        studio.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        const SteadyTime begin = std::chrono::steady_clock::now();
        studio.start(QCoreApplication::applicationFilePath(), arguments);
        while (studio.waitForReadyRead(kPatienceMs))
            while (studio.canReadLine()) {
                const QByteArray line = studio.readLine();
                if (line.startsWith("usable")) usable.push_back(millisecondsSince(begin));
                if (line.startsWith("driven")) driven.push_back(millisecondsSince(begin));
            }
        studio.waitForFinished(kPatienceMs);
        if (studio.exitStatus() != QProcess::NormalExit || studio.exitCode() != 0 || driven.size() != usable.size())
            return fail("the demo did not start");
    }
    return Figures{spread(fmt::format("program started to usable window, {} starts", kStarts), std::move(usable)),
                   spread("program started to driven robot in 3D", std::move(driven))};
}

/// A take with the operate page in front, nothing else asked of the window than to show it.
Result<Figures> measureTake(const Bench& bench, const std::filesystem::path& library, TeleopSession& session)
{
    const std::uint64_t missedBefore = session.loop().missed;
    if (const Result<std::string> take = session.startTake(); !take) return tl::unexpected(take.error());
    rest(static_cast<int>(1000 * bench.seconds.value_or(kTakeSeconds)));
    const std::uint64_t missed = session.loop().missed - missedBefore;
    const Result<TakeReport> take = session.endTake(Outcome::Success);
    if (!take) return tl::unexpected(take.error());
    PosixFileSystem files;
    const Result<LoopFigures> loop = loopFiguresOf(files, library / take->episode.row.path);
    if (!loop) return tl::unexpected(loop.error());
    std::uint64_t lost = 0;
    std::uint64_t samples = 0;
    for (const StreamReport& stream : take->streams) {
        lost += stream.dropped;
        samples += stream.count;
    }
    return Figures{{.name = fmt::format("tick with the window open, {:.0f} s, {} cameras",
                                        toSeconds(take->episode.row.durationNs), session.cameraCount()),
                    .unit = "us",
                    .p50 = loop->tick.p50,
                    .p99 = loop->tick.p99},
                   {.name = "wake-up", .unit = "us", .p50 = loop->wakeUp.p50, .p99 = loop->wakeUp.p99},
                   {.name = fmt::format("missed periods of {}", loop->steps + missed),
                    .unit = "periods",
                    .value = static_cast<double>(missed)},
                   {.name = fmt::format("samples lost of {}", samples + lost),
                    .unit = "samples",
                    .value = static_cast<double>(lost)}};
}

void append(Figures& to, Figures figures)
{
    to.insert(to.end(), std::make_move_iterator(figures.begin()), std::make_move_iterator(figures.end()));
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
    progress("starting the studio");
    const Result<Figures> starts = measureStarts(bench, library);
    if (!starts) return tl::unexpected(starts.error());
    append(figures, *starts);

    progress("opening the studio");
    StudioOptions options{
        .library = library, .station = station, .workspace = "operate", .episode = QString::fromStdString(*episode)};
    Studio studio(options);
    studio.window().resize(kPicture);
    studio.show();
    if (!waitUntil([&] { return studio.times().drivenMs >= 0; }))
        return fail("the robot was never driven: " + studio.operatePage().messages().text().toStdString());
    TeleopSession* session = studio.session().session();
    progress("recording with the window open");
    const Result<Figures> take = measureTake(bench, library, *session);
    if (!take) return tl::unexpected(take.error());
    append(figures, *take);

    if (const Result<std::string> begun = session->startTake(); !begun) return tl::unexpected(begun.error());
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
    figures.push_back(
        {.name = "memory of the studio, session and ten-minute episode open", .unit = "MiB", .value = residentMib()});
    const Result<TakeReport> report = session->endTake(Outcome::Success);
    if (!report) return tl::unexpected(report.error());
    session->stop();
    return figures;
}

}  // namespace understudy
