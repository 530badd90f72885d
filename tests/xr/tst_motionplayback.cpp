#include <QTest>

#include <cmath>

#include "person.h"
#include "support/allocationcount.h"
#include "xr/motionplayback.h"

using namespace understudy;
using enum BodyJoint;

namespace {

/// One second in which the person walks 2 m, turns half round and lifts the left arm.
BvhMotion walk()
{
    auto person = test::Person::standing(test::Person::noitom(), 100, true);
    for (int frame = 0; frame <= 60; ++frame) {
        person.set(frame, "Hips", BvhChannel::YPosition, 95);
        person.set(frame, "Hips", BvhChannel::ZPosition, frame * 200.0 / 60);
        person.set(frame, "Hips", BvhChannel::YRotation, frame * 3);
        person.set(frame, "LeftArm", BvhChannel::ZRotation, frame);
    }
    auto motion = BvhMotion::parse(person.text(), "walk.bvh");
    if (!motion) qFatal("%s", motion.error().message.c_str());
    return std::move(*motion);
}

double farthest(const OperatorSample& a, const OperatorSample& b)
{
    double distance = 0;
    for (std::size_t i = 0; i < a.body.size(); ++i)
        distance = std::max(distance, (a.body[i].pose.position - b.body[i].pose.position).norm());
    return distance;
}

}  // namespace

class TestMotionPlayback : public QObject {
    Q_OBJECT

private slots:
    void passesFollowOneAnotherWithoutAJump()
    {
        const MotionPlayback playback(walk(), MotionScript::standard());
        QCOMPARE(playback.passLength(), 2.0);
        OperatorSample before;
        playback.sampleAt(0, before);
        const OperatorSample start = before;
        for (int i = 1; i <= 5 * 480; ++i) {
            OperatorSample sample;
            playback.sampleAt(i / 480.0, sample);
            // 2 m back in a second by minimum jerk is under 4 m/s, turning adds what the arms sweep.
            QVERIFY2(farthest(before, sample) < 7.0 / 480, qPrintable(QString::number(i / 480.0)));
            // Limbs keep their length on the way back.
            const double forearm = (sample.at(LeftWrist).pose.position - sample.at(LeftElbow).pose.position).norm();
            QVERIFY(forearm > 0.2 && forearm < 0.26);
            before = sample;
        }
        OperatorSample again;
        playback.sampleAt(4.0, again);
        QVERIFY(farthest(start, again) < 1e-6);
        playback.sampleAt(1.0, again);
        QVERIFY(farthest(start, again) > 1.9);
    }

    void withoutALoopTheLastPoseIsHeld()
    {
        const MotionPlayback playback(walk(), MotionScript::standard(), {.loop = false});
        OperatorSample end;
        OperatorSample later;
        playback.sampleAt(1.0, end);
        playback.sampleAt(100.0, later);
        QCOMPARE(farthest(end, later), 0.0);
        QVERIFY(later.isHeld(Button::HoldToDrive));
        QCOMPARE(playback.passLength(), 1.0);
    }

    void buttonsAndTriggersFollowTheScript()
    {
        MotionScript script = MotionScript::standard();
        script.buttons.push_back({.button = Button::Mark, .press = 0.25, .release = 0.5});
        script.triggers[0] = {{.time = 0.2, .closure = 0}, {.time = 0.6, .closure = 1}};
        const MotionPlayback playback(walk(), script);
        OperatorSample sample;
        for (int i = 0; i <= 400; ++i) {
            const double time = i / 100.0;
            const double inPass = std::fmod(time, 2.0);
            playback.sampleAt(time, sample);
            QCOMPARE(sample.isHeld(Button::HoldToDrive), time >= 0.5);
            QCOMPARE(sample.isHeld(Button::Mark), inPass >= 0.25 && inPass < 0.5);
            if (inPass <= 1.0)
                QVERIFY(std::abs(sample.inputs[0].trigger - std::clamp((inPass - 0.2) / 0.4, 0.0, 1.0)) < 1e-6);
            QCOMPARE(sample.inputs[1].trigger, 0.0F);
        }
        QCOMPARE(sample.presses[static_cast<std::size_t>(Button::HoldToDrive)], std::uint16_t(1));
        QCOMPARE(sample.presses[static_cast<std::size_t>(Button::Mark)], std::uint16_t(2));
        // Half way back the hand is half open.
        playback.sampleAt(5.5, sample);
        QVERIFY(std::abs(sample.inputs[0].trigger - 0.5F) < 1e-6F);
    }

    void neverAllocates()
    {
        const MotionPlayback playback(walk(), MotionScript::standard());
        OperatorSample sample;
        const std::size_t before = test::allocationCount();
        for (int i = 0; i < 500; ++i) playback.sampleAt(i / 120.0, sample);
        QCOMPARE(test::allocationCount(), before);
    }
};

QTEST_APPLESS_MAIN(TestMotionPlayback)
#include "tst_motionplayback.moc"
