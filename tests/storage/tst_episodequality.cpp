#include <QTest>

#include "storage/quality/qualitylibrary.h"
#include "storage/recordingrig.h"
#include "support/libraryfixture.h"

using namespace understudy;
using test::must;
namespace fs = std::filesystem;

namespace {

const Finding* failureOf(const EpisodeQuality& quality, std::string_view check)
{
    for (const Finding& finding : quality.report.findings)
        if (finding.check == check && !finding.pass) return &finding;
    return nullptr;
}

}  // namespace

class TestEpisodeQuality : public QObject {
    Q_OBJECT

    std::unique_ptr<test::LibraryFixture> m_library;
    std::vector<std::string> m_ids;
    PosixFileSystem m_files;

    CheckedEpisode checked(std::size_t take, const ChecksFile& checks = {})
    {
        const auto reader = must(LibraryReader::open(m_library->folder()));
        return must(checkQuality(m_files, *reader, *m_library->writer, checks, m_ids[take]));
    }
    fs::path folderOf(std::size_t take)
    {
        const auto reader = must(LibraryReader::open(m_library->folder()));
        return m_library->folder() / must(reader->show(m_ids[take])).path;
    }
    EpisodeState stateOf(std::size_t take)
    {
        const auto reader = must(LibraryReader::open(m_library->folder()));
        return must(reader->show(m_ids[take])).state;
    }

private slots:
    void initTestCase()
    {
        m_library = std::make_unique<test::LibraryFixture>();
        const std::string task = m_library->task();
        const SteadyClock clock;
        test::MemoryLedger ledger;
        RecorderOptions options;
        options.library = m_library->folder();
        auto recorder = must(Recorder::create(options, m_files, clock, ledger));
        test::RecordingRig rig(*recorder);
        SessionInfo session;
        session.common.clock = WallAnchor::take(clock);
        session.common.row.robot = "rig";
        session.common.row.station = "07";
        must(recorder->start(session));
        rig.start();
        std::this_thread::sleep_for(std::chrono::milliseconds(1100));
        for (int take = 0; take < 4; ++take) {
            must(recorder->startTake({.taskId = task, .task = "Pick the cup", .instructionEn = "Pick up the cup"}));
            std::this_thread::sleep_for(std::chrono::milliseconds(300));
            must(recorder->endTake({.outcome = Outcome::Success}));
        }
        rig.stop();
        recorder->stop();
        for (const EpisodeFile& episode : ledger.begun) {
            EpisodeStart start;
            start.id = episode.row.id;
            start.path = episode.row.path;
            start.taskId = task;
            start.robot = "rig";
            start.station = "07";
            start.startedAtNs = episode.row.startedAtNs;
            m_ids.push_back(m_library->episode(start));
        }
        QCOMPARE(m_ids.size(), 4U);
    }

    void aWholeEpisodeHasNoFaultOfItsFiles()
    {
        const CheckedEpisode found = checked(0);
        for (const char* check :
             {"video_file", "file_damage", "stream_missing", "dimension", "time_order", "declared_rate"})
            QVERIFY2(failureOf(found.quality, check) == nullptr, check);
        QVERIFY(found.quality.report.verdict() != QualityVerdict::Unusable);
        QCOMPARE(stateOf(0), EpisodeState::Checked);
        QVERIFY(found.quality.measures.seconds > 1);
        QCOMPARE(found.quality.measures.sharpness.size(), 2U);
        const std::optional<EpisodeQuality> stored = storedQuality(m_files, folderOf(0));
        QVERIFY(stored && *stored == found.quality);
        const auto reader = must(LibraryReader::open(m_library->folder()));
        int lines = 0;
        for (const HistoryEntry& entry : must(reader->history(m_ids[0])))
            if (entry.field == "quality") {
                ++lines;
                QCOMPARE(entry.to, std::string(nameOf(found.quality.report.verdict())));
            }
        QCOMPARE(lines, 1);
        (void)checked(0);
        int after = 0;
        for (const HistoryEntry& entry : must(reader->history(m_ids[0]))) after += entry.field == "quality" ? 1 : 0;
        QCOMPARE(after, 1);
    }

    void aVideoThatIsCutIsUnusable()
    {
        const fs::path video = folderOf(1) / "wrist.mp4";
        fs::resize_file(video, fs::file_size(video) * 2 / 3);
        const CheckedEpisode found = checked(1);
        const Finding* failed = failureOf(found.quality, "video_file");
        QVERIFY(failed != nullptr);
        QCOMPARE(failed->stream, std::string("wrist"));
        QCOMPARE(found.quality.report.verdict(), QualityVerdict::Unusable);
        QCOMPARE(stateOf(1), EpisodeState::Quarantined);
    }

    void aVideoWithBrokenImagesIsUnusable()
    {
        const fs::path video = folderOf(2) / "head.mp4";
        std::string bytes = test::textOf(video);
        for (std::size_t i = bytes.size() / 3; i < bytes.size(); i += 5) bytes[i] = static_cast<char>(bytes[i] ^ 0x55);
        test::writeText(video, bytes);
        const CheckedEpisode found = checked(2);
        QVERIFY(failureOf(found.quality, "video_file") != nullptr);
        QCOMPARE(stateOf(2), EpisodeState::Quarantined);
    }

    void anEpisodeThatDoesNotOpenIsUnusableWithItsReason()
    {
        fs::remove(folderOf(3) / "episode.mcap");
        const CheckedEpisode found = checked(3);
        QCOMPARE(found.quality.report.verdict(), QualityVerdict::Unusable);
        QVERIFY(!found.quality.report.worst()->reason.empty());
        QCOMPARE(stateOf(3), EpisodeState::Quarantined);
    }

    void aChecksFileInTheLibraryCounts()
    {
        test::writeText(m_library->folder() / "checks.toml",
                        "[checks]\nidle_start = { limit = 0, weight = \"integrity\" }\n");
        const ChecksFile checks = must(checksOf(m_files, m_library->folder()));
        QCOMPARE(checks.settingsFor("Pick the cup").at("idle_start").weight, CheckWeight::Integrity);
        test::writeText(m_library->folder() / "checks.toml", "[checks]\nnothing = 1\n");
        QVERIFY(test::refusal(checksOf(m_files, m_library->folder())).find("checks.toml, line 2") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestEpisodeQuality)
#include "tst_episodequality.moc"
