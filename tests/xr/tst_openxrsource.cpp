#include <QCoreApplication>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <dlfcn.h>

#include "mockruntime.h"
#include "support/devicecontract.h"
#include "xr/openxr/controllerbuttons.h"
#include "xr/openxr/frames.h"
#include "xr/openxr/headsetreader.h"
#include "xr/openxr/openxrsource.h"

using namespace understudy;
using test::DeviceSink;
using test::DeviceUnderTest;

namespace {

constexpr std::uint64_t kTracked = 0xF;
constexpr std::uint64_t kInferred = 0x3;
using Change = std::function<void(MockRuntime&)>;

MockRuntime::Joint joint(float x, float y, float z, std::uint64_t flags = kTracked)
{
    return {.position = {x, y, z}, .orientation = {0, 0, 0, 1}, .flags = flags};
}

/// A standing person who looks along the runtime's -z, hands in front.
void stand(MockRuntime& runtime)
{
    runtime = {};
    runtime.head = joint(0, 1.7F, 0);
    runtime.grips[0] = joint(-0.2F, 1.2F, -0.4F);
    runtime.grips[1] = joint(0.2F, 1.2F, -0.4F);
    for (int side = 0; side < 2; ++side)
        for (int i = 0; i < 26; ++i) runtime.hands[side][i] = joint(side == 0 ? -0.2F : 0.2F, 1.2F, -0.01F * float(i));
}

QString words(const Pose& pose)
{
    return QStringLiteral("%1 %2 %3 | %4 %5 %6 %7")
        .arg(pose.position.x())
        .arg(pose.position.y())
        .arg(pose.position.z())
        .arg(pose.orientation.w())
        .arg(pose.orientation.x())
        .arg(pose.orientation.y())
        .arg(pose.orientation.z());
}

bool near(const Pose& pose, const Eigen::Vector3d& position, const Eigen::Quaterniond& orientation)
{
    return (pose.position - position).norm() < 1e-5 && pose.orientation.angularDistance(orientation) < 1e-5;
}

const OperatorSample& newest(const DeviceSink& sink) { return sink.at(sink.count() - 1); }

}  // namespace

/// The headset's source against a runtime of our own, which can do what no free runtime can.
class TestOpenXrSource : public QObject {
    Q_OBJECT

private:
    void change(const Change& change)
    {
        m_runtime([](MockRuntime& runtime, void* context) { (*static_cast<const Change*>(context))(runtime); },
                  const_cast<Change*>(&change));  // NOLINT
    }
    int count(int MockRuntime::*what)
    {
        int value = 0;
        change([&](MockRuntime& runtime) { value = runtime.*what; });
        return value;
    }

    QTemporaryDir m_folder;
    MockRuntimeFunction m_runtime = nullptr;

private slots:
    void initTestCase()
    {
        const QString json = m_folder.filePath("runtime.json");
        QFile file(json);
        QVERIFY(file.open(QIODevice::WriteOnly));
        const QJsonObject library{{"library_path", UNDERSTUDY_MOCK_RUNTIME}};
        file.write(QJsonDocument(QJsonObject{{"file_format_version", "1.0.0"}, {"runtime", library}}).toJson());
        file.close();
        qputenv("XR_RUNTIME_JSON", json.toUtf8());
        void* loaded = dlopen(UNDERSTUDY_MOCK_RUNTIME, RTLD_NOW | RTLD_LOCAL);
        QVERIFY2(loaded != nullptr, dlerror());
        m_runtime = reinterpret_cast<MockRuntimeFunction>(dlsym(loaded, "mockRuntime"));
        QVERIFY(m_runtime != nullptr);
    }

    void init() { change(stand); }

    void keepsTheContract()
    {
        test::checkDeviceContract([] { return DeviceUnderTest{.device = std::make_unique<OpenXrSource>()}; });
    }

