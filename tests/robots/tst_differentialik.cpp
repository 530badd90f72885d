#include <QTest>

#include <limits>
#include <random>

#include "robots/model/differentialik.h"
#include "support/allocationcount.h"
#include "support/shared.h"

using namespace understudy;

namespace {

constexpr double kPeriod = 0.002;

Result<RobotModel> fixture(const std::string& name)
{
    return RobotModel::load(test::source("tests/robots/fixtures/" + name + ".xml"),
                            test::source("tests/robots/fixtures/" + name + ".toml"));
}

Eigen::VectorXd restOf(const RobotModel& model)
{
    Eigen::VectorXd rest(static_cast<Eigen::Index>(model.joints().size()));
    for (Eigen::Index i = 0; i < rest.size(); ++i) rest[i] = model.joints()[static_cast<std::size_t>(i)].rest;
    return rest;
}

std::vector<int> allJoints(const RobotModel& model)
{
    std::vector<int> joints(model.joints().size());
    for (std::size_t i = 0; i < joints.size(); ++i) joints[i] = static_cast<int>(i);
    return joints;
}

double angleBetween(const Eigen::Quaterniond& a, const Eigen::Quaterniond& b)
{
    return rotationVector(a * b.conjugate()).norm();
}

}  // namespace

class TestDifferentialIk : public QObject {
    Q_OBJECT

private slots:
    void jacobiansAreTheDerivativesOfPoses();
    void reachesAndTracksAMovingTarget_data();
    void reachesAndTracksAMovingTarget();
    void keepsPositionAndVelocityLimits();
    void aTargetThatIsNotFiniteIsHeld();
    void fourJointsReachPositions();
    void sameTargetsGiveSameBits();
    void neverAllocates();
    void aRobotWithoutArmsIsRefused();
};

void TestDifferentialIk::jacobiansAreTheDerivativesOfPoses()
{
    const Result<RobotModel> model = fixture("sevenjoints");
    QVERIFY2(model, model ? "" : model.error().message.c_str());
    Pose offset{.position = {0.1, -0.2, 0.05}};
    Result<Kinematics> kinematics =
        Kinematics::create(*model, allJoints(*model), {{.body = "left_hand", .pose = offset}, {.body = "torso"}});
    QVERIFY(kinematics);
    std::mt19937 random(1);
    std::uniform_real_distribution<double> uniform(-1, 1);
    for (int trial = 0; trial < 20; ++trial) {
        Eigen::VectorXd joints(static_cast<Eigen::Index>(model->joints().size()));
        for (double& value : joints) value = uniform(random);
        for (int frame = 0; frame < 2; ++frame) {
            kinematics->update(joints);
            FrameJacobian jacobian;
            kinematics->jacobian(frame, jacobian);
            for (Eigen::Index i = 0; i < joints.size(); ++i) {
                constexpr double kStep = 1e-6;
                Eigen::VectorXd moved = joints;
                moved[i] += kStep;
                kinematics->update(moved);
                const Pose after = kinematics->pose(frame);
                moved[i] -= 2 * kStep;
                kinematics->update(moved);
                const Pose before = kinematics->pose(frame);
                Eigen::Vector<double, 6> numeric;
                numeric << (after.position - before.position) / (2 * kStep),
                    rotationVector(after.orientation * before.orientation.conjugate()) / (2 * kStep);
                QVERIFY((numeric - jacobian.col(i)).norm() < 1e-6);
            }
        }
    }
}

void TestDifferentialIk::reachesAndTracksAMovingTarget_data()
{
    QTest::addColumn<QString>("file");
    QTest::newRow("two arms of seven joints and a waist") << "";
    QTest::newRow("Unitree G1") << "robots/unitree_g1/scene_29dof.xml";
}

