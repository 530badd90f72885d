#include <QTest>

#include "support/allocationcount.h"
#include "xr/rig/fusion.h"

using namespace understudy;
using enum BodyJoint;

namespace {

constexpr Duration kPeriod = 10 * kMillisecond;

/// What one device gives: head, pelvis and both wrists at a place, every finger of both hands on its wrist.
OperatorSample whole(Timestamp now, double x)
{
    OperatorSample sample;
    sample.stamps = {.device = now, .capture = now - kMillisecond, .arrival = now};
    for (const BodyJoint joint : {Head, Pelvis, LeftWrist, RightWrist})
        sample.at(joint) = {.pose = {.position = {x, joint == LeftWrist ? 0.5 : 0, 1}}, .valid = true, .tracked = true};
    return sample;
}

OperatorSample wristOnly(Timestamp now, double x)
{
    OperatorSample sample = whole(now, x);
    sample.at(Head) = sample.at(Pelvis) = {};
    return sample;
}

/// Runs a fusion in steps of 10 ms and checks that no joint ever jumps.
struct Runner {
    Fusion fusion;
    OperatorSample out;
    Timestamp now = kSecond;
    double largestStep = 0;
    double before = 0;
    bool hasBefore = false;

    explicit Runner(const FusionOptions& options) : fusion(options) {}
    void step(const std::function<void()>& push)
    {
        push();
        if (fusion.update(now, out)) ++out.sequence;
        if (out.at(LeftWrist).valid) {
            const double x = out.at(LeftWrist).pose.position.x();
            if (hasBefore) largestStep = std::max(largestStep, std::abs(x - before));
            before = x;
            hasBefore = true;
        }
        now += kPeriod;
    }
    void run(int steps, const std::function<void()>& push)
    {
        for (int i = 0; i < steps; ++i) step(push);
    }
};

FusionOptions two()
{
    FusionOptions options{.places = {{.rateHz = 100}, {.rateHz = 100}}};
    options.sources[indexOf(RigPart::Buttons)] = {1};
    return options;
}

}  // namespace

class TestFusion : public QObject {
    Q_OBJECT

private slots:
    void eachPartComesFromItsSource()
    {
        FusionOptions options{.places = {{.rateHz = 100}, {.rateHz = 100}}};
        options.sources[indexOf(RigPart::Head)] = {1};
        Runner rig(options);
        rig.step([&] {
            rig.fusion.push(0, 0, whole(rig.now, 1), 0, 0);
            rig.fusion.push(1, 1, whole(rig.now, 2), 0, 0);
        });
        QCOMPARE(rig.out.at(Head).pose.position.x(), 2.0);
        QCOMPARE(rig.out.at(LeftWrist).pose.position.x(), 1.0);
        QCOMPARE(rig.fusion.sourceOf(RigPart::Head), 1);
        QCOMPARE(rig.fusion.sourceOf(RigPart::LeftHand), -1);
        QVERIFY(!rig.fusion.isLost(RigPart::LeftHand));
        QCOMPARE(rig.fusion.lead(), 0);
        QCOMPARE(rig.out.stamps.capture, kSecond - kMillisecond);
        QCOMPARE(rig.out.stamps.arrival, kSecond);
    }

    void aPartWithoutItsJointGoesToTheNext()
    {
        FusionOptions options{.places = {{.rateHz = 100}, {.rateHz = 100}}};
        Runner rig(options);
        rig.step([&] {
            rig.fusion.push(0, 0, wristOnly(rig.now, 1), 0, 0);
            rig.fusion.push(1, 1, whole(rig.now, 2), 0, 0);
        });
        QCOMPARE(rig.fusion.sourceOf(RigPart::LeftArm), 0);
        QCOMPARE(rig.fusion.sourceOf(RigPart::Head), 1);
    }

    void aFallbackTakesOverAndGivesBackWithoutAJump()
    {
        Runner rig(two());
        const auto both = [&] {
            rig.fusion.push(0, 0, whole(rig.now, 1), 0, 0);
            rig.fusion.push(1, 1, whole(rig.now, 1.4), 0, 0);
        };
        const auto second = [&] { rig.fusion.push(1, 1, whole(rig.now, 1.4), 0, 0); };
        rig.run(20, both);
        QCOMPARE(rig.out.at(LeftWrist).pose.position.x(), 1.0);
        rig.run(9, second);
        QCOMPARE(rig.fusion.sourceOf(RigPart::LeftArm), 1);
        rig.run(60, second);
        QVERIFY(std::abs(rig.out.at(LeftWrist).pose.position.x() - 1.4) < 1e-9);
        // Back: only when that has lasted.
        rig.run(20, both);
        QCOMPARE(rig.fusion.sourceOf(RigPart::LeftArm), 1);
        rig.run(100, both);
        QCOMPARE(rig.fusion.sourceOf(RigPart::LeftArm), 0);
        QVERIFY(std::abs(rig.out.at(LeftWrist).pose.position.x() - 1.0) < 1e-9);
        QVERIFY2(rig.largestStep < 0.014, qPrintable(QString::number(rig.largestStep)));
        QVERIFY(!rig.fusion.needsRelease());
    }

