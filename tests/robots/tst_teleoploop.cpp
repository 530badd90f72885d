#include <QtTest>

#include <random>

#include "robots/teleoprig.h"
#include "support/allocationcount.h"

using namespace understudy;
using test::TeleopRig;

namespace {

constexpr auto kMs = kMillisecond;

class CountingSink final : public RecordSink {
public:
    Result<StreamId> open(const StreamInfo& info) override
    {
        infos.push_back(info);
        return static_cast<StreamId>(infos.size() - 1);
    }
    bool offer(StreamId, const Record& record) override
    {
        last = std::get<Step>(record);
        ++count;
        return count % 10 != 0;
    }
    std::vector<StreamInfo> infos;
    Step last;
    std::uint64_t count = 0;
};

}  // namespace

class TestTeleopLoop : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void drivesFromThePressOn();
    void aButtonHeldFromTheStartDoesNotEngage();
    void operatorSilence();
    void afterALongSilenceOnlyAPressEngages();
    void robotSilence();
    void aLateViewHolds();
    void lettingGoBrakes();
    void stopRequestBrakesAndStays();
    void stopButtonOfTheOperator();
    void clutchKeepsThePose();
    void lostTrackingHolds();
    void aJumpHoldsUntilTheClutch();
    void alignsToARobotThatWasMoved();
    void goesHomeSlowly();
    void barredNobodyDrivesAndHomeIsOpen();
    void somethingInTheWayEndsGoingHome();
    void repeatedSolverFailuresAreAFault();
    void brokenInputNeverMovesTheRobot_data();
    void brokenInputNeverMovesTheRobot();
    void limitsHoldForRandomOperators_data();
    void limitsHoldForRandomOperators();
    void missedPeriodsAreCaughtUp();
    void sameInputsGiveSameSteps();
    void neverAllocates();
    void recordsEveryLayer();
    void refusesWhatDoesNotFit();
    void jointsDriveJointsByName();
    void triggersCloseTheHand();
    void tracksAMovingOperator_data();
    void tracksAMovingOperator();

private:
    std::unique_ptr<RobotModel> m_model;
};

void TestTeleopLoop::initTestCase()
{
    Result<RobotModel> model = test::fixture("sevenjoints");
    QVERIFY2(model, model ? "" : model.error().message.c_str());
    m_model = std::make_unique<RobotModel>(std::move(*model));
}

void TestTeleopLoop::drivesFromThePressOn()
{
    TeleopRig rig(*m_model);
    QVERIFY2(rig.loop, rig.error.c_str());
    Latest<TeleopStatus>& status = rig.loop->addStatusReader();
    rig.ticks(5);
    QCOMPARE(rig.phase(), TeleopPhase::Ready);
    QCOMPARE(rig.reason(), HoldReason::NotTracked);
    rig.ticks(10);
    QCOMPARE(rig.reason(), HoldReason::HoldToDriveReleased);
    QCOMPARE(rig.link.last().mode, CommandMode::Hold);
    const Eigen::VectorXd before = rig.link.last().position;
    QCOMPARE(before, rig.measured);

    rig.hold(true);
    rig.tick();
    QCOMPARE(rig.phase(), TeleopPhase::Engaging);
    QCOMPARE(rig.link.last().mode, CommandMode::Position);
    rig.ticks(100);
    QCOMPARE(rig.phase(), TeleopPhase::Engaging);
    // A fifth of the ramp: the cap has opened from 0.63 by a tenth of what is missing to 3 rad/s.
    QVERIFY2(rig.fastest < 0.9, qPrintable(QString::number(rig.fastest)));
    rig.ticks(400);
    QCOMPARE(rig.phase(), TeleopPhase::Active);
    QCOMPARE(status.read()->phase, TeleopPhase::Active);
    rig.ticks(1000);
    QVERIFY((rig.link.last().position - before).norm() > 0.1);
    for (const WristTracking& wrist : rig.loop->step().wrists) {
        QVERIFY(wrist.active);
        QVERIFY2(wrist.positionError < 0.002F, qPrintable(QString::number(wrist.positionError)));
    }
    QCOMPARE(rig.positionViolations + rig.velocityViolations + rig.accelerationViolations, 0);
}

void TestTeleopLoop::aButtonHeldFromTheStartDoesNotEngage()
{
    TeleopRig rig(*m_model);
    rig.hold(true);
    rig.ticks(600);
    QCOMPARE(rig.phase(), TeleopPhase::Ready);
    QCOMPARE(rig.reason(), HoldReason::HoldToDriveReleased);
    rig.hold(false);
    rig.tick();
    rig.hold(true);
    rig.tick();
    QCOMPARE(rig.phase(), TeleopPhase::Engaging);
}