void TestDifferentialIk::reachesAndTracksAMovingTarget()
{
    QFETCH(QString, file);
    if (!file.isEmpty() && !std::filesystem::exists(test::shared(file.toStdString()))) {
        QSKIP("the shared robot is not there");
    }
    const Result<RobotModel> model =
        file.isEmpty() ? fixture("sevenjoints") : RobotModel::load(test::shared(file.toStdString()));
    QVERIFY2(model, model ? "" : model.error().message.c_str());
    if (!model->teleoperationGap().empty()) QSKIP(model->teleoperationGap().c_str());
    Result<DifferentialIk> ik = DifferentialIk::create(*model);
    QVERIFY2(ik, ik ? "" : ik.error().message.c_str());
    // A posture away from the rest one makes a reachable target; it then moves along with slowly waving joints.
    Result<Kinematics> reference =
        Kinematics::create(*model, {}, {model->profile().arms[0]->wrist, model->profile().arms[1]->wrist});
    QVERIFY(reference);
    const Eigen::VectorXd cap = limitsOf(*model).velocity.cwiseMin(3.0);
    double worstPosition = 0;
    double worstAngle = 0;
    for (int tick = 0; tick < 4000; ++tick) {
        Eigen::VectorXd joints = restOf(*model);
        for (const int variable : ik->variables()) {
            const double phase = 0.7 * variable;
            joints[variable] += 0.15 * std::sin(phase + 1.5 * tick * kPeriod);
        }
        const JointLimits limits = limitsOf(*model);
        joints = joints.cwiseMax(limits.lower).cwiseMin(limits.upper);
        reference->update(joints);
        BodyTargets targets;
        for (std::size_t i = 0; i < kSideCount; ++i) {
            targets.arms[i] = {.wrist = reference->pose(static_cast<int>(i)), .active = true};
        }
        QCOMPARE(ik->step(targets, cap, kPeriod).status, QpStatus::Solved);
        if (tick < 1000) continue;
        for (const Side side : kSides) {
            const Pose& target = targets.arms[static_cast<std::size_t>(indexOf(side))].wrist;
            worstPosition = std::max(worstPosition, (ik->wrist(side).position - target.position).norm());
            worstAngle = std::max(worstAngle, angleBetween(ik->wrist(side).orientation, target.orientation));
        }
    }
    QVERIFY2(worstPosition < 0.002, qPrintable(QString::number(worstPosition)));
    QVERIFY2(worstAngle < 0.01, qPrintable(QString::number(worstAngle)));
}

void TestDifferentialIk::keepsPositionAndVelocityLimits()
{
    const Result<RobotModel> model = fixture("sevenjoints");
    QVERIFY(model);
    Result<DifferentialIk> ik = DifferentialIk::create(*model);
    QVERIFY(ik);
    const JointLimits limits = limitsOf(*model);
    std::mt19937 random(5);
    std::uniform_real_distribution<double> uniform(-1, 1);
    BodyTargets targets;
    for (int tick = 0; tick < 4000; ++tick) {
        if (tick % 100 == 0) {
            for (ArmTarget& arm : targets.arms) {
                arm.active = uniform(random) > -0.8;
                arm.wrist.position = 1.5 * Eigen::Vector3d(uniform(random), uniform(random), uniform(random));
                arm.wrist.orientation =
                    Eigen::Quaterniond(uniform(random), uniform(random), uniform(random), 0.1).normalized();
                arm.elbowActive = uniform(random) > 0;
                arm.elbow = Eigen::Vector3d(uniform(random), uniform(random), uniform(random));
            }
            targets.torsoActive = uniform(random) > 0;
        }
        const Eigen::VectorXd before = ik->configuration();
        QCOMPARE(ik->step(targets, limits.velocity, kPeriod).status, QpStatus::Solved);
        const Eigen::VectorXd& now = ik->configuration();
        QVERIFY(((now - before).cwiseAbs() - limits.velocity * kPeriod).maxCoeff() < 1e-12);
        QVERIFY((now - limits.upper).maxCoeff() < 1e-12 && (limits.lower - now).maxCoeff() < 1e-12);
    }
}

void TestDifferentialIk::aTargetThatIsNotFiniteIsHeld()
{
    const Result<RobotModel> model = fixture("sevenjoints");
    QVERIFY(model);
    Result<DifferentialIk> ik = DifferentialIk::create(*model);
    QVERIFY(ik);
    BodyTargets targets;
    targets.arms[0] = {.wrist = ik->wrist(Side::Left), .active = true};
    targets.arms[0].wrist.position.x() = std::numeric_limits<double>::quiet_NaN();
    const Eigen::VectorXd before = ik->configuration();
    QCOMPARE(ik->step(targets, limitsOf(*model).velocity, kPeriod).status, QpStatus::NotConvex);
    QVERIFY(ik->configuration() == before);
    targets.arms[0].wrist = ik->wrist(Side::Left);
    QCOMPARE(ik->step(targets, limitsOf(*model).velocity, kPeriod).status, QpStatus::Solved);
}

