#include <QTemporaryDir>
#include <QTest>

#include "storage/library.h"
#include "storage/librarycheck.h"
#include "storage/read/database.h"
#include "storage/read/episodereader.h"
#include "storage/read/libraryfile.h"
#include "storage/recordingrig.h"
#include "storage/writerledger.h"
#include "support/journaldisk.h"

using namespace understudy;

namespace {

template <typename T>
T orDie(Result<T> result)
{
    if (!result) qFatal("%s", result.error().message.c_str());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

void sleepMs(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

/// Writes into the disk's journal what the recorder has promised when it speaks to the index.
class PromisingLedger final : public TakeLedger {
public:
    PromisingLedger(std::filesystem::path library, test::JournalDisk& disk) : m_ledger(std::move(library)), m_disk(disk)
    {
    }
    const Recorder* recorder = nullptr;

    Result<void> begin(const EpisodeFile& episode) override
    {
        Result<void> begun = m_ledger.begin(episode);
        if (begun) m_disk.promise(1);
        return begun;
    }
    Result<void> progress(const EpisodeRow& row) override
    {
        m_disk.promise(recorder->status().acknowledgedTo);
        return m_ledger.progress(row);
    }
    Result<void> finish(const TakeReport& take) override { return m_ledger.finish(take); }
    void release() override { m_ledger.release(); }

private:
    test::WriterLedger m_ledger;
    test::JournalDisk& m_disk;
};

/// A session of two takes on a disk that keeps a journal, SQLite's files in it.
struct Session {
    QTemporaryDir folder;
    std::filesystem::path library = folder.path().toStdString() + "/library";
    std::unique_ptr<test::JournalDisk> disk;
    TakeReport take;
    std::size_t takeEnded = 0;  ///< in the journal
    std::string task;

    Session()
    {
        orDie(openLibrary(library, LibraryMode::OpenOrCreate));
        task = orDie(orDie(LibraryWriter::open(library))->ensureTask({}, {.name = "pick"}));
        disk = std::make_unique<test::JournalDisk>(library);
        const test::SqliteFiles sqlite(*disk);
        const SteadyClock clock;
        PromisingLedger ledger(library, *disk);
        const auto recorder = orDie(Recorder::create({.library = library, .station = "bench"}, *disk, clock, ledger));
        ledger.recorder = recorder.get();
        test::RecordingRig rig(*recorder);
        SessionInfo session;
        session.common.clock = WallAnchor::take(clock);
        session.common.row.robot = "rig";
        session.common.row.station = "bench";
        orDie(recorder->start(session));
        rig.start();
        sleepMs(100);
        orDie(recorder->startTake({.taskId = task, .task = "pick"}));
        sleepMs(700);
        take = orDie(recorder->endTake({.outcome = Outcome::Success}));
        takeEnded = disk->size();
        orDie(recorder->startTake({.taskId = task, .task = "pick"}));
        sleepMs(300);
        rig.stop();
        recorder->stop();
    }
};

struct Kept {
    Timestamp least = 0;  ///< of the streams that come steadily, the newest sample
    std::size_t samples = 0;
};

/// Every sample in order, without a hole, and every record's image in its video.
Kept verified(const std::filesystem::path& folder)
{
    PosixFileSystem files;
    const auto reader = orDie(EpisodeReader::open(files, folder));
    std::map<std::string, std::pair<std::uint64_t, Timestamp>> last;
    Kept kept;
    EpisodeValues pass = reader->values();
    while (const EpisodeSample* sample = orDie(pass.next())) {
        const std::uint64_t sequence = sequenceOf(*sample->value);
        const auto known = last.find(sample->stream->name);
        if (known != last.end() && known->second.first + 1 != sequence)
            qFatal("%s: a hole before %d", sample->stream->name.c_str(), static_cast<int>(sequence));
        last[sample->stream->name] = {sequence, reader->info().clock.fromUnix(sample->time)};
        ++kept.samples;
    }
    if (!pass.damage().empty()) qFatal("%s", pass.damage()[0].reason.c_str());
    for (const char* camera : {"head", "wrist"}) {
        if (!last.contains(camera)) continue;
        const std::vector<PacketLocation>& images = *orDie(reader->images(camera));
        if (orDie(reader->video(camera))->size() != images.size()) qFatal("%s: other images", camera);
        if (test::numberIn(*orDie(reader->image(camera, images.size() - 1))) != images.back().sequence)
            qFatal("%s: not the image of its record", camera);
    }
    for (const char* stream : {"/robot/joint_states", "/teleop/step", "/operator/suit", "head", "wrist"}) {
        const auto known = last.find(stream);
        // A take that has just begun may hold no image yet.
        if (known == last.end() && kept.samples < 400) continue;
        const Timestamp newest = known == last.end() ? 0 : known->second.second;
        kept.least = kept.least == 0 ? newest : std::min(kept.least, newest);
    }
    return kept;
}

}  // namespace

class TestPowerCut : public QObject {
    Q_OBJECT

private slots:
    void whateverTheDiskKeptNothingPromisedIsLost();
};

/// UNDERSTUDY_CRASH_STATES asks for so many states by chance per instant; without it every instant of the session is
/// tried once: in turn with nothing, with everything and with what chance left of the writes that were not synced.
void TestPowerCut::whateverTheDiskKeptNothingPromisedIsLost()
{
    const Session session;
    const int chances = qEnvironmentVariableIntValue("UNDERSTUDY_CRASH_STATES");
    const auto seed = static_cast<unsigned>(std::random_device{}());
    std::mt19937 random(seed);
    const std::filesystem::path crashed = session.folder.path().toStdString() + "/crashed";
    int states = 0;
    int recovered = 0;
    int notBegun = 0;
    for (std::size_t instant = 0; instant <= session.disk->size(); ++instant)
        for (int turn = 0; turn < std::max(1, chances); ++turn) {
            using Rest = test::JournalDisk::Rest;
            const Rest rest = chances > 0        ? Rest::Chance
                              : instant % 3 == 0 ? Rest::Nothing
                              : instant % 3 == 1 ? Rest::Chance
                                                 : Rest::Everything;
            session.disk->cut(instant, rest, random, crashed);
            const Timestamp promised = session.disk->promisedAt(instant);
            const std::string where = "seed " + std::to_string(seed) + ", instant " + std::to_string(instant) + " of " +
                                      std::to_string(session.disk->size());
            const auto opened = openLibrary(crashed, LibraryMode::Open);
            QVERIFY2(opened, (where + ": " + (opened ? "" : opened.error().message)).c_str());
            PosixFileSystem files;
            const auto reader = orDie(LibraryReader::open(crashed));
            const auto writer = orDie(LibraryWriter::open(crashed, LibraryWriter::Upkeep::None));
            const LibraryCheck check = orDie(recoverLibrary(files, *reader, *writer));
            QVERIFY2(check.damaged.empty(),
                     (where + ": " + (check.damaged.empty() ? "" : check.damaged[0].reason)).c_str());
            QVERIFY(orDie(Database::isWhole(databaseFile(crashed))));
            const EpisodePage page = orDie(reader->list({.practice = std::nullopt}));
            if (page.episodes.empty()) {
                QVERIFY2(promised == 0, where.c_str());
                ++notBegun;
            }
            Timestamp newest = 0;
            for (const EpisodeRow& row : page.episodes) newest = std::max(newest, verified(crashed / row.path).least);
            QVERIFY2(newest >= promised || promised == 1,
                     (where + ": lost " + std::to_string((promised - newest) / kMillisecond) + " ms").c_str());
            if (instant >= session.takeEnded) {
                const EpisodeRow row = orDie(reader->show(session.take.episode.row.id));
                QCOMPARE(nameOf(row.outcome), nameOf(Outcome::Success));
                QVERIFY(!row.recovered);
            }
            ++states;
            recovered += static_cast<int>(check.recovered.size());
        }
    QVERIFY(recovered > 0);
    qInfo("%d states of the disk after a power cut: %d takes recovered, %d before a take had begun, nothing promised "
          "lost",
          states, recovered, notBegun);
}

QTEST_GUILESS_MAIN(TestPowerCut)
#include "tst_powercut.moc"
