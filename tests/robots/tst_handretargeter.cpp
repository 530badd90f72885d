#include <QTemporaryDir>
#include <QtTest>

#include <random>

#include "modelfixtures.h"
#include "robots/model/handretargeter.h"
#include "robots/teleoprig.h"
#include "support/allocationcount.h"

using namespace understudy;
namespace fs = std::filesystem;

namespace {

/// One arm of four joints that carries a palm with thumb, index and middle of two joints each, and a neck.
const char* const kModel =
    R"(<mujoco model="handed"><compiler angle="radian"/><worldbody><body name="torso" pos="0 0 1">
<geom type="capsule" size="0.05" fromto="0 0 -1 0 0 0"/>
<body name="neck_link" pos="0 0 0.3"><joint name="neck_yaw" axis="0 0 1" range="-1.5 1.5"/><geom type="sphere" size="0.03"/>
<body name="head" pos="0 0 0.1"><joint name="neck_pitch" axis="0 1 0" range="-0.8 0.8"/><geom type="sphere" size="0.08"/></body></body>
<body name="a" pos="0 -0.2 0.2"><joint name="j1" axis="0 1 0" range="-2 2"/><geom type="sphere" size="0.04"/>
<body name="b"><joint name="j2" axis="1 0 0" range="-2 2"/><geom type="capsule" size="0.03" fromto="0 0 0 0 0 -0.3"/>
<body name="c" pos="0 0 -0.3"><joint name="elbow" axis="0 1 0" range="-2.4 0"/><geom type="capsule" size="0.03" fromto="0 0 0 0 0 -0.2"/>
<body name="palm" pos="0 0 -0.25"><joint name="roll" axis="0 0 1" range="-2 2"/><geom type="box" size="0.01 0.03 0.04" pos="0 0 -0.04"/>
<body name="t1" pos="0.03 0 -0.03"><joint name="thumb_1" axis="0 1 0" range="-0.3 1.2"/><geom type="capsule" size="0.008" fromto="0 0 0 0.02 0 -0.04"/>
<body name="t2" pos="0.02 0 -0.04"><joint name="thumb_2" axis="0 1 0" range="0 1.4"/><geom type="capsule" size="0.008" fromto="0 0 0 0.005 0 -0.03"/></body></body>
<body name="i1" pos="0 0.02 -0.09"><joint name="index_1" axis="0 1 0" range="-1.6 0.2"/><geom type="capsule" size="0.008" fromto="0 0 0 0 0 -0.04"/>
<body name="i2" pos="0 0 -0.04"><joint name="index_2" axis="0 1 0" range="-1.7 0"/><geom type="capsule" size="0.008" fromto="0 0 0 0 0 -0.035"/></body></body>
<body name="m1" pos="0 -0.02 -0.09"><joint name="middle_1" axis="0 1 0" range="-1.6 0.2"/><geom type="capsule" size="0.008" fromto="0 0 0 0 0 -0.045"/>
<body name="m2" pos="0 0 -0.045"><joint name="middle_2" axis="0 1 0" range="-1.7 0"/><geom type="capsule" size="0.008" fromto="0 0 0 0 0 -0.035"/></body></body>
</body></body></body></body></body></worldbody></mujoco>)";
const char* const kProfile = R"(name = "handed"
torso = "torso"
head = "head"
neck = ["neck_yaw", "neck_pitch"]
[right]
shoulder = "b"
elbow = "c"
joints = ["j1", "j2", "elbow", "roll"]
wrist = { body = "palm", fingers = [0, 0, -1], back = [0, -1, 0] }
hand = [{ joint = "thumb_1", closed = 0.8 }, { joint = "thumb_2", closed = 1 }, { joint = "index_1", closed = -1.4 }, { joint = "index_2", closed = -1.4 }, { joint = "middle_1", closed = -1.4 }, { joint = "middle_2", closed = -1.4 }]
[right.fingertips]
thumb = { body = "t2", position = [0.005, 0, -0.03] }
index = { body = "i2", position = [0, 0, -0.035] }
middle = { body = "m2", position = [0, 0, -0.035] }
[rest]
elbow = -1.2
)";

constexpr std::array kFingerJoints{"thumb_1", "thumb_2", "index_1", "index_2", "middle_1", "middle_2"};

/// A person's hand that is this robot's, at some posture.
class Hand {
public:
    explicit Hand(const RobotModel& model) : m_model(model)
    {
        const auto& tips = model.profile().fingertips[1];
        auto kinematics = Kinematics::create(model, {},
                                             {model.profile().arms[1]->wrist,
                                              {.body = "t1"},
                                              {.body = "t2"},
                                              tips[0],
                                              {.body = "i1"},
                                              {.body = "i2"},
                                              tips[1],
                                              {.body = "m1"},
                                              {.body = "m2"},
                                              tips[2]});
        if (!kinematics) qFatal("%s", kinematics.error().message.c_str());
        m_kinematics = std::make_unique<Kinematics>(std::move(*kinematics));
        joints.setZero(std::ssize(model.joints()));
    }