void TestTeleopLoop::operatorSilence()
{
    TeleopRig rig(*m_model);
    rig.drive();
    QCOMPARE(rig.phase(), TeleopPhase::Active);
    rig.operatorAlive = false;
    rig.ticks(40);
    QCOMPARE(rig.loop->step().operatorSample.age, 80 * kMs);
    QCOMPARE(rig.phase(), TeleopPhase::Active);
    rig.tick();
    QCOMPARE(rig.phase(), TeleopPhase::Hold);
    QCOMPARE(rig.reason(), HoldReason::OperatorStale);
    rig.ticks(125 - 41);
    QCOMPARE(rig.loop->step().operatorSample.age, 250 * kMs);
    QCOMPARE(rig.phase(), TeleopPhase::Hold);
    // Back in time: it goes on without a press, through the ramp.
    rig.operatorAlive = true;
    rig.tick();
    QCOMPARE(rig.phase(), TeleopPhase::Engaging);
    rig.ticks(510);
    QCOMPARE(rig.phase(), TeleopPhase::Active);
    QCOMPARE(rig.accelerationViolations, 0);
}

void TestTeleopLoop::afterALongSilenceOnlyAPressEngages()
{
    TeleopRig rig(*m_model);
    rig.drive();
    rig.operatorAlive = false;
    rig.ticks(125);
    QCOMPARE(rig.phase(), TeleopPhase::Hold);
    rig.tick();
    QVERIFY(rig.phase() == TeleopPhase::Disengaging || rig.phase() == TeleopPhase::Ready);
    rig.ticks(100);
    QCOMPARE(rig.phase(), TeleopPhase::Ready);
    rig.operatorAlive = true;
    rig.ticks(600);
    QCOMPARE(rig.phase(), TeleopPhase::Ready);
    QCOMPARE(rig.reason(), HoldReason::HoldToDriveReleased);
    rig.hold(false);
    rig.tick();
    QCOMPARE(rig.phase(), TeleopPhase::Ready);
    rig.hold(true);
    rig.tick();
    QCOMPARE(rig.phase(), TeleopPhase::Engaging);

    // A press made while nobody was heard is no act of now either.
    rig.ticks(600);
    rig.operatorAlive = false;
    rig.ticks(200);
    rig.hold(false);
    rig.hold(true);
    rig.operatorAlive = true;
    rig.ticks(600);
    QCOMPARE(rig.phase(), TeleopPhase::Ready);
}

void TestTeleopLoop::robotSilence()
{
    TeleopRig rig(*m_model);
    rig.drive();
    rig.robotAlive = false;
    rig.ticks(50);
    QCOMPARE(rig.loop->step().robotState.age, 100 * kMs);
    QCOMPARE(rig.phase(), TeleopPhase::Active);
    rig.tick();
    QCOMPARE(rig.phase(), TeleopPhase::Hold);
    QCOMPARE(rig.reason(), HoldReason::RobotStale);
    rig.robotAlive = true;
    rig.tick();
    QCOMPARE(rig.phase(), TeleopPhase::Engaging);

    rig.hold(false);
    rig.ticks(200);
    QCOMPARE(rig.phase(), TeleopPhase::Ready);
    rig.robotAlive = false;
    rig.ticks(26);
    rig.hold(true);
    rig.tick();
    QCOMPARE(rig.phase(), TeleopPhase::Ready);
    QCOMPARE(rig.reason(), HoldReason::RobotStale);
    rig.ticks(500);
    QCOMPARE(rig.phase(), TeleopPhase::Disconnected);
    rig.robotAlive = true;
    rig.ticks(10);
    QCOMPARE(rig.phase(), TeleopPhase::Ready);  // the press is more than a second old
}

void TestTeleopLoop::aLateViewHolds()
{
    TeleopRig rig(*m_model);
    rig.connectView();
    ViewSample picture{.capture = rig.now, .period = 33 * kMs};
    rig.ticks(30);
    QCOMPARE(rig.reason(), HoldReason::ViewStale);  // no picture yet
    const auto show = [&](int count) {
        for (int i = 0; i < count; ++i) {
            picture.capture = rig.now;
            rig.view.write(picture);
            rig.tick();
        }
    };
    show(10);
    rig.hold(true);
    show(510);
    QCOMPARE(rig.phase(), TeleopPhase::Active);
    picture.capture = rig.now;
    rig.view.write(picture);
    rig.ticks(166);  // 332 ms: 300 and one period of 33
    QCOMPARE(rig.phase(), TeleopPhase::Active);
    rig.tick();
    QCOMPARE(rig.phase(), TeleopPhase::Hold);
    QCOMPARE(rig.reason(), HoldReason::ViewStale);
}

void TestTeleopLoop::lettingGoBrakes()
{
    TeleopRig rig(*m_model);
    rig.ticks(30);
    rig.hold(true);
    rig.ticks(250);  // on the way to the operator's posture
    const double moving = rig.link.last().velocity.cwiseAbs().maxCoeff();
    QVERIFY(moving > 0.2);
    rig.hold(false);
    rig.tick();
    QCOMPARE(rig.phase(), TeleopPhase::Disengaging);
    QCOMPARE(rig.reason(), HoldReason::HoldToDriveReleased);
    QCOMPARE(rig.link.last().mode, CommandMode::Position);
    int braking = 1;
    while (rig.phase() == TeleopPhase::Disengaging && braking < 1000) {
        const double before = rig.link.last().velocity.cwiseAbs().maxCoeff();
        rig.tick();
        QVERIFY(rig.link.last().velocity.cwiseAbs().maxCoeff() <= before);
        ++braking;
    }
    QVERIFY2(std::abs(braking - moving / (30.0 * 0.002)) < 4, qPrintable(QString::number(braking)));
    QCOMPARE(rig.phase(), TeleopPhase::Ready);
    QCOMPARE(rig.link.last().mode, CommandMode::Hold);
    const Eigen::VectorXd rest = rig.link.last().position;
    rig.ticks(100);
    QCOMPARE(rig.link.last().position, rest);
    QCOMPARE(rig.accelerationViolations, 0);
}

