#include <QtTest>

#include "robots/teleop/ikbenchmark.h"
#include "robots/teleop/retargetreport.h"
#include "robots/teleoprig.h"

using namespace understudy;

namespace {

/// A person who waves slowly, at 120 Hz.
std::vector<OperatorSample> waving(double seconds)
{
    std::vector<OperatorSample> samples;
    for (int i = 0; i < static_cast<int>(120 * seconds); ++i) {
        const double wave = 0.5 - 0.5 * std::cos(2.0 * i / 120.0);
        OperatorSample sample = test::person({0.3, 0.1 + 0.05 * wave, -0.25 + 0.15 * wave});
        sample.stamps.capture = 5 * kSecond + i * kSecond / 120;
        samples.push_back(sample);
    }
    return samples;
}

}  // namespace

class TestRetargetReport : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void aGentleMotionIsFollowed();
    void aWildMotionBreaksNoLimit();
    void bodiesAreKeptApart();
    void brokenMotionsAreRefused();
    void theBenchmarkSolvesWhatItTimes();

private:
    std::unique_ptr<RobotModel> m_model;
};

void TestRetargetReport::initTestCase()
{
    Result<RobotModel> model = test::fixture("sevenjoints");
    QVERIFY2(model, model ? "" : model.error().message.c_str());
    m_model = std::make_unique<RobotModel>(std::move(*model));
}

void TestRetargetReport::aGentleMotionIsFollowed()
{
    const std::vector<OperatorSample> samples = waving(6);
    const Result<RetargetReport> report = retarget(*m_model, samples);
    QVERIFY2(report, report ? "" : report.error().message.c_str());
    QCOMPARE(report->robot, std::string("sevenjoints"));
    const Duration length = samples.back().stamps.capture - samples.front().stamps.capture;
    QCOMPARE(report->steps, static_cast<std::uint64_t>(length / (2 * kMillisecond)) + 1);
    QCOMPARE(report->heldSteps, std::uint64_t{0});
    QVERIFY(report->followableSteps > report->steps / 2);
    QCOMPARE(report->targets.size(), std::size_t{2});
    QCOMPARE(report->targets[0].body, std::string("left_hand"));
    for (const TargetTracking& target : report->targets) {
        QCOMPARE(target.steps, report->steps);
        QVERIFY2(target.position.mean < 0.002, qPrintable(QString::number(target.position.mean)));
        QVERIFY(target.position.p95 < 0.005);
        QVERIFY(target.orientation.mean < 0.05);
    }
    QCOMPARE(report->limits.size(), m_model->joints().size());
    QCOMPARE(report->limits[0].velocity, 3.0);
    QCOMPARE(report->limits[0].velocitySource, LimitSource::Profile);
    QCOMPARE(report->jointLimitViolations, std::uint64_t{0});
    QCOMPARE(report->velocityLimitViolations, std::uint64_t{0});
    QCOMPARE(report->accelerationLimitViolations, std::uint64_t{0});
    QVERIFY(report->solveP50Us > 0 && report->solveP50Us <= report->solveP99Us);
}

void TestRetargetReport::aWildMotionBreaksNoLimit()
{
    std::vector<OperatorSample> samples = waving(4);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const double t = static_cast<double>(i) / 120;
        const OperatorSample other =
            test::person({0.3 * std::sin(9 * t), 0.3, 0.3 * std::cos(7 * t)}, {0.2, -0.3 * std::sin(11 * t), -0.3});
        samples[i].body = other.body;
    }
    const Result<RetargetReport> report = retarget(*m_model, samples);
    QVERIFY2(report, report ? "" : report.error().message.c_str());
    QCOMPARE(report->jointLimitViolations, std::uint64_t{0});
    QCOMPARE(report->velocityLimitViolations, std::uint64_t{0});
    QCOMPARE(report->accelerationLimitViolations, std::uint64_t{0});
    QVERIFY(report->followableSteps < report->steps);
    QVERIFY(report->targets[0].position.p95 > report->targets[0].followablePosition.mean);
}

void TestRetargetReport::bodiesAreKeptApart()
{
    // Both hands through one another, and into the trunk. How near they come is not judged: the nearest clear posture
    // may lie on another side of the body.
    double farthest = 0;
    for (const Eigen::Vector3d& left : {Eigen::Vector3d(0.15, -0.2, -0.1), Eigen::Vector3d(0.02, -0.2, -0.25),
                                        Eigen::Vector3d(0.05, -0.1, -0.4), Eigen::Vector3d(0.25, -0.2, -0.1)}) {
        std::vector<OperatorSample> samples = waving(2);
        for (OperatorSample& sample : samples) sample.body = test::person(left, {left.x(), -left.y(), left.z()}).body;
        const Result<RetargetReport> report = retarget(*m_model, samples);
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QCOMPARE(report->selfCollisionSteps, std::uint64_t{0});
        QVERIFY(report->colliding.empty());
        farthest = std::max(farthest, report->targets[0].position.mean);
    }
    QVERIFY2(farthest > 0.02, "no demand needed the bodies to be kept apart");
}

void TestRetargetReport::brokenMotionsAreRefused()
{
    std::vector<OperatorSample> samples = waving(1);
    QVERIFY(!retarget(*m_model, {}));
    QVERIFY(!retarget(*m_model, std::span(samples).first(1)));
    samples[7].stamps.capture = samples[6].stamps.capture;
    const auto still = retarget(*m_model, samples);
    QVERIFY(!still);
    QVERIFY(still.error().message.find("7") != std::string::npos);
    samples = waving(1);
    for (OperatorSample& sample : samples) {
        for (TrackedPose& joint : sample.body) joint.pose.position.setConstant(NAN);
    }
    const auto nothing = retarget(*m_model, samples);
    QVERIFY(nothing);
    QCOMPARE(nothing->heldSteps, nothing->steps);
    QCOMPARE(nothing->targets[0].steps, std::uint64_t{0});
}

void TestRetargetReport::theBenchmarkSolvesWhatItTimes()
{
    const Result<IkBenchmark> benchmark = benchmarkIk(*m_model, 200);
    QVERIFY2(benchmark, benchmark ? "" : benchmark.error().message.c_str());
    QCOMPARE(benchmark->joints, 17);
    QCOMPARE(benchmark->steps, 200);
    QVERIFY(benchmark->solver.meanError < 0.005);
    QVERIFY(benchmark->reference.meanError < 0.005);
    QVERIFY(benchmark->solver.p50Us > 0 && benchmark->reference.p50Us > 0);
    QVERIFY(benchmark->goal.p50Us <= benchmark->solver.p99Us);
}

QTEST_APPLESS_MAIN(TestRetargetReport)
#include "tst_retargetreport.moc"
