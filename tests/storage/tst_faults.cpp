#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <random>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/library.h"
#include "storage/librarycheck.h"
#include "storage/read/database.h"
#include "storage/read/episodereader.h"
#include "storage/read/libraryfile.h"
#include "storage/recordingrig.h"
#include "storage/writerledger.h"
#include "support/faultydisk.h"

using namespace understudy;

namespace {

template <typename T>
T orDie(Result<T> result)
{
    if (!result) qFatal("%s", result.error().message.c_str());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

void sleepMs(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

/// What a recording child tells its parent through shared memory.
struct Told {
    std::atomic<Timestamp> acknowledged;
    std::atomic<Timestamp> offered;
    std::atomic<int> ended;  ///< takes whose end was acknowledged
    std::atomic<bool> recording;
};

/// Takes of half a second, one after another, into a library, as the program records.
[[noreturn]] void recordUntilKilled(const std::filesystem::path& library, const std::string& task, Told& told)
{
    PosixFileSystem files;
    const SteadyClock clock;
    test::WriterLedger ledger(library);
    const auto recorder = orDie(Recorder::create({.library = library, .station = "bench"}, files, clock, ledger));
    test::RecordingRig rig(*recorder);
    SessionInfo session;
    session.common.clock = WallAnchor::take(clock);
    session.common.row.robot = "rig";
    session.common.row.station = "bench";
    orDie(recorder->start(session));
    rig.start();
    while (true) {
        orDie(recorder->startTake({.taskId = task, .task = "pick"}));
        told.recording = true;
        for (const Timestamp begun = clock.now(); clock.now() - begun < 600 * kMillisecond;) {
            const RecorderStatus status = recorder->status();
            if (status.acknowledgedTo > 0) told.acknowledged = status.acknowledgedTo;
            told.offered = rig.lastOffered.load();
            sleepMs(1);
        }
        orDie(recorder->endTake({.outcome = Outcome::Success}));
        ++told.ended;
    }
}

struct Child {
    QTemporaryDir folder;
    std::filesystem::path library = folder.path().toStdString() + "/library";
    Told* told = nullptr;
    pid_t process = 0;
    int lifeMs = 0;
    Timestamp acknowledged = 0;
    Timestamp offered = 0;
    int ended = 0;

    explicit Child(int life) : lifeMs(life)
    {
        orDie(openLibrary(library, LibraryMode::OpenOrCreate));
        const std::string task = orDie(orDie(LibraryWriter::open(library))->ensureTask({}, {.name = "pick"}));
        void* shared = ::mmap(nullptr, sizeof(Told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        told = new (shared) Told{};
        process = ::fork();
        if (process == 0) recordUntilKilled(library, task, *told);
    }
    void kill()
    {
        acknowledged = told->acknowledged;
        offered = told->offered;
        ended = told->ended;
        ::kill(process, SIGKILL);
        ::waitpid(process, nullptr, 0);
        ::munmap(told, sizeof(Told));
    }
};

/// Takes recorded into a library through a disk that fails on demand, SQLite on it.
struct Bench {
    QTemporaryDir folder;
    std::filesystem::path library = folder.path().toStdString() + "/library";
    test::FaultyDisk disk;
    SteadyClock clock;
    std::atomic<std::int64_t> wallShift{0};
    std::string task;
    std::optional<test::SqliteFiles> sqlite;
    std::unique_ptr<test::WriterLedger> ledger;
    std::unique_ptr<Recorder> recorder;
    std::unique_ptr<test::RecordingRig> rig;

    explicit Bench(double queueSeconds = 20)
    {
        orDie(openLibrary(library, LibraryMode::OpenOrCreate));
        task = orDie(orDie(LibraryWriter::open(library))->ensureTask({}, {.name = "pick"}));
        sqlite.emplace(disk);
        ledger = std::make_unique<test::WriterLedger>(library);
        recorder = orDie(Recorder::create({.library = library,
                                           .station = "bench",
                                           .queueSeconds = queueSeconds,
                                           .wallClock = [this] { return systemTime() + wallShift.load(); }},
                                          disk, clock, *ledger));
        rig = std::make_unique<test::RecordingRig>(*recorder);
        SessionInfo session;
        session.common.clock = WallAnchor::take(clock);
        session.common.row.robot = "rig";
        session.common.row.station = "bench";
        orDie(recorder->start(session));
        rig->start();
        sleepMs(300);
    }
    ~Bench()
    {
        disk.stalled = false;
        rig->stop();
        recorder->stop();
    }
    [[nodiscard]] Result<std::string> startTake() { return recorder->startTake({.taskId = task, .task = "pick"}); }
    [[nodiscard]] std::unique_ptr<EpisodeReader> open(const TakeReport& take)
    {
        return orDie(EpisodeReader::open(disk, library / take.episode.row.path));
    }
    /// Whatever has gone wrong: takes can be recorded, and nothing of the library is lost.
    void verifyGoesOn()
    {
        orDie(startTake());
        sleepMs(400);
        const TakeReport take = orDie(recorder->endTake({.outcome = Outcome::Success}));
        QCOMPARE(take.problem, std::string());
        QVERIFY(orDie(Database::isWhole(databaseFile(library))));
        PosixFileSystem files;
        const auto reader = orDie(LibraryReader::open(library));
        const auto writer = orDie(LibraryWriter::open(library, LibraryWriter::Upkeep::None));
        for (const EpisodeRow& row : orDie(reader->list({.practice = std::nullopt})).episodes) {
            const LibraryCheck check = orDie(checkLibrary(files, *reader, *writer, {.episode = row.id}));
            QVERIFY2(check.damaged.empty(), check.damaged.empty() ? "" : check.damaged[0].reason.c_str());
        }
    }
};

std::vector<std::string> eventsOf(const EpisodeReader& reader, const std::string& name)
{
    std::vector<std::string> details;
    EpisodeValues pass = reader.values({.streams = {"/recorder/events"}});
    while (const EpisodeSample* sample = orDie(pass.next()))
        if (const auto& event = std::get<Event>(*sample->value); event.name == name) details.push_back(event.detail);
    return details;
}

std::size_t countOf(const EpisodeReader& reader, const std::string& name)
{
    std::size_t count = 0;
    std::uint64_t next = 0;
    EpisodeValues pass = reader.values({.streams = {name}});
    while (const EpisodeSample* sample = orDie(pass.next())) {
        const std::uint64_t sequence = sequenceOf(*sample->value);
        if (count++ > 0 && sequence != next) qFatal("%s has a hole", name.c_str());
        next = sequence + 1;
    }
    return count;
}

/// Samples that the episode's numbers leave out.
std::int64_t missingOf(const EpisodeReader& reader, const std::string& name)
{
    std::int64_t missing = 0;
    std::optional<std::uint64_t> last;
    EpisodeValues pass = reader.values({.streams = {name}});
    while (const EpisodeSample* sample = orDie(pass.next())) {
        const std::uint64_t sequence = sequenceOf(*sample->value);
        if (last) missing += static_cast<std::int64_t>(sequence - *last - 1);
        last = sequence;
    }
    return missing;
}

/// What its gaps say was lost, and by whom.
struct Explained {
    std::int64_t dropped = 0;  ///< the recorder had no room: it was held up for longer than the queues
    std::int64_t leftOut = 0;  ///< the source gave none
};
Explained explainedOf(const EpisodeReader& reader, const std::string& name)
{
    Explained explained;
    for (const std::string& detail : eventsOf(reader, "gap")) {
        const QJsonObject gap = QJsonDocument::fromJson(QByteArray::fromStdString(detail)).object();
        if (gap["stream"].toString().toStdString() != name) continue;
        explained.dropped += gap["dropped"].toInteger();
        explained.leftOut += gap["left_out"].toInteger();
    }
    return explained;
}

}  // namespace

class TestFaults : public QObject {
    Q_OBJECT

private slots:
    void killedAtRandomInstantsNothingAcknowledgedIsLost();
    void aDiskThatStallsForTwoSecondsIsAbsorbed();
    void aDiskThatStallsForTwentyIsSaid();
    void aSyncThatFailsEndsTheTakeAndANewOneBegins();
    void aDiskThatFillsKeepsWhatWasSynced();
    void aDiskThatTurnsReadOnlyIsSaid();
    void shortWritesAreCarriedOnAndAnErrorBehindThemIsOne();
    void theIndexSurvivesEachFailingWrite();
    void headroomIsSaidInMinutes();
    void aJumpOfTheWallClockIsAnEventAndNoShift();
    void pressesAreKeptAsEvents();
};

/// UNDERSTUDY_KILLS sets how often; several children record at a time, each into its library.
void TestFaults::killedAtRandomInstantsNothingAcknowledgedIsLost()
{
    const int kills = std::max(50, qEnvironmentVariableIntValue("UNDERSTUDY_KILLS"));
    const bool quietMachine = qEnvironmentVariableIsSet("UNDERSTUDY_KILLS");
    constexpr int kAtOnce = 10;
    const auto seed = static_cast<unsigned>(std::random_device{}());
    std::mt19937 random(seed);
    int recovered = 0;
    int episodes = 0;
    Duration longestTail = 0;
    for (int done = 0; done < kills; done += kAtOnce) {
        std::vector<std::unique_ptr<Child>> children;
        for (int i = 0; i < std::min(kAtOnce, kills - done); ++i)
            children.push_back(std::make_unique<Child>(std::uniform_int_distribution(20, 1400)(random)));
        std::ranges::sort(children, {}, &Child::lifeMs);
        int lived = 0;
        for (const auto& child : children)
            while (!child->told->recording) sleepMs(1);
        for (const auto& child : children) {
            sleepMs(child->lifeMs - std::exchange(lived, child->lifeMs));
            child->kill();
        }
        for (const auto& child : children) {
            const std::string where =
                "seed " + std::to_string(seed) + ", killed after " + std::to_string(child->lifeMs) + " ms";
            PosixFileSystem files;
            orDie(openLibrary(child->library, LibraryMode::Open));
            QVERIFY2(orDie(Database::isWhole(databaseFile(child->library))), where.c_str());
            const auto reader = orDie(LibraryReader::open(child->library));
            const auto writer = orDie(LibraryWriter::open(child->library, LibraryWriter::Upkeep::None));
            const LibraryCheck check = orDie(checkLibrary(files, *reader, *writer));
            QVERIFY2(check.damaged.empty(), (where + (check.damaged.empty() ? "" : check.damaged[0].reason)).c_str());
            QCOMPARE(check.ok, check.episodes);
            recovered += static_cast<int>(check.recovered.size());
            episodes += static_cast<int>(check.episodes);
            int whole = 0;
            Timestamp kept = 0;
            for (const EpisodeRow& row : orDie(reader->list({.practice = std::nullopt})).episodes) {
                whole += row.outcome == Outcome::Success ? 1 : 0;
                const auto episode = orDie(EpisodeReader::open(files, child->library / row.path));
                // The rig leaves nothing out: what is missing was counted as it was lost. (A gap may be the last thing
                // that was kept.)
                const Explained explained = explainedOf(*episode, "/robot/joint_states");
                QCOMPARE(explained.leftOut, std::int64_t{0});
                QVERIFY2(missingOf(*episode, "/robot/joint_states") <= explained.dropped, where.c_str());
                kept = std::max(kept, episode->info().clock.fromUnix(episode->endTime() - 1));
            }
            QVERIFY2(whole >= child->ended, where.c_str());
            QVERIFY2(kept >= child->acknowledged,
                     (where + ": lost " + std::to_string((child->acknowledged - kept) / kMillisecond) + " ms").c_str());
            longestTail = std::max(longestTail, child->offered - kept);
        }
    }
    qInfo("%d kills, %d episodes, %d recovered, none damaged, nothing acknowledged lost, longest tail %lld ms", kills,
          episodes, recovered, static_cast<long long>(longestTail / kMillisecond));
    if (quietMachine) QVERIFY(longestTail <= 500 * kMillisecond);
}

void TestFaults::aDiskThatStallsForTwoSecondsIsAbsorbed()
{
    Bench bench;
    orDie(bench.startTake());
    sleepMs(300);
    bench.disk.stalled = true;
    sleepMs(2000);
    bench.disk.stalled = false;
    QTRY_COMPARE(bench.recorder->status().diskStalls, std::uint64_t{1});
    const TakeReport take = orDie(bench.recorder->endTake());
    QCOMPARE(take.problem, std::string());
    const auto reader = bench.open(take);
    QVERIFY(countOf(*reader, "/robot/joint_states") > 1000);
    QCOMPARE(eventsOf(*reader, "disk_stalled").size(), std::size_t{1});
    QVERIFY(bench.recorder->status().longestStall >= kSecond);
    bench.verifyGoesOn();
}

/// With queues of half a second, so that the test need not wait for twenty.
void TestFaults::aDiskThatStallsForTwentyIsSaid()
{
    Bench bench(0.5);
    orDie(bench.startTake());
    sleepMs(300);
    bench.disk.stalled = true;
    const auto dropped = [&] {
        std::uint64_t robot = 0;
        std::uint64_t camera = 0;
        for (const StreamStatus& stream : bench.recorder->status().streams) {
            if (stream.name == "/robot/joint_states") robot = stream.queueFull;
            if (stream.name == "head") camera = stream.queueFull + stream.encoderLate;
        }
        return std::pair(robot, camera);
    };
    QTRY_VERIFY(bench.recorder->status().diskSilence > kSecond);
    const std::string problem = bench.recorder->status().problem;
    QVERIFY2(problem.find("the disk has not answered for 1 s") == 0, problem.c_str());
    QTRY_VERIFY(dropped().first > 100);
    QTRY_VERIFY(dropped().second > 3);
    bench.disk.stalled = false;
    QTRY_COMPARE(bench.recorder->status().diskSilence, Duration{0});
    sleepMs(500);
    const TakeReport take = orDie(bench.recorder->endTake());
    QVERIFY2(take.problem.find("/robot/joint_states lost ") != std::string::npos, take.problem.c_str());
    const auto reader = bench.open(take);
    const auto robot = std::ranges::find(take.streams, std::string("/robot/joint_states"), &StreamReport::name);
    const Explained explained = explainedOf(*reader, robot->name);
    QVERIFY(explained.dropped > 100);
    QCOMPARE(missingOf(*reader, robot->name), explained.dropped);
    QCOMPARE(static_cast<std::int64_t>(robot->dropped), explained.dropped);
    QCOMPARE(explained.leftOut, std::int64_t{0});
    bench.verifyGoesOn();
}

void TestFaults::aSyncThatFailsEndsTheTakeAndANewOneBegins()
{
    Bench bench;
    orDie(bench.startTake());
    sleepMs(700);
    bench.disk.failSyncs = true;
    QTRY_VERIFY(bench.recorder->status().problem.find("this take is lost, end it") == 0);
    const Timestamp acknowledged = bench.recorder->status().acknowledgedTo;
    bench.disk.failSyncs = false;
    sleepMs(400);
    QCOMPARE(bench.recorder->status().acknowledgedTo, acknowledged);
    const TakeReport take = orDie(bench.recorder->endTake());
    QCOMPARE(nameOf(take.episode.row.state), nameOf(EpisodeState::Quarantined));
    const auto reader = bench.open(take);
    QVERIFY(reader->info().clock.fromUnix(reader->endTime()) > acknowledged);
    bench.verifyGoesOn();
}

void TestFaults::aDiskThatFillsKeepsWhatWasSynced()
{
    Bench bench;
    orDie(bench.startTake());
    sleepMs(700);
    bench.disk.space = 20'000;
    QTRY_VERIFY(bench.recorder->status().problem.find("no space left") != std::string::npos);
    // Neither files nor index take anything now; the take is kept by the row that recovery will find.
    const Result<TakeReport> take = bench.recorder->endTake();
    QVERIFY(!take.has_value() || take->episode.row.state == EpisodeState::Quarantined);
    QVERIFY(!bench.startTake().has_value());
    bench.disk.space = std::int64_t{1} << 40;
    PosixFileSystem files;
    {
        const auto reader = orDie(LibraryReader::open(bench.library));
        const auto writer = orDie(LibraryWriter::open(bench.library, LibraryWriter::Upkeep::None));
        const LibraryCheck check = orDie(recoverLibrary(files, *reader, *writer));
        QVERIFY2(check.damaged.empty(), check.damaged.empty() ? "" : check.damaged[0].reason.c_str());
    }
    bench.verifyGoesOn();
}

void TestFaults::aDiskThatTurnsReadOnlyIsSaid()
{
    Bench bench;
    orDie(bench.startTake());
    sleepMs(700);
    bench.disk.readOnly = true;
    QTRY_VERIFY(bench.recorder->status().problem.find("read-only") != std::string::npos);
    const Timestamp acknowledged = bench.recorder->status().acknowledgedTo;
    const Result<TakeReport> take = bench.recorder->endTake();
    QVERIFY(!take.has_value());
    const auto refused = bench.startTake();
    QVERIFY(!refused.has_value());
    QVERIFY2(refused.error().message.find("read-only") != std::string::npos, refused.error().message.c_str());
    bench.disk.readOnly = false;
    PosixFileSystem files;
    const auto reader = orDie(LibraryReader::open(bench.library));
    const auto writer = orDie(LibraryWriter::open(bench.library, LibraryWriter::Upkeep::None));
    const LibraryCheck check = orDie(recoverLibrary(files, *reader, *writer));
    QVERIFY(check.damaged.empty());
    QCOMPARE(check.recovered.size(), std::size_t{1});
    const EpisodeRow row = orDie(reader->show(check.recovered[0].id));
    const auto episode = orDie(EpisodeReader::open(files, bench.library / row.path));
    QVERIFY(episode->info().clock.fromUnix(episode->endTime()) > acknowledged);
    bench.verifyGoesOn();
}

/// The system writes less than it was asked to, and then nothing: as a quota does.
void TestFaults::shortWritesAreCarriedOnAndAnErrorBehindThemIsOne()
{
    QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString() + "/file";
    const pid_t child = ::fork();
    if (child == 0) {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{10'000, 10'000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        PosixFileSystem files;
        const auto file = files.open(path, OpenMode::Create);
        const std::vector<std::byte> bytes(6'000, std::byte{7});
        const bool first = file && (*file)->write(0, bytes);
        const Result<void> second = file ? (*file)->write(6'000, bytes) : fail("not open");
        std::_Exit(first && !second && second.error().message.find("File too large") != std::string::npos ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    QVERIFY(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    QCOMPARE(std::filesystem::file_size(path), std::uintmax_t{10'000});
}

/// Each change of the index is whole or refused, whichever of its writes fails.
void TestFaults::theIndexSurvivesEachFailingWrite()
{
    QTemporaryDir folder;
    const std::filesystem::path library = folder.path().toStdString() + "/library";
    orDie(openLibrary(library, LibraryMode::OpenOrCreate));
    test::FaultyDisk disk;
    const test::SqliteFiles sqlite(disk);
    int refused = 0;
    int made = 0;
    for (std::int64_t room = 0; made < 3; room += 1'500) {
        {
            const auto writer = orDie(LibraryWriter::open(library, LibraryWriter::Upkeep::None));
            disk.space = room;
            const auto person = writer->ensurePerson({}, "person " + std::to_string(room));
            disk.space = std::int64_t{1} << 40;
            if (!person) {
                ++refused;
                QVERIFY2(person.error().message.find("no space") != std::string::npos, person.error().message.c_str());
            } else {
                ++made;
            }
            disk.failSyncs = true;
            const auto second = writer->ensurePerson({}, "second " + std::to_string(room));
            disk.failSyncs = false;
            QVERIFY(!second.has_value());
        }
        QVERIFY(orDie(Database::isWhole(databaseFile(library))));
        const auto reader = orDie(LibraryReader::open(library));
        QCOMPARE(static_cast<int>(orDie(reader->people()).size()), 1 + made);
    }
    QVERIFY(refused > 2);
}

void TestFaults::headroomIsSaidInMinutes()
{
    Bench bench;
    orDie(bench.startTake());
    QTRY_VERIFY(bench.recorder->status().minutesLeft > 1000);
    QCOMPARE(static_cast<int>(bench.recorder->status().room), static_cast<int>(DiskRoom::Enough));
    const double bytesPerMinute = static_cast<double>(bench.disk.space.load()) / bench.recorder->status().minutesLeft;
    const std::int64_t reserve = 64 << 20;
    bench.disk.space = reserve + static_cast<std::int64_t>(5 * bytesPerMinute);
    QTRY_COMPARE(static_cast<int>(bench.recorder->status().room), static_cast<int>(DiskRoom::Low));
    bench.disk.space = reserve + static_cast<std::int64_t>(bytesPerMinute);
    QTRY_COMPARE(static_cast<int>(bench.recorder->status().room), static_cast<int>(DiskRoom::Last));
    QVERIFY(bench.recorder->status().minutesLeft < 2);
}

void TestFaults::aJumpOfTheWallClockIsAnEventAndNoShift()
{
    Bench bench;
    orDie(bench.startTake());
    sleepMs(500);
    bench.wallShift = 3600 * kSecond;
    sleepMs(600);
    bench.wallShift = 0;
    sleepMs(600);
    const TakeReport take = orDie(bench.recorder->endTake());
    const auto reader = bench.open(take);
    const std::vector<std::string> jumps = eventsOf(*reader, "wall_clock_jumped");
    QCOMPARE(jumps.size(), std::size_t{2});
    QVERIFY2(std::abs(std::stoll(jumps[0]) - 3'600'000) < 1000, jumps[0].c_str());
    QVERIFY2(std::abs(std::stoll(jumps[1]) + 3'600'000) < 1000, jumps[1].c_str());
    QVERIFY(reader->endTime() - reader->startTime() < 60 * kSecond);
    QVERIFY(countOf(*reader, "/robot/joint_states") > 500);
}

void TestFaults::pressesAreKeptAsEvents()
{
    Bench bench;
    orDie(bench.startTake());
    bench.disk.stalled = true;
    bench.recorder->mark("mark", "looked odd");  // does not wait for the disk
    bench.recorder->mark("next_step");
    bench.disk.stalled = false;
    const TakeReport take = orDie(bench.recorder->endTake());
    const auto reader = bench.open(take);
    QCOMPARE(eventsOf(*reader, "mark"), std::vector<std::string>{"looked odd"});
    QCOMPARE(eventsOf(*reader, "next_step").size(), std::size_t{1});
}

QTEST_GUILESS_MAIN(TestFaults)
#include "tst_faults.moc"
