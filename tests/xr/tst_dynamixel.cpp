#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <numbers>

#include "golden.h"
#include "support/allocationcount.h"
#include "support/devicecontract.h"
#include "xr/dynamixel/leaderarm.h"
#include "xr/dynamixel/simulatedservos.h"

using namespace understudy;

namespace {

const char* const kMissing = "the golden vectors of the protocol facts are not beside this checkout";
constexpr double kPi = std::numbers::pi;

std::vector<std::byte> bytes(std::initializer_list<int> values)
{
    std::vector<std::byte> out;
    for (const int value : values) out.push_back(static_cast<std::byte>(value));
    return out;
}

/// A port for one test.
struct Bench {
    QTemporaryDir folder;
    std::unique_ptr<SimulatedServos> servos;

    explicit Bench(SimulatedServosOptions options = {})
    {
        options.link = folder.path().toStdString() + "/ttyLeader";
        auto started = SimulatedServos::start(options);
        if (!started) qFatal("%s", started.error().message.c_str());
        servos = std::move(*started);
    }
    [[nodiscard]] std::string port() const { return folder.path().toStdString() + "/ttyLeader"; }
    [[nodiscard]] LeaderArmOptions arm() const
    {
        LeaderArmOptions options{.name = "leader", .port = port(), .rateHz = 100};
        for (int i = 0; i < 7; ++i)
            options.joints.push_back({.name = "joint_" + std::to_string(i),
                                      .id = static_cast<std::uint8_t>(i + 1),
                                      .calibration = {.zero = kPi}});
        return options;
    }
};

}  // namespace

class TestDynamixel : public QObject {
    Q_OBJECT

private slots:
    void crc()
    {
        const std::string digits = "123456789";
        QCOMPARE(dxlCrc(std::as_bytes(std::span(digits))), std::uint16_t(0xFEE8));
    }

    void readsEveryGoldenPacket()
    {
        const test::Golden golden("dynamixel_golden.txt");
        if (golden.isMissing()) QSKIP(kMissing);
        PacketScanner scanner;
        int packets = 0;
        for (const auto& [label, packet] : golden.all()) {
            // Rubbish before, and one byte at a time.
            scanner.push(bytes({0xFF, 0xFF, 0x00, 0xFF}));
            const DxlPacket* found = nullptr;
            for (const std::byte byte : packet) {
                QVERIFY2(found == nullptr, label.c_str());
                scanner.push(std::span(&byte, 1));
                found = scanner.next();
            }
            if (label == "BAD_crc") {
                QVERIFY(found == nullptr);
                QCOMPARE(scanner.badCrcs(), std::uint64_t(1));
                scanner.clear();
                continue;
            }
            QVERIFY2(found != nullptr, label.c_str());
            ++packets;
            if (found->id == kDxlBroadcast && found->instruction == 0x55) continue;  // a fast reply, not written by us
            std::vector<std::byte> again;
            writeDxl(found->id, found->instruction, found->data(), again);
            QVERIFY2(again == packet, label.c_str());
        }
        QVERIFY(packets >= 35);
    }

    void fastSyncReplies()
    {
        const test::Golden golden("dynamixel_golden.txt");
        if (golden.isMissing()) QSKIP(kMissing);
        PacketScanner scanner;
        scanner.push(golden["fast_sync_read_reply"]);
        const DxlPacket* reply = scanner.next();
        QVERIFY(reply != nullptr);
        const std::array<std::pair<int, int>, 3> expected{{{3, 166}, {7, 2079}, {4, 1023}}};
        for (std::size_t i = 0; i < expected.size(); ++i) {
            const auto part = fastSyncPart(*reply, i, 3, 4);
            QVERIFY(part);
            QCOMPARE(int(part->id), expected[i].first);
            QCOMPARE(int(part->error), 0);
            QCOMPARE(int(part->data[0]) | int(part->data[1]) << 8, expected[i].second);
        }
        QVERIFY(!fastSyncPart(*reply, 0, 2, 4));
        QVERIFY(!fastSyncPart(*reply, 3, 3, 4));
    }

