#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <random>

#include "robots/links/simulation.h"
#include "robots/model/kinematics.h"
#include "robots/teleoprig.h"
#include "support/allocationcount.h"

using namespace understudy;
using test::TeleopRig;

namespace {

constexpr auto kMs = kMillisecond;

/// The seven-joint fixture with more in its profile.
RobotModel robotWith(const std::string& more)
{
    QTemporaryDir folder;
    const std::filesystem::path profile = folder.filePath("more.toml").toStdString();
    std::ifstream base(test::source("tests/robots/fixtures/sevenjoints.toml"));
    std::ofstream file(profile);
    std::string line;
    while (std::getline(base, line)) {
        file << line << '\n';
        if (line == "[base]" && more.ends_with("#held = false")) file << "held = false\n";
        // A box of 0.5 m before, 0.4 m beside and 0.4 m below and above the torso.
        if (more == "workspace" && (line == "[left]" || line == "[right]")) {
            file << "workspace = { lower = [0.0, -0.4, -0.1], upper = [0.4, 0.4, 0.35], soft = 0.05, beyond = 0.15 }\n";
        }
    }
    if (more != "workspace") file << more;
    file.close();
    auto model = RobotModel::load(test::source("tests/robots/fixtures/sevenjoints.xml"), profile);
    if (!model) qFatal("%s", model.error().message.c_str());
    return std::move(*model);
}

const char* const kContact = "\n[[limits]]\njoints = \"left_elbow\"\ncontact = 6\n";

}  // namespace

class TestTeleopLayers : public QObject {
    Q_OBJECT

private slots:
    void aBoxHoldsBackSoftly();
    void wristsStayInsideOfTheirWorkspace();
    void aHandFarOutsideHolds();
    void aBoxThatIsNoneIsRefused();
    void effortGuardWantsItToLast();
    void theModelExplainsTheEffortsOfASimulation();
    void contactHoldsAndYields();
    void contactFiguresNeedAHeldBase();
    void modesGlideIntoOneAnother();
    void aModeThatIsNotThereChangesNothing();
    void stagesOfTheLatency();
    void theViewIsRecordedEvenWhereNobodySteersByIt();
    void theGhostStandsWhereTheRobotWouldGo();
    void neverAllocates();
};

void TestTeleopLayers::aBoxHoldsBackSoftly()
{
    const WorkspaceBox box{.lower = {-1, -1, -1}, .upper = {1, 1, 1}, .soft = 0.2, .beyond = 0.5};
    double before = -1;
    for (double x = 0; x < 1.5; x += 0.01) {
        const BoxedPoint got = within(box, {x, 0, -x});
        QVERIFY(!got.rejected);
        QVERIFY(got.point.x() > before && got.point.x() < 1.0);
        QCOMPARE(got.point.z(), -got.point.x());
        if (x <= 0.8) QCOMPARE(got.point.x(), x);
        before = got.point.x();
    }
    QVERIFY(within(box, {0, 1.51, 0}).rejected);
    QVERIFY(within(box, {0, 0, -1.51}).rejected);
    QVERIFY(within(box, {std::numeric_limits<double>::quiet_NaN(), 0, 0}).rejected);
    // Thinner than its soft walls: its middle.
    const WorkspaceBox thin{.lower = {-0.01, -1, -1}, .upper = {0.01, 1, 1}, .soft = 0.2, .beyond = 1};
    QVERIFY(std::abs(within(thin, {0.5, 0, 0}).point.x()) <= 0.01);
}