void TestTeleopLoop::stopRequestBrakesAndStays()
{
    TeleopRig rig(*m_model);
    rig.hold(false);
    rig.ticks(30);
    rig.hold(true);
    rig.ticks(200);  // moving
    QVERIFY(rig.link.last().velocity.cwiseAbs().maxCoeff() > 0.1);
    rig.loop->requestStop();
    rig.tick();
    QCOMPARE(rig.phase(), TeleopPhase::Stopped);
    QCOMPARE(rig.reason(), HoldReason::StopRequested);
    QCOMPARE(rig.link.last().mode, CommandMode::Position);  // braking
    rig.ticks(100);
    QCOMPARE(rig.link.last().velocity.cwiseAbs().maxCoeff(), 0.0);
    QCOMPARE(rig.link.last().mode, CommandMode::Hold);
    rig.press(Button::Clear);
    QCOMPARE(rig.phase(), TeleopPhase::Stopped);  // the request still stands
    rig.loop->clearStop();
    rig.ticks(600);
    QCOMPARE(rig.phase(), TeleopPhase::Ready);
    rig.drive();
    QCOMPARE(rig.phase(), TeleopPhase::Active);
    QCOMPARE(rig.accelerationViolations, 0);

    rig.link.infoToChange().stop = StopBehaviour::Damps;
    rig.loop->requestStop();
    rig.ticks(200);
    QCOMPARE(rig.link.last().mode, CommandMode::Damping);
}

void TestTeleopLoop::stopButtonOfTheOperator()
{
    TeleopRig rig(*m_model);
    rig.drive();
    rig.press(Button::Stop);
    QCOMPARE(rig.phase(), TeleopPhase::Stopped);
    rig.ticks(500);
    QCOMPARE(rig.phase(), TeleopPhase::Stopped);
    rig.press(Button::Clear);
    QCOMPARE(rig.phase(), TeleopPhase::Ready);
}

void TestTeleopLoop::clutchKeepsThePose()
{
    TeleopOptions options;
    options.retarget.mode = RetargetMode::Clutch;
    TeleopRig rig(*m_model, options);
    QVERIFY2(rig.loop, rig.error.c_str());
    rig.drive();
    QCOMPARE(rig.phase(), TeleopPhase::Active);
    const Eigen::VectorXd start = rig.link.last().position;
    QCOMPARE(start, rig.measured);

    const auto moveHand = [&](const Eigen::Vector3d& by, int count) {
        for (int i = 0; i < count; ++i) {
            rig.sample.at(BodyJoint::LeftWrist).pose.position += by / count;
            rig.tick();
        }
    };
    const Pose before = rig.loop->step().wrists[0].target;
    moveHand({0, 0, 0.1}, 250);
    rig.ticks(300);
    const Pose after = rig.loop->step().wrists[0].target;
    QVERIFY((after.position - before.position - Eigen::Vector3d(0, 0, 0.1)).norm() < 1e-6);
    QVERIFY(rig.loop->step().wrists[0].positionError < 0.002F);

    rig.sample.setHeld(Button::Clutch, true);
    rig.tick();
    QCOMPARE(rig.phase(), TeleopPhase::Hold);
    QCOMPARE(rig.reason(), HoldReason::Clutched);
    rig.ticks(100);
    const Eigen::VectorXd held = rig.link.last().position;
    moveHand({0.2, 0.1, -0.3}, 200);
    QCOMPARE(rig.link.last().position, held);
    rig.sample.setHeld(Button::Clutch, false);
    rig.ticks(50);
    QVERIFY((rig.link.last().position - held).cwiseAbs().maxCoeff() < 0.01);  // where it was: no jump to the hand
    rig.ticks(500);
    QVERIFY((rig.link.last().position - held).cwiseAbs().maxCoeff() < 0.05);
    QCOMPARE(rig.phase(), TeleopPhase::Active);
    QCOMPARE(rig.accelerationViolations, 0);
}

