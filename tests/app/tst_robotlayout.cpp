#include <QTest>

#include "app/robotlayout.h"
#include "app/shipped.h"
#include "support/libraryfixture.h"
#include "support/shared.h"

using namespace understudy;
using namespace understudy::test;

namespace {

std::string slotOf(const RobotLayout& layout, const std::string& joint)
{
    for (const EpisodeJoint& each : layout.joints)
        if (each.name == joint) return each.slot;
    return "no joint " + joint;
}

}  // namespace

class TestRobotLayout : public QObject {
    Q_OBJECT

    static RobotLayout layoutOfFile(const std::filesystem::path& file)
    {
        return layoutOf(must(RobotModel::load(file)));
    }

    static void everySlotOnce(const RobotLayout& layout, int expected)
    {
        int places = 0;
        for (const std::string& slot : canonicalSlots()) {
            const auto count = std::ranges::count(layout.joints, slot, &EpisodeJoint::slot);
            QVERIFY2(count <= 1, slot.c_str());
            places += static_cast<int>(count);
        }
        QCOMPARE(places, expected);
    }

private slots:
    void theBuiltInHumanoid()
    {
        const RobotLayout layout = layoutOfFile(must(findRobot("understudy_one")));
        QCOMPARE(slotOf(layout, "left_shoulder_pitch"), std::string("left_arm.shoulder_1"));
        QCOMPARE(slotOf(layout, "right_elbow"), std::string("right_arm.elbow"));
        QCOMPARE(slotOf(layout, "right_wrist_yaw"), std::string("right_arm.wrist_3"));
        QCOMPARE(slotOf(layout, "waist_roll"), std::string("waist.roll"));
        QCOMPARE(slotOf(layout, "neck_pitch"), std::string("head.pitch"));
        QCOMPARE(layout.torso, std::string("torso"));
        QVERIFY(!layout.wrists[0].body.empty() && !layout.wrists[1].body.empty());
        std::vector<double> positions(layout.joints.size(), 0.0);
        QCOMPARE(handOpening(layout, Side::Left, positions.data()).value_or(-1), 0.0);
        for (std::size_t i = 0; i < positions.size(); ++i)
            if (layout.joints[i].name == "left_gripper") positions[i] = 0.04;
        QCOMPARE(handOpening(layout, Side::Left, positions.data()).value_or(-1), 0.8);
        QCOMPARE(handOpening(layout, Side::Right, positions.data()).value_or(-1), 0.0);
    }

    void unitreeG1()
    {
        const auto model = shared("robots/unitree_g1/g1_29dof.xml");
        if (!std::filesystem::exists(model)) QSKIP("no Unitree G1 beside the checkout");
        const RobotLayout layout = layoutOfFile(model);
        QCOMPARE(slotOf(layout, "left_elbow_joint"), std::string("left_arm.elbow"));
        QCOMPARE(slotOf(layout, "right_wrist_roll_joint"), std::string("right_arm.wrist_1"));
        QCOMPARE(slotOf(layout, "left_knee_joint"), std::string("left_leg.knee"));
        everySlotOnce(layout, 29);
        for (const EpisodeJoint& joint : layout.joints) QVERIFY2(joint.lower && joint.upper, joint.name.c_str());
        const std::vector<double> positions(layout.joints.size(), 0.0);
        QVERIFY(!handOpening(layout, Side::Left, positions.data()));
    }

    void boosterT1()
    {
        const auto model = shared("robots/booster_t1/t1_mocap.xml");
        if (!std::filesystem::exists(model)) QSKIP("no Booster T1 beside the checkout");
        const RobotLayout layout = layoutOfFile(model);
        // The joint called Elbow_Pitch turns the upper arm; the elbow is the one that moves the forearm.
        QCOMPARE(slotOf(layout, "Left_Elbow_Pitch"), std::string("left_arm.shoulder_3"));
        QCOMPARE(slotOf(layout, "Left_Elbow_Yaw"), std::string("left_arm.elbow"));
        QCOMPARE(slotOf(layout, "Right_Knee_Pitch"), std::string("right_leg.knee"));
    }
};

QTEST_GUILESS_MAIN(TestRobotLayout)
#include "tst_robotlayout.moc"
