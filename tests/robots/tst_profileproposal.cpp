#include <QTemporaryDir>
#include <QtTest>

#include "modelfixtures.h"
#include "robots/teleop/retargetreport.h"
#include "robots/teleoprig.h"
#include "support/shared.h"

using namespace understudy;
namespace fs = std::filesystem;

namespace {

double angleBetween(const Eigen::Quaterniond& a, const Eigen::Quaterniond& b)
{
    return rotationVector(a * b.conjugate()).norm();
}

}  // namespace

/// A proposal for a robot whose profile a person wrote must say the same where it matters.
class TestProfileProposal : public QObject {
    Q_OBJECT

private slots:
    void agreesWithWrittenProfiles_data();
    void agreesWithWrittenProfiles();
    void isTheSameEveryTime();
    void handsOpenAndClose();
    void restsWithBentElbowsAndFreeOfLimits();
    void drivesUntouched_data();
    void drivesUntouched();
    void namesWhatIsMissing();
    void isStoredWithTheModel();

private:
    Result<RobotModel> propose(const fs::path& file)
    {
        return RobotModel::load(file, std::nullopt, {.profiles = m_folder.path().toStdString()});
    }
    QTemporaryDir m_folder;
};

void TestProfileProposal::agreesWithWrittenProfiles_data()
{
    QTest::addColumn<QString>("model");
    QTest::addColumn<QString>("profile");
    QTest::newRow("built in") << QString::fromStdString(
                                     resourcePath("robots/understudy_one/understudy_one.xml").string())
                              << "understudy_one.toml";
    const fs::path g1 = test::shared("robots/unitree_g1/g1_29dof.xml");
    const fs::path t1 = test::shared("robots/booster_t1/t1_mocap.xml");
    if (fs::exists(g1)) QTest::newRow("G1") << QString::fromStdString(g1.string()) << "unitree_g1.toml";
    if (fs::exists(t1)) QTest::newRow("T1") << QString::fromStdString(t1.string()) << "booster_t1.toml";
}

void TestProfileProposal::agreesWithWrittenProfiles()
{
    QFETCH(QString, model);
    QFETCH(QString, profile);
    const auto written = RobotProfile::load(resourcePath("profiles") / profile.toStdString());
    const auto proposed = propose(model.toStdString());
    QVERIFY(written);
    QVERIFY2(proposed, proposed ? "" : proposed.error().message.c_str());
    QVERIFY(!proposed->proposal().empty());
    QVERIFY(proposed->warnings().back().find("proposed") != std::string::npos);
    const RobotProfile& got = proposed->profile();
    const auto same = [](const std::string& a, const std::string& b) {
        return QTest::qCompare(QString::fromStdString(a), QString::fromStdString(b), "proposed", "written", __FILE__,
                               __LINE__);
    };
    if (!same(got.torso, written->torso) || !same(got.head, written->head)) return;
    QVERIFY(got.waistJoints == written->waistJoints);
    if (!written->neckJoints.empty()) QVERIFY(got.neckJoints == written->neckJoints);
    QCOMPARE(got.feet.size(), std::size_t{2});
    for (std::size_t i = 0; i < kSideCount; ++i) {
        QVERIFY(got.arms[i].has_value());
        const ArmProfile& is = *got.arms[i];
        const ArmProfile& should = *written->arms[i];
        if (!same(is.wrist.body, should.wrist.body) || !same(is.elbow, should.elbow) ||
            !same(is.shoulder, should.shoulder)) {
            return;
        }
        QVERIFY(is.joints == should.joints);
        QVERIFY2((is.wrist.pose.position - should.wrist.pose.position).norm() < 0.005, "position of the tool");
        const double angle = angleBetween(is.wrist.pose.orientation, should.wrist.pose.orientation);
        QVERIFY2(angle < 1e-3, qPrintable(QString::number(angle)));
        QCOMPARE(got.hands[i].size(), written->hands[i].size());
        for (std::size_t k = 0; k < got.hands[i].size(); ++k) {
            if (!same(got.hands[i][k].joint, written->hands[i][k].joint)) return;
            // The proposal takes a joint's whole range; a person may leave room at its ends, which no model says.
            const ClosureJoint& found = got.hands[i][k];
            const ClosureJoint& chosen = written->hands[i][k];
            const double room = 0.1 * std::abs(found.open - found.closed);
            const QString says = QString("open %1, closed %2").arg(found.open).arg(found.closed);
            QVERIFY2(std::abs(found.open - chosen.open) < room, qPrintable(says));
            QVERIFY2(std::abs(found.closed - chosen.closed) < room, qPrintable(says));
        }
    }
}

void TestProfileProposal::isTheSameEveryTime()
{
    const fs::path file = resourcePath("robots/understudy_one/understudy_one.xml");
    QCOMPARE(propose(file)->proposal(), propose(file)->proposal());
}