    void theSimulatedServosSpeakTheGoldenBytes()
    {
        const test::Golden golden("dynamixel_golden.txt");
        if (golden.isMissing()) QSKIP(kMissing);
        QTemporaryDir folder;
        auto servos = SimulatedServos::start({.link = folder.path().toStdString() + "/tty",
                                              .ids = {1, 2, 3, 7, 4},
                                              .counts = [](std::size_t servo, double) {
                                                  const std::array<int, 5> counts{166, 2079, 166, 2079, 1023};
                                                  return counts[servo];
                                              }});
        QVERIFY(servos);
        const auto answered = [&](const char* question) {
            PacketScanner scanner;
            scanner.push(golden[question]);
            std::vector<std::byte> out;
            if (const DxlPacket* packet = scanner.next()) (*servos)->answer(*packet, 0, out);
            return out;
        };
        QVERIFY(answered("read_present_position_id1") == golden["read_status_166"]);
        auto both = golden["sync_read_status_id1_166"];
        const auto second = golden["sync_read_status_id2_2079"];
        both.insert(both.end(), second.begin(), second.end());
        QVERIFY(answered("sync_read_pos_ids1_2") == both);
        QVERIFY(answered("fast_sync_read_pos_ids3_7_4") == golden["fast_sync_read_reply"]);
        QVERIFY(answered("syn_fast_sync_read_132_len4_ids1,2") == golden["syn_fast_sync_read_reply_ids1,2"]);
        QVERIFY(answered("write_goal_position_512") == golden["write_status_ok"]);
        (*servos)->setDead(2, true);
        QVERIFY(answered("sync_read_pos_ids1_2") == golden["sync_read_status_id1_166"]);
    }

