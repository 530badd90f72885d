#include <QTest>

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "storage/export/libraryexport.h"
#include "storage/recordingrig.h"
#include "support/libraryfixture.h"
#include "support/python.h"

using namespace understudy;
using test::must;
namespace fs = std::filesystem;

namespace {

constexpr int kTicksPerImage = 20;

/// Registers the takes of a recorder in the fixture's library, as a session does.
class FixtureLedger final : public TakeLedger {
public:
    explicit FixtureLedger(test::LibraryFixture& library) : m_library(library) {}

    Result<void> begin(const EpisodeFile& episode) override
    {
        EpisodeStart start;
        start.id = episode.row.id;
        start.path = episode.row.path;
        start.taskId = episode.row.taskId;
        start.robot = episode.row.robot;
        start.startedAtNs = episode.row.startedAtNs;
        m_starts.push_back(start);
        return {};
    }
    Result<void> finish(const TakeReport&) override { return {}; }

    /// After the recording: the library's writer belongs to the test's thread.
    std::vector<std::string> registerAll()
    {
        std::vector<std::string> ids;
        for (const EpisodeStart& start : m_starts) ids.push_back(m_library.episode(start));
        return ids;
    }

private:
    test::LibraryFixture& m_library;
    std::vector<EpisodeStart> m_starts;
};

}  // namespace

class TestLeRobotLibrary : public QObject {
    Q_OBJECT

    std::unique_ptr<test::LibraryFixture> m_library;
    std::vector<std::string> m_ids;
    PosixFileSystem m_files;

    fs::path to(const std::string& name) const { return m_library->folder().parent_path() / name; }

private slots:
    /// Three takes of a rig of two cameras, 25 Hz, and 29 joints, 500 Hz, whose values tell their time.
    void initTestCase()
    {
        m_library = std::make_unique<test::LibraryFixture>();
        const std::string task = m_library->task();
        const SteadyClock clock;
        FixtureLedger ledger(*m_library);
        RecorderOptions options;
        options.library = m_library->folder();
        auto recorder = must(Recorder::create(options, m_files, clock, ledger));
        test::RecordingRig rig(*recorder);
        SessionInfo session;
        session.common.clock = WallAnchor::take(clock);
        session.common.row.robot = "rig";
        must(recorder->start(session));
        rig.start();
        std::this_thread::sleep_for(std::chrono::milliseconds(1100));
        for (int take = 0; take < 3; ++take) {
            must(recorder->startTake({.taskId = task, .task = "Pick the cup"}));
            std::this_thread::sleep_for(std::chrono::milliseconds(400));
            must(recorder->endTake({.outcome = Outcome::Success}));
        }
        rig.stop();
        recorder->stop();
        m_ids = ledger.registerAll();
        QCOMPARE(m_ids.size(), 3U);
    }

    void rowsHoldWhatWasMeasuredWhenTheImageWasTaken()
    {
        auto reader = must(LibraryReader::open(m_library->folder()));
        const EpisodeRow row = must(reader->show(m_ids[0]));
        const ExportEpisode episode = must(loadEpisode(m_files, m_library->folder() / row.path, row, {}));
        QCOMPARE(contradiction(episode), std::string());
        QCOMPARE(episode.fps, 25);
        QCOMPARE(episode.reference, std::string("head"));
        QCOMPARE(episode.task, std::string("Pick up the cup"));
        QCOMPARE(episode.robot, std::string("rig"));
        QVERIFY(episode.rows.size() >= 30U);
        QCOMPARE(episode.cameras.size(), 2U);
        QCOMPARE(episode.cameras[1].width, test::kRigWidth);
        QCOMPARE(episode.state.names.size(), static_cast<std::size_t>(test::kRigJoints));
        for (std::size_t i = 0; i < episode.rows.size(); ++i) {
            for (const ExportCamera& camera : episode.cameras) {
                auto video = must(Mp4Reader::open(m_files, camera.video));
                const ImageRef image = must(video->imageAt(camera.rows[i].index));
                // State and action were set to the tick, and every image was taken at one.
                const double tick = static_cast<double>(test::numberIn(*image)) * kTicksPerImage;
                QCOMPARE(static_cast<double>(episode.state.values[i * test::kRigJoints + 7]), tick);
                QCOMPARE(static_cast<double>(episode.action.values[i * test::kRigJoints]), tick);
                QVERIFY(camera.rows[i].valid);
            }
            QVERIFY(episode.state.valid[i] && episode.action.valid[i]);
            QCOMPARE(episode.cameras[0].rows[i].captureNs, episode.rows[i]);
            QCOMPARE(episode.cameras[1].rows[i].captureNs, episode.rows[i] + kMillisecond);
        }
    }

