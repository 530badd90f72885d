#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "support/shared.h"
#include "xr/bvhmotion.h"
#include "xr/motionscript.h"

using namespace understudy;
using Eigen::Vector3d;
using enum BodyJoint;

/// The motion that the project ships.
class TestOwnMotion : public QObject {
    Q_OBJECT

    std::filesystem::path m_path = test::source("resources/motions/reach_grasp_lift_place.bvh");

    [[nodiscard]] BvhMotion motion() const
    {
        auto loaded = BvhMotion::load(m_path);
        if (!loaded) qFatal("%s", loaded.error().message.c_str());
        return std::move(*loaded);
    }
    [[nodiscard]] MotionScript script() const
    {
        auto loaded = MotionScript::beside(m_path);
        if (!loaded) qFatal("%s", loaded.error().message.c_str());
        return std::move(*loaded);
    }

    static Vector3d reach(const BvhMotion& motion, double seconds)
    {
        const OperatorSample sample = motion.sampleAt(seconds);
        return sample.at(RightWrist).pose.position - sample.at(RightShoulder).pose.position;
    }

private slots:
    void isWhatItsScriptWrites()
    {
        const QString python = QStandardPaths::findExecutable("python3");
        if (python.isEmpty()) QSKIP("there is no python3 on this machine");
        QTemporaryDir folder;
        const QString maker =
            QString::fromStdString(test::source("resources/motions/make_reach_grasp_lift_place.py").string());
        QCOMPARE(QProcess::execute(python, {maker, folder.path()}), 0);
        for (const QString name : {"reach_grasp_lift_place.bvh", "reach_grasp_lift_place.toml"}) {
            QFile made(folder.filePath(name));
            QFile kept(QString::fromStdString(m_path.parent_path().string()) + "/" + name);
            QVERIFY(made.open(QIODevice::ReadOnly) && kept.open(QIODevice::ReadOnly));
            QVERIFY2(made.readAll() == kept.readAll(), qPrintable(name));
        }
    }

    void itsPhasesFollowOneAnotherWithTheHandAtRestBetween()
    {
        const BvhMotion played = motion();
        QCOMPARE(played.rate(), 120.0);
        QVERIFY(played.duration() >= 8 && played.duration() <= 12);
        const MotionScript written = script();
        QCOMPARE(written.phases.size(), std::size_t(4));
        for (std::size_t i = 0; i < 4; ++i) {
            const MotionPhase& phase = written.phases[i];
            QCOMPARE(phase.name, (std::array{"reach", "grasp", "lift", "place"}[i]));
            if (i > 0) QCOMPARE(phase.start, written.phases[i - 1].end);
            for (const double edge : {phase.start, phase.end}) {
                QVERIFY(edge > 0 && edge < played.duration());
                const double speed = (reach(played, edge + 0.01) - reach(played, edge - 0.01)).norm() / 0.02;
                QVERIFY2(speed < 0.01, phase.name.c_str());
            }
        }
    }

    void theHandTakesLiftsAndPlaces()
    {
        const BvhMotion played = motion();
        const MotionScript written = script();
        const Vector3d grasped = reach(played, written.phases[1].start);
        const Vector3d lifted = reach(played, written.phases[2].end);
        const Vector3d placed = reach(played, written.phases[3].end);
        QVERIFY((reach(played, written.phases[1].end) - grasped).norm() < 0.005);
        QVERIFY(lifted.z() > grasped.z() + 0.08);
        QVERIFY(placed.y() > grasped.y() + 0.1);
        QVERIFY(placed.z() < lifted.z() - 0.05);

        const std::vector<TriggerKey>& keys = written.triggers[static_cast<std::size_t>(indexOf(Side::Right))];
        const auto closes = std::ranges::find(keys, 1.0, &TriggerKey::closure);
        QVERIFY(closes != keys.end());
        QVERIFY(closes->time > written.phases[1].start && closes->time < written.phases[1].end);
        QVERIFY(keys.back().closure == 0 && keys.back().time < written.phases[3].end);
        QCOMPARE(written.buttons.at(0).button, Button::HoldToDrive);
        QVERIFY(written.buttons.at(0).press < written.phases[0].start);
    }

    void aPersonCouldMoveSo()
    {
        const BvhMotion played = motion();
        constexpr double kStep = 1.0 / 120;
        Vector3d lastVelocity = Vector3d::Zero();
        for (double time = kStep; time < played.duration(); time += kStep) {
            const OperatorSample sample = played.sampleAt(time);
            const OperatorSample before = played.sampleAt(time - kStep);
            const Vector3d velocity =
                (sample.at(RightWrist).pose.position - before.at(RightWrist).pose.position) / kStep;
            QVERIFY(velocity.norm() < 1.0);
            QVERIFY((velocity - lastVelocity).norm() / kStep < 6.0);
            lastVelocity = velocity;
            for (const auto& [shoulder, elbow, wrist] :
                 {std::array{LeftShoulder, LeftElbow, LeftWrist}, {RightShoulder, RightElbow, RightWrist}}) {
                const Vector3d upper = sample.at(elbow).pose.position - sample.at(shoulder).pose.position;
                const Vector3d fore = sample.at(wrist).pose.position - sample.at(elbow).pose.position;
                QVERIFY(std::abs(upper.norm() - 0.29) < 1e-3);
                QVERIFY(std::abs(fore.norm() - 0.28) < 1e-3);
                // Elbows bend, and not far: neither straight nor folded.
                const double bend = std::acos(upper.dot(fore) / (upper.norm() * fore.norm()));
                QVERIFY(bend > 0.3 && bend < 2.4);
                // The wrist bends no further than wrists do; the hand points along its own ±y.
                const double side = wrist == LeftWrist ? 1.0 : -1.0;
                const Vector3d fingers = sample.at(wrist).pose.orientation * Vector3d(0, side, 0);
                QVERIFY2(std::acos(fingers.dot(fore.normalized())) < 1.2, qPrintable(QString::number(time)));
            }
        }
        const OperatorSample first = played.sampleAt(0);
        const OperatorSample last = played.sampleAt(played.duration());
        for (std::size_t i = 0; i < first.body.size(); ++i)
            QVERIFY((first.body[i].pose.position - last.body[i].pose.position).norm() < 0.002);
    }
};

QTEST_GUILESS_MAIN(TestOwnMotion)
#include "tst_ownmotion.moc"
