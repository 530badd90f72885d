#include <QTemporaryDir>
#include <QtTest>

#include "app/teleopsession.h"
#include "core/file.h"
#include "robots/modelfixtures.h"
#include "storage/read/episodereader.h"
#include "support/shared.h"
#include "xr/motionplayer.h"

using namespace understudy;

/// A session as `record` runs it, on robots that take their time to be prepared: whoever presses as soon as there is a
/// device to press is heard, and what is recorded is motion.
class TestDriving : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QVERIFY(m_folder.isValid()); }

    void anEarlyPressDrives_data()
    {
        QTest::addColumn<QString>("robot");
        const auto shared = [](const char* name) { return QString::fromStdString(test::shared(name).string()); };
        QTest::newRow("built-in robot") << QString::fromStdString(
            test::source("resources/robots/understudy_one/understudy_one.xml").string());
        QTest::newRow("URDF of a vendor")
            << QString::fromStdString(test::writeArmPackage(m_folder.path().toStdString()).string());
        QTest::newRow("G1") << shared("robots/unitree_g1/scene_29dof.xml");
        QTest::newRow("T1") << shared("robots/booster_t1/t1_mocap.xml");
    }
    void anEarlyPressDrives()
    {
        QFETCH(QString, robot);
        if (!QFile::exists(robot)) QSKIP(qPrintable(robot + " is not here"));
        Station station;
        station.robotModel = robot.toStdString();
        station.camerasFromProfile = false;
        station.realTime = false;
        Result<BvhMotion> motion = BvhMotion::load(test::source("resources/motions/reach_grasp_lift_place.bvh"));
        QVERIFY2(motion, motion ? "" : motion.error().message.c_str());
        MotionScript script;
        script.buttons.push_back({.button = Button::HoldToDrive, .press = 0.2});
        const std::filesystem::path library = m_folder.filePath(QTest::currentDataTag()).toStdString();
        auto session = TeleopSession::open({.station = station,
                                            .library = library,
                                            .device = std::make_unique<MotionPlayer>(std::move(*motion), script)});
        QVERIFY2(session, session ? "" : session.error().message.c_str());
        const Result<void> started = (*session)->start();
        QVERIFY2(started, started ? "" : started.error().message.c_str());
        const auto drives = [&] {
            const TeleopStatus* status = (*session)->teleop();
            return status != nullptr && status->phase == TeleopPhase::Active;
        };
        QTRY_VERIFY_WITH_TIMEOUT(drives(), 20'000);
        const Result<std::string> take = (*session)->startTake();
        QVERIFY2(take, take ? "" : take.error().message.c_str());
        QTest::qWait(1500);
        const Result<TakeReport> report = (*session)->endTake(Outcome::Success);
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QCOMPARE(report->problem, std::string());
        (*session)->stop();

        PosixFileSystem files;
        const auto reader = EpisodeReader::open(files, library / report->episode.row.path);
        QVERIFY2(reader, reader ? "" : reader.error().message.c_str());
        EpisodeValues values = (*reader)->values({.streams = {"/teleop/step"}});
        int active = 0;
        double travelled = 0;
        Eigen::VectorXd before;
        while (true) {
            const auto next = values.next();
            QVERIFY2(next, next ? "" : next.error().message.c_str());
            if (*next == nullptr) break;
            const auto* step = std::get_if<Step>((*next)->value);
            QVERIFY(step != nullptr);
            QVERIFY(step->operatorSample.stream != step->robotState.stream);
            active += step->phase == TeleopPhase::Active ? 1 : 0;
            if (before.size() > 0) travelled += (step->command - before).norm();
            before = step->command;
        }
        QVERIFY2(active > 100, qPrintable(QString::number(active)));
        QVERIFY2(travelled > 0.02, qPrintable(QString::number(travelled)));
    }

private:
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestDriving)
#include "tst_driving.moc"
