#include <QTest>
#include <nlohmann/json.hpp>

#include "storage/read/episodejson.h"
#include "storage/read/labelsjson.h"
#include "support/libraryfixture.h"

using namespace understudy;
using namespace understudy::test;

namespace {

EpisodeFile sample()
{
    EpisodeFile file;
    EpisodeRow& row = file.row;
    row.id = newUuid();
    row.takeId = newUuid();
    row.sessionId = newUuid();
    row.taskId = newUuid();
    row.task = "Pick \"the\" cup";
    row.instructionZh = "抓取杯子";
    row.instructionEn = "Pick up the cup\n";
    row.state = EpisodeState::Recorded;
    row.outcome = Outcome::Failure;
    row.cause = "slipped";
    row.recovered = true;
    row.practice = true;
    row.sim = false;
    row.robot = "unitree_g1";
    row.robotSerial = "42";
    row.modelHash = std::string(64, 'b');
    row.operatorId = newUuid();
    row.operatorName = "李雷";
    row.station = "07";
    row.startedAtNs = kTestDay + 123'456'789;
    row.durationNs = 9'007'199'254'740'993;  // more than a double holds
    row.steps = 5000;
    row.missedTicks = 3;
    row.filesHash = "abc";
    row.streams = {{.name = "head", .kind = "camera", .count = 300, .dropped = 1, .rateHz = 29.97}};
    file.script = {"reach", "grasp"};
    file.jointNames = {"left_elbow", "right_elbow"};
    file.layout.torso = "trunk";
    file.layout.joints = {
        {.name = "left_elbow",
         .lower = -1,
         .upper = 2.5,
         .velocity = 3,
         .acceleration = 15,
         .effort = 20,
         .part = BodyPart::LeftArm,
         .slot = "left_arm.elbow"},
        {.name = "right_finger", .unit = "m", .part = BodyPart::RightHand, .open = 0.05, .closed = 0}};
    file.layout.wrists[1] = {.body = "hand", .position = {0, 0.1, 0}, .orientation = {0.5, 0.5, 0.5, 0.5}};
    file.provenance = {{"method", "teleoperation"}, {"units", "SI"}};
    file.loopHz = 500;
    file.clock = {.monotonic = 123, .unixNs = kTestDay};
    file.rig = {{.name = "suit", .kind = "bvh", .serial = "1", .rateHz = 120}};
    file.cameras = {{.name = "head",
                     .file = "head.mp4",
                     .width = 640,
                     .height = 480,
                     .rateHz = 30,
                     .frame = "torso",
                     .intrinsics = {500, 0, 320, 0, 500, 240, 0, 0, 1},
                     .position = {0.1, 0, 0.5},
                     .orientation = {0.5, -0.5, 0.5, -0.5},
                     .note = "lowered"}};
    file.calibrations = {{"suit", newUuid()}};
    file.software = "understudy 0.1.0";
    file.hashes = {{"episode.mcap", std::string(64, 'c')}};
    return file;
}

EpisodeLabels sampleLabels()
{
    EpisodeLabels labels;
    labels.episodeId = newUuid();
    labels.state = EpisodeState::Returned;
    labels.outcome = Outcome::Success;
    labels.taskId = newUuid();
    labels.task = "Pick";
    labels.instructionZh = "抓";
    labels.people = {{.id = newUuid(), .name = "Anna"}};
    Segment segment;
    segment.id = newUuid();
    segment.episodeId = labels.episodeId;
    segment.label = "grasp";
    segment.textZh = "抓取";
    segment.startNs = kTestDay;
    segment.endNs = kTestDay + 1;
    segment.hand = Hand::Both;
    segment.draft = true;
    segment.authorId = labels.people[0].id;
    labels.segments = {segment};
    Review review;
    review.id = newUuid();
    review.reviewerId = labels.people[0].id;
    review.atNs = kTestDay;
    review.verdict = Verdict::Returned;
    review.returnTo = ReturnTo::Station;
    review.reason = "again";
    review.fromState = EpisodeState::Labelled;
    labels.reviews = {review};
    HistoryEntry entry;
    entry.act = newUuid();
    entry.atNs = kTestDay;
    entry.personId = labels.people[0].id;
    entry.subject = "episode";
    entry.subjectId = labels.episodeId;
    entry.episodeId = labels.episodeId;
    entry.field = "state";
    entry.from = "labelled";
    entry.to = "in_review";
    labels.history = {entry};
    return labels;
}

bool says(const std::string& text, const std::string& part)
{
    if (text.find(part) != std::string::npos) return true;
    qWarning("\"%s\" does not say \"%s\"", text.c_str(), part.c_str());
    return false;
}

}  // namespace

class TestEpisodeJson : public QObject {
    Q_OBJECT

private slots:
    void comesBackWhole()
    {
        const EpisodeFile file = sample();
        QVERIFY(must(parseEpisodeJson(toJson(file))) == file);
        const EpisodeLabels labels = sampleLabels();
        QVERIFY(must(parseLabelsJson(toJson(labels))) == labels);
    }

    void timesAreReadable()
    {
        const auto document = nlohmann::json::parse(toJson(sample()));
        QCOMPARE(document["started_at"].get<std::string>(), std::string("2026-11-22T00:00:00.123456789Z"));
        QCOMPARE(document["state"].get<std::string>(), std::string("recorded"));
    }