void TestTeleopLoop::lostTrackingHolds()
{
    TeleopRig rig(*m_model);
    rig.drive();
    rig.sample.at(BodyJoint::LeftWrist).tracked = false;
    rig.tick();
    QCOMPARE(rig.phase(), TeleopPhase::Hold);
    QCOMPARE(rig.reason(), HoldReason::NotTracked);
    rig.ticks(200);
    QCOMPARE(rig.phase(), TeleopPhase::Hold);  // the other hand alone is not what was engaged
    rig.sample.at(BodyJoint::LeftWrist).tracked = true;
    rig.tick();
    QCOMPARE(rig.phase(), TeleopPhase::Engaging);

    // Engaged with one hand, the other one showing up later changes nothing.
    rig.sample.at(BodyJoint::LeftWrist).valid = false;
    rig.hold(false);
    rig.ticks(100);
    rig.drive();
    QCOMPARE(rig.phase(), TeleopPhase::Active);
    QVERIFY(!rig.loop->step().wrists[0].active && rig.loop->step().wrists[1].active);
    rig.sample.at(BodyJoint::LeftWrist).valid = true;
    rig.ticks(20);
    QVERIFY(!rig.loop->step().wrists[0].active);
    QCOMPARE(rig.phase(), TeleopPhase::Active);
}

void TestTeleopLoop::aJumpHoldsUntilTheClutch()
{
    TeleopRig rig(*m_model);
    rig.drive();
    rig.ticks(1500);
    const Eigen::VectorXd before = rig.link.last().position;
    rig.sample.at(BodyJoint::RightWrist).pose.position += Eigen::Vector3d(0.1, 0.2, 0.2);
    rig.tick();
    QCOMPARE(rig.phase(), TeleopPhase::Hold);
    QCOMPARE(rig.reason(), HoldReason::InputJump);
    rig.ticks(500);
    QCOMPARE(rig.phase(), TeleopPhase::Hold);
    QVERIFY((rig.link.last().position - before).cwiseAbs().maxCoeff() < 0.01);
    rig.sample.setHeld(Button::Clutch, true);
    rig.ticks(5);
    QCOMPARE(rig.reason(), HoldReason::Clutched);
    rig.sample.setHeld(Button::Clutch, false);
    rig.ticks(2);
    QCOMPARE(rig.phase(), TeleopPhase::Engaging);
    rig.ticks(2000);
    QCOMPARE(rig.phase(), TeleopPhase::Active);
    QVERIFY((rig.link.last().position - before).cwiseAbs().maxCoeff() > 0.05);
    QCOMPARE(rig.accelerationViolations, 0);
}

void TestTeleopLoop::alignsToARobotThatWasMoved()
{
    TeleopRig rig(*m_model);
    rig.echo = false;
    rig.ticks(30);
    rig.measured[rig.model->jointIndex("left_elbow").value()] += 0.7;
    rig.hold(true);
    rig.tick();
    QCOMPARE(rig.phase(), TeleopPhase::Aligning);
    QCOMPARE(rig.link.last().mode, CommandMode::Hold);
    for (int i = 0; i < 2000 && rig.phase() == TeleopPhase::Aligning; ++i) rig.tick();
    QCOMPARE(rig.phase(), TeleopPhase::Engaging);
    QVERIFY((rig.link.last().position - rig.measured).cwiseAbs().maxCoeff() <= 0.2);
    QCOMPARE(rig.accelerationViolations + rig.velocityViolations, 0);
}

void TestTeleopLoop::goesHomeSlowly()
{
    TeleopRig rig(*m_model);
    rig.drive();
    rig.ticks(1000);
    const Eigen::VectorXd away = rig.link.last().position;
    rig.loop->requestHome();
    rig.tick();
    QCOMPARE(rig.phase(), TeleopPhase::Active);  // not while driving
    rig.hold(false);
    rig.ticks(200);
    QCOMPARE(rig.phase(), TeleopPhase::Ready);
    rig.fastest = 0;
    rig.loop->requestHome();
    rig.ticks(5);
    QCOMPARE(rig.phase(), TeleopPhase::Disengaging);
    QCOMPARE(rig.reason(), HoldReason::Parked);
    rig.ticks(4000);
    QCOMPARE(rig.phase(), TeleopPhase::Ready);
    QVERIFY(rig.fastest <= 0.5 + 1e-9 && rig.fastest > 0.1);
    for (const JointInfo& joint : rig.model->joints()) {
        QVERIFY(std::abs(rig.link.last().position[*rig.model->jointIndex(joint.name)] - joint.rest) < 1e-6);
    }
    QVERIFY((away - rig.link.last().position).norm() > 0.1);

    // A press of hold-to-drive ends it.
    rig.drive();
    rig.ticks(1000);
    rig.hold(false);
    rig.ticks(200);
    rig.press(Button::Home);
    rig.ticks(20);
    QCOMPARE(rig.reason(), HoldReason::Parked);
    rig.press(Button::HoldToDrive);
    rig.ticks(200);
    QCOMPARE(rig.phase(), TeleopPhase::Ready);
    QVERIFY(rig.reason() == HoldReason::HoldToDriveReleased);
    QCOMPARE(rig.positionViolations + rig.velocityViolations + rig.accelerationViolations, 0);
}

