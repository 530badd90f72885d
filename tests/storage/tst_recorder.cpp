#include <QTemporaryDir>
#include <QTest>

#include "storage/read/episodereader.h"
#include "storage/recorder.h"
#include "storage/recordingrig.h"
#include "support/allocationcount.h"
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

/// A recorder with its rig over a folder that goes with it.
struct Bench {
    QTemporaryDir folder;
    test::FaultyDisk disk;
    SteadyClock clock;
    test::MemoryLedger ledger;
    std::unique_ptr<Recorder> recorder;
    std::unique_ptr<test::RecordingRig> rig;

    explicit Bench(RecorderOptions options = {})
    {
        options.library = folder.path().toStdString();
        recorder = orDie(Recorder::create(options, disk, clock, ledger));
        rig = std::make_unique<test::RecordingRig>(*recorder);
        SessionInfo session;
        session.common.clock = WallAnchor::take(clock);
        session.common.row.robot = "rig";
        session.robotDescription = "<robot/>";
        orDie(recorder->start(session));
        rig->start();
    }
    ~Bench()
    {
        rig->stop();
        recorder->stop();
    }

    [[nodiscard]] std::unique_ptr<EpisodeReader> open(const TakeReport& take)
    {
        return orDie(EpisodeReader::open(disk, recorder_path(take)));
    }
    [[nodiscard]] std::filesystem::path recorder_path(const TakeReport& take) const
    {
        return std::filesystem::path(folder.path().toStdString()) / take.episode.row.path;
    }
};

std::map<std::string, std::vector<std::uint64_t>> sequencesOf(const EpisodeReader& reader)
{
    std::map<std::string, std::vector<std::uint64_t>> all;
    EpisodeValues pass = reader.values();
    while (const EpisodeSample* sample = orDie(pass.next()))
        all[sample->stream->name].push_back(sequenceOf(*sample->value));
    if (!pass.damage().empty()) qFatal("%s", pass.damage()[0].reason.c_str());
    return all;
}

bool isConsecutive(const std::vector<std::uint64_t>& numbers)
{
    for (std::size_t i = 1; i < numbers.size(); ++i)
        if (numbers[i] != numbers[i - 1] + 1) return false;
    return true;
}

std::vector<std::string> eventsOf(const EpisodeReader& reader, const std::string& name)
{
    std::vector<std::string> details;
    EpisodeValues pass = reader.values({.streams = {"/recorder/events"}});
    while (const EpisodeSample* sample = orDie(pass.next())) {
        const auto& event = std::get<Event>(*sample->value);
        if (event.name == name) details.push_back(event.detail);
    }
    return details;
}

/// The index says when an episode begins and how long it is: as its files hold it, to the nanosecond.
void verifySpan(const EpisodeRow& row, const EpisodeReader& reader)
{
    std::int64_t first = 0;
    std::int64_t last = 0;
    EpisodeValues pass = reader.values();
    while (const EpisodeSample* sample = orDie(pass.next())) {
        if (first == 0) first = sample->time;
        last = sample->time;
    }
    QCOMPARE(row.startedAtNs, first);
    QCOMPARE(row.durationNs, last - first);
    QCOMPARE(reader.startTime(), first);
    QCOMPARE(reader.endTime(), last + 1);
}

const StreamReport& reportOf(const TakeReport& take, const std::string& name)
{
    for (const StreamReport& stream : take.streams)
        if (stream.name == name) return stream;
    qFatal("no stream %s", name.c_str());
}

}  // namespace

class TestRecorder : public QObject {
    Q_OBJECT

private slots:
    void aTakeBeginsBeforeThePressAndLosesNothing();
    void imagesAreTheOnesOfTheirRecords();
    void takesFollowOneAnother();
    void aTakeAtTheStartOfASessionBeginsWithWhatThereIs();
    void aRedoneTakeLiesInTheTray();
    void offeringNeverAllocates();
    void aSlowDiskIsAbsorbedAndAVerySlowOneIsCounted();
    void theRowFollowsTheFilesWhileATakeRuns();
    void aSilentStreamIsSaid();
    void aFullDiskKeepsWhatWasSynced();
    void afterAFailedSyncNothingIsAcknowledged();
    void noTakeBeginsOnAFullDisk();
    void noTakeBeginsWithoutItsRow();
    void stoppingKeepsTheTake();
    void aStationHasOneRecorder();
    void streamsAreCheckedWhenTheyOpen();
};

