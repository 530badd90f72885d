#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include "app/program.h"
#include "robots/modelfixtures.h"
#include "support/python.h"

using namespace understudy;
using test::documentOf;
using test::Ran;
using test::run;

/// What the program records, judged by other people's readers; and what it says and keeps when things go wrong.
class TestRecordings : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QVERIFY(m_folder.isValid()); }

    void filesAndIndexAgree_data()
    {
        QTest::addColumn<QStringList>("options");
        QTest::addColumn<QStringList>("needs");
        const auto shared = [](const char* name) { return QString::fromStdString(test::shared(name).string()); };
        const QString g1 = shared("robots/unitree_g1/scene_29dof.xml");
        const QString t1 = shared("robots/booster_t1/t1_mocap.xml");
        const QString walk = shared("motions/cmu_131_01.bvh");
        const QString other = shared("motions/cmu_131_02.bvh");
        const QString arm = QString::fromStdString(test::writeArmPackage(m_folder.path().toStdString()).string());
        QTest::newRow("built-in robot") << QStringList{} << QStringList{};
        QTest::newRow("URDF of a vendor") << QStringList{"--robot", arm} << QStringList{};
        QTest::newRow("G1, human motion") << QStringList{"--robot", g1, "--motion", walk} << QStringList{g1, walk};
        QTest::newRow("T1, human motion") << QStringList{"--robot", t1, "--motion", other} << QStringList{t1, other};
    }
    /// The official MCAP reader, ffprobe and the index count the same, times rise at the announced rates, nothing is
    /// lost.
    void filesAndIndexAgree()
    {
        QFETCH(QStringList, options);
        QFETCH(QStringList, needs);
        for (const QString& file : needs)
            if (!QFile::exists(file)) QSKIP(qPrintable(file + " is not here"));
        if (!test::hasPython("mcap")) QSKIP("no interpreter with mcap in .venv: run packaging/test");
        const QString library = m_folder.filePath(QString("library-") + QTest::currentDataTag());
        const Ran ran = run(QStringList{"record", "--library", library, "--seconds", "2", "--json"} + options);
        QVERIFY2(ran.status == 0, ran.err);
        const QJsonObject take = documentOf(ran)["episodes"][0].toObject();
        QVERIFY(take["duration_s"].toDouble() >= 2);
        QCOMPARE(take["problem"].toString(), QString());
        for (const QJsonValue& stream : take["streams"].toArray()) QCOMPARE(stream["dropped"].toInt(-1), 0);

        const Ran judged = test::runProgram(QString::fromStdString(test::python().string()),
                                            {test::source("tests/peers/recording_check.py").c_str(), library});
        QVERIFY2(judged.status == 0, judged.err);
        const QJsonObject found = documentOf(judged)["episodes"][0].toObject();
        QCOMPARE(found["id"], take["id"]);
        QCOMPARE(found["streams"].toObject().size(), take["streams"].toArray().size());

        const Ran checked = run({"check", "--library", library, "--json"});
        QVERIFY2(checked.status == 0, checked.err);
        QCOMPARE(documentOf(checked)["ok"].toInt(), 1);
    }

    /// A camera that ends and a robot that pauses in the middle of a take: it is kept, and both are said.
    void keepsATakeWhoseSourcesGoSilent()
    {
        const QString library = m_folder.filePath("silent");
        const QString station =
            test::writeStation(m_folder.path(), "[fault]\nrobot_silent_after_s = 4\nrobot_silent_for_s = 1.5\n"
                                                "camera = \"wrist\"\ncamera_silent_after_s = 4\n");
        const Ran ran = run({"record", "--library", library, "--station", station, "--seconds", "6", "--json"});
        QVERIFY2(ran.status == 0, ran.err);
        QVERIFY2(ran.err.contains("no samples from /robot/joint_states"), ran.err);
        QVERIFY2(ran.err.contains("wrist"), ran.err);
        const QJsonObject take = documentOf(ran)["episodes"][0].toObject();
        QCOMPARE(take["state"].toString(), QString("recorded"));
        QVERIFY(take["duration_s"].toDouble() >= 6);
        const QString problem = take["problem"].toString();
        QVERIFY2(problem.contains("/robot/joint_states was silent for 1"), qPrintable(problem));
        QVERIFY2(problem.contains("wrist had gone silent"), qPrintable(problem));
        QVERIFY2(!problem.contains("head"), qPrintable(problem));
        const Ran checked = run({"check", "--library", library, "--json"});
        QVERIFY2(checked.status == 0, checked.out);
        QCOMPARE(documentOf(checked)["ok"].toInt(), 1);
    }

    void refusesASecondRecorderOfAStation()
    {
        const QString library = m_folder.filePath("second");
        const QString station = test::writeStation(m_folder.path());
        const QStringList record{"record", "--library", library, "--station", station, "--json", "--seconds"};
        QProcess first;
        first.start(QStringLiteral(UNDERSTUDY_PROGRAM), record + QStringList{"600"});
        QByteArray heard;
        QVERIFY2(test::waitForWords(first, "take 1 of 1", heard), heard);
        const Ran second = run(record + QStringList{"1"});
        QCOMPARE(second.status, 1);
        QVERIFY2(second.err.contains("the station bench has a recorder already"), second.err);
        QVERIFY2(second.err.contains("give this station another name"), second.err);

        // A polite end keeps the take.
        first.terminate();
        QVERIFY(first.waitForFinished(60'000));
        QCOMPARE(first.exitCode(), 0);
        const QJsonObject take =
            QJsonDocument::fromJson(first.readAllStandardOutput()).object()["episodes"][0].toObject();
        QCOMPARE(take["state"].toString(), QString("recorded"));
        QCOMPARE(documentOf(run({"list", "--library", library, "--json"}))["total"].toInt(), 1);
    }

private:
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestRecordings)
#include "tst_recordings.moc"
