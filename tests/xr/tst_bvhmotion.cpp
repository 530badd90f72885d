#include <QtTest>

#include "core/operatorsample.h"
#include "support/allocationcount.h"
#include "support/shared.h"
#include "xr/bvhmotion.h"

using namespace understudy;
using Eigen::Quaterniond;
using Eigen::Vector3d;
using enum BodyJoint;

class TestBvhMotion : public QObject {
    Q_OBJECT

private slots:
    void realMotionsStartUprightAtTheOriginFacingForward_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("frames");
        QTest::newRow("131_01") << "motions/cmu_131_01.bvh" << 995;
        QTest::newRow("131_02") << "motions/cmu_131_02.bvh" << 1248;
    }

    void realMotionsStartUprightAtTheOriginFacingForward()
    {
        QFETCH(QString, file);
        QFETCH(int, frames);
        const auto path = test::shared(file.toStdString());
        if (!std::filesystem::exists(path)) QSKIP("the shared motions are not on this machine");
        const auto motion = BvhMotion::load(path);
        QVERIFY2(motion, motion ? "" : motion.error().message.c_str());
        QCOMPARE(motion->rate(), 120.0);
        QCOMPARE(motion->frameCount(), frames);
        QCOMPARE(motion->duration(), (frames - 1) / 120.0);
        QCOMPARE(motion->skeleton().metresPerUnit(), 1.0);

        const OperatorSample first = motion->sampleAt(0);
        const Pose& pelvis = first.at(Pelvis).pose;
        QVERIFY(pelvis.position.head<2>().norm() < 1e-9);
        QVERIFY(pelvis.position.z() > 0.7 && pelvis.position.z() < 1.1);
        const Vector3d ahead = pelvis.orientation * Vector3d::UnitX();
        QVERIFY(std::abs(std::atan2(ahead.y(), ahead.x())) < 1e-9);
        QVERIFY(first.at(LeftShoulder).pose.position.y() > first.at(RightShoulder).pose.position.y() + 0.2);
        QVERIFY(first.at(Head).pose.position.z() > 1.3);

        double lowest = 1;
        for (int frame = 0; frame < motion->frameCount(); ++frame) {
            const OperatorSample sample = motion->sampleAt(frame / motion->rate());
            for (const BodyJoint toe : {LeftFoot, RightFoot})
                lowest = std::min(lowest, sample.at(toe).pose.position.z());
            for (const TrackedPose& joint : sample.body) {
                QVERIFY(joint.valid);
                QVERIFY(joint.pose.isFinite());
            }
            QVERIFY(!sample.at(LeftPalm).tracked);
            QVERIFY(sample.at(LeftWrist).tracked);
        }
        QVERIFY(std::abs(lowest) < 0.1);
    }

    void samplingNeverAllocates()
    {
        const auto path = test::shared("motions/cmu_131_01.bvh");
        if (!std::filesystem::exists(path)) QSKIP("the shared motions are not on this machine");
        const auto motion = BvhMotion::load(path);
        QVERIFY(motion);
        const std::size_t before = test::allocationCount();
        for (int i = 0; i < 100; ++i) QVERIFY(motion->sampleAt(i * 0.0123).at(Pelvis).valid);
        QCOMPARE(test::allocationCount(), before);
    }
};

QTEST_APPLESS_MAIN(TestBvhMotion)
#include "tst_bvhmotion.moc"
