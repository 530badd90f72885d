#include <QDeadlineTimer>
#include <QTest>

#include "person.h"
#include "support/devicecontract.h"
#include "xr/motionplayer.h"

using namespace understudy;
using enum BodyJoint;

namespace {

BvhMotion stand()
{
    auto person = test::Person::standing(test::Person::noitom(), 100, false);
    person.set(60, "Hips", BvhChannel::YPosition, 95);
    for (int frame = 0; frame < 60; ++frame) person.set(frame, "Hips", BvhChannel::YPosition, 95);
    auto motion = BvhMotion::parse(person.text(), "stand.bvh");
    if (!motion) qFatal("%s", motion.error().message.c_str());
    return std::move(*motion);
}

/// What a player with these faults sends until it gave so many samples.
std::vector<OperatorSample> played(const std::vector<DeviceFault>& faults, std::size_t count,
                                   const MotionPlayerOptions& options = {})
{
    MotionScript script = MotionScript::standard();
    script.faults = faults;
    test::DeviceSink sink(count);
    MotionPlayer player(stand(), script, options);
    if (!player.start(sink)) return {};
    QDeadlineTimer deadline(20'000);
    while (sink.count() < count && !deadline.hasExpired()) QTest::qSleep(2);
    player.stop();
    std::vector<OperatorSample> samples;
    for (std::size_t i = 0; i < sink.count(); ++i) samples.push_back(sink.at(i));
    return samples;
}

constexpr Duration kPeriod = kSecond / 60;

}  // namespace

class TestMotionPlayer : public QObject {
    Q_OBJECT

private slots:
    void runsOnTheDevicesOwnClock()
    {
        const MotionPlayerOptions options{
            .deviceEpoch = 77 * kSecond, .deviceDriftPpm = 200, .jitter = 3 * kMillisecond};
        const auto samples = played({}, 60, options);
        QCOMPARE(samples.size(), std::size_t(60));
        QCOMPARE(samples[0].stamps.device, 77 * kSecond);
        Duration mostTransit = 0;
        for (std::size_t i = 0; i < samples.size(); ++i) {
            QVERIFY(std::abs(samples[i].stamps.device - 77 * kSecond - static_cast<Duration>(i) * kPeriod) <
                    kMicrosecond);
            mostTransit = std::max(mostTransit, samples[i].stamps.arrival - samples[i].stamps.capture);
        }
        // Jitter was seen and taken out: packets arrive later than they were captured, by different amounts.
        QVERIFY(mostTransit > 500 * kMicrosecond);
    }

    void saysInItsStreamWhatWasPlayed()
    {
        MotionScript script = MotionScript::standard();
        script.phases.push_back({.name = "reach", .start = 0.25, .end = 0.75});
        test::DeviceSink sink(10);
        MotionPlayer player(stand(), script, {.name = "suit"});
        QVERIFY(player.start(sink));
        player.stop();
        QCOMPARE(sink.streamInfo.name, std::string("/operator/suit"));
        const auto& metadata = sink.streamInfo.metadata;
        QCOMPARE(metadata.at("device"), std::string("bvh"));
        QCOMPARE(metadata.at("serial"), std::string("stand.bvh"));
        QCOMPARE(metadata.at("motion_start_device_ns"), std::string("3600000000000"));
        QCOMPARE(metadata.at("motion_pass_s"), std::string("2"));
        QCOMPARE(metadata.at("phase reach"), std::string("0.25 0.75"));
    }

    void goesSilentAndComesBack()
    {
        const auto samples = played({{.kind = DeviceFault::Kind::Silent, .at = 0.19, .lasts = 0.4}}, 40);
        QCOMPARE(samples.size(), std::size_t(40));
        Duration longest = 0;
        for (std::size_t i = 1; i < samples.size(); ++i) {
            QCOMPARE(samples[i].sequence, samples[i - 1].sequence + 1);
            longest = std::max(longest, samples[i].stamps.device - samples[i - 1].stamps.device);
        }
        QVERIFY(std::abs(longest - 25 * kPeriod) < kPeriod / 2);
        QVERIFY(samples.back().isHeld(Button::HoldToDrive));
    }

    void silenceIsSaid()
    {
        MotionScript script;
        script.faults.push_back({.kind = DeviceFault::Kind::Silent, .at = 0.1, .lasts = 3600});
        NullSink sink;
        MotionPlayer player(stand(), script, {.name = "suit"});
        QVERIFY(player.start(sink));
        QTRY_COMPARE_WITH_TIMEOUT(player.health().samples, std::uint64_t(6), 10'000);
        QTRY_COMPARE_WITH_TIMEOUT(player.health().state, SourceState::Silent, 10'000);
        QVERIFY(player.health().problem.starts_with("nothing from suit for "));
        QCOMPARE(player.health().samples, std::uint64_t(6));
        player.stop();
        QVERIFY(player.health().problem.empty());
    }

    void stalledPacketsArriveTogetherAndKeepTheirTimes()
    {
        const auto samples = played({{.kind = DeviceFault::Kind::Stall, .at = 0.2, .lasts = 0.5}}, 60);
        QCOMPARE(samples.size(), std::size_t(60));
        Duration latest = 0;
        for (std::size_t i = 1; i < samples.size(); ++i) {
            QVERIFY(std::abs(samples[i].stamps.device - samples[i - 1].stamps.device - kPeriod) < kMicrosecond);
            latest = std::max(latest, samples[i].stamps.arrival - samples[i].stamps.capture);
        }
        // The first that waited was captured half a second before it arrived, and the clock mapping knows.
        QVERIFY(latest > 200 * kMillisecond);
    }

    void jumpsAndReturns()
    {
        const auto samples =
            played({{.kind = DeviceFault::Kind::Jump, .at = 0.19, .lasts = 0.2, .jump = {0, 1, 0}}}, 30);
        QCOMPARE(samples.size(), std::size_t(30));
        int away = 0;
        for (const OperatorSample& sample : samples)
            if (sample.at(LeftWrist).pose.position.y() > 1.5 && sample.at(Pelvis).pose.position.y() > 0.9) ++away;
        QCOMPARE(away, 12);
        QVERIFY(std::abs(samples.back().at(Pelvis).pose.position.y()) < 1e-6);
    }

    void aRepeatedPacketIsNoNews()
    {
        const auto samples = played({{.kind = DeviceFault::Kind::Repeat, .at = 0.19, .lasts = 0.4}}, 30);
        QCOMPARE(samples.size(), std::size_t(30));
        // The packets that came again count neither as samples nor as a sign of life.
        QVERIFY(std::abs(samples[12].stamps.device - samples[11].stamps.device - 25 * kPeriod) < kPeriod / 2);
        for (std::size_t i = 1; i < samples.size(); ++i)
            QVERIFY(samples[i].stamps.device > samples[i - 1].stamps.device);
    }
};

QTEST_GUILESS_MAIN(TestMotionPlayer)
#include "tst_motionplayer.moc"