void TestTeleopLoop::barredNobodyDrivesAndHomeIsOpen()
{
    TeleopRig rig(*m_model);
    rig.drive();
    rig.ticks(500);
    rig.loop->setBarred(true);
    rig.tick();
    QCOMPARE(rig.phase(), TeleopPhase::Disengaging);
    QCOMPARE(rig.reason(), HoldReason::Parked);
    rig.ticks(200);
    QCOMPARE(rig.phase(), TeleopPhase::Ready);
    QCOMPARE(rig.reason(), HoldReason::Parked);
    const Eigen::VectorXd parked = rig.link.last().position;
    rig.drive();
    QCOMPARE(rig.phase(), TeleopPhase::Ready);
    QCOMPARE(rig.link.last().position, parked);

    rig.loop->requestHome();
    rig.ticks(20);
    QCOMPARE(rig.phase(), TeleopPhase::Disengaging);
    rig.hold(false);
    rig.ticks(30);
    rig.hold(true);  // no press counts, also none that would end the way home
    rig.ticks(4000);
    QCOMPARE(rig.phase(), TeleopPhase::Ready);
    for (const JointInfo& joint : rig.model->joints()) {
        QVERIFY(std::abs(rig.link.last().position[*rig.model->jointIndex(joint.name)] - joint.rest) < 1e-6);
    }

    // Held through the end of the bar is no press either.
    rig.loop->setBarred(false);
    rig.ticks(300);
    QCOMPARE(rig.phase(), TeleopPhase::Ready);
    rig.drive();
    QCOMPARE(rig.phase(), TeleopPhase::Active);
    QCOMPARE(rig.positionViolations + rig.velocityViolations + rig.accelerationViolations, 0);
}

void TestTeleopLoop::somethingInTheWayEndsGoingHome()
{
    TeleopRig rig(*m_model);
    rig.drive();
    rig.ticks(2000);
    rig.hold(false);
    rig.ticks(200);
    rig.echo = false;  // the robot stays where it is
    rig.loop->requestHome();
    rig.ticks(4000);
    QCOMPARE(rig.phase(), TeleopPhase::Ready);
    const double deviation = (rig.link.last().position - rig.measured).cwiseAbs().maxCoeff();
    QVERIFY2(deviation > 0.4 && deviation < 0.6, qPrintable(QString::number(deviation)));
}

void TestTeleopLoop::repeatedSolverFailuresAreAFault()
{
    TeleopOptions options;
    options.ik.wristPosition = std::numeric_limits<double>::quiet_NaN();
    TeleopRig rig(*m_model, options);
    Latest<TeleopStatus>& status = rig.loop->addStatusReader();
    const Eigen::VectorXd start = rig.measured;
    rig.drive();
    QCOMPARE(rig.phase(), TeleopPhase::Fault);
    QCOMPARE(rig.reason(), HoldReason::SolverFailed);
    QCOMPARE(status.read()->solverFailures, std::uint64_t{kSolverFailures});
    QCOMPARE(rig.link.last().position, start);
    rig.ticks(100);
    QCOMPARE(rig.phase(), TeleopPhase::Fault);
    rig.loop->clearStop();
    rig.tick();
    QCOMPARE(rig.phase(), TeleopPhase::Ready);
}

void TestTeleopLoop::brokenInputNeverMovesTheRobot_data()
{
    QTest::addColumn<int>("kind");
    QTest::newRow("positions that are not numbers") << 0;
    QTest::newRow("infinite positions") << 1;
    QTest::newRow("quaternions of no length") << 2;
    QTest::newRow("bones of no length") << 3;
    QTest::newRow("an arrival in the future") << 4;
    QTest::newRow("nobody") << 5;
    QTest::newRow("an operator upside down") << 6;
}

void TestTeleopLoop::brokenInputNeverMovesTheRobot()
{
    QFETCH(int, kind);
    TeleopRig rig(*m_model);
    rig.drive();
    rig.ticks(1500);
    const Eigen::VectorXd before = rig.link.last().position;
    const OperatorSample good = rig.sample;
    for (TrackedPose& joint : rig.sample.body) {
        if (kind == 0) joint.pose.position.x() = std::numeric_limits<double>::quiet_NaN();
        if (kind == 1) joint.pose.position.z() = std::numeric_limits<double>::infinity();
        if (kind == 2) joint.pose.orientation.coeffs().setZero();
        if (kind == 3) joint.pose.position.setConstant(1);
        if (kind == 5) joint = {};
        if (kind == 6) {
            const Eigen::Quaterniond over(0, 1, 0, 0);
            joint.pose = Pose{.position = {0, 0, 2}, .orientation = over} * joint.pose;
        }
    }
    if (kind == 4) {
        rig.operatorAlive = false;
        rig.sample.sequence += 1;
        rig.sample.stamps.arrival = rig.now + 10 * kSecond;
        rig.operatorSamples.write(rig.sample);
    }
    rig.sample.inputs[0].trigger = std::numeric_limits<float>::quiet_NaN();
    rig.tick();
    QVERIFY(rig.phase() != TeleopPhase::Active);
    rig.ticks(300);
    QVERIFY(rig.link.last().position.allFinite());
    QVERIFY((rig.link.last().position - before).cwiseAbs().maxCoeff() < 0.02);
    QCOMPARE(rig.positionViolations + rig.velocityViolations + rig.accelerationViolations, 0);
}