void TestRecorder::aTakeBeginsBeforeThePressAndLosesNothing()
{
    Bench bench;
    sleepMs(1600);
    const Timestamp press = bench.clock.now();
    const std::string id = orDie(bench.recorder->startTake(kTask));
    QVERIFY(bench.recorder->status().recording);
    sleepMs(900);
    bench.recorder->mark("mark", "here");
    const Timestamp end = bench.clock.now();
    const TakeReport take = orDie(bench.recorder->endTake({.outcome = Outcome::Success}));
    const Timestamp returned = bench.clock.now();

    QCOMPARE(take.episode.row.id, id);
    QCOMPARE(take.problem, std::string());
    QCOMPARE(bench.ledger.begun.size(), std::size_t{1});
    QCOMPARE(static_cast<int>(bench.ledger.begun[0].row.state), static_cast<int>(EpisodeState::Recording));
    QCOMPARE(static_cast<int>(bench.ledger.finished.at(0).episode.row.state), static_cast<int>(EpisodeState::Recorded));
    const auto reader = bench.open(take);
    QVERIFY(reader->mcap().isFinished());
    QCOMPARE(orDie(reader->robotDescription()), std::string("<robot/>"));
    const auto sequences = sequencesOf(*reader);
    QCOMPARE(sequences.size(), std::size_t{6});
    for (const StreamRow& row : take.episode.row.streams) {
        QCOMPARE(static_cast<std::int64_t>(sequences.at(row.name).size()), row.count);
        QCOMPARE(row.dropped, std::int64_t{0});
        QVERIFY2(isConsecutive(sequences.at(row.name)), row.name.c_str());
    }
    QCOMPARE(take.episode.row.steps, static_cast<std::int64_t>(sequences.at("/teleop/step").size()));
    verifySpan(take.episode.row, *reader);

    const WallAnchor& anchor = reader->info().clock;
    QVERIFY(reader->startTime() <= anchor.toUnix(press - kSecond));
    QVERIFY(reader->endTime() > anchor.toUnix(end - 100 * kMillisecond));
    QVERIFY(reader->endTime() <= anchor.toUnix(returned));
    for (const char* camera : {"head", "wrist"}) {
        const std::vector<PacketLocation>& images = *orDie(reader->images(camera));
        QVERIFY(images.front().key);
        QVERIFY(images.front().stamps.capture <= press - kSecond);
        QCOMPARE(orDie(reader->video(camera))->size(), images.size());
        QVERIFY(images.front().stamps.arrival == images.front().stamps.capture + kMillisecond);
    }
    QCOMPARE(eventsOf(*reader, "mark"), std::vector<std::string>{"here"});
}

void TestRecorder::imagesAreTheOnesOfTheirRecords()
{
    Bench bench;
    sleepMs(300);
    orDie(bench.recorder->startTake(kTask));
    sleepMs(700);
    const TakeReport take = orDie(bench.recorder->endTake());
    const auto reader = bench.open(take);
    const std::vector<PacketLocation>& images = *orDie(reader->images("wrist"));
    QVERIFY(images.size() > 15);
    for (std::size_t i = 0; i < images.size(); ++i) {
        const ImageRef image = orDie(reader->image("wrist", i));
        QCOMPARE(test::numberIn(*image), images[i].sequence & 0xFFFFU);
        QCOMPARE(image->stamps.device, images[i].stamps.capture / 7);
    }
    const std::int64_t time = reader->info().clock.toUnix(images[5].stamps.capture);
    QCOMPARE(orDie(reader->imageAt("wrist", time))->sequence, images[5].sequence);
    QCOMPARE(orDie(reader->imageAt("wrist", time - 1))->sequence, images[4].sequence);
    QCOMPARE(orDie(reader->imageAt("wrist", 0))->sequence, images[0].sequence);
    QVERIFY(!reader->imageAt("elbow", time).has_value());
}

void TestRecorder::takesFollowOneAnother()
{
    Bench bench;
    sleepMs(1500);
    std::vector<TakeReport> takes;
    for (int i = 0; i < 3; ++i) {
        orDie(bench.recorder->startTake(kTask));
        QVERIFY(!bench.recorder->startTake(kTask).has_value());
        sleepMs(400);
        takes.push_back(orDie(bench.recorder->endTake({.outcome = Outcome::Failure, .cause = "dropped it"})));
    }
    QVERIFY(!bench.recorder->endTake().has_value());
    for (const TakeReport& take : takes) {
        const auto reader = bench.open(take);
        const auto sequences = sequencesOf(*reader);
        for (const auto& [name, numbers] : sequences) QVERIFY2(isConsecutive(numbers), name.c_str());
        QCOMPARE(take.episode.row.cause, std::string("dropped it"));
        // The second and the third have no second before the press: the take before them wrote it.
        verifySpan(take.episode.row, *reader);
    }
    // What a take wrote is not taken from the next one's lead: only what no take has written yet is left for it.
    const auto first = sequencesOf(*bench.open(takes[0]));
    const auto second = sequencesOf(*bench.open(takes[1]));
    QVERIFY(second.at("/robot/joint_states").front() <= first.at("/robot/joint_states").back() + 1);
}