    void namesWhatIsWrong_data()
    {
        QTest::addColumn<QString>("pointer");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("because");
        QTest::newRow("id") << "/id"
                            << "\"7\""
                            << "no UUIDv7";
        QTest::newRow("id kind") << "/id"
                                 << "7"
                                 << "id should be a text";
        QTest::newRow("id path") << "/id"
                                 << "\"../../../../../../../../etc/passwd-0\""
                                 << "no UUIDv7";
        QTest::newRow("version") << "/version"
                                 << "3"
                                 << "version 3";
        QTest::newRow("no version") << "/version"
                                    << "null"
                                    << "version 0";
        QTest::newRow("state") << "/state"
                               << "\"done\""
                               << "it is one of recording";
        QTest::newRow("started") << "/started_at_ns"
                                 << "1.5"
                                 << "whole number";
        QTest::newRow("started big") << "/started_at_ns"
                                     << "9223372036854775808"
                                     << "whole number";
        QTest::newRow("started early") << "/started_at_ns"
                                       << "0"
                                       << "before 1970";
        QTest::newRow("negative") << "/duration_ns"
                                  << "-1"
                                  << "negative";
        QTest::newRow("task") << "/task"
                              << "[]"
                              << "task should be an object";
        QTest::newRow("task name") << "/task/name"
                                   << "\"\""
                                   << "task.name is missing";
        QTest::newRow("script") << "/task/script"
                                << "[1]"
                                << "list of texts";
        QTest::newRow("robot") << "/robot/name"
                               << "null"
                               << "robot.name is missing";
        QTest::newRow("sim") << "/robot/sim"
                             << "1"
                             << "true or false";
        QTest::newRow("streams") << "/streams"
                                 << "{}"
                                 << "list of objects";
        QTest::newRow("stream") << "/streams/0"
                                << "5"
                                << "streams[0] should be an object";
        QTest::newRow("stream count") << "/streams/0/count"
                                      << "-5"
                                      << "negative count";
        QTest::newRow("stream name") << "/streams/0/name"
                                     << "null"
                                     << "has no name";
        QTest::newRow("camera file") << "/cameras/0/file"
                                     << "\"../x\""
                                     << "outside the episode";
        QTest::newRow("camera file absolute") << "/cameras/0/file"
                                              << "\"/etc/x\""
                                              << "outside the episode";
        QTest::newRow("intrinsics") << "/cameras/0/intrinsics"
                                    << "[1,2]"
                                    << "9 numbers";
        QTest::newRow("orientation") << "/cameras/0/orientation_wxyz"
                                     << "[1,0,0,\"x\"]"
                                     << "numbers";
        QTest::newRow("width") << "/cameras/0/width"
                               << "5000000000"
                               << "32 bits";
        QTest::newRow("hashes") << "/hashes"
                                << "{\"a\":1}"
                                << "object of texts";
    }
    void namesWhatIsWrong()
    {
        QFETCH(QString, pointer);
        QFETCH(QString, value);
        QFETCH(QString, because);
        auto document = nlohmann::json::parse(toJson(sample()));
        document[nlohmann::json::json_pointer(pointer.toStdString())] = nlohmann::json::parse(value.toStdString());
        QVERIFY(says(refusal(parseEpisodeJson(document.dump())), because.toStdString()));
    }

    void refusesWhatIsNoDocument()
    {
        QVERIFY(says(refusal(parseEpisodeJson("")), "no JSON"));
        QVERIFY(says(refusal(parseEpisodeJson("[]")), "one JSON object"));
        QVERIFY(says(refusal(parseEpisodeJson("{\"id\":\"\xff\"}")), "no JSON"));
        QVERIFY(says(refusal(parseEpisodeJson(std::string(100'000, '['))), "nests more than"));
        QVERIFY(
            says(refusal(parseEpisodeJson("{\"rig\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}")),
                 "nests more than"));
        QVERIFY(says(refusal(parseEpisodeJson(std::string(kEpisodeJsonLimit + 1, ' '))), "more than"));
        QVERIFY(says(refusal(parseLabelsJson("{\"version\":1}")), "no UUIDv7"));
        auto document = nlohmann::json::parse(toJson(sampleLabels()));
        document["segments"][0]["end_ns"] = 0;
        QVERIFY(says(refusal(parseLabelsJson(document.dump())), "ends before it starts"));
    }

    /// Every cut is refused or read, every flipped byte too: never a crash.
    void everyByteCutOrFlipped()
    {
        const std::string text = toJson(sample());
        const std::string labels = toJson(sampleLabels());
        for (const std::string& good : {text, labels}) {
            for (std::size_t i = 0; i < good.size(); ++i) {
                const std::string cut = good.substr(0, i);
                if (i + 1 < good.size()) QVERIFY(!parseEpisodeJson(cut) && !parseLabelsJson(cut));
                for (const char mask : {'\x01', '\x10', '\x80'}) {
                    std::string flipped = good;
                    flipped[i] = static_cast<char>(flipped[i] ^ mask);
                    static_cast<void>(parseEpisodeJson(flipped));
                    static_cast<void>(parseLabelsJson(flipped));
                }
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestEpisodeJson)
#include "tst_episodejson.moc"
