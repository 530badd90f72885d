#include <QTest>

#include "robots/teleoprig.h"

using namespace understudy;

namespace {

const std::array<Pose, kSideCount> kNowhere{};

/// The same person somewhere else, turned about the vertical.
OperatorSample moved(OperatorSample sample, double yaw, const Eigen::Vector3d& by)
{
    const Eigen::Quaterniond turn(Eigen::AngleAxisd(yaw, Eigen::Vector3d::UnitZ()));
    for (TrackedPose& joint : sample.body) {
        joint.pose.position = turn * joint.pose.position + by;
        joint.pose.orientation = turn * joint.pose.orientation;
    }
    return sample;
}

OperatorSample scaled(OperatorSample sample, double by)
{
    for (TrackedPose& joint : sample.body) joint.pose.position *= by;
    return sample;
}

double apart(const Pose& a, const Pose& b)
{
    return (a.position - b.position).norm() + rotationVector(a.orientation * b.orientation.conjugate()).norm();
}

}  // namespace

class TestRetargeter : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void walkingAndTurningDragNothing();
    void aTallerPersonReachesTheSame();
    void shouldersAreTheCentre();
    void reachIsSoftlyClamped();
    void leaningMovesTheTorso();
    void upsideDownStaysFinite();
    void brokenPosesAreNotTracked();
    void clutchScalesAndAlignsTheYaw();
    void clutchRearmsAfterALoss();
    void jumpsKeepTheTargetsBefore();
    void aQuickButSteadyHandIsNoJump();
    void handsOfTheirOwnDriveToo();
    void refusesOptionsThatDoNotFit();

private:
    Retargeter make(RetargetOptions options = {}) const { return *Retargeter::create(*m_model, options); }
    std::unique_ptr<RobotModel> m_model;
};

void TestRetargeter::initTestCase()
{
    Result<RobotModel> model = test::fixture("sevenjoints");
    QVERIFY2(model, model ? "" : model.error().message.c_str());
    m_model = std::make_unique<RobotModel>(std::move(*model));
}

void TestRetargeter::walkingAndTurningDragNothing()
{
    Retargeter here = make();
    Retargeter there = make();
    const OperatorSample sample = test::person({0.3, 0.1, -0.2}, {0.2, -0.2, 0.1});
    const RetargetOutput first = here.update(sample, true, kNowhere);
    const RetargetOutput second = there.update(moved(sample, 2.1, {3, -4, 0.1}), true, kNowhere);
    QVERIFY(first.tracked[0] && first.tracked[1] && second.tracked[0]);
    for (std::size_t i = 0; i < kSideCount; ++i) {
        QVERIFY(apart(first.body.arms[i].wrist, second.body.arms[i].wrist) < 1e-9);
        QVERIFY((first.body.arms[i].elbow - second.body.arms[i].elbow).norm() < 1e-9);
    }
    QVERIFY(rotationVector(first.body.torso * second.body.torso.conjugate()).norm() < 1e-9);
}

void TestRetargeter::aTallerPersonReachesTheSame()
{
    Retargeter one = make();
    Retargeter other = make();
    const OperatorSample sample = test::person();
    const Pose small = one.update(sample, true, kNowhere).body.arms[0].wrist;
    const Pose tall = other.update(scaled(sample, 1.15), true, kNowhere).body.arms[0].wrist;
    QVERIFY(apart(small, tall) < 1e-9);
}

void TestRetargeter::shouldersAreTheCentre()
{
    Retargeter retargeter = make();
    const OperatorSample sample = test::person({0.28, 0, -0.28}, {0, -0.3, 0});
    const RetargetOutput& output = retargeter.update(sample, true, kNowhere);
    // The fixture's shoulders lie 0.45 m above its pelvis, 0.18 m to the sides.
    const double scale = retargeter.reach(Side::Left) / 0.56;
    QVERIFY(std::abs(retargeter.reach(Side::Left) - 0.53) < 0.01);
    const Eigen::Vector3d wanted = Eigen::Vector3d(0, 0.18, 0.45) + scale * Eigen::Vector3d(0.28, 0, -0.28);
    QVERIFY((output.body.arms[0].wrist.position - wanted).norm() < 1e-6);
    // The right arm points sideways as in the T-pose: its wrist frame is the base's.
    QVERIFY((output.body.arms[1].wrist.position.head<1>()).norm() < 1e-6);
}