void TestTeleopLayers::wristsStayInsideOfTheirWorkspace()
{
    const RobotModel model = robotWith("workspace");
    TeleopRig rig(model);
    QVERIFY2(rig.loop, rig.error.c_str());
    const auto& arms = model.profile().arms;
    auto kinematics = Kinematics::create(model, {}, {arms[0]->wrist, arms[1]->wrist, {.body = "torso"}});
    QVERIFY(kinematics);
    // The person stands straight: the box is that of the torso at rest.
    kinematics->update(rig.measured);
    const Pose torso = kinematics->pose(2);
    rig.drive();
    std::mt19937 random(5);
    std::uniform_real_distribution<double> uniform(-1, 1);
    double farthest = 0;
    int followed = 0;
    int judged = 0;
    Eigen::Vector3d left(0.3, 0.05, -0.25), right(0.3, -0.05, -0.25);
    Eigen::Vector3d leftTo = left, rightTo = right;
    for (int i = 0; i < 20000; ++i) {
        if (i % 300 == 0) {
            leftTo = Eigen::Vector3d(0.25 + 0.3 * uniform(random), 0.1 + 0.35 * uniform(random), 0.4 * uniform(random));
            rightTo =
                Eigen::Vector3d(0.25 + 0.3 * uniform(random), -0.1 + 0.35 * uniform(random), 0.4 * uniform(random));
        }
        left += 0.01 * (leftTo - left);
        right += 0.01 * (rightTo - right);
        rig.sample.body = test::person(left, right).body;
        rig.tick();
        if (rig.phase() == TeleopPhase::Active) ++followed;
        kinematics->update(rig.link.last().position);
        for (int side = 0; side < 2; ++side) {
            const Eigen::Vector3d wrist = torso.inverse() * kinematics->pose(side).position;
            const WorkspaceBox& box = *arms[static_cast<std::size_t>(side)]->workspace;
            // On its way back from afar, after a hold, a wrist goes the joints' way.
            const WristTracking& tracking = rig.loop->step().wrists[static_cast<std::size_t>(side)];
            if (!tracking.active || tracking.positionError > 0.005F) continue;
            farthest = std::max({farthest, (wrist - box.upper).maxCoeff(), (box.lower - wrist).maxCoeff()});
            ++judged;
        }
    }
    QVERIFY2(judged > 10000, qPrintable(QString::number(judged)));
    QVERIFY2(followed > 3000, qPrintable(QString::number(followed)));
    QVERIFY2(farthest < 0.005, qPrintable(QString::number(farthest)));
    QCOMPARE(rig.positionViolations + rig.velocityViolations + rig.accelerationViolations, 0);
}

void TestTeleopLayers::aHandFarOutsideHolds()
{
    const RobotModel model = robotWith("workspace");
    TeleopRig rig(model);
    rig.drive();
    QCOMPARE(rig.phase(), TeleopPhase::Active);
    // Moved there, not jumped.
    const auto reach = [](double part) {
        return test::person({0.3 - 0.15 * part, 0.05 + 0.05 * part, -0.25 + 0.7 * part}, {0.3, -0.05, -0.25});
    };
    for (int i = 0; i <= 500; ++i) {
        rig.sample.body = reach(i / 500.0).body;
        rig.tick();
    }
    QCOMPARE(rig.phase(), TeleopPhase::Hold);
    QCOMPARE(rig.reason(), HoldReason::Workspace);
    const Eigen::VectorXd stood = rig.ticks(200).command;
    QCOMPARE(rig.ticks(100).command, stood);
    for (int i = 500; i >= 0; --i) {
        rig.sample.body = reach(i / 500.0).body;
        rig.tick();
    }
    rig.ticks(600);
    QCOMPARE(rig.phase(), TeleopPhase::Active);
    QCOMPARE(rig.accelerationViolations, 0);
}

void TestTeleopLayers::aBoxThatIsNoneIsRefused()
{
    const char* head =
        "name = \"r\"\n[left]\njoints = [\"j\"]\nwrist = { body = \"b\", fingers = [1, 0, 0], back = [0, 0, 1] }\n";
    for (const char* box :
         {"workspace = { lower = [0, 0, 0], upper = [1, 0, 1] }", "workspace = { soft = 0 }",
          "workspace = { beyond = -1 }", "workspace = { wide = 1 }", "workspace = { lower = [0, 1] }"}) {
        const auto profile = RobotProfile::parse(std::string(head) + box, "p.toml");
        QVERIFY(!profile);
        QVERIFY2(profile.error().message.find("workspace") != std::string::npos, profile.error().message.c_str());
    }
    QVERIFY(RobotProfile::parse(std::string(head) + "workspace = { upper = [0.5, 0.5, 0.5] }", "p.toml"));
}

