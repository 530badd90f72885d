#include <QtTest>

#include "person.h"
#include "support/devicecontract.h"
#include "xr/motionplayer.h"
#include "xr/scriptedsource.h"

using namespace understudy;
using test::DeviceUnderTest;

namespace {

DeviceUnderTest motionPlayer()
{
    auto person = test::Person::standing(test::Person::noitom(), 100, false);
    person.set(30, "LeftArm", BvhChannel::ZRotation, -60);
    auto motion = BvhMotion::parse(person.text(), "person.bvh");
    if (!motion) qFatal("%s", motion.error().message.c_str());
    // Half a second a pass, so that the return is part of the test.
    return {.device = std::make_unique<MotionPlayer>(
                std::move(*motion), MotionScript::standard(),
                MotionPlayerOptions{.playback = {.blend = 0.2}, .jitter = 4 * kMillisecond})};
}

bool swing(OperatorSample& sample, std::uint64_t index)
{
    sample.at(BodyJoint::LeftWrist) = {
        .pose = {.position = {0.01 * static_cast<double>(index), 0, 1}}, .valid = true, .tracked = true};
    sample.setHeld(Button::Mark, index % 10 == 9);
    sample.joints.setConstant(static_cast<double>(index));
    return true;
}

DeviceUnderTest scriptedOnAThread()
{
    return {.device = std::make_unique<ScriptedSource>(
                DeviceInfo{.name = "arm", .kind = "scripted", .rateHz = 200, .jointNames = {"a", "b"}}, swing,
                ScriptedSource::Drive::Thread)};
}

DeviceUnderTest scriptedByHand()
{
    auto device = std::make_unique<ScriptedSource>(DeviceInfo{.name = "suit", .kind = "scripted", .rateHz = 100}, swing,
                                                   ScriptedSource::Drive::ByHand);
    ScriptedSource* source = device.get();
    return {.device = std::move(device),
            .pump = [source, now = Timestamp(0)]() mutable { source->give(now += 10 * kMillisecond); }};
}

}  // namespace

/// Every DeviceSource of xr goes through the one contract; a new one adds a row.
class TestDeviceContract : public QObject {
    Q_OBJECT

private slots:
    void holds_data()
    {
        QTest::addColumn<std::function<DeviceUnderTest()>>("make");
        QTest::newRow("motion player") << std::function(motionPlayer);
        QTest::newRow("scripted, on a thread") << std::function(scriptedOnAThread);
        QTest::newRow("scripted, by hand") << std::function(scriptedByHand);
    }

    void holds()
    {
        QFETCH(std::function<DeviceUnderTest()>, make);
        test::checkDeviceContract(make);
    }
};

QTEST_GUILESS_MAIN(TestDeviceContract)
#include "tst_devicecontract.moc"
