#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <random>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/episoderecovery.h"
#include "storage/folderlock.h"
#include "storage/read/episodereader.h"
#include "storage/read/lostsamples.h"
#include "storage/recorder.h"
#include "storage/recordingrig.h"
#include "support/faultydisk.h"

using namespace understudy;

namespace {

const TakeInfo kTask{.taskId = "t", .task = "pick"};

void sleepMs(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

template <typename T>
T orDie(Result<T> result)
{
    if (!result) qFatal("%s", result.error().message.c_str());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// What the recording child tells the parent through shared memory.
struct Told {
    std::atomic<Timestamp> acknowledged;
    std::atomic<Timestamp> offered;
    std::atomic<Timestamp> press;
    std::atomic<bool> recording;
    std::atomic<std::uint64_t> dropped;  ///< of the robot, once `settled`
    std::atomic<bool> settled;
};

[[noreturn]] void recordUntilKilled(const std::filesystem::path& library, Told& told)
{
    PosixFileSystem files;
    const SteadyClock clock;
    test::MemoryLedger ledger;
    const auto recorder = orDie(Recorder::create({.library = library}, files, clock, ledger));
    test::RecordingRig rig(*recorder);
    SessionInfo session;
    session.common.clock = WallAnchor::take(clock);
    session.common.row.robot = "rig";
    orDie(recorder->start(session));
    rig.start();
    sleepMs(200);
    told.press = clock.now();
    orDie(recorder->startTake(kTask));
    told.recording = true;
    while (true) {
        told.acknowledged = recorder->status().acknowledgedTo;
        told.offered = rig.lastOffered.load();
        sleepMs(1);
    }
}

/// Loses samples to a stalled disk, then goes on well.
[[noreturn]] void loseThenRecordUntilKilled(const std::filesystem::path& library, Told& told)
{
    test::FaultyDisk disk;
    const SteadyClock clock;
    test::MemoryLedger ledger;
    const auto recorder = orDie(Recorder::create({.library = library, .queueSeconds = 0.5}, disk, clock, ledger));
    test::RecordingRig rig(*recorder);
    SessionInfo session;
    session.common.clock = WallAnchor::take(clock);
    session.common.row.robot = "rig";
    session.common.loopHz = 500;
    orDie(recorder->start(session));
    rig.start();
    sleepMs(200);
    orDie(recorder->startTake(kTask));
    sleepMs(300);
    disk.syncMilliseconds = 500;
    sleepMs(2000);
    disk.syncMilliseconds = 0;
    const auto lost = [&] {
        for (const StreamStatus& stream : recorder->status().streams)
            if (stream.name == "/robot/joint_states") return stream.dropped;
        return std::uint64_t{0};
    };
    // The status and the files are each told anew several times.
    for (std::uint64_t before = 0; before == 0 || before != lost(); sleepMs(1000)) before = lost();
    told.dropped = lost();
    told.settled = true;
    while (true) sleepMs(1000);
}

std::filesystem::path onlyEpisode(const std::filesystem::path& library)
{
    std::filesystem::path found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(library))
        if (entry.path().filename() == "episode.mcap") found = entry.path().parent_path();
    return found;
}

std::vector<std::byte> contentOf(const std::filesystem::path& path)
{
    PosixFileSystem files;
    return orDie(readAll(files, path, 1U << 30U));
}

/// An episode of about a second, finished; its folder.
std::filesystem::path recordedEpisode(const std::filesystem::path& library)
{
    PosixFileSystem files;
    const SteadyClock clock;
    test::MemoryLedger ledger;
    const auto recorder = orDie(Recorder::create({.library = library}, files, clock, ledger));
    test::RecordingRig rig(*recorder);
    SessionInfo session;
    session.common.clock = WallAnchor::take(clock);
    session.common.row.robot = "rig";
    orDie(recorder->start(session));
    rig.start();
    orDie(recorder->startTake(kTask));
    sleepMs(1200);
    const TakeReport take = orDie(recorder->endTake());
    rig.stop();
    return library / take.episode.row.path;
}

/// Every stream without a hole, every image the one of its record.
void verifyWhole(const std::filesystem::path& folder)
{
    PosixFileSystem files;
    const auto reader = orDie(EpisodeReader::open(files, folder));
    QVERIFY(reader->mcap().isFinished());
    std::map<std::string, std::uint64_t> next;
    EpisodeValues pass = reader->values();
    while (const EpisodeSample* sample = orDie(pass.next())) {
        const std::uint64_t sequence = sequenceOf(*sample->value);
        const auto known = next.find(sample->stream->name);
        if (known != next.end()) QCOMPARE(sequence, known->second);
        next[sample->stream->name] = sequence + 1;
        if (const auto* state = std::get_if<RobotState>(sample->value))
            QCOMPARE(state->position[3], static_cast<double>(sequence));
    }
    QVERIFY(pass.damage().empty());
    for (const char* camera : {"head", "wrist"}) {
        if (reader->stream(camera) == nullptr) continue;
        const std::vector<PacketLocation>& images = *orDie(reader->images(camera));
        if (images.empty()) continue;
        QCOMPARE(orDie(reader->video(camera))->size(), images.size());
        for (const std::size_t i : {std::size_t{0}, images.size() / 2, images.size() - 1})
            QCOMPARE(test::numberIn(*orDie(reader->image(camera, i))), images[i].sequence);
    }
}

}  // namespace

class TestRecovery : public QObject {
    Q_OBJECT

private slots:
    void killedAtRandomInstantsNothingAcknowledgedIsLost();
    void whatWasLostIsKnownAfterAKill();
    void missedTicksAreCountedFromTheSteps();
    void aNoteOfLossesMayBeAnyText();
    void aWholeEpisodeIsLeftAlone();
    void doneTwiceItChangesNothing();
    void everyCutOfTheMcapIsRecovered();
    void aCutVideoIsSaid();
    void anEpisodeBeingRecordedIsNotTouched();
    void whatIsNoEpisodeIsRefused();
};

void TestRecovery::killedAtRandomInstantsNothingAcknowledgedIsLost()
{
    auto* told =
        static_cast<Told*>(::mmap(nullptr, sizeof(Told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    QVERIFY(told != MAP_FAILED);
    std::mt19937 random(std::random_device{}());
    for (int run = 0; run < 6; ++run) {
        QTemporaryDir library;
        new (told) Told{};
        const pid_t child = ::fork();
        QVERIFY(child >= 0);
        if (child == 0) recordUntilKilled(library.path().toStdString(), *told);
        while (!told->recording) sleepMs(1);
        sleepMs(static_cast<int>(std::uniform_int_distribution(50, 1500)(random)));
        const Timestamp acknowledged = told->acknowledged;
        const Timestamp offered = told->offered;
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);

        PosixFileSystem files;
        const std::filesystem::path folder = onlyEpisode(library.path().toStdString());
        const EpisodeRecovery recovery = orDie(recoverEpisode(files, folder));
        QVERIFY(recovery.changed);
        QVERIFY(recovery.episode.row.recovered);
        QCOMPARE(static_cast<int>(recovery.episode.row.state), static_cast<int>(EpisodeState::Recorded));
        verifyWhole(folder);
        const auto reader = orDie(EpisodeReader::open(files, folder));
        std::map<std::string, Timestamp> last;
        EpisodeValues pass = reader->values();
        while (const EpisodeSample* sample = orDie(pass.next()))
            last[sample->stream->name] = reader->info().clock.fromUnix(sample->time);
        for (const char* stream : {"/robot/joint_states", "/teleop/step", "/operator/suit", "head", "wrist"})
            QVERIFY2(
                last[stream] >= acknowledged,
                qPrintable(QString("%1 lost %2 ms").arg(stream).arg((acknowledged - last[stream]) / kMillisecond)));
        const Timestamp kept = reader->info().clock.fromUnix(reader->endTime() - 1);
        QVERIFY2(offered - kept <= 500 * kMillisecond,
                 qPrintable(QString("%1 ms short").arg((offered - kept) / kMillisecond)));
        QVERIFY(recovery.missing <= 500 * kMillisecond);
    }
    ::munmap(told, sizeof(Told));
}

void TestRecovery::whatWasLostIsKnownAfterAKill()
{
    auto* told =
        static_cast<Told*>(::mmap(nullptr, sizeof(Told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    QVERIFY(told != MAP_FAILED);
    new (told) Told{};
    QTemporaryDir library;
    const pid_t child = ::fork();
    QVERIFY(child >= 0);
    if (child == 0) loseThenRecordUntilKilled(library.path().toStdString(), *told);
    while (!told->settled) sleepMs(5);
    const auto dropped = static_cast<std::int64_t>(told->dropped.load());
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::munmap(told, sizeof(Told));
    QVERIFY(dropped > 0);

    PosixFileSystem files;
    const EpisodeRecovery recovery = orDie(recoverEpisode(files, onlyEpisode(library.path().toStdString())));
    const std::vector<StreamRow>& streams = recovery.episode.row.streams;
    const auto robot = std::ranges::find(streams, "/robot/joint_states", &StreamRow::name);
    QVERIFY(robot != streams.end());
    QCOMPARE(robot->dropped, dropped);
    const auto events = std::ranges::find(streams, "/recorder/events", &StreamRow::name);
    QCOMPARE(events->dropped, std::int64_t{0});
}

void TestRecovery::missedTicksAreCountedFromTheSteps()
{
    QTemporaryDir library;
    PosixFileSystem files;
    const SteadyClock clock;
    test::MemoryLedger ledger;
    const auto recorder = orDie(Recorder::create({.library = library.path().toStdString()}, files, clock, ledger));
    Step step;
    const StreamId stream =
        orDie(recorder->open({.name = "/teleop/step", .kind = "step", .rateHz = 500, .prototype = step}));
    SessionInfo session;
    session.common.clock = WallAnchor::take(clock);
    session.common.row.robot = "rig";
    session.common.loopHz = 500;
    orDie(recorder->start(session));
    // Of a grid of 100 ticks, tick 10 and the ticks 50 to 54 were missed; sample 20 found no room.
    const Timestamp start = clock.now() - 200 * kMillisecond;
    for (int tick = 0; tick < 100; ++tick) {
        if (tick == 10 || (tick >= 50 && tick < 55)) continue;
        step.time = start + tick * 2 * kMillisecond;
        if (step.sequence != 20) QVERIFY(recorder->offer(stream, step));
        ++step.sequence;
    }
    orDie(recorder->startTake(kTask));
    const TakeReport take = orDie(recorder->endTake());
    const std::filesystem::path folder = library.path().toStdString() / std::filesystem::path(take.episode.row.path);
    std::filesystem::resize_file(folder / "episode.mcap", std::filesystem::file_size(folder / "episode.mcap") - 10);
    const EpisodeRecovery recovery = orDie(recoverEpisode(files, folder));
    QCOMPARE(recovery.episode.row.steps, std::int64_t{93});
    QCOMPARE(recovery.episode.row.missedTicks, std::int64_t{6});
}

void TestRecovery::aNoteOfLossesMayBeAnyText()
{
    const LostSamples lost{.stream = "/robot \"x\"", .dropped = 7, .missing = 3};
    QVERIFY(lostSamplesFrom(detailOf(lost)) == lost);
    for (const char* text : {"", "7", "{", "{}", R"({"stream": 3})", R"({"stream": "a", "dropped": "many"})",
                             R"({"stream": "a", "dropped": -1})", R"({"stream": "", "dropped": 1})"})
        QVERIFY2(!lostSamplesFrom(text), text);
}

void TestRecovery::aWholeEpisodeIsLeftAlone()
{
    QTemporaryDir library;
    const std::filesystem::path folder = recordedEpisode(library.path().toStdString());
    const auto before = contentOf(folder / "episode.mcap");
    PosixFileSystem files;
    const EpisodeRecovery recovery = orDie(recoverEpisode(files, folder));
    QVERIFY(!recovery.changed);
    QVERIFY(contentOf(folder / "episode.mcap") == before);
    QVERIFY(!recovery.episode.row.recovered);
}

void TestRecovery::doneTwiceItChangesNothing()
{
    QTemporaryDir library;
    const std::filesystem::path folder = recordedEpisode(library.path().toStdString());
    PosixFileSystem files;
    const auto whole = contentOf(folder / "episode.mcap");
    std::filesystem::resize_file(folder / "episode.mcap", whole.size() * 2 / 3);
    QVERIFY(orDie(recoverEpisode(files, folder)).changed);
    const auto once = contentOf(folder / "episode.mcap");
    QVERIFY(!orDie(recoverEpisode(files, folder)).changed);
    QVERIFY(contentOf(folder / "episode.mcap") == once);
    verifyWhole(folder);
}

void TestRecovery::everyCutOfTheMcapIsRecovered()
{
    QTemporaryDir library;
    const std::filesystem::path folder = recordedEpisode(library.path().toStdString());
    PosixFileSystem files;
    const auto whole = contentOf(folder / "episode.mcap");
    const auto head = contentOf(folder / "head.mp4");
    const auto wrist = contentOf(folder / "wrist.mp4");
    const auto json = contentOf(folder / "episode.json");
    const auto put = [&](const char* name, std::span<const std::byte> bytes) {
        std::filesystem::remove(folder / name);
        orDie(orDie(files.open(folder / name, OpenMode::Create))->write(0, bytes));
    };
    const std::size_t first = [&] {
        const auto reader = orDie(McapReader::open(orDie(files.open(folder / "episode.mcap", OpenMode::Read))));
        return static_cast<std::size_t>(reader->summary().chunks.front().offset);
    }();
    std::mt19937 random(5);
    std::uint64_t last = 0;
    std::vector<std::size_t> sizes{first, whole.size() - 1};
    for (int i = 0; i < 25; ++i) sizes.push_back(first + random() % (whole.size() - first));
    std::ranges::sort(sizes);
    for (const std::size_t size : sizes) {
        put("episode.mcap", std::span(whole).first(size));
        put("head.mp4", head);
        put("wrist.mp4", wrist);
        put("episode.json", json);
        const EpisodeRecovery recovery = orDie(recoverEpisode(files, folder));
        QVERIFY(recovery.changed);
        verifyWhole(folder);
        std::uint64_t kept = 0;
        for (const StreamRow& row : recovery.episode.row.streams) kept += static_cast<std::uint64_t>(row.count);
        QVERIFY(kept >= last);
        last = kept;
    }
    QVERIFY(last > 1000);
}

void TestRecovery::aCutVideoIsSaid()
{
    QTemporaryDir library;
    const std::filesystem::path folder = recordedEpisode(library.path().toStdString());
    PosixFileSystem files;
    std::filesystem::resize_file(folder / "head.mp4", contentOf(folder / "head.mp4").size() / 2);
    std::filesystem::resize_file(folder / "episode.mcap", contentOf(folder / "episode.mcap").size() - 10);
    const EpisodeRecovery recovery = orDie(recoverEpisode(files, folder));
    QVERIFY(std::ranges::any_of(recovery.words, [](const std::string& word) {
        return word.find("camera head: its video holds") != std::string::npos;
    }));
}

void TestRecovery::anEpisodeBeingRecordedIsNotTouched()
{
    QTemporaryDir library;
    const std::filesystem::path folder = recordedEpisode(library.path().toStdString());
    std::filesystem::resize_file(folder / "episode.mcap", 5000);
    const FolderLock lock = orDie(FolderLock::take(folder));
    QVERIFY(FolderLock::isHeld(folder));
    PosixFileSystem files;
    const auto refused = recoverEpisode(files, folder);
    QVERIFY(!refused.has_value());
    QVERIFY(refused.error().message.find("somebody else is writing") != std::string::npos);
    QCOMPARE(std::filesystem::file_size(folder / "episode.mcap"), std::uintmax_t{5000});
}

void TestRecovery::whatIsNoEpisodeIsRefused()
{
    QTemporaryDir library;
    PosixFileSystem files;
    QVERIFY(!recoverEpisode(files, library.filePath("nowhere").toStdString()).has_value());
    QVERIFY(!recoverEpisode(files, library.path().toStdString()).has_value());
    const std::filesystem::path folder = recordedEpisode(library.path().toStdString());
    std::filesystem::resize_file(folder / "episode.mcap", 0);
    const auto empty = recoverEpisode(files, folder);
    QVERIFY(!empty.has_value());
    QVERIFY(empty.error().message.find("episode.mcap: this is not an MCAP file") != std::string::npos);
}

QTEST_GUILESS_MAIN(TestRecovery)
#include "tst_recovery.moc"