void TestRecorder::aTakeAtTheStartOfASessionBeginsWithWhatThereIs()
{
    Bench bench;
    orDie(bench.recorder->startTake(kTask));
    sleepMs(500);
    const TakeReport take = orDie(bench.recorder->endTake());
    verifySpan(take.episode.row, *bench.open(take));
    QVERIFY(!take.episode.row.streams.empty());
}

void TestRecorder::aRedoneTakeLiesInTheTray()
{
    Bench bench;
    sleepMs(200);
    orDie(bench.recorder->startTake(kTask));
    sleepMs(200);
    const TakeReport redone = orDie(bench.recorder->redoTake());
    QCOMPARE(static_cast<int>(redone.episode.row.state), static_cast<int>(EpisodeState::Tray));
    QVERIFY(std::filesystem::exists(bench.recorder_path(redone) / "episode.mcap"));
    orDie(bench.recorder->startTake(kTask));
    orDie(bench.recorder->endTake());
    QCOMPARE(bench.ledger.finished.size(), std::size_t{2});
}

void TestRecorder::offeringNeverAllocates()
{
    QTemporaryDir folder;
    PosixFileSystem files;
    const SteadyClock clock;
    test::MemoryLedger ledger;
    const auto recorder =
        orDie(Recorder::create({.library = folder.path().toStdString(), .queueSeconds = 0.2}, files, clock, ledger));
    RobotState state;
    state.position.setZero(29);
    StreamInfo robot{.name = "/robot", .kind = "robot", .rateHz = 500, .prototype = state};
    const StreamId robotId = orDie(recorder->open(robot));
    const StreamId cameraId =
        orDie(recorder->open({.name = "head", .kind = "camera", .rateHz = 30, .prototype = ImageRef()}));
    Record record = state;
    const Record image = test::numberedImage(1, 0);
    const Record other = Event{};
    const std::size_t before = test::allocationCount();
    int taken = 0;
    for (int i = 0; i < 1000; ++i) {
        std::get<RobotState>(record).sequence = static_cast<std::uint64_t>(i);
        taken += recorder->offer(robotId, record) ? 1 : 0;
        recorder->offer(cameraId, image);
        QVERIFY(!recorder->offer(robotId, other));
    }
    QCOMPARE(test::allocationCount(), before);
    QCOMPARE(taken, 100);
}

void TestRecorder::aSlowDiskIsAbsorbedAndAVerySlowOneIsCounted()
{
    Bench bench({.queueSeconds = 1.5});
    sleepMs(300);
    orDie(bench.recorder->startTake(kTask));
    bench.disk.syncMilliseconds = 150;  // three files a sync: about half a second
    sleepMs(900);
    bench.disk.syncMilliseconds = 0;
    const TakeReport slow = orDie(bench.recorder->endTake());
    QCOMPARE(slow.problem, std::string());

    orDie(bench.recorder->startTake(kTask));
    bench.disk.syncMilliseconds = 1200;
    sleepMs(3200);
    bench.disk.syncMilliseconds = 0;
    sleepMs(1500);
    const TakeReport lossy = orDie(bench.recorder->endTake());
    const StreamReport& robot = reportOf(lossy, "/robot/joint_states");
    QVERIFY(robot.dropped > 0);
    QCOMPARE(robot.missing, std::uint64_t{0});
    QVERIFY2(lossy.problem.find("/robot/joint_states lost " + std::to_string(robot.dropped)) != std::string::npos,
             lossy.problem.c_str());
    const auto reader = bench.open(lossy);
    const auto numbers = sequencesOf(*reader).at("/robot/joint_states");
    QCOMPARE(numbers.back() - numbers.front() + 1, numbers.size() + robot.dropped);
    QVERIFY(!eventsOf(*reader, "gap").empty());
}