void TestDifferentialIk::fourJointsReachPositions()
{
    const Result<RobotModel> model = fixture("fourjoints");
    QVERIFY2(model, model ? "" : model.error().message.c_str());
    Result<DifferentialIk> ik = DifferentialIk::create(*model);
    QVERIFY2(ik, ik ? "" : ik.error().message.c_str());
    QCOMPARE(ik->variables().size(), std::size_t{8});
    const Eigen::VectorXd cap = limitsOf(*model).velocity;
    QCOMPARE(cap[0], kDefaultVelocity);
    BodyTargets targets;
    for (const Side side : kSides) {
        Pose pose = ik->wrist(side);
        pose.position += Eigen::Vector3d(0.05, 0.02, 0.08);
        targets.arms[static_cast<std::size_t>(indexOf(side))] = {.wrist = pose, .active = true};
    }
    for (int tick = 0; tick < 1500; ++tick) QCOMPARE(ik->step(targets, cap, kPeriod).status, QpStatus::Solved);
    for (const Side side : kSides) {
        const Pose& target = targets.arms[static_cast<std::size_t>(indexOf(side))].wrist;
        // Four joints cannot serve six wishes: position wins, as weighted.
        const double error = (ik->wrist(side).position - target.position).norm();
        QVERIFY2(error < 0.02, qPrintable(QString::number(error)));
    }
}

void TestDifferentialIk::sameTargetsGiveSameBits()
{
    const Result<RobotModel> model = fixture("sevenjoints");
    QVERIFY(model);
    std::array<Eigen::VectorXd, 2> ends;
    for (Eigen::VectorXd& end : ends) {
        Result<DifferentialIk> ik = DifferentialIk::create(*model);
        QVERIFY(ik);
        BodyTargets targets;
        targets.arms[0] = {.wrist = ik->wrist(Side::Left), .active = true};
        for (int tick = 0; tick < 500; ++tick) {
            targets.arms[0].wrist.position.z() += 0.001;
            (void)ik->step(targets, limitsOf(*model).velocity, kPeriod);
        }
        end = ik->configuration();
    }
    QVERIFY(ends[0] == ends[1]);
}

void TestDifferentialIk::neverAllocates()
{
    const Result<RobotModel> model = fixture("sevenjoints");
    QVERIFY(model);
    Result<DifferentialIk> ik = DifferentialIk::create(*model);
    QVERIFY(ik);
    const Eigen::VectorXd cap = limitsOf(*model).velocity;
    BodyTargets targets;
    for (std::size_t i = 0; i < kSideCount; ++i) {
        targets.arms[i] = {.wrist = ik->wrist(kSides[i]), .active = true};
        targets.arms[i].elbowActive = true;
    }
    targets.torsoActive = true;
    const Eigen::VectorXd start = ik->configuration();
    const std::size_t before = test::allocationCount();
    for (int tick = 0; tick < 100; ++tick) {
        targets.arms[0].wrist.position.x() += 0.01;
        (void)ik->step(targets, cap, kPeriod);
    }
    ik->reset(start);
    QCOMPARE(test::allocationCount() - before, std::size_t{0});
}

void TestDifferentialIk::aRobotWithoutArmsIsRefused()
{
    const Result<RobotModel> model = RobotModel::load(test::source("tests/robots/fixtures/sevenjoints.xml"),
                                                      test::source("tests/robots/fixtures/armless.toml"));
    QVERIFY2(model, model ? "" : model.error().message.c_str());
    const Result<DifferentialIk> ik = DifferentialIk::create(*model);
    QVERIFY(!ik);
    QVERIFY(ik.error().message.find("arm") != std::string::npos);
}

QTEST_APPLESS_MAIN(TestDifferentialIk)
#include "tst_differentialik.moc"
