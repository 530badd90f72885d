#include <QTemporaryDir>
#include <QTest>

#include "person.h"
#include "support/devicecontract.h"
#include "xr/dynamixel/leaderarm.h"
#include "xr/dynamixel/simulatedservos.h"
#include "xr/motionplayer.h"
#include "xr/network/networkdevice.h"
#include "xr/scriptedsource.h"
#include "xr/standins/suitstandin.h"

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

/// A device on the network whose stand-in sends as soon as the port is known.
DeviceUnderTest suit(SuitKind kind)
{
    const double rate = 100;
    auto parser = makeParser(kind, {.jointNames = {kStandInJoints.begin(), kStandInJoints.end()}, .rateHz = rate});
    if (!parser) qFatal("%s", parser.error().message.c_str());
    auto device = std::make_unique<NetworkDevice>(
        NetworkOptions{.name = "suit", .kind = std::string(nameOf(kind)), .sender = "127.0.0.1", .rateHz = rate},
        std::move(*parser));
    NetworkDevice* source = device.get();
    auto standIn = std::make_shared<std::unique_ptr<SuitStandIn>>();
    auto port = std::make_shared<std::uint16_t>(0);
    return {.device = std::move(device), .pump = [=] {
                if (source->port() == *port) return;
                *port = source->port();
                auto started = SuitStandIn::start({.kind = kind, .port = *port, .rateHz = rate});
                if (!started) qFatal("%s", started.error().message.c_str());
                *standIn = std::move(*started);
            }};
}

DeviceUnderTest leaderArm()
{
    struct Port {
        QTemporaryDir folder;
        std::unique_ptr<SimulatedServos> servos;
    };
    auto port = std::make_shared<Port>();
    const std::string path = port->folder.path().toStdString() + "/tty";
    auto servos = SimulatedServos::start({.link = path, .ids = {1, 2}});
    if (!servos) qFatal("%s", servos.error().message.c_str());
    port->servos = std::move(*servos);
    return {.device = std::make_unique<LeaderArm>(LeaderArmOptions{
                .name = "leader", .port = path, .joints = {{.name = "a", .id = 1}, {.name = "b", .id = 2}}}),
            .pump = [port] {}};
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
        QTest::newRow("leader arm") << std::function(leaderArm);
        for (const SuitKind kind : kSuitKinds)
            QTest::newRow(std::string(nameOf(kind)).c_str()) << std::function([kind] { return suit(kind); });
    }

    void holds()
    {
        QFETCH(std::function<DeviceUnderTest()>, make);
        test::checkDeviceContract(make);
    }
};

QTEST_GUILESS_MAIN(TestDeviceContract)
#include "tst_devicecontract.moc"
