#include <QTest>

#include "robots/teleop/targetplayout.h"
#include "support/allocationcount.h"

using namespace understudy;

namespace {

constexpr Duration kTick = 2 * kMillisecond;

RetargetOutput at(double x, double angle = 0)
{
    RetargetOutput output;
    for (ArmTarget& arm : output.body.arms) {
        arm.active = true;
        arm.wrist.position = {x, 0, 0};
        arm.wrist.orientation = Eigen::AngleAxisd(angle, Eigen::Vector3d::UnitZ());
    }
    output.joints = Eigen::VectorXd::Constant(3, x);
    return output;
}

double played(TargetPlayout& playout, Timestamp now) { return playout.at(now).body.arms[0].wrist.position.x(); }

}  // namespace

class TestTargetPlayout : public QObject {
    Q_OBJECT

private slots:
    void samplesAtTheLoopsRatePassUnchanged();
    void velocitiesDoNotJumpBetweenSlowSamples();
    void delayIsAtMostOneAndAHalfPeriods();
    void aLateSampleIsWaitedFor();
    void anArmThatAppearsStartsWhereItIs();
    void neverAllocates();
};

void TestTargetPlayout::samplesAtTheLoopsRatePassUnchanged()
{
    TargetPlayout playout;
    playout.prepare(3, kTick);
    playout.place(at(0));
    for (int i = 1; i < 50; ++i) {
        const Timestamp now = i * kTick;
        playout.receive(at(0.01 * i * i, 0.1 * i), now, kTick);
        const PlayedTargets& targets = playout.at(now);
        QCOMPARE(targets.body.arms[1].wrist.position.x(), 0.01 * i * i);
        QVERIFY(std::abs(targets.joints[2] - 0.01 * i * i) < 1e-12);
    }
}

void TestTargetPlayout::velocitiesDoNotJumpBetweenSlowSamples()
{
    // 5 m/s² sampled at 125 Hz.
    TargetPlayout playout;
    playout.prepare(3, kTick);
    playout.place(at(0));
    std::vector<double> positions;
    for (int i = 0; i < 400; ++i) {
        const Timestamp now = i * kTick;
        const double t = toSeconds(now);
        if (i % 4 == 0) playout.receive(at(2.5 * t * t), now, 4 * kTick);
        positions.push_back(played(playout, now));
    }
    double worst = 0;
    for (std::size_t i = 20; i < positions.size(); ++i) {
        worst = std::max(worst, std::abs(positions[i] - 2 * positions[i - 1] + positions[i - 2]) / 4e-6);
    }
    QVERIFY2(worst < 5.5, qPrintable(QString::number(worst)));
}

void TestTargetPlayout::delayIsAtMostOneAndAHalfPeriods()
{
    TargetPlayout playout;
    playout.prepare(3, kTick);
    playout.place(at(0));
    for (int i = 0; i < 200; ++i) {
        const Timestamp now = i * kTick;
        if (i % 4 == 0) playout.receive(at(toSeconds(now), toSeconds(now)), now, 4 * kTick);
        const PlayedTargets& targets = playout.at(now);
        if (i < 20) continue;
        const double delay = toSeconds(now) - targets.body.arms[0].wrist.position.x();
        QVERIFY2(delay > 0 && delay <= 0.012, qPrintable(QString::number(delay)));
        const double turned = rotationVector(targets.body.arms[0].wrist.orientation).z();
        QVERIFY(std::abs(turned - targets.body.arms[0].wrist.position.x()) < 1e-6);
    }
}

void TestTargetPlayout::aLateSampleIsWaitedFor()
{
    TargetPlayout playout;
    playout.prepare(3, kTick);
    playout.place(at(0));
    playout.receive(at(1), kTick, 4 * kTick);
    double before = 0;
    for (int i = 1; i < 30; ++i) {
        const double now = played(playout, i * kTick);
        QVERIFY(now >= before && now <= 1 + 1e-12);
        before = now;
    }
    QVERIFY(std::abs(before - 1) < 1e-12);
    playout.receive(at(2), 30 * kTick, kSecond);  // a gap is bridged within 40 ms
    for (int i = 30; i < 75; ++i) before = played(playout, i * kTick);
    QVERIFY(std::abs(before - 2) < 1e-12);
}

void TestTargetPlayout::anArmThatAppearsStartsWhereItIs()
{
    TargetPlayout playout;
    playout.prepare(3, kTick);
    RetargetOutput one = at(0);
    one.body.arms[1].active = false;
    playout.place(one);
    playout.receive(at(5), kTick, 4 * kTick);
    const PlayedTargets& targets = playout.at(kTick);
    QVERIFY(targets.body.arms[0].wrist.position.x() < 2);
    QCOMPARE(targets.body.arms[1].wrist.position.x(), 5.0);
}

void TestTargetPlayout::neverAllocates()
{
    TargetPlayout playout;
    playout.prepare(3, kTick);
    const RetargetOutput here = at(0);
    const RetargetOutput there = at(1, 1);
    const std::size_t before = test::allocationCount();
    playout.place(here);
    for (int i = 0; i < 60; ++i) {
        if (i % 5 == 0) playout.receive(i % 2 == 0 ? here : there, i * kTick, 5 * kTick);
        (void)playout.at(i * kTick);
    }
    playout.freeze();
    QCOMPARE(test::allocationCount() - before, std::size_t{0});
}

QTEST_APPLESS_MAIN(TestTargetPlayout)
#include "tst_targetplayout.moc"