    void anEvenGridAndOneCamera()
    {
        auto reader = must(LibraryReader::open(m_library->folder()));
        const EpisodeRow row = must(reader->show(m_ids[0]));
        EpisodeLoadOptions options;
        options.grid.fps = 50;
        options.cameras = {"wrist"};
        options.language = InstructionLanguage::Chinese;
        const ExportEpisode episode = must(loadEpisode(m_files, m_library->folder() / row.path, row, {}, options));
        QCOMPARE(episode.cameras.size(), 1U);
        QCOMPARE(episode.task, std::string("抓取杯子"));
        for (std::size_t i = 1; i < episode.rows.size(); ++i)
            QCOMPARE(episode.rows[i] - episode.rows[i - 1], 20 * kMillisecond);
        for (std::size_t i = 0; i < episode.rows.size(); ++i) QVERIFY(episode.cameras[0].rows[i].valid);
        options.cameras = {"elbow"};
        const auto missing = loadEpisode(m_files, m_library->folder() / row.path, row, {}, options);
        QVERIFY(!missing);
        QVERIFY(missing.error().message.find("elbow") != std::string::npos);
    }

    void theLibraryIsExportedOldestFirst()
    {
        if (!test::hasPython("pyarrow, pandas, mcap_ros2"))
            QSKIP("no interpreter with pyarrow, pandas and mcap in .venv: run packaging/test");
        auto reader = must(LibraryReader::open(m_library->folder()));
        const ExportReport report = must(exportLibrary(
            m_files, *reader, {.filter = {}, .load = {}, .to = to("dataset"), .progress = {}, .limits = {}}));
        QCOMPARE(report.episodes, 3);
        QVERIFY(report.skipped.empty());
        QProcess judge;
        judge.start(test::python().c_str(), {test::source("tests/peers/lerobot_check.py").c_str(),
                                             to("dataset").c_str(), "--library", m_library->folder().c_str()});
        QVERIFY(judge.waitForFinished(120'000));
        const QByteArray errors = judge.readAllStandardError();
        QVERIFY2(judge.exitCode() == 0, errors);
        const QJsonObject said = QJsonDocument::fromJson(judge.readAllStandardOutput()).object();
        QCOMPARE(said["rows"].toInteger(), static_cast<qint64>(report.rows));
        QFile manifest(to("dataset").c_str() + QString("/meta/export.json"));
        QVERIFY(manifest.open(QIODevice::ReadOnly));
        const QJsonArray sources = QJsonDocument::fromJson(manifest.readAll()).object()["episodes"].toArray();
        for (int i = 0; i < 3; ++i)
            QCOMPARE(sources[i].toObject()["id"].toString().toStdString(), m_ids[static_cast<std::size_t>(i)]);
    }

    void whatIsNotFitStaysOutUnlessAskedFor()
    {
        must(m_library->writer->moveTo({}, m_ids[1], EpisodeState::Quarantined, "test"));
        must(m_library->writer->correct({}, m_ids[2], {.outcome = Outcome::Failure, .cause = "dropped", .taskId = {}}));
        auto reader = must(LibraryReader::open(m_library->folder()));
        LibraryExport wanted;
        wanted.to = to("fit");
        const ExportReport report = must(exportLibrary(m_files, *reader, wanted));
        QCOMPARE(report.episodes, 1);
        QCOMPARE(report.skipped.size(), 2U);
        QVERIFY(report.skipped[0].reason.find("quarantined") != std::string::npos);
        QVERIFY(report.skipped[1].reason.find("failure") != std::string::npos);
        wanted.to = to("asked");
        wanted.filter.states = {EpisodeState::Recorded, EpisodeState::Quarantined};
        wanted.filter.outcomes = {Outcome::Failure, Outcome::Success};
        QCOMPARE(must(exportLibrary(m_files, *reader, wanted)).episodes, 3);
    }

    void aDamagedEpisodeStaysOut()
    {
        auto reader = must(LibraryReader::open(m_library->folder()));
        const EpisodeRow row = must(reader->show(m_ids[0]));
        fs::resize_file(m_library->folder() / row.path / "wrist.mp4", 100);
        LibraryExport wanted;
        wanted.to = to("damaged");
        const auto report = exportLibrary(m_files, *reader, wanted);
        QVERIFY(!report);
        QVERIFY2(report.error().message.find("wrist.mp4") != std::string::npos, report.error().message.c_str());
        QVERIFY(!fs::exists(to("damaged")));
    }

    /// Last, because it adds to the library.
    void refusesPracticeAndTwoKinds()
    {
        EpisodeStart real = m_library->start();
        real.sim = false;
        (void)m_library->episode(real);
        auto reader = must(LibraryReader::open(m_library->folder()));
        LibraryExport wanted;
        wanted.to = to("kinds");
        const auto said = [&] {
            const auto report = exportLibrary(m_files, *reader, wanted);
            return report ? std::string() : report.error().message;
        };
        QVERIFY2(said().find("1 real") != std::string::npos, said().c_str());
        wanted.kinds = ExportKinds::Both;
        QVERIFY2(said().find("1 real") == std::string::npos, said().c_str());
        wanted.kinds = ExportKinds::One;
        wanted.filter.sim = true;
        QVERIFY2(said().find("1 real") == std::string::npos, said().c_str());
        wanted.filter.practice.reset();
        QVERIFY2(said().find("practice") != std::string::npos, said().c_str());
    }
};

QTEST_GUILESS_MAIN(TestLeRobotLibrary)
#include "tst_lerobotlibrary.moc"