    void set(const char* joint, double value) { joints[*m_model.jointIndex(joint)] = value; }
    [[nodiscard]] double get(const char* joint) const { return joints[*m_model.jointIndex(joint)]; }
    std::array<TrackedPose, kHandJointCount> seen()
    {
        m_kinematics->update(joints);
        std::array<TrackedPose, kHandJointCount> hand{};
        const auto put = [&](HandJoint joint, int frame) {
            hand[static_cast<std::size_t>(indexOf(joint))] = {m_kinematics->pose(frame), true, true};
        };
        put(HandJoint::Wrist, 0);
        put(HandJoint::ThumbProximal, 1);
        put(HandJoint::ThumbDistal, 2);
        put(HandJoint::ThumbTip, 3);
        put(HandJoint::IndexProximal, 4);
        put(HandJoint::IndexIntermediate, 5);
        put(HandJoint::IndexTip, 6);
        put(HandJoint::MiddleProximal, 7);
        put(HandJoint::MiddleIntermediate, 8);
        put(HandJoint::MiddleTip, 9);
        return hand;
    }
    [[nodiscard]] double gap(const Eigen::VectorXd& at)
    {
        m_kinematics->update(at);
        return (m_kinematics->pose(3).position - m_kinematics->pose(6).position).norm();
    }

    Eigen::VectorXd joints;

private:
    const RobotModel& m_model;
    std::unique_ptr<Kinematics> m_kinematics;
};

}  // namespace

class TestHandRetargeter : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void fingersTakeThePersonsPosture();
    void sizesDoNotMatter();
    void pinchesCloseAndHold();
    void whatIsNoHandChangesNothing();
    void neverAllocates();
    void theLoopMovesFingersAndNeck();
    void withoutFingertipsThereIsNone();

private:
    QTemporaryDir m_folder;
    std::unique_ptr<RobotModel> m_model;
};

void TestHandRetargeter::initTestCase()
{
    const fs::path folder = m_folder.path().toStdString();
    test::writeText(folder / "handed.xml", kModel);
    test::writeText(folder / "handed.toml", kProfile);
    auto model = RobotModel::load(folder / "handed.xml", folder / "handed.toml");
    QVERIFY2(model, model ? "" : model.error().message.c_str());
    m_model = std::make_unique<RobotModel>(std::move(*model));
}

void TestHandRetargeter::fingersTakeThePersonsPosture()
{
    auto made = HandRetargeter::create(*m_model, Side::Right);
    QVERIFY2(made && *made, made ? "" : made.error().message.c_str());
    HandRetargeter& hand = **made;
    QCOMPARE(hand.joints().size(), std::size_t{6});
    Hand person(*m_model);
    Eigen::VectorXd robot = person.joints;
    std::mt19937 random(2);
    std::uniform_real_distribution<double> uniform(0, 1);
    for (int trial = 0; trial < 20; ++trial) {
        person.set("thumb_1", -0.2 + 0.3 * uniform(random));
        person.set("thumb_2", 0.5 * uniform(random));
        for (const char* joint : {"index_1", "index_2", "middle_1", "middle_2"})
            person.set(joint, -0.9 * uniform(random));
        for (int i = 0; i < 60; ++i) QVERIFY(hand.update(person.seen(), robot));
        if (hand.isPinched(1) || hand.isPinched(2)) continue;
        for (const char* joint : kFingerJoints) {
            const double error = robot[*m_model->jointIndex(joint)] - person.get(joint);
            QVERIFY2(std::abs(error) < 0.05, qPrintable(QString("%1: %2").arg(joint).arg(error)));
        }
    }
}

void TestHandRetargeter::sizesDoNotMatter()
{
    auto made = HandRetargeter::create(*m_model, Side::Right);
    Hand person(*m_model);
    Eigen::VectorXd robot = person.joints;
    person.set("index_1", -0.7);
    person.set("index_2", -0.5);
    auto seen = person.seen();
    const Eigen::Vector3d wrist = seen[static_cast<std::size_t>(indexOf(HandJoint::Wrist))].pose.position;
    for (TrackedPose& joint : seen) joint.pose.position = wrist + 1.3 * (joint.pose.position - wrist);
    for (int i = 0; i < 60; ++i) QVERIFY((*made)->update(seen, robot));
    QVERIFY(std::abs(robot[*m_model->jointIndex("index_1")] + 0.7) < 0.06);
    QVERIFY(std::abs(robot[*m_model->jointIndex("index_2")] + 0.5) < 0.06);
}

