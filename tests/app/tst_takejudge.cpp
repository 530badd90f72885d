#include <set>

#include <QtTest>

#include "app/libraryledger.h"
#include "app/teleopsession.h"
#include "storage/library.h"
#include "storage/recordingrig.h"
#include "support/libraryfixture.h"

using namespace understudy;
using test::must;
namespace fs = std::filesystem;

namespace {

TakeReport reportOf(const std::string& episode, std::uint64_t dropped)
{
    TakeReport take;
    take.episode.row.id = episode;
    take.streams = {{.name = "head", .kind = "camera", .count = 100, .dropped = dropped}};
    return take;
}

/// The checks that failed and count, without those that only finished files or every single picture can tell.
std::set<std::string> comparable(const QualityReport& report)
{
    std::set<std::string> failed;
    for (const Finding& finding : report.findings)
        if (!finding.pass && finding.weight != CheckWeight::Info) failed.insert(finding.check + " " + finding.stream);
    return failed;
}

}  // namespace

/// What is said of takes as they end, and what becomes of them afterwards.
class TestTakeJudge : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    PosixFileSystem m_files;
    EpisodeRow m_like;

    [[nodiscard]] fs::path library() const { return m_folder.path().toStdString() + "/library"; }
    std::vector<EpisodeRow> rows() const
    {
        const auto reader = must(LibraryReader::open(library()));
        return must(reader->list({})).episodes;
    }
    std::unique_ptr<TakeJudge> judge() { return must(TakeJudge::create(m_files, library(), m_like)); }

private slots:
    void initTestCase()
    {
        must(openLibrary(library(), LibraryMode::OpenOrCreate));
        const auto writer = must(LibraryWriter::open(library(), LibraryWriter::Upkeep::None));
        const std::string task = must(writer->ensureTask({}, {.name = "Pick the cup"}));
        const std::string person = must(writer->ensurePerson({}, "operator"));
        must(writer->ensureStation(person, "07"));
        m_like.robot = "rig";
        m_like.station = "07";
        m_like.taskId = task;
        const SteadyClock clock;
        LibraryLedger ledger(library());
        auto recorder = must(Recorder::create({.library = library(), .station = "07"}, m_files, clock, ledger));
        test::RecordingRig rig(*recorder);
        SessionInfo session;
        session.common.clock = WallAnchor::take(clock);
        session.common.row.sessionId = must(writer->beginSession(person, "07", session.common.clock.unixNs));
        session.common.row.robot = "rig";
        session.common.row.station = "07";
        must(recorder->start(session));
        rig.start();
        std::this_thread::sleep_for(std::chrono::milliseconds(1100));
        for (int take = 0; take < 3; ++take) {
            must(recorder->startTake({.taskId = task, .task = "Pick the cup", .operatorId = person}));
            std::this_thread::sleep_for(std::chrono::milliseconds(300));
            must(recorder->endTake({.outcome = Outcome::Success}));
        }
        rig.stop();
        recorder->stop();
        QCOMPARE(rows().size(), 3U);
    }

    void closingWaitsForNoTakeAndLosesNone()
    {
        // Closed at once, whatever it is doing: nothing is judged by halves.
        for (int i = 0; i < 5; ++i) (void)judge();
        for (const EpisodeRow& row : rows())
            QVERIFY(row.state == EpisodeState::Recorded || storedQuality(m_files, library() / row.path).has_value());
    }

    void whatWasLeftIsJudgedAtTheNextStart()
    {
        const auto all = [this] {
            for (const EpisodeRow& row : rows())
                if (row.state == EpisodeState::Recorded) return false;
            return true;
        };
        const auto judging = judge();
        QTRY_VERIFY_WITH_TIMEOUT(all(), 60'000);
        for (const EpisodeRow& row : rows()) {
            const auto stored = storedQuality(m_files, library() / row.path);
            QVERIFY(stored && stored->episode == row.id);
        }
        // Nobody was told anything of them as they ended.
        for (const JudgedTake& judged : judging->judged()) QVERIFY(!judged.live && judged.problem.empty());
    }

    void lossesOfTheRecorderMakeATakeUnusable()
    {
        const auto judging = judge();
        LiveReport said;
        said.complete = true;
        judging->ended(reportOf(rows()[0].id, 0), said);
        QCOMPARE(said.report.verdict(), QualityVerdict::Clean);
        judging->ended(reportOf(rows()[0].id, 3), said);
        QCOMPARE(said.report.verdict(), QualityVerdict::Unusable);
        QCOMPARE(said.report.worst()->stream, std::string("head"));
        QVERIFY(said.report.worst()->reason.find("3 samples of head") != std::string::npos);
    }

    void twoTakesLostToOneCauseBlockTheNextUntilItWasSeenTo()
    {
        const auto judging = judge();
        const auto end = [&](std::uint64_t dropped) {
            LiveReport said;
            judging->ended(reportOf(rows()[0].id, dropped), said);
        };
        end(1);
        QVERIFY(!judging->blocked());
        end(0);
        end(1);
        QVERIFY(!judging->blocked());
        end(2);
        QVERIFY(judging->blocked());
        QVERIFY(judging->blocked()->reason.find("close other programs") != std::string::npos);
        judging->acknowledge();
        QVERIFY(!judging->blocked());
    }

    /// A whole session: what is said as the take ends is what its files say.
    void theLiveVerdictIsThatOfTheFiles()
    {
        Station station;
        station.name = "live";
        station.view = "direct";
        station.realTime = false;
        station.camerasFromProfile = false;
        for (const char* name : {"left_wrist", "right_wrist"})
            station.cameras.push_back({.name = name, .kind = "pattern", .width = 320, .height = 240, .rateHz = 30});
        const fs::path own = m_folder.path().toStdString() + "/live";
        const auto session = must(TeleopSession::open({.station = station, .library = own}));
        must(session->start());
        QTRY_VERIFY_WITH_TIMEOUT(session->teleop() && session->teleop()->phase == TeleopPhase::Active, 20'000);
        must(session->startTake());
        QTest::qWait(3000);
        const bool isLost = session->lostTake().has_value();
        const TakeReport take = must(session->endTake(Outcome::Success));
        const LiveReport live = session->lastQuality();
        session->stop();
        QTRY_VERIFY_WITH_TIMEOUT(storedQuality(m_files, own / take.episode.row.path).has_value(), 60'000);
        const auto reader = must(LibraryReader::open(own));
        const auto writer = must(LibraryWriter::open(own));
        const CheckedEpisode files = must(checkQuality(m_files, *reader, *writer, {}, take.episode.row.id));
        const std::set<std::string> said = comparable(live.report);
        const std::set<std::string> found = comparable(files.quality.report);
        if (said.contains("jitter /teleop/step") || found.contains("jitter /teleop/step"))
            QSKIP("the control loop did not get its time beside other programs: what was in time for whom is chance");
        QVERIFY(!isLost);
        QVERIFY(live.complete);
        for (const std::string& each : said) QVERIFY2(found.contains(each), ("only live: " + each).c_str());
        for (const std::string& each : found) QVERIFY2(said.contains(each), ("only files: " + each).c_str());
        QCOMPARE(nameOf(live.report.verdict()), nameOf(files.quality.report.verdict()));
    }
};

QTEST_GUILESS_MAIN(TestTakeJudge)
#include "tst_takejudge.moc"