void TestTeleopLayers::effortGuardWantsItToLast()
{
    const double kNever = std::numeric_limits<double>::infinity();
    QVERIFY(!EffortGuard::create(Eigen::Vector2d(0, 1), kMs));
    EffortGuard guard = *EffortGuard::create(Eigen::Vector2d(4, kNever), 100 * kMs);
    QVERIFY(guard.watches());
    const Eigen::Vector2d expected(10, 10);
    for (int i = 0; i < 50; ++i) guard.update(Eigen::Vector2d(14.1, 1000), expected, 2 * kMs);
    QVERIFY(!guard.inContact());
    QVERIFY(guard.share() > 1.0);
    guard.update(Eigen::Vector2d(14.1, 1000), expected, 1);
    QVERIFY(guard.inContact());
    QCOMPARE(guard.joint(), 0);
    guard.update(Eigen::Vector2d(13.9, 1000), expected, 2 * kMs);
    QVERIFY(!guard.inContact());
    // A blow that ends in time is none, and neither is what is no number.
    for (int i = 0; i < 500; ++i) {
        guard.update(Eigen::Vector2d(i % 40 == 0 ? 10 : 20, 0), expected, 2 * kMs);
        QVERIFY(!guard.inContact());
    }
    for (int i = 0; i < 500; ++i) {
        guard.update(Eigen::Vector2d(std::numeric_limits<double>::quiet_NaN(), 0), expected, 2 * kMs);
    }
    QVERIFY(!guard.inContact());
    QVERIFY(!EffortGuard::create(Eigen::Vector2d::Constant(kNever), kMs)->watches());
}

void TestTeleopLayers::theModelExplainsTheEffortsOfASimulation()
{
    auto model = RobotModel::load(resourcePath("robots/understudy_one/understudy_one.xml"));
    QVERIFY(model);
    auto simulation = Simulation::create(*model);
    auto effort = EffortModel::create(*model);
    QVERIFY(simulation && effort);
    RobotState state = simulation->statePrototype();
    JointCommand command{.mode = CommandMode::Position, .position = state.position, .velocity = state.velocity};
    simulation->reset(0);
    simulation->read(state);
    const Eigen::VectorXd rest = state.position;
    const int elbow = model->jointIndex("left_elbow").value();
    Eigen::VectorXd before = state.velocity;
    double worst = 0, largest = 0;
    for (int i = 0; i < 4000; ++i) {
        command.position = rest;
        command.position[elbow] += 0.3 * (1 - std::cos(i * simulation->timestep() * 3));
        simulation->follow(command);
        QVERIFY(simulation->step());
        simulation->read(state);
        const Eigen::VectorXd acceleration = (state.velocity - before) / simulation->timestep();
        before = state.velocity;
        const Eigen::VectorXd& expected = effort->expected(state.position, state.velocity, acceleration);
        if (i < 500) continue;
        worst = std::max(worst, std::abs(state.effort[elbow] - expected[elbow]));
        largest = std::max(largest, std::abs(state.effort[elbow]));
    }
    QVERIFY2(worst < 0.3 && worst < 0.2 * largest, qPrintable(QString("%1 of %2").arg(worst).arg(largest)));
}

void TestTeleopLayers::contactHoldsAndYields()
{
    const RobotModel model = robotWith(kContact);
    TeleopRig rig(model);
    QVERIFY2(rig.loop, rig.error.c_str());
    auto effort = EffortModel::create(model);
    QVERIFY(effort);
    const int elbow = model.jointIndex("left_elbow").value();
    const Eigen::VectorXd still = Eigen::VectorXd::Zero(rig.measured.size());
    double push = 0;
    const auto tick = [&] {
        rig.state.velocity = still;
        rig.state.effort = effort->expected(rig.measured, still, still);
        rig.state.effort[elbow] += push;
        rig.tick();
    };
    rig.hold(false);
    for (int i = 0; i < 30; ++i) tick();
    rig.hold(true);
    for (int i = 0; i < 2000; ++i) tick();
    QCOMPARE(rig.phase(), TeleopPhase::Active);

    // It stops against something, 0.1 rad short of its command.
    rig.echo = false;
    rig.measured = rig.link.last().position;
    rig.measured[elbow] += 0.1;
    push = 9;
    for (int i = 0; i < 75; ++i) tick();
    QCOMPARE(rig.phase(), TeleopPhase::Active);
    QVERIFY(std::abs(rig.loop->step().effortShare - 1.5F) < 0.2F);
    for (int i = 0; i < 3; ++i) tick();
    QCOMPARE(rig.phase(), TeleopPhase::Hold);
    QCOMPARE(rig.reason(), HoldReason::Contact);
    for (int i = 0; i < 500; ++i) tick();
    QVERIFY((rig.link.last().position - rig.measured).norm() < 1e-6);
    // A robot that sinks is not followed down.
    const Eigen::VectorXd yielded = rig.link.last().position;
    rig.measured[elbow] += 0.05;
    for (int i = 0; i < 500; ++i) tick();
    QCOMPARE(rig.link.last().position, yielded);

    push = 0;
    rig.echo = true;
    for (int i = 0; i < 500; ++i) tick();
    QCOMPARE(rig.reason(), HoldReason::Contact);
    rig.hold(false);
    for (int i = 0; i < 10; ++i) tick();
    QCOMPARE(rig.phase(), TeleopPhase::Ready);
    rig.hold(true);
    for (int i = 0; i < 600; ++i) tick();
    QCOMPARE(rig.phase(), TeleopPhase::Active);
    QCOMPARE(rig.accelerationViolations + rig.velocityViolations, 0);
}