void TestTeleopLoop::limitsHoldForRandomOperators_data()
{
    QTest::addColumn<QString>("robot");
    QTest::addColumn<int>("mode");
    QTest::newRow("seven joints, mirror") << "sevenjoints" << 0;
    QTest::newRow("seven joints, clutch") << "sevenjoints" << 1;
    QTest::newRow("four joints, mirror") << "fourjoints" << 0;
    QTest::newRow("Unitree G1, mirror") << "robots/unitree_g1/scene_29dof.xml" << 0;
    QTest::newRow("Booster T1, mirror") << "robots/booster_t1/t1_mocap.xml" << 0;
}

void TestTeleopLoop::limitsHoldForRandomOperators()
{
    QFETCH(QString, robot);
    QFETCH(int, mode);
    const bool isShared = robot.startsWith("robots/");
    if (isShared && !std::filesystem::exists(test::shared(robot.toStdString()))) QSKIP("the shared robot is not there");
    Result<RobotModel> model =
        isShared ? RobotModel::load(test::shared(robot.toStdString())) : test::fixture(robot.toStdString());
    QVERIFY2(model, model ? "" : model.error().message.c_str());
    TeleopOptions options;
    options.retarget.mode = mode == 0 ? RetargetMode::Mirror : RetargetMode::Clutch;
    // Whatever comes is let through to the solver: the limits must hold without the jump check.
    options.retarget.linearSpeed = options.retarget.angularSpeed = 1e9;
    std::mt19937 random(11);
    std::uniform_real_distribution<double> uniform(-1, 1);
    int active = 0;
    for (int trial = 0; trial < 4; ++trial) {
        TeleopRig rig(*model, options);
        QVERIFY2(rig.loop, rig.error.c_str());
        rig.operatorPeriod = trial % 2 == 0 ? 0 : 8 * kMs;
        rig.drive();
        for (int i = 0; i < 4000; ++i) {
            const double dice = uniform(random);
            if (dice > 0.98) {
                const OperatorSample other =
                    test::person(0.6 * Eigen::Vector3d(uniform(random), uniform(random), uniform(random)),
                                 0.6 * Eigen::Vector3d(uniform(random), uniform(random), uniform(random)));
                rig.sample.body = other.body;
                for (const BodyJoint joint :
                     {BodyJoint::LeftWrist, BodyJoint::RightWrist, BodyJoint::Spine3, BodyJoint::Pelvis}) {
                    rig.sample.at(joint).pose.orientation =
                        Eigen::Quaterniond(uniform(random), uniform(random), uniform(random), uniform(random))
                            .normalized();
                }
            } else if (dice < -0.5) {
                rig.sample.at(BodyJoint::LeftWrist).pose.position.x() += 0.02 * uniform(random);
            }
            if (uniform(random) > 0.997) rig.hold(!rig.sample.isHeld(Button::HoldToDrive));
            if (uniform(random) > 0.997) rig.sample.setHeld(Button::Clutch, !rig.sample.isHeld(Button::Clutch));
            if (uniform(random) > 0.998) rig.operatorAlive = !rig.operatorAlive;
            if (uniform(random) > 0.998) rig.robotAlive = !rig.robotAlive;
            if (uniform(random) > 0.999) rig.loop->requestHome();
            if (uniform(random) > 0.9995) rig.loop->requestStop();
            if (uniform(random) > 0.99) rig.loop->clearStop();
            rig.sample.inputs[0].trigger = static_cast<float>(uniform(random));
            rig.tick();
            if (rig.phase() == TeleopPhase::Active || rig.phase() == TeleopPhase::Engaging) ++active;
        }
        QCOMPARE(rig.positionViolations, 0);
        QCOMPARE(rig.velocityViolations, 0);
        QCOMPARE(rig.accelerationViolations, 0);
    }
    QVERIFY2(active > 1000, qPrintable(QString::number(active)));
}

void TestTeleopLoop::missedPeriodsAreCaughtUp()
{
    TeleopRig rig(*m_model);
    rig.drive();
    QVERIFY(rig.link.last().velocity.cwiseAbs().maxCoeff() > 0.0);
    // Three periods at once: the mean velocity over them keeps the limits.
    const Eigen::VectorXd before = rig.link.last().position;
    const Eigen::VectorXd velocity = rig.link.last().velocity;
    rig.now += 2 * rig.period;
    rig.tick();
    const Eigen::VectorXd mean = (rig.link.last().position - before) / (3 * 0.002);
    QVERIFY(((mean - velocity).cwiseAbs() - 3 * 0.002 * rig.limits.acceleration).maxCoeff() < 1e-9);
    QVERIFY((mean.cwiseAbs() - rig.limits.velocity).maxCoeff() < 1e-9);
    // A stall of 300 ms: everybody is old, the robot brakes.
    rig.now += 300 * kMs;
    rig.operatorAlive = rig.robotAlive = false;
    rig.tick();
    QVERIFY(rig.phase() != TeleopPhase::Active);
    // The same time twice moves nothing.
    const Eigen::VectorXd position = rig.link.last().position;
    rig.loop->tick(rig.now);
    QCOMPARE(rig.link.last().position, position);
}