    void survivesRubbish()
    {
        PacketScanner scanner;
        std::uint64_t random = 7;
        std::vector<std::byte> good;
        writeDxl(3, 0x55, bytes({0, 1, 2, 3, 4}), good);
        int found = 0;
        for (int round = 0; round < 200; ++round) {
            std::vector<std::byte> noise;
            for (int i = 0; i < 64; ++i) {
                random = random * 6364136223846793005ULL + 1442695040888963407ULL;
                const auto value = static_cast<std::uint8_t>(random >> 56U);
                noise.push_back(static_cast<std::byte>(value > 200 ? 0xFF : value));
            }
            scanner.push(noise);
            scanner.push(good);
            while (const DxlPacket* packet = scanner.next()) found += packet->id == 3 && packet->size == 5 ? 1 : 0;
        }
        QVERIFY(found >= 195);
        const std::vector<std::byte> flood(100'000, std::byte{0xFF});
        scanner.push(flood);
        QVERIFY(scanner.next() == nullptr);
        scanner.push(good);
        QVERIFY(scanner.next() != nullptr);
    }

    void calibrates()
    {
        QCOMPARE(dxlRadians(2048), kPi);
        const JointCalibration reversed{.sign = -1, .zero = kPi, .lowest = -1, .highest = 1};
        QVERIFY(std::abs(reversed.position(kPi + 0.5) + 0.5) < 1e-12);
        QCOMPARE(reversed.position(kPi + 5), -1.0);
        const JointCalibration gripper{.range = JointCalibration::Range{.open = 3.2, .closed = 2.0}};
        QVERIFY(std::abs(gripper.position(2.6) - 0.5) < 1e-12);
        QCOMPARE(gripper.position(1.0), 1.0);
        QCOMPARE(gripper.position(4.0), 0.0);
        // The arm stands at a known pose, five degrees off, assembled a quarter turn round.
        const double zero = zeroFor(-1, kPi / 2 + 0.3 + 0.08, -0.3, kPi / 2);
        QVERIFY(std::abs(zero - kPi / 2) < 1e-12);
        TurnCounter turns;
        QVERIFY(std::abs(turns.unwrap(dxlRadians(4090), 0) + dxlRadians(6)) < 1e-12);
        QVERIFY(std::abs(turns.unwrap(dxlRadians(5), 0) - dxlRadians(5)) < 1e-12);
        for (int i = 1; i <= 40; ++i) (void)turns.unwrap(dxlRadians((5 + i * 200) % 4096), 0);
        // Twice round on a scale of one turn, and on with it.
        QVERIFY(std::abs(turns.unwrap(dxlRadians((5 + 8000) % 4096), 0) - dxlRadians(8005)) < 1e-9);
    }

    void givesRadians()
    {
        Bench bench({.counts = [](std::size_t servo, double) { return 2048 + 100 * static_cast<int>(servo); }});
        test::DeviceSink sink(2000);
        LeaderArm arm(bench.arm());
        QVERIFY(arm.start(sink));
        QTRY_VERIFY(sink.count() > 20);
        arm.stop();
        for (int joint = 0; joint < 7; ++joint)
            QVERIFY(std::abs(sink.at(10).joints[joint] - dxlRadians(100 * joint)) < 1e-12);
        QCOMPARE(sink.streamInfo.names.size(), std::size_t(7));
        for (int id = 1; id <= 7; ++id) QVERIFY(bench.servos->torqueWasSwitchedOff(static_cast<std::uint8_t>(id)));
        QVERIFY(std::abs(arm.rawRadians()[3] - dxlRadians(2348)) < 1e-12);
    }

    void passesOverEchoesAndBadAnswers()
    {
        Bench bench({.echo = true});
        test::DeviceSink sink(5000);
        LeaderArm arm(bench.arm());
        QVERIFY(arm.start(sink));
        QTRY_VERIFY(sink.count() > 10);
        bench.servos->corruptNext(3);
        const std::size_t before = sink.count();
        QTRY_VERIFY(sink.count() > before + 20);
        arm.stop();
        for (std::size_t i = 1; i < sink.count(); ++i)
            for (int joint = 0; joint < 7; ++joint) QVERIFY(std::abs(sink.at(i).joints[joint]) <= dxlRadians(401));
    }

    void aSilentServoIsNamedAndComesBack()
    {
        Bench bench;
        test::DeviceSink sink(5000);
        LeaderArm arm(bench.arm());
        QVERIFY(arm.start(sink));
        QTRY_VERIFY(sink.count() > 5);
        bench.servos->setDead(4, true);
        QTRY_COMPARE_WITH_TIMEOUT(arm.health().state, SourceState::Lost, 10'000);
        QTRY_VERIFY2(arm.health().problem.find("servo 4 (joint_3)") != std::string::npos, arm.health().problem.c_str());
        const std::size_t before = sink.count();
        bench.servos->setDead(4, false);
        QTRY_VERIFY_WITH_TIMEOUT(sink.count() > before + 5, 10'000);
        QTRY_COMPARE(arm.health().problem, std::string());
        bench.servos->setAlert(true);
        QTRY_VERIFY(arm.health().problem.find("hardware error") != std::string::npos);
    }

    void aPortThatVanishesComesBack()
    {
        Bench bench;
        test::DeviceSink sink(5000);
        LeaderArm arm(bench.arm());
        QVERIFY(arm.start(sink));
        QTRY_VERIFY(sink.count() > 5);
        bench.servos->unplug();
        QTRY_COMPARE_WITH_TIMEOUT(arm.health().state, SourceState::Lost, 10'000);
        QVERIFY(arm.health().problem.find("ttyLeader") != std::string::npos);
        const std::size_t before = sink.count();
        QVERIFY(bench.servos->plugIn());
        QTRY_VERIFY_WITH_TIMEOUT(sink.count() > before + 5, 10'000);
        QCOMPARE(sink.at(before).sequence, sink.at(before - 1).sequence + 1);
        arm.stop();
    }

    void waitsForAPortThatIsNotThereYet()
    {
        Bench bench;
        bench.servos->unplug();
        NullSink sink;
        LeaderArm arm(bench.arm());
        QVERIFY(arm.start(sink));
        QTRY_VERIFY(arm.health().problem.find("waits for its port") != std::string::npos);
        QCOMPARE(arm.health().state, SourceState::Connecting);
        QVERIFY(bench.servos->plugIn());
        QTRY_VERIFY_WITH_TIMEOUT(arm.health().samples > 3, 10'000);
    }

    void refusesWhatCannotBe()
    {
        NullSink sink;
        LeaderArm none({.name = "leader", .port = "/dev/null"});
        QVERIFY(!none.start(sink));
        LeaderArmOptions twins{.name = "leader", .port = "/dev/null", .joints = {{.name = "a"}, {.name = "b"}}};
        LeaderArm twice(twins);
        const auto refused = twice.start(sink);
        QVERIFY(!refused && refused.error().message.find("id 1") != std::string::npos);
        const auto speed = SerialPort::open("/dev/null", 12345);
        QVERIFY(!speed && speed.error().message.find("1000000") != std::string::npos);
        const auto noPort = SerialPort::open("/dev/null", 57600);
        QVERIFY(!noPort && noPort.error().message.find("/dev/null") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestDynamixel)
#include "tst_dynamixel.moc"