    void aLostPartTurnsInvalidAndIsSaid()
    {
        Runner rig(two());
        rig.run(20, [&] {
            rig.fusion.push(0, 0, whole(rig.now, 1), 0, 0);
            OperatorSample pedal;
            pedal.stamps.arrival = rig.now;
            pedal.setHeld(Button::HoldToDrive, true);
            rig.fusion.push(1, 1, pedal, 0, 0);
        });
        QVERIFY(rig.out.isHeld(Button::HoldToDrive));
        QCOMPARE(rig.out.presses[0], std::uint16_t(1));
        const auto pedalOnly = [&] {
            OperatorSample pedal;
            pedal.stamps.arrival = rig.now;
            pedal.setHeld(Button::HoldToDrive, true);
            rig.fusion.push(1, 1, pedal, 0, 0);
        };
        rig.run(7, pedalOnly);
        QVERIFY(rig.out.at(LeftWrist).valid);
        rig.run(3, pedalOnly);
        QVERIFY(!rig.out.at(LeftWrist).valid);
        QVERIFY(rig.fusion.isLost(RigPart::LeftArm));
        QVERIFY(rig.out.isHeld(Button::HoldToDrive));
        rig.run(20, pedalOnly);
        QVERIFY(rig.fusion.needsRelease());
        QVERIFY(!rig.out.isHeld(Button::HoldToDrive));
        // It comes back elsewhere: no jump, and nothing drives until the pedal was let go.
        const auto both = [&] {
            pedalOnly();
            rig.fusion.push(0, 0, whole(rig.now, 1.5), 0, 0);
        };
        rig.largestStep = 0;
        rig.run(100, both);
        QVERIFY(rig.largestStep < 0.016);
        QVERIFY(rig.out.at(LeftWrist).valid);
        QVERIFY(!rig.out.isHeld(Button::HoldToDrive));
        rig.step([&] {
            OperatorSample released;
            released.stamps.arrival = rig.now;
            rig.fusion.push(1, 1, released, 0, 0);
            rig.fusion.push(0, 0, whole(rig.now, 1.5), 0, 0);
        });
        rig.run(2, both);
        QVERIFY(rig.out.isHeld(Button::HoldToDrive));
    }

    void aSilentPedalHasLetGo()
    {
        Runner rig(two());
        OperatorSample pedal;
        pedal.setHeld(Button::HoldToDrive, true);
        rig.run(10, [&] {
            rig.fusion.push(0, 0, whole(rig.now, 1), 0, 0);
            pedal.stamps.arrival = rig.now;
            rig.fusion.push(1, 1, pedal, 0, 0);
        });
        QVERIFY(rig.out.isHeld(Button::HoldToDrive));
        rig.run(10, [&] { rig.fusion.push(0, 0, whole(rig.now, 1), 0, 0); });
        QVERIFY(!rig.out.isHeld(Button::HoldToDrive));
    }

    void aStopIsHeardFromAnythingAtOnce()
    {
        Runner rig(two());
        OperatorSample suit = whole(rig.now, 1);
        rig.run(3, [&] {
            suit.stamps = whole(rig.now, 1).stamps;
            rig.fusion.push(0, 0, suit, 0, 0);
        });
        suit.setHeld(Button::Stop, true);
        suit.setHeld(Button::Mark, true);
        suit.stamps = whole(rig.now, 1).stamps;
        rig.fusion.push(0, 0, suit, 0, 0);
        QVERIFY(rig.fusion.update(rig.now, rig.out));
        QCOMPARE(rig.out.presses[static_cast<std::size_t>(Button::Stop)], std::uint16_t(1));
        // Other presses come from where the station says.
        QCOMPARE(rig.out.presses[static_cast<std::size_t>(Button::Mark)], std::uint16_t(0));
    }