    void turnsAxesIntoRep103()
    {
        QCOMPARE(fromOpenXr({1, 2, 3}), Eigen::Vector3d(-3, -1, 2));
        const auto same = [](const Eigen::Quaterniond& axes, const TrackedPose& pose) {
            return pose.valid && pose.pose.orientation.angularDistance(axes) < 1e-6;
        };
        // Somebody in the T-pose who looks along -z: every part is the identity.
        const auto live = [](const Eigen::Quaterniond& world) {
            const Eigen::Quaterniond q = tPose().head.conjugate() * world;  // in the runtime's own axes
            return XrPosef{{float(q.x()), float(q.y()), float(q.z()), float(q.w())}, {0, 0, 0}};
        };
        const auto identity = Eigen::Quaterniond::Identity();
        QVERIFY(same(identity, trackedPose(XrPosef{{0, 0, 0, 1}, {}}, kTracked, tPose().head)));
        for (std::size_t side = 0; side < 2; ++side) {
            QVERIFY(same(identity, trackedPose(live(tPose().grip[side]), kTracked, tPose().grip[side])));
            QVERIFY(same(identity, trackedPose(live(tPose().hand[side]), kTracked, tPose().hand[side])));
        }
        // The specification's words: -z of a hand joint runs to the finger tip, y out of the back of the hand; a grip's
        // -z from the little finger to the thumb, x out of the left palm and into the right one.
        const Eigen::Vector3d left = Eigen::Vector3d::UnitY();
        const Eigen::Vector3d up = Eigen::Vector3d::UnitZ();
        const Eigen::Vector3d forward = Eigen::Vector3d::UnitX();
        QVERIFY((tPose().hand[0] * Eigen::Vector3d(0, 0, -1)).isApprox(left));
        QVERIFY((tPose().hand[1] * Eigen::Vector3d(0, 0, -1)).isApprox(-left));
        QVERIFY((tPose().hand[0] * Eigen::Vector3d(0, 1, 0)).isApprox(up));
        QVERIFY((tPose().hand[1] * Eigen::Vector3d(0, 1, 0)).isApprox(up));
        QVERIFY((tPose().grip[0] * Eigen::Vector3d(1, 0, 0)).isApprox(-up));
        QVERIFY((tPose().grip[1] * Eigen::Vector3d(1, 0, 0)).isApprox(up));
        QVERIFY((tPose().grip[0] * Eigen::Vector3d(0, 0, -1)).isApprox(forward));
        QVERIFY((tPose().grip[1] * Eigen::Vector3d(0, 0, -1)).isApprox(forward));
    }

    void refusesWhatARuntimeOnlyCallsValid()
    {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        QVERIFY(!trackedPose({{0, 0, 0, 0}, {0, 0, 0}}, kTracked, tPose().head).valid);
        QVERIFY(!trackedPose({{nan, 0, 0, 1}, {0, 0, 0}}, kTracked, tPose().head).valid);
        QVERIFY(!trackedPose({{0, 0, 0, 1}, {0, nan, 0}}, kTracked, tPose().head).valid);
        QVERIFY(!trackedPose({{0, 0, 0, 1}, {0, 0, 0}}, XR_SPACE_LOCATION_POSITION_VALID_BIT, tPose().head).valid);
        const TrackedPose inferred = trackedPose({{0, 0, 0, 1.02F}, {0, 0, 0}}, kInferred, tPose().head);
        QVERIFY(inferred.valid && !inferred.tracked);
        QVERIFY(std::abs(inferred.pose.orientation.norm() - 1) < 1e-12);
    }

