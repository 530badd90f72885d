#include <QDeadlineTimer>
#include <QTest>

#include "app/studio/mousesource.h"
#include "support/devicecontract.h"

using namespace understudy;

namespace {

/// The newest sample that satisfies a condition, or null after ten seconds.
template <typename Enough>
const OperatorSample* waitFor(Latest<OperatorSample>& samples, Enough enough,
                              const std::function<void()>& meanwhile = {})
{
    QDeadlineTimer deadline(10'000);
    while (!deadline.hasExpired()) {
        if (meanwhile) meanwhile();
        const OperatorSample* sample = samples.read();
        if (sample != nullptr && enough(*sample)) return sample;
        QTest::qSleep(2);
    }
    return nullptr;
}

bool isDriving(const OperatorSample& sample) { return sample.isHeld(Button::HoldToDrive); }

}  // namespace

class TestMouseSource : public QObject {
    Q_OBJECT

private slots:
    void keepsTheDeviceContract()
    {
        test::checkDeviceContract([] { return test::DeviceUnderTest{.device = std::make_unique<MouseSource>()}; });
    }

    void aHandGlidesToWhereItWasPushed()
    {
        test::DeviceSink sink(1000);
        MouseSource source;
        Latest<OperatorSample>& samples = source.samples().addReader();
        QVERIFY(source.start(sink));
        const OperatorSample* first = waitFor(samples, [](const OperatorSample&) { return true; });
        QVERIFY(first != nullptr);
        const Eigen::Vector3d start = first->at(BodyJoint::LeftWrist).pose.position;
        const Eigen::Vector3d other = first->at(BodyJoint::RightWrist).pose.position;
        source.push(Side::Left, {0.1, 0, -0.2});
        source.turn(Side::Left, {0, 0, 0.5});
        source.setClosure(Side::Left, 3);
        const Eigen::Vector3d wanted = start + Eigen::Vector3d(0.1, 0, -0.2);
        const OperatorSample* there = waitFor(samples, [&](const OperatorSample& sample) {
            return (sample.at(BodyJoint::LeftWrist).pose.position - wanted).norm() < 1e-3;
        });
        QVERIFY(there != nullptr);
        QCOMPARE(there->at(BodyJoint::RightWrist).pose.position, other);
        QCOMPARE(there->inputs[0].trigger, 1.0F);
        QCOMPARE(there->inputs[1].trigger, 0.0F);
        QVERIFY(there->at(BodyJoint::LeftWrist).pose.orientation.angularDistance(Eigen::Quaterniond::Identity()) > 0.4);
        source.stop();
        for (std::size_t i = 1; i < sink.count(); ++i) {
            const double moved = (sink.at(i).at(BodyJoint::LeftWrist).pose.position -
                                  sink.at(i - 1).at(BodyJoint::LeftWrist).pose.position)
                                     .norm();
            QVERIFY(moved <= MouseSource::kSpeed / MouseSource::kRateHz + 1e-9);
        }
    }

    void holdingLastsWhileTheAskingThreadLives()
    {
        test::DeviceSink sink(1000);
        MouseSource source;
        Latest<OperatorSample>& samples = source.samples().addReader();
        QVERIFY(source.start(sink));
        const auto alive = [&] { source.keepAlive(); };
        source.hold(true);
        QVERIFY(waitFor(samples, isDriving, alive) != nullptr);
        source.hold(false);
        QVERIFY(waitFor(samples, std::not_fn(isDriving), alive) != nullptr);

        source.hold(true);
        QVERIFY(waitFor(samples, isDriving, alive) != nullptr);
        QVERIFY(waitFor(samples, std::not_fn(isDriving)) != nullptr);  // nothing is heard of the asking thread
        QVERIFY(source.isHeld());
    }
};

QTEST_GUILESS_MAIN(TestMouseSource)
#include "tst_mousesource.moc"
