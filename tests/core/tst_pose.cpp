#include <QTest>

#include "core/operatorsample.h"
#include "core/pose.h"

using namespace understudy;

class TestPose : public QObject {
    Q_OBJECT

private slots:
    void composesAndInverts()
    {
        const Pose ab{.position = {1, 2, 3},
                      .orientation = Eigen::Quaterniond(Eigen::AngleAxisd(0.7, Eigen::Vector3d::UnitZ()))};
        const Pose bc{.position = {-1, 0, 2},
                      .orientation = Eigen::Quaterniond(Eigen::AngleAxisd(-0.3, Eigen::Vector3d::UnitX()))};
        const Eigen::Vector3d point(0.1, 0.2, 0.3);
        QVERIFY(((ab * bc) * point - ab * (bc * point)).norm() < 1e-12);
        const Pose identity = ab * ab.inverse();
        QVERIFY(identity.position.norm() < 1e-12);
        QVERIFY(identity.orientation.angularDistance(Eigen::Quaterniond::Identity()) < 1e-7);
    }

    void rotationVectorTakesTheShortWay()
    {
        const Eigen::Vector3d axis = Eigen::Vector3d(1, 2, -1).normalized();
        for (const double angle : {1e-9, 0.5, 3.0}) {
            Eigen::Quaterniond rotation(Eigen::AngleAxisd(angle, axis));
            QVERIFY((rotationVector(rotation) - angle * axis).norm() < 1e-9);
            rotation.coeffs() *= -1;
            QVERIFY((rotationVector(rotation) - angle * axis).norm() < 1e-9);
        }
    }

    void parentsComeBeforeTheirChildren()
    {
        for (int i = 1; i < kBodyJointCount; ++i) QVERIFY(kBodyParents[static_cast<std::size_t>(i)] < i);
    }

    void aPressIsCountedOnce()
    {
        OperatorSample sample;
        sample.setHeld(Button::Mark, true);
        sample.setHeld(Button::Mark, true);
        sample.setHeld(Button::Mark, false);
        sample.setHeld(Button::Mark, true);
        QCOMPARE(int(sample.presses[std::size_t(Button::Mark)]), 2);
        QVERIFY(sample.isHeld(Button::Mark));
        QVERIFY(!sample.isHeld(Button::Stop));
    }
};

QTEST_APPLESS_MAIN(TestPose)
#include "tst_pose.moc"