void TestTeleopLayers::contactFiguresNeedAHeldBase()
{
    const RobotModel free = robotWith(std::string(kContact) + "#held = false");
    TeleopRig rig(free);
    QVERIFY(!rig.loop);
    QVERIFY2(rig.error.find("free") != std::string::npos, rig.error.c_str());
}

void TestTeleopLayers::modesGlideIntoOneAnother()
{
    auto model = test::fixture("sevenjoints");
    QVERIFY(model);
    TeleopOptions options;
    options.retarget.sourceJoints = {"left_elbow", "left_shoulder_pitch"};
    TeleopRig rig(*model, options);
    QVERIFY2(rig.loop, rig.error.c_str());
    rig.sample.joints = Eigen::Vector2d(-0.4, -1.0);
    rig.operatorSamples.prepare(rig.sample);
    rig.drive();
    rig.ticks(1000);
    QCOMPARE(rig.phase(), TeleopPhase::Active);
    const int elbow = model->jointIndex("left_elbow").value();
    for (const RetargetMode mode : {RetargetMode::JointDirect, RetargetMode::Mirror, RetargetMode::Clutch,
                                    RetargetMode::JointDirect, RetargetMode::Mirror}) {
        const Eigen::VectorXd from = rig.link.last().position;
        rig.loop->requestMode(mode);
        rig.fastest = 0;
        rig.ticks(2);
        QCOMPARE(rig.loop->step().retargeting, static_cast<std::uint8_t>(mode));
        QVERIFY((rig.link.last().position - from).cwiseAbs().maxCoeff() < 1e-3);
        rig.ticks(1500);
        QCOMPARE(rig.phase(), TeleopPhase::Active);
        // Two seconds for what lies between: far from the joints' 3 rad/s.
        QVERIFY2(rig.fastest < 1.6, qPrintable(QString::number(rig.fastest)));
        if (mode == RetargetMode::JointDirect) QVERIFY(std::abs(rig.link.last().position[elbow] + 0.4) < 1e-6);
        if (mode == RetargetMode::Mirror) QVERIFY(rig.loop->step().wrists[0].positionError < 0.003F);
    }
    QCOMPARE(rig.positionViolations + rig.velocityViolations + rig.accelerationViolations, 0);
}

void TestTeleopLayers::aModeThatIsNotThereChangesNothing()
{
    auto model = test::fixture("sevenjoints");
    TeleopRig rig(*model);
    rig.drive();
    rig.ticks(500);
    rig.loop->requestMode(RetargetMode::JointDirect);
    rig.ticks(500);
    QCOMPARE(rig.loop->step().retargeting, static_cast<std::uint8_t>(RetargetMode::Mirror));
    QCOMPARE(rig.phase(), TeleopPhase::Active);
}

void TestTeleopLayers::stagesOfTheLatency()
{
    auto model = test::fixture("sevenjoints");
    TeleopOptions options;
    options.operatorDelay = 12 * kMs;
    TeleopRig rig(*model, options);
    Latest<TeleopStatus>& status = rig.loop->addStatusReader();
    rig.tick();
    QCOMPARE(rig.loop->step().stages.robot, -1);
    QCOMPARE(rig.loop->step().stages.camera, -1);
    rig.drive();
    rig.ticks(200);

    // A robot that follows 20 ms late, and an arm that moves.
    rig.echo = false;
    std::vector<Eigen::VectorXd> sent;
    for (int i = 0; i < 2000; ++i) {
        const double wave = std::sin(i * 0.002 * 3);
        rig.sample.body = test::person({0.3, 0.05 + 0.1 * wave, -0.2 + 0.1 * wave}, {0.3, -0.05, -0.25}).body;
        sent.push_back(rig.link.last().position);
        if (sent.size() > 10) rig.measured = sent[sent.size() - 10];
        rig.tick();
    }
    QCOMPARE(rig.phase(), TeleopPhase::Active);
    const StageLatency& stages = rig.loop->step().stages;
    QVERIFY2(std::abs(stages.robot - 20 * kMs) < 3 * kMs, qPrintable(QString::number(stages.robot)));
    QCOMPARE(stages.smoothing, static_cast<std::int32_t>(12 * kMs));
    QCOMPARE(stages.device, 0);
    QCOMPARE(stages.link, 0);
    QCOMPARE(stages.command, 0);  // the rig's clock stands still
    QCOMPARE(status.read()->stages.robot, stages.robot);
}