    void fingersSitOnTheArmsWrist()
    {
        FusionOptions options{.places = {{.rateHz = 100}, {.rateHz = 100}}};
        options.sources[indexOf(RigPart::LeftHand)] = {1};
        Fusion fusion(options);
        OperatorSample glove;
        glove.stamps = {.device = kSecond, .capture = kSecond, .arrival = kSecond};
        glove.hands[0][indexOf(HandJoint::Wrist)] = {.pose = {.position = {9, 9, 9}}, .valid = true, .tracked = true};
        glove.hands[0][indexOf(HandJoint::IndexProximal)] = {
            .pose = {.position = {9, 9.1, 9}}, .valid = true, .tracked = true};
        fusion.push(0, 0, whole(kSecond, 1), 0, 0);
        fusion.push(1, 1, glove, 0, 0);
        OperatorSample out;
        QVERIFY(fusion.update(kSecond, out));
        const Eigen::Vector3d finger = out.hands[0][indexOf(HandJoint::IndexProximal)].pose.position;
        QVERIFY((finger - Eigen::Vector3d(1, 0.6, 1)).norm() < 1e-12);
    }

    void offsetsAreApplied()
    {
        FusionOptions options{.places = {{.rateHz = 100}}};
        options.places[0].offset = {.position = {0, 0, 1},
                                    .orientation =
                                        Eigen::Quaterniond(Eigen::AngleAxisd(M_PI / 2, Eigen::Vector3d::UnitZ()))};
        Fusion fusion(options);
        fusion.push(0, 0, whole(kSecond, 1), 0, 0);
        OperatorSample out;
        QVERIFY(fusion.update(kSecond, out));
        QVERIFY((out.at(Head).pose.position - Eigen::Vector3d(0, 1, 2)).norm() < 1e-12);
    }

    void namedJointsThatStopLetGo()
    {
        FusionOptions options{.places = {{.rateHz = 100}, {.rateHz = 100, .jointCount = 2}}};
        options.sources[indexOf(RigPart::Buttons)] = {0};
        Runner rig(options);
        rig.out.joints = Eigen::VectorXd::Zero(2);
        OperatorSample arm;
        arm.joints = Eigen::Vector2d(0.5, -0.5);
        OperatorSample suit = whole(rig.now, 1);
        suit.setHeld(Button::HoldToDrive, true);
        const auto suitOnly = [&] {
            suit.stamps.arrival = suit.stamps.capture = rig.now;
            rig.fusion.push(0, 0, suit, 0, 0);
        };
        rig.run(10, [&] {
            suitOnly();
            arm.stamps.arrival = rig.now;
            rig.fusion.push(1, 1, arm, 0, 0);
        });
        QCOMPARE(rig.out.joints[1], -0.5);
        QVERIFY(rig.out.isHeld(Button::HoldToDrive));
        rig.run(10, suitOnly);
        QVERIFY(rig.fusion.areJointsLost(1));
        QCOMPARE(rig.out.joints[1], -0.5);
        QVERIFY(!rig.out.isHeld(Button::HoldToDrive));
    }

    void timeNeverStandsStill()
    {
        Runner rig(two());
        Stamps before{};
        for (int i = 0; i < 200; ++i) {
            const std::uint64_t sequence = rig.out.sequence;
            rig.step([&] {
                if (i % 3 != 0) rig.fusion.push(0, 0, whole(rig.now - (i % 5) * kMillisecond, 1), 0, 0);
                OperatorSample pedal;
                pedal.stamps.arrival = rig.now;
                pedal.setHeld(Button::Clutch, i % 2 == 0);
                rig.fusion.push(1, 1, pedal, 0, 0);
            });
            QCOMPARE(rig.out.sequence, sequence + 1);
            QVERIFY(rig.out.stamps.device > before.device);
            QVERIFY(rig.out.stamps.capture > before.capture);
            QVERIFY(rig.out.stamps.arrival >= rig.out.stamps.capture);
            before = rig.out.stamps;
        }
    }

    void aBufferedDeviceMayBeSilentForItsDelayToo()
    {
        Runner rig(two());
        rig.run(5, [&] { rig.fusion.push(0, 0, whole(rig.now, 1), 100 * kMillisecond, 100 * kMillisecond); });
        rig.run(15, [] {});
        QVERIFY(rig.out.at(LeftWrist).valid);
        rig.run(6, [] {});
        QVERIFY(!rig.out.at(LeftWrist).valid);
    }

    void neverAllocates()
    {
        Runner rig(two());
        const OperatorSample first = whole(rig.now, 1);
        rig.fusion.push(0, 0, first, 0, 0);
        (void)rig.fusion.update(rig.now, rig.out);
        OperatorSample sample = first;
        const std::size_t before = test::allocationCount();
        for (int i = 0; i < 100; ++i) {
            rig.now += kPeriod;
            sample.stamps.arrival = sample.stamps.capture = rig.now;
            if (i % 30 < 15) rig.fusion.push(0, 0, sample, 0, 0);
            rig.fusion.push(1, 1, sample, 0, 0);
            (void)rig.fusion.update(rig.now, rig.out);
        }
        QCOMPARE(test::allocationCount(), before);
    }
};

QTEST_APPLESS_MAIN(TestFusion)
#include "tst_fusion.moc"
