#include <QtTest>

#include "robots/model/robotmodel.h"
#include "support/shared.h"

using namespace understudy;

class TestRobotModel : public QObject {
    Q_OBJECT

private slots:
    void loadsUnitreeG1();
    void loadsBoosterT1();
};

void TestRobotModel::loadsUnitreeG1()
{
    const auto file = test::shared("robots/unitree_g1/scene_29dof.xml");
    if (!std::filesystem::exists(file)) QSKIP("the shared robot unitree_g1 is not there");
    const Result<RobotModel> model = RobotModel::load(file);
    QVERIFY2(model, model ? "" : model.error().message.c_str());
    QCOMPARE(model->joints().size(), std::size_t{29});
    QCOMPARE(model->joints().front().name, std::string("left_hip_pitch_joint"));
}

void TestRobotModel::loadsBoosterT1()
{
    const auto file = test::shared("robots/booster_t1/t1_mocap.xml");
    if (!std::filesystem::exists(file)) QSKIP("the shared robot booster_t1 is not there");
    const Result<RobotModel> model = RobotModel::load(file);
    QVERIFY2(model, model ? "" : model.error().message.c_str());
    QCOMPARE(model->joints().size(), std::size_t{21});
}

QTEST_APPLESS_MAIN(TestRobotModel)
#include "tst_robotmodel.moc"