void TestTeleopLoop::sameInputsGiveSameSteps()
{
    std::array<Eigen::VectorXd, 2> ends;
    for (Eigen::VectorXd& end : ends) {
        TeleopRig rig(*m_model);
        rig.operatorPeriod = 8 * kMs;
        rig.drive();
        for (int i = 0; i < 500; ++i) {
            rig.sample.at(BodyJoint::LeftWrist).pose.position.y() += 0.0003;
            rig.tick();
        }
        end = rig.link.last().position;
    }
    QVERIFY(ends[0] == ends[1]);
}

void TestTeleopLoop::neverAllocates()
{
    for (const RetargetMode mode : {RetargetMode::Mirror, RetargetMode::Clutch}) {
        TeleopOptions options;
        options.retarget.mode = mode;
        TeleopRig rig(*m_model, options);
        CountingSink sink;
        rig.connect({.operatorSamples = &rig.operatorSamples,
                     .robotStates = &rig.robotStates,
                     .robot = &rig.link,
                     .clock = &rig.clock},
                    options);
        (void)rig.loop->addStatusReader();
        (void)rig.loop->addStepReader();
        rig.drive();
        std::size_t allocated = 0;
        const auto tick = [&] {
            rig.now += rig.period;
            rig.state.stamps.arrival = rig.sample.stamps.arrival = rig.sample.stamps.capture = rig.now;
            ++rig.state.sequence;
            ++rig.sample.sequence;
            rig.state.position = rig.link.last().position;
            rig.robotStates.write(rig.state);
            rig.operatorSamples.write(rig.sample);
            const std::size_t before = test::allocationCount();
            rig.loop->tick(rig.now);
            allocated += test::allocationCount() - before;
        };
        for (int i = 0; i < 300; ++i) {
            rig.sample.at(BodyJoint::LeftWrist).pose.position.y() += 0.001;
            tick();
        }
        QCOMPARE(rig.phase(), TeleopPhase::Active);
        rig.sample.setHeld(Button::Clutch, true);
        for (int i = 0; i < 100; ++i) tick();
        rig.hold(false);
        for (int i = 0; i < 100; ++i) tick();
        rig.loop->requestHome();
        for (int i = 0; i < 100; ++i) tick();
        rig.loop->requestStop();
        for (int i = 0; i < 100; ++i) tick();
        QCOMPARE(rig.phase(), TeleopPhase::Stopped);
        QCOMPARE(allocated, std::size_t{0});
    }
}

void TestTeleopLoop::recordsEveryLayer()
{
    TeleopRig rig(*m_model);
    CountingSink sink;
    rig.connect({.operatorSamples = &rig.operatorSamples,
                 .operatorStream = 3,
                 .robotStates = &rig.robotStates,
                 .robotStream = 4,
                 .robot = &rig.link,
                 .sink = &sink,
                 .clock = &rig.clock},
                {});
    QVERIFY2(rig.loop, rig.error.c_str());
    QCOMPARE(sink.infos.size(), std::size_t{1});
    QCOMPARE(sink.infos[0].name, std::string("/teleop/step"));
    QCOMPARE(sink.infos[0].kind, std::string("step"));
    QCOMPARE(sink.infos[0].names, rig.model->jointNames());
    QCOMPARE(sink.infos[0].rateHz, 500.0);
    rig.echo = true;
    rig.drive();
    const Step& step = rig.loop->step();
    QCOMPARE(sink.last.sequence, step.sequence);
    QCOMPARE(sink.count, step.sequence);
    QCOMPARE(rig.loop->stepsLost(), step.sequence / 10);
    QCOMPARE(step.operatorSample.stream, 3U);
    QCOMPARE(step.operatorSample.sequence, rig.sample.sequence);
    QCOMPARE(step.robotState.stream, 4U);
    QCOMPARE(step.command, rig.link.last().position);
    QCOMPARE(step.measured, rig.state.position);
    QVERIFY(step.target.size() == step.command.size());
    QVERIFY((step.target - step.measured).norm() > 0);
    QCOMPARE(step.time, rig.now);
    QVERIFY(step.levels & 1U);

    CountingSink taken;
    class Refusing final : public RecordSink {
        Result<StreamId> open(const StreamInfo&) override { return fail("the name is taken"); }
        bool offer(StreamId, const Record&) override { return false; }
    } refusing;
    const auto refused = TeleopLoop::create(*m_model, {.operatorSamples = &rig.operatorSamples,
                                                       .robotStates = &rig.robotStates,
                                                       .robot = &rig.link,
                                                       .sink = &refusing});
    QVERIFY(!refused);
    QCOMPARE(refused.error().message, std::string("the name is taken"));
}