void TestTeleopLayers::theViewIsRecordedEvenWhereNobodySteersByIt()
{
    auto model = test::fixture("sevenjoints");
    for (const bool direct : {true, false}) {
        TeleopRig rig(*model);
        rig.connect({.operatorSamples = &rig.operatorSamples,
                     .robotStates = &rig.robotStates,
                     .view = &rig.view,
                     .viewDirect = direct,
                     .robot = &rig.link,
                     .clock = &rig.clock},
                    {});
        rig.view.write({.capture = rig.now, .shown = rig.now + 25 * kMs, .period = 33 * kMs});
        rig.drive();
        QCOMPARE(rig.phase(), direct ? TeleopPhase::Active : TeleopPhase::Hold);
        QCOMPARE(rig.loop->step().viewAge, 550 * rig.period);
        QCOMPARE(rig.loop->step().viewLimit, direct ? Duration{-1} : kViewHold + 33 * kMs);
        QCOMPARE(rig.loop->step().stages.camera, static_cast<std::int32_t>(25 * kMs));
        if (direct) continue;
        QCOMPARE(rig.reason(), HoldReason::ViewStale);
        rig.view.write({.capture = rig.now - 10 * kMs, .shown = rig.now, .period = 33 * kMs});
        rig.tick();
        QCOMPARE(rig.phase(), TeleopPhase::Engaging);
        // Capture, not arrival, is what counts: to the nanosecond.
        rig.view.write({.capture = rig.now + rig.period - kViewHold - 33 * kMs, .period = 33 * kMs});
        rig.tick();
        QCOMPARE(rig.phase(), TeleopPhase::Engaging);
        rig.view.write({.capture = rig.now + rig.period - kViewHold - 33 * kMs - 1, .period = 33 * kMs});
        rig.tick();
        QCOMPARE(rig.reason(), HoldReason::ViewStale);
    }
}

void TestTeleopLayers::theGhostStandsWhereTheRobotWouldGo()
{
    auto model = test::fixture("sevenjoints");
    TeleopRig rig(*model);
    Latest<TeleopStatus>& status = rig.loop->addStatusReader();
    rig.ticks(800);
    QCOMPARE(rig.phase(), TeleopPhase::Ready);
    const Eigen::VectorXd ghost = status.read()->target;
    QVERIFY((ghost - rig.measured).norm() > 0.2);
    QCOMPARE(rig.link.last().position, rig.measured);
    rig.drive();
    rig.ticks(2000);
    auto kinematics = Kinematics::create(*model, {}, {model->profile().arms[0]->wrist});
    kinematics->update(ghost);
    const Eigen::Vector3d shown = kinematics->pose(0).position;
    kinematics->update(rig.link.last().position);
    QVERIFY((shown - kinematics->pose(0).position).norm() < 0.01);
}

void TestTeleopLayers::neverAllocates()
{
    const RobotModel model = robotWith(kContact);
    TeleopOptions options;
    options.retarget.sourceJoints = {"left_elbow"};
    TeleopRig rig(model, options);
    rig.sample.joints = Eigen::VectorXd::Constant(1, -0.5);
    rig.operatorSamples.prepare(rig.sample);
    rig.drive();
    const std::size_t before = test::allocationCount();
    for (int i = 0; i < 2000; ++i) {
        if (i % 400 == 0) rig.loop->requestMode(i % 800 == 0 ? RetargetMode::JointDirect : RetargetMode::Mirror);
        rig.now += rig.period;
        rig.state.stamps.arrival = rig.sample.stamps.arrival = rig.sample.stamps.capture = rig.now;
        ++rig.state.sequence;
        ++rig.sample.sequence;
        if (i == 1900) rig.sample.levels = 0;
        rig.robotStates.write(rig.state);
        rig.operatorSamples.write(rig.sample);
        rig.loop->tick(rig.now);
    }
    QCOMPARE(test::allocationCount() - before, std::size_t{0});
}

QTEST_APPLESS_MAIN(TestTeleopLayers)
#include "tst_teleoplayers.moc"