    void givesHeadHandsAndButtons()
    {
        change([](MockRuntime& runtime) {
            runtime.squeeze[1] = 0.9F;
            runtime.trigger[0] = 0.25F;
        });
        DeviceSink sink(2000);
        OpenXrSource source;
        QVERIFY(source.start(sink));
        QTRY_VERIFY_WITH_TIMEOUT(sink.count() > 5, 5000);
        const OperatorSample first = newest(sink);
        QVERIFY2(near(first.at(BodyJoint::Head).pose, {0, 0, 1.7}, Eigen::Quaterniond::Identity()),
                 qPrintable(words(first.at(BodyJoint::Head).pose)));
        QVERIFY((first.at(BodyJoint::LeftWrist).pose.position - Eigen::Vector3d(0.4, 0.2, 1.2)).norm() < 1e-5);
        QVERIFY(first.at(BodyJoint::RightWrist).tracked);
        QVERIFY(first.hands[1][25].tracked);
        QVERIFY((first.hands[1][25].pose.position - Eigen::Vector3d(0.25, -0.2, 1.2)).norm() < 1e-5);
        QVERIFY(!first.at(BodyJoint::Pelvis).valid);
        QVERIFY(first.isHeld(Button::HoldToDrive));
        QCOMPARE(first.inputs[0].trigger, 0.25F);

        // The stop request works with either hand.
        for (int side = 0; side < 2; ++side) {
            const auto stops = newest(sink).presses[std::size_t(Button::Stop)];
            change([side](MockRuntime& runtime) { runtime.upper[side] = true; });
            QTRY_VERIFY(newest(sink).isHeld(Button::Stop));
            QCOMPARE(newest(sink).presses[std::size_t(Button::Stop)], std::uint16_t(stops + 1));
            change([side](MockRuntime& runtime) { runtime.upper[side] = false; });
            QTRY_VERIFY(!newest(sink).isHeld(Button::Stop));
        }

        // A hand that the cameras lose, a controller that sleeps: the other source of the wrist takes over.
        change([](MockRuntime& runtime) { runtime.active[0] = false; });
        QTRY_VERIFY((newest(sink).at(BodyJoint::LeftWrist).pose.position - Eigen::Vector3d(0.01, 0.2, 1.2)).norm() <
                    1e-5);
        change([](MockRuntime& runtime) { runtime.handActive[0] = false; });
        QTRY_VERIFY(!newest(sink).at(BodyJoint::LeftWrist).valid);
        QVERIFY(newest(sink).at(BodyJoint::RightWrist).tracked);
    }

    void aHeadsetTakenOffHoldsNothing()
    {
        change([](MockRuntime& runtime) { runtime.squeeze[1] = 1; });
        DeviceSink sink(3000);
        OpenXrSource source;
        QVERIFY(source.start(sink));
        QTRY_VERIFY(sink.count() > 0 && newest(sink).isHeld(Button::HoldToDrive));
        change([](MockRuntime& runtime) { runtime.presence = 0; });
        QTRY_VERIFY(!newest(sink).isHeld(Button::HoldToDrive));
        QVERIFY(newest(sink).at(BodyJoint::Head).valid && !newest(sink).at(BodyJoint::Head).tracked);
        change([](MockRuntime& runtime) { runtime.presence = 1; });
        QTRY_VERIFY(newest(sink).isHeld(Button::HoldToDrive) && newest(sink).at(BodyJoint::Head).tracked);
    }

    void aMovedRoomIsNotTrustedAtOnce()
    {
        DeviceSink sink(3000);
        OpenXrSource source;
        QVERIFY(source.start(sink));
        QTRY_VERIFY(sink.count() > 3 && newest(sink).at(BodyJoint::Head).tracked);
        change([](MockRuntime& runtime) { runtime.moveSpace = true; });
        QTRY_VERIFY(newest(sink).at(BodyJoint::Head).tracked && sink.count() > 30);
        std::size_t untracked = 0;
        for (std::size_t i = 0; i < sink.count(); ++i) untracked += sink.at(i).at(BodyJoint::Head).tracked ? 0U : 1U;
        QVERIFY2(untracked >= 10, "fewer than the gate wants in a row");
    }

    void comesBackAfterALoss()
    {
        change([](MockRuntime& runtime) { runtime.squeeze[1] = 1; });
        DeviceSink sink(5000);
        OpenXrSource source;
        QVERIFY(source.start(sink));
        QTRY_VERIFY(sink.count() > 0 && newest(sink).isHeld(Button::HoldToDrive));
        change([](MockRuntime& runtime) { runtime.gone = runtime.lost = true; });
        QTRY_VERIFY(!source.health().problem.empty());
        const std::size_t before = sink.count();
        const std::uint64_t sequence = newest(sink).sequence;
        const auto presses = newest(sink).presses[std::size_t(Button::HoldToDrive)];
        QTRY_COMPARE_WITH_TIMEOUT(source.health().state, SourceState::Silent, 3000);
        change([](MockRuntime& runtime) { runtime.gone = false; });
        QTRY_VERIFY_WITH_TIMEOUT(sink.count() > before + 5, 5000);
        QCOMPARE(sink.at(before).sequence, sequence + 1);
        QCOMPARE(newest(sink).presses[std::size_t(Button::HoldToDrive)], std::uint16_t(presses + 1));
        QVERIFY(source.health().problem.empty());
        QVERIFY(count(&MockRuntime::instances) >= 2);
    }