void TestTeleopLoop::refusesWhatDoesNotFit()
{
    TeleopRig rig(*m_model);
    const TeleopPorts ports{
        .operatorSamples = &rig.operatorSamples, .robotStates = &rig.robotStates, .robot = &rig.link};
    QVERIFY(TeleopLoop::create(*m_model, ports));
    QVERIFY(!TeleopLoop::create(*m_model, {}));
    TeleopOptions options;
    options.rateHz = 0;
    QVERIFY(!TeleopLoop::create(*m_model, ports, options));
    options = {};
    options.retarget.positionScale = 7;
    QVERIFY(!TeleopLoop::create(*m_model, ports, options));
    rig.link.infoToChange().jointNames.pop_back();
    const auto other = TeleopLoop::create(*m_model, ports);
    QVERIFY(!other);
    QVERIFY(other.error().message.find("joints") != std::string::npos);
}

void TestTeleopLoop::jointsDriveJointsByName()
{
    TeleopOptions options;
    options.retarget.mode = RetargetMode::JointDirect;
    options.retarget.sourceJoints = {"leader_1", "leader_2"};
    options.retarget.jointMappings = {{.source = "leader_2", .robot = "left_elbow", .scale = -1, .offset = -0.2}};
    TeleopRig rig(*m_model, options);
    QVERIFY2(rig.loop, rig.error.c_str());
    rig.sample.joints = Eigen::Vector2d(0.3, 0.9);
    rig.operatorSamples.prepare(rig.sample);
    const Eigen::VectorXd start = rig.measured;
    rig.drive();
    rig.ticks(2000);
    const int elbow = rig.model->jointIndex("left_elbow").value();
    QVERIFY(std::abs(rig.link.last().position[elbow] + 1.1) < 1e-6);
    Eigen::VectorXd others = rig.link.last().position - start;
    others[elbow] = 0;
    QVERIFY(others.norm() < 1e-9);
    QCOMPARE(rig.accelerationViolations, 0);

    rig.sample.joints[1] = std::numeric_limits<double>::infinity();
    rig.tick();
    QCOMPARE(rig.reason(), HoldReason::NotTracked);

    options.retarget.jointMappings = {{.source = "leader_2", .robot = "nothing"}};
    TeleopRig refused(*m_model, options);
    QVERIFY(!refused.loop);
    QVERIFY(refused.error.find("nothing") != std::string::npos);
}

void TestTeleopLoop::triggersCloseTheHand()
{
    TeleopRig rig(*m_model);
    rig.drive();
    const int finger = rig.model->jointIndex("right_finger").value();
    QVERIFY(std::abs(rig.link.last().position[finger] - 0.05) < 1e-9);
    rig.sample.inputs[1].trigger = 1;
    rig.ticks(500);
    QCOMPARE(rig.phase(), TeleopPhase::Active);
    QVERIFY(std::abs(rig.link.last().position[finger]) < 1e-9);
    QCOMPARE(rig.loop->step().closure[1], 1.0F);
    rig.sample.inputs[1].trigger = 0;
    // Thumb and index 2 cm apart are a closed hand, whatever the trigger says.
    auto& hand = rig.sample.hands[1];
    hand[static_cast<std::size_t>(indexOf(HandJoint::ThumbTip))] = {.pose = {.position = {0, 0, 1}}, .valid = true};
    hand[static_cast<std::size_t>(indexOf(HandJoint::IndexTip))] = {.pose = {.position = {0, 0.06, 1}}, .valid = true};
    rig.ticks(500);
    QVERIFY(std::abs(rig.link.last().position[finger] - 0.025) < 1e-6);
    QCOMPARE(rig.velocityViolations + rig.accelerationViolations, 0);
}

void TestTeleopLoop::tracksAMovingOperator_data()
{
    QTest::addColumn<int>("operatorMs");
    QTest::newRow("500 Hz") << 0;
    QTest::newRow("125 Hz") << 8;
}

void TestTeleopLoop::tracksAMovingOperator()
{
    QFETCH(int, operatorMs);
    TeleopRig rig(*m_model);
    rig.operatorPeriod = operatorMs * kMs;
    rig.drive();
    rig.ticks(1500);
    auto kinematics = Kinematics::create(*m_model, {}, {m_model->profile().arms[0]->wrist});
    QVERIFY(kinematics);
    double worst = 0;
    for (int i = 0; i < 3000; ++i) {
        const double t = i * 0.002;
        const double wave = 0.5 - 0.5 * std::cos(2 * t);
        const OperatorSample moved = test::person({0.3 - 0.05 * wave, 0.05 + 0.1 * wave, -0.25 + 0.15 * wave});
        rig.sample.body = moved.body;
        rig.tick();
        const Pose target = rig.loop->step().wrists[0].target;
        kinematics->update(rig.link.last().position);
        if (i > 500) worst = std::max(worst, (kinematics->pose(0).position - target.position).norm());
    }
    QCOMPARE(rig.phase(), TeleopPhase::Active);
    QVERIFY2(worst < 0.003, qPrintable(QString::number(worst)));
    QCOMPARE(rig.accelerationViolations, 0);
}

QTEST_APPLESS_MAIN(TestTeleopLoop)
#include "tst_teleoploop.moc"