void TestRetargeter::reachIsSoftlyClamped()
{
    Retargeter retargeter = make();
    double before = 0;
    for (double reach = 0.3; reach < 0.9; reach += 0.01) {
        OperatorSample sample = test::person({0.3, 0, 0}, {0.3, 0, 0});
        sample.at(BodyJoint::LeftWrist).pose.position = Eigen::Vector3d(reach, 0.18, 1.4);
        retargeter.rearm();
        const Eigen::Vector3d wrist = retargeter.update(sample, true, kNowhere).body.arms[0].wrist.position;
        const double distance = (wrist - Eigen::Vector3d(0, 0.18, 0.45)).norm();
        QVERIFY(distance < retargeter.reach(Side::Left));
        QVERIFY(distance > before - 0.01);
        before = distance;
    }
    QVERIFY(before > 0.93 * retargeter.reach(Side::Left));
}

void TestRetargeter::leaningMovesTheTorso()
{
    Retargeter retargeter = make();
    OperatorSample sample = test::person();
    const RetargetOutput upright = retargeter.update(sample, true, kNowhere);
    const Eigen::Quaterniond lean(Eigen::AngleAxisd(0.4, Eigen::Vector3d::UnitY()));
    sample.at(BodyJoint::Spine3).pose.orientation = lean;
    sample.stamps.capture += kSecond;
    const RetargetOutput& leaning = retargeter.update(sample, true, kNowhere);
    QVERIFY(leaning.body.torsoActive);
    QVERIFY(std::abs(rotationVector(leaning.body.torso * upright.body.torso.conjugate()).y() - 0.4) < 1e-9);
    // The robot's shoulder comes forward with its torso, and the wrist with the shoulder.
    QVERIFY(leaning.body.arms[0].wrist.position.x() > upright.body.arms[0].wrist.position.x() + 0.1);
}

void TestRetargeter::upsideDownStaysFinite()
{
    Retargeter retargeter = make();
    for (double angle = 0; angle < 7; angle += 0.05) {
        OperatorSample sample = test::person();
        const Eigen::Quaterniond flip(Eigen::AngleAxisd(angle, Eigen::Vector3d::UnitY()));
        for (TrackedPose& joint : sample.body) {
            joint.pose.position = flip * joint.pose.position;
            joint.pose.orientation = flip * joint.pose.orientation;
        }
        retargeter.rearm();
        const RetargetOutput& output = retargeter.update(sample, true, kNowhere);
        for (const ArmTarget& arm : output.body.arms) {
            QVERIFY(arm.wrist.isFinite());
            QVERIFY(arm.wrist.position.norm() < 2);
            QVERIFY(std::abs(arm.wrist.orientation.norm() - 1) < 1e-9);
        }
    }
}

void TestRetargeter::brokenPosesAreNotTracked()
{
    const auto trackedWith = [&](const std::function<void(OperatorSample&)>& breakIt) {
        Retargeter retargeter = make();
        OperatorSample sample = test::person();
        breakIt(sample);
        return retargeter.update(sample, true, kNowhere).tracked[0];
    };
    QVERIFY(trackedWith([](OperatorSample&) {}));
    QVERIFY(!trackedWith([](OperatorSample& s) { s.at(BodyJoint::LeftWrist).tracked = false; }));
    QVERIFY(!trackedWith([](OperatorSample& s) { s.at(BodyJoint::LeftWrist).valid = false; }));
    QVERIFY(!trackedWith([](OperatorSample& s) { s.at(BodyJoint::LeftShoulder).valid = false; }));
    QVERIFY(!trackedWith([](OperatorSample& s) { s.at(BodyJoint::LeftWrist).pose.position.x() = NAN; }));
    QVERIFY(!trackedWith([](OperatorSample& s) { s.at(BodyJoint::LeftElbow).pose.position.y() = 1e9; }));
    QVERIFY(!trackedWith([](OperatorSample& s) { s.at(BodyJoint::LeftWrist).pose.orientation.coeffs() *= 3; }));
    QVERIFY(!trackedWith([](OperatorSample& s) {
        s.at(BodyJoint::LeftElbow).pose.position = s.at(BodyJoint::LeftShoulder).pose.position;
    }));
    // A quaternion that lost a little of its length is still one.
    QVERIFY(trackedWith([](OperatorSample& s) { s.at(BodyJoint::LeftWrist).pose.orientation.coeffs() *= 1.01; }));
}

void TestRetargeter::clutchScalesAndAlignsTheYaw()
{
    RetargetOptions options;
    options.mode = RetargetMode::Clutch;
    options.positionScale = 0.5;
    options.rotationScale = 0.5;
    Retargeter retargeter = make(options);
    const std::array<Pose, kSideCount> wrists{Pose{.position = {0.3, 0.2, 0.3}}, Pose{.position = {0.3, -0.2, 0.3}}};
    // The operator faces the other way: forward is -x of their world.
    OperatorSample sample = moved(test::person(), M_PI, {1, 2, 0});
    (void)retargeter.update(sample, false, wrists);
    Pose latched = retargeter.update(sample, true, wrists).body.arms[0].wrist;
    QVERIFY(apart(latched, wrists[0]) < 1e-9);
    TrackedPose& hand = sample.at(BodyJoint::LeftWrist);
    hand.pose.position.x() -= 0.02;
    hand.pose.orientation = Eigen::AngleAxisd(0.1, Eigen::Vector3d::UnitZ()) * hand.pose.orientation;
    const Pose target = retargeter.update(sample, true, wrists).body.arms[0].wrist;
    QVERIFY((target.position - wrists[0].position - Eigen::Vector3d(0.01, 0, 0)).norm() < 1e-9);
    QVERIFY((rotationVector(target.orientation) - Eigen::Vector3d(0, 0, 0.05)).norm() < 1e-9);
}