    void aFrozenRuntimeIsLeftBehind()
    {
        DeviceSink sink(3000);
        auto source = std::make_unique<OpenXrSource>();
        QVERIFY(source->start(sink));
        QTRY_VERIFY(sink.count() > 0);
        change([](MockRuntime& runtime) { runtime.frozen = true; });
        QTRY_COMPARE_WITH_TIMEOUT(source->health().state, SourceState::Silent, 3000);
        source->stop();
        QVERIFY(!source->health().problem.empty());
        source.reset();
        const std::size_t count = sink.count();
        change([](MockRuntime& runtime) { runtime.frozen = false; });
        QTest::qSleep(200);
        QCOMPARE(sink.count(), count);
    }

    void saysWhatIsMissing()
    {
        change([](MockRuntime& runtime) { runtime.hasHeadless = false; });
        DeviceSink sink(10);
        OpenXrSource source;
        QVERIFY(source.start(sink));
        QTRY_VERIFY(QString::fromStdString(source.health().problem).contains("XR_MND_headless"));
        QCOMPARE(source.health().state, SourceState::Connecting);
    }

    void feelsRecordingAndHold()
    {
        DeviceSink sink(3000);
        OpenXrSource source;
        QVERIFY(source.start(sink));
        QTRY_VERIFY(sink.count() > 0);
        source.feedback({.phase = TeleopPhase::Active, .recording = true});
        QTRY_COMPARE(count(&MockRuntime::pulses), 2);
        source.feedback({.phase = TeleopPhase::Hold, .recording = true});
        QTRY_VERIFY_WITH_TIMEOUT(count(&MockRuntime::pulses) >= 6, 3000);
    }

    void recentresYawOnlyAndNeverWhileEngaged()
    {
        change([](MockRuntime& runtime) {
            // Turned 90 degrees to the left, leaning 30 degrees forward, a metre to the side.
            const Eigen::Quaternionf turned = Eigen::AngleAxisf(float(M_PI_2), Eigen::Vector3f::UnitY()) *
                                              Eigen::AngleAxisf(-float(M_PI / 6), Eigen::Vector3f::UnitX());
            runtime.head = joint(1, 1.7F, 2);
            for (int i = 0; i < 4; ++i) runtime.head.orientation[i] = turned.coeffs()[i];
        });
        DeviceSink sink(3000);
        OpenXrSource source;
        QVERIFY(source.start(sink));
        QTRY_VERIFY(sink.count() > 0);
        source.feedback({.phase = TeleopPhase::Active});
        QTest::qWait(50);
        const auto push = [this](float y) { change([y](MockRuntime& runtime) { runtime.stick[0][1] = y; }); };
        push(-1);
        QTRY_VERIFY(newest(sink).isHeld(Button::Recentre));
        QVERIFY((newest(sink).at(BodyJoint::Head).pose.position - Eigen::Vector3d(-2, -1, 1.7)).norm() < 1e-5);
        push(0);
        QTRY_VERIFY(!newest(sink).isHeld(Button::Recentre));
        source.feedback({.phase = TeleopPhase::Ready});
        QTest::qWait(50);
        push(-1);
        QTRY_VERIFY(newest(sink).isHeld(Button::Recentre));
        QTRY_VERIFY2(near(newest(sink).at(BodyJoint::Head).pose, {0, 0, 1.7},
                          Eigen::Quaterniond(Eigen::AngleAxisd(M_PI / 6, Eigen::Vector3d::UnitY()))),
                     qPrintable(words(newest(sink).at(BodyJoint::Head).pose)));
    }

    void takesTheWholeBodyByEitherPath_data()
    {
        QTest::addColumn<int>("path");
        QTest::newRow("Meta") << 0;
        QTest::newRow("PICO") << 1;
    }