void TestProfileProposal::handsOpenAndClose()
{
    const fs::path file = fs::path(m_folder.path().toStdString()) / "hand.xml";
    // One arm of five joints with a thumb and a finger that bend towards each other.
    test::writeText(file,
                    R"(<mujoco model="reacher"><compiler angle="radian"/><worldbody><body name="column" pos="0 0 1">
<geom type="capsule" size="0.05" fromto="0 0 -1 0 0 0"/>
<body name="a"><joint name="j1" axis="0 0 1" range="-2 2"/><geom type="sphere" size="0.04"/>
<body name="b" pos="0.1 0 0"><joint name="j2" axis="0 1 0" range="-2 2"/><geom type="capsule" size="0.03" fromto="0 0 0 0.3 0 0"/>
<body name="c" pos="0.3 0 0"><joint name="elbow" axis="0 1 0" range="-2.4 0"/><geom type="capsule" size="0.03" fromto="0 0 0 0.25 0 0"/>
<body name="d" pos="0.25 0 0"><joint name="roll" axis="1 0 0" range="-2 2"/><geom type="sphere" size="0.03"/>
<body name="palm" pos="0.02 0 0"><joint name="pitch" axis="0 1 0" range="-1 1"/><geom type="box" size="0.04 0.03 0.01" pos="0.04 0 0"/>
<body name="thumb" pos="0.05 0.04 0"><joint name="thumb_bend" axis="0 0 1" range="-1.2 0"/><geom type="capsule" size="0.008" fromto="0 0 0 0.06 0 0"/></body>
<body name="finger" pos="0.08 -0.03 0"><joint name="finger_bend" axis="0 0 1" range="0 1.4"/><geom type="capsule" size="0.008" fromto="0 0 0 0.06 0 0"/></body>
</body></body></body></body></body></body></worldbody></mujoco>)");
    const auto model = propose(file);
    QVERIFY2(model, model ? "" : model.error().message.c_str());
    QVERIFY(!model->profile().arms[0].has_value());
    QVERIFY(model->profile().arms[1].has_value());
    const ArmProfile& arm = *model->profile().arms[1];
    QVERIFY((arm.joints == std::vector<std::string>{"j1", "j2", "elbow", "roll", "pitch"}));
    QCOMPARE(arm.elbow, std::string("c"));
    const auto& hand = model->profile().hands[1];
    QCOMPARE(hand.size(), std::size_t{2});
    QCOMPARE(hand[0].open, 0.0);
    QCOMPARE(hand[0].closed, -1.2);
    QCOMPARE(hand[1].open, 0.0);
    QCOMPARE(hand[1].closed, 1.4);
    // The thumb is at the left of a right hand that points ahead: its back is up.
    const Eigen::Vector3d back = arm.wrist.pose.orientation * Eigen::Vector3d::UnitZ();
    QVERIFY2(back.z() > 0.99, qPrintable(QString::number(back.z())));
}

void TestProfileProposal::restsWithBentElbowsAndFreeOfLimits()
{
    const auto model = propose(resourcePath("robots/understudy_one/understudy_one.xml"));
    for (const Side side : kSides) {
        const ArmProfile& arm = *model->profile().arms[static_cast<std::size_t>(indexOf(side))];
        auto kinematics = Kinematics::create(*model, {}, {arm.wrist, {.body = arm.shoulder}, {.body = arm.elbow}});
        QVERIFY(kinematics);
        Eigen::VectorXd rest(std::ssize(model->joints()));
        for (Eigen::Index i = 0; i < rest.size(); ++i) rest[i] = model->joints()[static_cast<std::size_t>(i)].rest;
        kinematics->update(rest);
        const Eigen::Vector3d wrist = kinematics->pose(0).position - kinematics->pose(1).position;
        const Eigen::Vector3d elbow = kinematics->pose(2).position - kinematics->pose(1).position;
        QVERIFY(wrist.x() > 0.15 && wrist.z() < -0.1);
        QVERIFY(elbow.z() < -0.15);
        for (const std::string& name : arm.joints) {
            const JointInfo& joint = model->joints()[static_cast<std::size_t>(*model->jointIndex(name))];
            QVERIFY(joint.rest > joint.lower.value + 0.05 && joint.rest < joint.upper.value - 0.05);
        }
    }
}

void TestProfileProposal::drivesUntouched_data() { agreesWithWrittenProfiles_data(); }

void TestProfileProposal::drivesUntouched()
{
    QFETCH(QString, model);
    const auto robot = propose(model.toStdString());
    QVERIFY(robot);
    QVERIFY(robot->teleoperationGap().empty());
    std::vector<OperatorSample> samples;
    for (int i = 0; i < 240; ++i) {
        const double wave = std::sin(i * 0.05);
        OperatorSample sample = test::person({0.3, 0.08 + 0.08 * wave, -0.2 + 0.1 * wave}, {0.3, -0.05, -0.25});
        sample.stamps.capture = i * (kSecond / 60);
        samples.push_back(sample);
    }
    const auto report = retarget(*robot, samples);
    QVERIFY2(report, report ? "" : report.error().message.c_str());
    QCOMPARE(report->heldSteps, std::uint64_t{0});
    QCOMPARE(report->jointLimitViolations + report->velocityLimitViolations + report->accelerationLimitViolations,
             std::uint64_t{0});
    for (const TargetTracking& target : report->targets) {
        QVERIFY2(target.position.mean < 0.02, qPrintable(QString::number(target.position.mean)));
    }
}

void TestProfileProposal::namesWhatIsMissing()
{
    const fs::path file = fs::path(m_folder.path().toStdString()) / "two.xml";
    test::writeText(file, test::chainMjcf(2));
    const auto model = propose(file);
    QVERIFY(model);
    QVERIFY(model->teleoperationGap().find("understudy profile") != std::string::npos);
    QVERIFY(RobotProfile::parse(model->proposal(), "proposal.toml"));
}

void TestProfileProposal::isStoredWithTheModel()
{
    const auto model = propose(resourcePath("robots/understudy_one/understudy_one.xml"));
    const auto stored = std::find_if(model->files().begin(), model->files().end(),
                                     [](const ModelFile& file) { return file.name == "profile.toml"; });
    QVERIFY(stored != model->files().end());
    const std::string text(reinterpret_cast<const char*>(stored->bytes.data()), stored->bytes.size());
    QCOMPARE(text, model->proposal());
}

QTEST_APPLESS_MAIN(TestProfileProposal)
#include "tst_profileproposal.moc"