void TestRetargeter::clutchRearmsAfterALoss()
{
    RetargetOptions options;
    options.mode = RetargetMode::Clutch;
    Retargeter retargeter = make(options);
    std::array<Pose, kSideCount> wrists{Pose{.position = {0.3, 0.2, 0.3}}, Pose{.position = {0.3, -0.2, 0.3}}};
    OperatorSample sample = test::person();
    (void)retargeter.update(sample, true, wrists);
    sample.at(BodyJoint::LeftWrist).valid = false;
    QVERIFY(!retargeter.update(sample, true, wrists).tracked[0]);
    sample.at(BodyJoint::LeftWrist).valid = true;
    sample.at(BodyJoint::LeftWrist).pose.position += Eigen::Vector3d(0.2, 0.2, 0.2);
    const RetargetOutput& output = retargeter.update(sample, true, wrists);
    QVERIFY(output.tracked[0] && !output.jumped);
    QVERIFY(apart(output.body.arms[0].wrist, wrists[0]) < 1e-9);
}

void TestRetargeter::jumpsKeepTheTargetsBefore()
{
    Retargeter retargeter = make();
    OperatorSample sample = test::person();
    sample.stamps.capture = kSecond;
    const Pose before = retargeter.update(sample, true, kNowhere).body.arms[0].wrist;
    sample.stamps.capture += 10 * kMillisecond;
    sample.at(BodyJoint::LeftWrist).pose.position.z() += 0.2;
    const RetargetOutput& output = retargeter.update(sample, true, kNowhere);
    QVERIFY(output.jumped && output.tracked[0]);
    QVERIFY(apart(output.body.arms[0].wrist, before) == 0.0);
    retargeter.rearm();
    QVERIFY(!retargeter.update(sample, true, kNowhere).jumped);

    sample.stamps.capture += 10 * kMillisecond;
    sample.at(BodyJoint::LeftWrist).pose.orientation =
        Eigen::AngleAxisd(2.5, Eigen::Vector3d::UnitX()) * sample.at(BodyJoint::LeftWrist).pose.orientation;
    QVERIFY(retargeter.update(sample, true, kNowhere).jumped);
}

void TestRetargeter::aQuickButSteadyHandIsNoJump()
{
    Retargeter retargeter = make();
    OperatorSample sample = test::person();
    TrackedPose& hand = sample.at(BodyJoint::LeftWrist);
    const Pose start = hand.pose;
    // A flick of 50 rad/s that takes 50 ms to build up, at 120 Hz.
    double angle = 0;
    for (int i = 0; i < 20; ++i) {
        sample.stamps.capture += kSecond / 120;
        angle += std::min(50.0, 8.0 * i) / 120;
        hand.pose.orientation = Eigen::AngleAxisd(angle, Eigen::Vector3d::UnitX()) * start.orientation;
        QVERIFY(!retargeter.update(sample, true, kNowhere).jumped);
    }
}

void TestRetargeter::handsOfTheirOwnDriveToo()
{
    RetargetOptions options;
    options.mode = RetargetMode::Clutch;
    Retargeter retargeter = make(options);
    OperatorSample sample;
    sample.hands[1][static_cast<std::size_t>(indexOf(HandJoint::Wrist))] = {
        .pose = {.position = {0, 0, 1}}, .valid = true, .tracked = true};
    const RetargetOutput& output = retargeter.update(sample, true, kNowhere);
    QVERIFY(!output.tracked[0]);
    QVERIFY(output.tracked[1]);
}

void TestRetargeter::refusesOptionsThatDoNotFit()
{
    RetargetOptions options;
    options.reachSoft = 1.1;
    QVERIFY(!Retargeter::create(*m_model, options));
    options = {};
    options.rotationScale = NAN;
    QVERIFY(!Retargeter::create(*m_model, options));
    options = {};
    options.mode = RetargetMode::JointDirect;
    const auto nothing = Retargeter::create(*m_model, options);
    QVERIFY(!nothing);
    QVERIFY(nothing.error().message.find("No joint") != std::string::npos);
}

QTEST_APPLESS_MAIN(TestRetargeter)
#include "tst_retargeter.moc"