void TestHandRetargeter::pinchesCloseAndHold()
{
    auto made = HandRetargeter::create(*m_model, Side::Right);
    HandRetargeter& hand = **made;
    Hand person(*m_model);
    Eigen::VectorXd robot = person.joints;
    auto open = person.seen();
    for (int i = 0; i < 30; ++i) QVERIFY(hand.update(open, robot));
    QVERIFY(!hand.isPinched(1));
    const auto at = [](HandJoint joint) { return static_cast<std::size_t>(indexOf(joint)); };
    const Eigen::Vector3d thumb = open[at(HandJoint::ThumbTip)].pose.position;
    const auto pinch = [&](double gap) {
        auto seen = open;
        seen[at(HandJoint::ThumbTip)].pose.position = thumb + Eigen::Vector3d(0, 0, -0.02);
        seen[at(HandJoint::IndexTip)].pose.position = thumb + Eigen::Vector3d(0, gap, -0.02);
        for (int i = 0; i < 80; ++i) (void)hand.update(seen, robot);
        return hand.isPinched(1);
    };
    QVERIFY(!pinch(0.035));
    QVERIFY(pinch(0.029));
    const double closed = person.gap(robot);
    QVERIFY(pinch(0.049));  // it was closed: so it stays
    QVERIFY(std::abs(person.gap(robot) - closed) < 0.004);
    QVERIFY(!pinch(0.051));
    QVERIFY2(person.gap(robot) > closed + 0.005, qPrintable(QString("%1 %2").arg(person.gap(robot)).arg(closed)));
    QVERIFY(!pinch(0.035));
}

void TestHandRetargeter::whatIsNoHandChangesNothing()
{
    auto made = HandRetargeter::create(*m_model, Side::Right);
    HandRetargeter& hand = **made;
    Hand person(*m_model);
    Eigen::VectorXd robot = person.joints;
    QVERIFY(hand.update(person.seen(), robot));
    const Eigen::VectorXd before = robot;
    const auto at = [](HandJoint joint) { return static_cast<std::size_t>(indexOf(joint)); };
    const auto broken = [&](auto&& change) {
        auto seen = person.seen();
        change(seen);
        return !hand.update(seen, robot) && robot == before;
    };
    QVERIFY(broken([&](auto& seen) { seen[at(HandJoint::IndexTip)].valid = false; }));
    QVERIFY(broken([&](auto& seen) { seen[at(HandJoint::ThumbTip)].pose.position.x() = std::nan(""); }));
    QVERIFY(broken([&](auto& seen) { seen[at(HandJoint::Wrist)].pose.orientation.coeffs().setZero(); }));
    QVERIFY(broken([&](auto& seen) {
        for (TrackedPose& joint : seen) joint.pose.position.setZero();
    }));
    QVERIFY(broken([&](auto& seen) { seen[at(HandJoint::MiddleTip)].pose.position *= 1e6; }));
}

void TestHandRetargeter::neverAllocates()
{
    auto made = HandRetargeter::create(*m_model, Side::Right);
    Hand person(*m_model);
    Eigen::VectorXd robot = person.joints;
    const auto seen = person.seen();
    QVERIFY((*made)->update(seen, robot));
    const std::size_t before = test::allocationCount();
    for (int i = 0; i < 100; ++i) (void)(*made)->update(seen, robot);
    QCOMPARE(test::allocationCount() - before, std::size_t{0});
}

void TestHandRetargeter::theLoopMovesFingersAndNeck()
{
    test::TeleopRig rig(*m_model);
    QVERIFY2(rig.loop, rig.error.c_str());
    Hand person(*m_model);
    person.set("index_1", -0.8);
    rig.sample.hands[1] = person.seen();
    // Looks 0.4 rad to the left and 0.3 down.
    rig.sample.at(BodyJoint::Head).pose.orientation =
        Eigen::AngleAxisd(0.4, Eigen::Vector3d::UnitZ()) * Eigen::AngleAxisd(0.3, Eigen::Vector3d::UnitY());
    rig.drive();
    rig.ticks(1500);
    QCOMPARE(rig.phase(), TeleopPhase::Active);
    const auto sent = [&](const char* joint) { return rig.link.last().position[*m_model->jointIndex(joint)]; };
    QVERIFY2(std::abs(sent("index_1") + 0.8) < 0.06, qPrintable(QString::number(sent("index_1"))));
    QVERIFY2(std::abs(sent("neck_yaw") - 0.4) < 0.05, qPrintable(QString::number(sent("neck_yaw"))));
    QVERIFY2(std::abs(sent("neck_pitch") - 0.3) < 0.05, qPrintable(QString::number(sent("neck_pitch"))));
    QCOMPARE(rig.positionViolations + rig.velocityViolations + rig.accelerationViolations, 0);

    // A hand that is not seen any more: the trigger closes it.
    rig.sample.hands[1] = {};
    rig.sample.inputs[1].trigger = 1;
    rig.ticks(1500);
    QVERIFY(std::abs(sent("index_1") + 1.4) < 1e-6);
    // Beyond its limits the neck stays at them.
    rig.sample.at(BodyJoint::Head).pose.orientation = Eigen::AngleAxisd(2.5, Eigen::Vector3d::UnitZ());
    rig.ticks(1500);
    QVERIFY(std::abs(sent("neck_yaw") - 1.5) < 1e-6);
    QCOMPARE(rig.positionViolations + rig.velocityViolations + rig.accelerationViolations, 0);
}

void TestHandRetargeter::withoutFingertipsThereIsNone()
{
    auto model = test::fixture("sevenjoints");
    auto made = HandRetargeter::create(*model, Side::Left);
    QVERIFY(made);
    QVERIFY(*made == nullptr);
}

QTEST_APPLESS_MAIN(TestHandRetargeter)
#include "tst_handretargeter.moc"