void TestRecorder::theRowFollowsTheFilesWhileATakeRuns()
{
    Bench bench;
    sleepMs(300);
    orDie(bench.recorder->startTake(kTask));
    sleepMs(800);
    bench.ledger.progressFails = true;
    sleepMs(700);
    const RecorderStatus status = bench.recorder->status();
    QVERIFY2(status.problem.find("the index falls behind the take: the index is gone") == 0, status.problem.c_str());
    bench.ledger.progressFails = false;
    sleepMs(700);
    QCOMPARE(bench.recorder->status().problem, std::string());
    const TakeReport take = orDie(bench.recorder->endTake());
    QCOMPARE(take.problem, std::string());
    QVERIFY(bench.ledger.progresses > 3);
    const EpisodeRow& last = bench.ledger.progressed;
    QCOMPARE(static_cast<int>(last.state), static_cast<int>(EpisodeState::Recording));
    QCOMPARE(last.id, take.episode.row.id);
    QCOMPARE(last.streams.size(), take.episode.row.streams.size());
    QVERIFY(last.durationNs > 2 * kSecond && last.durationNs <= take.episode.row.durationNs);
    QVERIFY(last.steps > 900 && last.steps <= take.episode.row.steps);
}

void TestRecorder::aSilentStreamIsSaid()
{
    Bench bench;
    sleepMs(300);
    orDie(bench.recorder->startTake(kTask));
    bench.rig->robotSilent = true;
    bench.rig->headSilent = true;
    sleepMs(1300);
    const RecorderStatus status = bench.recorder->status();
    QVERIFY2(status.problem.find("head") != std::string::npos, status.problem.c_str());
    QVERIFY(status.problem.find("/robot/joint_states") != std::string::npos);
    bench.rig->robotSilent = false;
    sleepMs(600);
    const TakeReport take = orDie(bench.recorder->endTake());
    QVERIFY(reportOf(take, "head").silent);
    QVERIFY(!reportOf(take, "/robot/joint_states").silent);
    QVERIFY(reportOf(take, "/robot/joint_states").missing > 400);
    QVERIFY(take.problem.find("head had gone silent") != std::string::npos);
    const auto reader = bench.open(take);
    QCOMPARE(eventsOf(*reader, "silent").size(), std::size_t{2});
    QCOMPARE(eventsOf(*reader, "resumed").size(), std::size_t{1});
    QVERIFY(isConsecutive(sequencesOf(*reader).at("wrist")));
}

void TestRecorder::aFullDiskKeepsWhatWasSynced()
{
    Bench bench;
    sleepMs(300);
    orDie(bench.recorder->startTake(kTask));
    sleepMs(1000);
    bench.disk.space = 3000;
    sleepMs(800);
    const RecorderStatus status = bench.recorder->status();
    QVERIFY2(status.problem.find("no space left") != std::string::npos, status.problem.c_str());
    const Timestamp acknowledged = status.acknowledgedTo;
    QVERIFY(acknowledged > 0);
    bench.disk.space = std::int64_t{1} << 40;
    const TakeReport take = orDie(bench.recorder->endTake({.outcome = Outcome::Success}));
    QCOMPARE(static_cast<int>(take.episode.row.state), static_cast<int>(EpisodeState::Quarantined));
    QVERIFY(take.problem.find("no space left") != std::string::npos);
    const auto reader = bench.open(take);
    QVERIFY(reader->mcap().isFinished());
    QVERIFY(reader->endTime() > reader->info().clock.toUnix(acknowledged));
    const auto sequences = sequencesOf(*reader);
    for (const auto& [name, numbers] : sequences) QVERIFY2(isConsecutive(numbers), name.c_str());
    for (const StreamRow& row : take.episode.row.streams)
        QCOMPARE(row.count, static_cast<std::int64_t>(sequences.at(row.name).size()));
    QCOMPARE(orDie(reader->video("head"))->size(), sequences.at("head").size());

    orDie(bench.recorder->startTake(kTask));
    sleepMs(300);
    QCOMPARE(orDie(bench.recorder->endTake()).problem, std::string());
}

void TestRecorder::afterAFailedSyncNothingIsAcknowledged()
{
    Bench bench;
    sleepMs(300);
    orDie(bench.recorder->startTake(kTask));
    sleepMs(800);
    bench.disk.failSyncs = true;
    sleepMs(600);
    const Timestamp acknowledged = bench.recorder->status().acknowledgedTo;
    bench.disk.failSyncs = false;
    sleepMs(500);
    QCOMPARE(bench.recorder->status().acknowledgedTo, acknowledged);
    QVERIFY(bench.recorder->status().problem.find("this take is lost, end it") == 0);
    const TakeReport take = orDie(bench.recorder->endTake());
    QCOMPARE(static_cast<int>(take.episode.row.state), static_cast<int>(EpisodeState::Quarantined));
    // Nothing behind the last good sync is trusted, nothing before it is lost.
    const auto reader = bench.open(take);
    verifySpan(take.episode.row, *reader);
    std::map<std::string, Timestamp> last;
    EpisodeValues pass = reader->values();
    while (const EpisodeSample* sample = orDie(pass.next()))
        if (sample->stream->rateHz > 0) last[sample->stream->name] = reader->info().clock.fromUnix(sample->time);
    QCOMPARE(last.size(), std::size_t{5});
    QCOMPARE(std::ranges::min_element(last, {}, [](const auto& each) { return each.second; })->second, acknowledged);
}

