#include <QtTest>

#include "storage/episodecheck.h"
#include "storage/folderlock.h"
#include "storage/library.h"
#include "storage/librarycheck.h"
#include "storage/read/mcapreader.h"
#include "storage/recorder.h"
#include "storage/recordingrig.h"

using namespace understudy;

namespace {

template <typename T>
T orDie(Result<T> result)
{
    if (!result) qFatal("%s", result.error().message.c_str());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

enum class Row { Ended, LeftRecording };

/// A library with one recorded take of about half a second.
struct Recorded {
    QTemporaryDir folder;
    PosixFileSystem files;
    std::unique_ptr<LibraryWriter> writer;
    std::unique_ptr<LibraryReader> reader;
    TakeReport take;

    explicit Recorded(Row row)
    {
        const std::filesystem::path library = folder.path().toStdString();
        orDie(openLibrary(library, LibraryMode::OpenOrCreate));
        writer = orDie(LibraryWriter::open(library));
        reader = orDie(LibraryReader::open(library));
        const std::string task = orDie(writer->ensureTask({}, {.name = "pick"}));
        const std::string station = orDie(writer->ensureStation({}, "bench"));

        const SteadyClock clock;
        test::MemoryLedger ledger;
        const auto recorder = orDie(Recorder::create({.library = library, .station = "bench"}, files, clock, ledger));
        test::RecordingRig rig(*recorder);
        SessionInfo session;
        session.common.clock = WallAnchor::take(clock);
        session.common.row.robot = "rig";
        session.common.row.station = "bench";
        orDie(recorder->start(session));
        rig.headUneven = true;
        rig.start();
        orDie(recorder->startTake({.taskId = task, .task = "pick"}));
        std::this_thread::sleep_for(std::chrono::milliseconds(700));
        take = orDie(recorder->endTake({.outcome = Outcome::Success}));
        rig.stop();
        const EpisodeRow& made = take.episode.row;
        orDie(writer->beginEpisode({}, {.id = made.id,
                                        .path = made.path,
                                        .takeId = made.takeId,
                                        .taskId = task,
                                        .robot = made.robot,
                                        .station = "bench",
                                        .startedAtNs = made.startedAtNs}));
        if (row == Row::LeftRecording) return;
        orDie(writer->endEpisode(
            {}, made.id,
            {.durationNs = made.durationNs, .steps = made.steps, .outcome = made.outcome, .streams = made.streams}));
    }

    [[nodiscard]] std::filesystem::path path(const char* file) const
    {
        return std::filesystem::path(folder.path().toStdString()) / take.episode.row.path / file;
    }
    [[nodiscard]] EpisodeRow row() const { return orDie(reader->show(take.episode.row.id)); }
    [[nodiscard]] LibraryCheck check() { return orDie(checkLibrary(files, *reader, *writer)); }

    void change(const char* file, std::uint64_t at, std::byte flip)
    {
        const auto opened = orDie(files.open(path(file), OpenMode::ReadWrite));
        std::array<std::byte, 1> byte{};
        orDie(opened->read(at, byte));
        byte[0] ^= flip;
        orDie(opened->write(at, byte));
    }
};

}  // namespace

class TestRecoveryCheck : public QObject {
    Q_OBJECT

private slots:
    void aWholeEpisodeIsOkAndBecomesChecked();
    void aFlippedByteIsFoundAndQuarantines_data();
    void aFlippedByteIsFoundAndQuarantines();
    void aMissingVideoIsFound();
    void aCutVideoIsFound();
    void aCountThatDiffersFromTheRowIsFound();
    void aMissingFolderIsFound();
    void aTakeLeftRecordingIsRecovered();
    void filesThatWereFinishedKeepTheirOutcome();
    void aTakeBeingRecordedIsNotLookedInto();
    void oneEpisodeCanBeChecked();
};

void TestRecoveryCheck::aWholeEpisodeIsOkAndBecomesChecked()
{
    Recorded recorded(Row::Ended);
    const EpisodeCheck files =
        checkEpisode(recorded.files, recorded.path("episode.mcap").parent_path(), recorded.row());
    QVERIFY2(files.isOk(), files.reason().c_str());
    QCOMPARE(files.streams.size(), std::size_t{6});
    const LibraryCheck check = recorded.check();
    QCOMPARE(check.episodes, std::int64_t{1});
    QCOMPARE(check.ok, std::int64_t{1});
    QVERIFY(check.damaged.empty() && check.recovered.empty());
    QCOMPARE(nameOf(recorded.row().state), nameOf(EpisodeState::Checked));
    QCOMPARE(recorded.check().ok, std::int64_t{1});
}

void TestRecoveryCheck::aFlippedByteIsFoundAndQuarantines_data()
{
    QTest::addColumn<double>("where");
    QTest::newRow("in an early chunk") << 0.3;
    QTest::newRow("in the middle") << 0.5;
    QTest::newRow("in a late chunk") << 0.8;
}

void TestRecoveryCheck::aFlippedByteIsFoundAndQuarantines()
{
    QFETCH(const double, where);
    Recorded recorded(Row::Ended);
    const auto size = static_cast<double>(std::filesystem::file_size(recorded.path("episode.mcap")));
    recorded.change("episode.mcap", static_cast<std::uint64_t>(size * where), std::byte{0x40});
    const LibraryCheck check = recorded.check();
    QCOMPARE(check.ok, std::int64_t{0});
    QCOMPARE(check.damaged.size(), std::size_t{1});
    QVERIFY2(check.damaged[0].reason.find("episode.mcap") != std::string::npos, check.damaged[0].reason.c_str());
    QCOMPARE(nameOf(recorded.row().state), nameOf(EpisodeState::Quarantined));
}

void TestRecoveryCheck::aMissingVideoIsFound()
{
    Recorded recorded(Row::Ended);
    std::filesystem::remove(recorded.path("wrist.mp4"));
    const LibraryCheck check = recorded.check();
    QCOMPARE(check.damaged.size(), std::size_t{1});
    QVERIFY(check.damaged[0].reason.find("wrist.mp4") != std::string::npos);
}

void TestRecoveryCheck::aCutVideoIsFound()
{
    Recorded recorded(Row::Ended);
    std::filesystem::resize_file(recorded.path("head.mp4"), std::filesystem::file_size(recorded.path("head.mp4")) - 50);
    const LibraryCheck check = recorded.check();
    QCOMPARE(check.damaged.size(), std::size_t{1});
    QVERIFY(check.damaged[0].reason.find("head.mp4") != std::string::npos);
}

void TestRecoveryCheck::aCountThatDiffersFromTheRowIsFound()
{
    Recorded recorded(Row::Ended);
    EpisodeRow row = recorded.row();
    row.streams[0].count += 1;
    row.streams.push_back({.name = "/ghost", .kind = "imu", .count = 3});
    const EpisodeCheck check = checkEpisode(recorded.files, recorded.path("episode.mcap").parent_path(), row);
    QCOMPARE(check.problems.size(), std::size_t{2});
    QVERIFY(check.reason().find("/ghost") != std::string::npos);
}

void TestRecoveryCheck::aMissingFolderIsFound()
{
    Recorded recorded(Row::Ended);
    std::filesystem::remove_all(recorded.path("episode.mcap").parent_path());
    QCOMPARE(recorded.check().damaged.size(), std::size_t{1});
}

void TestRecoveryCheck::aTakeLeftRecordingIsRecovered()
{
    Recorded recorded(Row::LeftRecording);
    // As a kill leaves it: no footer, a torn chunk, and episode.json from the beginning.
    std::filesystem::resize_file(recorded.path("episode.mcap"),
                                 std::filesystem::file_size(recorded.path("episode.mcap")) * 3 / 4);
    EpisodeFile begun = recorded.take.episode;
    begun.row.state = EpisodeState::Recording;
    begun.row.outcome = Outcome::Unknown;
    begun.row.streams.clear();
    const std::string json = toJson(begun);
    orDie(replaceFile(recorded.files, recorded.path("episode.json"), std::as_bytes(std::span(json))));

    const LibraryCheck check = recorded.check();
    QCOMPARE(check.recovered.size(), std::size_t{1});
    QVERIFY(!check.recovered[0].words.empty());
    QVERIFY2(check.damaged.empty(), check.damaged.empty() ? "" : check.damaged[0].reason.c_str());
    QCOMPARE(check.ok, std::int64_t{1});
    const EpisodeRow row = recorded.row();
    QVERIFY(row.recovered);
    QCOMPARE(nameOf(row.state), nameOf(EpisodeState::Checked));
    QVERIFY(row.durationNs > 0 && row.durationNs < recorded.take.episode.row.durationNs);
}

void TestRecoveryCheck::filesThatWereFinishedKeepTheirOutcome()
{
    Recorded recorded(Row::LeftRecording);
    const LibraryCheck recovered = orDie(recoverLibrary(recorded.files, *recorded.reader, *recorded.writer));
    QCOMPARE(recovered.ok, std::int64_t{1});
    QVERIFY(recovered.recovered.empty());
    const EpisodeRow row = recorded.row();
    QVERIFY(!row.recovered);
    QCOMPARE(nameOf(row.outcome), nameOf(Outcome::Success));
    QCOMPARE(nameOf(row.state), nameOf(EpisodeState::Recorded));
}

void TestRecoveryCheck::aTakeBeingRecordedIsNotLookedInto()
{
    Recorded recorded(Row::LeftRecording);
    const FolderLock lock = orDie(FolderLock::take(recorded.path("episode.mcap").parent_path()));
    const LibraryCheck check = recorded.check();
    QCOMPARE(check.recording, std::vector<std::string>{recorded.take.episode.row.id});
    QVERIFY(check.damaged.empty() && check.recovered.empty());
    QCOMPARE(nameOf(recorded.row().state), nameOf(EpisodeState::Recording));
}

void TestRecoveryCheck::oneEpisodeCanBeChecked()
{
    Recorded recorded(Row::Ended);
    const std::string id = recorded.take.episode.row.id;
    QCOMPARE(orDie(checkLibrary(recorded.files, *recorded.reader, *recorded.writer, {.episode = id.substr(0, 13)})).ok,
             std::int64_t{1});
    QVERIFY(!checkLibrary(recorded.files, *recorded.reader, *recorded.writer, {.episode = "ffffffff"}).has_value());
}

QTEST_GUILESS_MAIN(TestRecoveryCheck)
#include "tst_recoverycheck.moc"