    void takesTheWholeBodyByEitherPath()
    {
        QFETCH(int, path);
        change([path](MockRuntime& runtime) {
            runtime.hasBody[path] = true;
            runtime.active[0] = runtime.active[1] = false;
            runtime.handActive[0] = runtime.handActive[1] = false;
            const Eigen::Quaternionf bone(Eigen::AngleAxisf(0.7F, Eigen::Vector3f(1, 2, 3).normalized()));
            const Eigen::Quaternionf turn(Eigen::AngleAxisf(0.4F, Eigen::Vector3f::UnitY()));
            for (int i = 0; i < 84; ++i) {
                runtime.skeleton[i] = runtime.body[i] = joint(0.01F * float(i), 1, 0);
                const Eigen::Quaternionf live = path == 0 ? turn * bone : turn;
                for (int k = 0; k < 4; ++k) {
                    runtime.skeleton[i].orientation[k] = bone.coeffs()[k];
                    runtime.body[i].orientation[k] = live.coeffs()[k];
                }
            }
        });
        DeviceSink sink(1000);
        OpenXrSource source;
        QVERIFY(source.start(sink));
        QTRY_VERIFY(sink.count() > 3);
        const OperatorSample sample = newest(sink);
        const Eigen::Quaterniond turned(Eigen::AngleAxisd(0.4, Eigen::Vector3d::UnitZ()));
        const std::map<BodyJoint, int> places = path == 0 ? std::map<BodyJoint, int>{{BodyJoint::Pelvis, 1},
                                                                                     {BodyJoint::LeftElbow, 11},
                                                                                     {BodyJoint::RightWrist, 45},
                                                                                     {BodyJoint::RightFoot, 83}}
                                                          : std::map<BodyJoint, int>{{BodyJoint::Pelvis, 0},
                                                                                     {BodyJoint::LeftElbow, 18},
                                                                                     {BodyJoint::RightWrist, 21},
                                                                                     {BodyJoint::RightFoot, 11}};
        for (const auto& [body, place] : places) {
            const TrackedPose& found = sample.at(body);
            QVERIFY(found.valid);
            QVERIFY2(near(found.pose, {0, -0.01 * place, 1}, turned), qPrintable(words(found.pose)));
            // Meta makes its legs up.
            QCOMPARE(found.tracked, path == 1 || body != BodyJoint::RightFoot);
        }
        // The headset itself is the better head.
        QVERIFY((sample.at(BodyJoint::Head).pose.position - Eigen::Vector3d(0, 0, 1.7)).norm() < 1e-5);
    }
};

/// The preset of two controllers, without a runtime.
class TestControllerButtons : public QObject {
    Q_OBJECT

private slots:
    void heldPushesNeedTime()
    {
        ControllerButtons buttons;
        OperatorSample sample;
        std::array<ControllerState, kSideCount> hands{};
        hands[0].active = hands[1].active = true;
        hands[0].stickX = -1;
        buttons.apply(hands, 1, sample);
        buttons.apply(hands, 1 + kSecond / 2 - 1, sample);
        QVERIFY(!sample.isHeld(Button::Redo));
        buttons.apply(hands, 1 + kSecond / 2, sample);
        QVERIFY(sample.isHeld(Button::Redo));
        hands[0].stickX = 0;
        buttons.apply(hands, kSecond, sample);
        QVERIFY(!sample.isHeld(Button::Redo));
        QCOMPARE(sample.presses[std::size_t(Button::Redo)], std::uint16_t(1));
    }

    void aTremblingFingerDoesNotChatter()
    {
        ControllerButtons buttons;
        OperatorSample sample;
        std::array<ControllerState, kSideCount> hands{};
        hands[1].active = true;
        for (int i = 0; i < 100; ++i) {
            hands[1].squeeze = i % 2 ? 0.62F : 0.45F;
            buttons.apply(hands, i, sample);
        }
        QCOMPARE(sample.presses[std::size_t(Button::HoldToDrive)], std::uint16_t(1));
        hands[1].active = false;
        buttons.apply(hands, 101, sample);
        QVERIFY(!sample.isHeld(Button::HoldToDrive));
    }
};

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    TestControllerButtons buttons;
    TestOpenXrSource source;
    return QTest::qExec(&buttons, argc, argv) + QTest::qExec(&source, argc, argv);
}
#include "tst_openxrsource.moc"