void TestRecorder::noTakeBeginsOnAFullDisk()
{
    Bench bench;
    bench.disk.space = 1 << 20;
    const auto take = bench.recorder->startTake(kTask);
    QVERIFY(!take.has_value());
    QVERIFY2(take.error().message.find("is full: 1 MiB are left") != std::string::npos, take.error().message.c_str());
    bench.disk.space = std::int64_t{1} << 40;
    QVERIFY(bench.recorder->startTake(kTask).has_value());
}

void TestRecorder::noTakeBeginsWithoutItsRow()
{
    Bench bench;
    bench.ledger.refusal = "the index is read-only";
    QVERIFY(!bench.recorder->startTake(kTask).has_value());
    QVERIFY(!bench.recorder->status().recording);
    bench.ledger.refusal.clear();
    const auto nameless = bench.recorder->startTake({});
    QVERIFY(!nameless.has_value());
    QVERIFY2(nameless.error().message.find("task.name is missing") != std::string::npos,
             nameless.error().message.c_str());
    QVERIFY(bench.recorder->startTake(kTask).has_value());
    // Of the refused take nothing is left.
    std::size_t folders = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(bench.folder.path().toStdString()))
        folders += entry.path().filename() == "episode.mcap" ? 1 : 0;
    QCOMPARE(folders, std::size_t{1});
}

void TestRecorder::stoppingKeepsTheTake()
{
    Bench bench;
    sleepMs(300);
    orDie(bench.recorder->startTake(kTask));
    sleepMs(500);
    bench.recorder->stop();
    QCOMPARE(bench.ledger.finished.size(), std::size_t{1});
    QVERIFY(bench.open(bench.ledger.finished[0])->mcap().isFinished());
    QVERIFY(!bench.recorder->startTake(kTask).has_value());
    QVERIFY(bench.ledger.calledOn != std::this_thread::get_id());
    QVERIFY(bench.ledger.calledOn == bench.ledger.releasedOn);
}

void TestRecorder::aStationHasOneRecorder()
{
    QTemporaryDir folder;
    PosixFileSystem files;
    const SteadyClock clock;
    test::MemoryLedger ledger;
    RecorderOptions options{.library = folder.path().toStdString(), .station = "left bench"};
    auto first = orDie(Recorder::create(options, files, clock, ledger));
    const auto second = Recorder::create(options, files, clock, ledger);
    QVERIFY(!second.has_value());
    QVERIFY2(second.error().message.find("the station left bench has a recorder already") == 0,
             second.error().message.c_str());
    options.station = "right bench";
    QVERIFY(Recorder::create(options, files, clock, ledger).has_value());
    first.reset();
    options.station = "left bench";
    QVERIFY(Recorder::create(options, files, clock, ledger).has_value());
    for (const char* name : {"", "..", "a/b"}) {
        options.station = name;
        QVERIFY(!Recorder::create(options, files, clock, ledger).has_value());
    }
}

void TestRecorder::streamsAreCheckedWhenTheyOpen()
{
    QTemporaryDir folder;
    PosixFileSystem files;
    const SteadyClock clock;
    test::MemoryLedger ledger;
    const auto recorder = orDie(Recorder::create({.library = folder.path().toStdString()}, files, clock, ledger));
    const StreamInfo events{.name = "/e", .kind = "event", .prototype = Event{}};
    QVERIFY(recorder->open(events).has_value());
    QVERIFY(!recorder->open(events).has_value());
    QVERIFY(!recorder->open({.name = "/x", .kind = "unheard of", .prototype = Event{}}).has_value());
    QVERIFY(!recorder->open({.name = "/x", .kind = "robot", .prototype = Event{}}).has_value());
    QVERIFY(!recorder->open({.name = "../head", .kind = "camera", .prototype = ImageRef()}).has_value());
    QVERIFY(!recorder->startTake(kTask).has_value());
    QVERIFY(recorder->start({}).has_value());
    QVERIFY(!recorder->start({}).has_value());
    QVERIFY(!recorder->open({.name = "/late", .kind = "event", .prototype = Event{}}).has_value());
}

QTEST_GUILESS_MAIN(TestRecorder)
#include "tst_recorder.moc"
