#include <QTemporaryDir>
#include <QtTest>

#include "app/program.h"

using understudy::test::documentOf;
using understudy::test::Ran;
using understudy::test::run;

class TestCommandLine : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QVERIFY(m_folder.isValid()); }

    void saysHowItIsUsed()
    {
        const Ran help = run({"--help"});
        QCOMPARE(help.status, 0);
        for (const char* command :
             {"demo", "record", "list", "show", "check", "export", "retarget", "resolve", "profile", "bench"})
            QVERIFY2(help.out.contains(command), command);
        const Ran version = run({"--version"});
        QCOMPARE(version.status, 0);
        QVERIFY(!version.out.trimmed().isEmpty());
    }

    void refusesWrongUsage_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("named");
        QTest::newRow("unknown option") << QStringList{"list", "--colour"} << QByteArray("--colour");
        QTest::newRow("no take") << QStringList{"record", "--episodes", "0"} << QByteArray("episodes");
        QTest::newRow("unknown format") << QStringList{"export", "--format", "x", "--to", "y"} << QByteArray("lerobot");
        QTest::newRow("unknown benchmark") << QStringList{"bench", "nothing"} << QByteArray("nothing");
    }
    void refusesWrongUsage()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, named);
        const Ran ran = run(arguments);
        QCOMPARE(ran.status, 2);
        QVERIFY2(ran.err.contains(named), ran.err);
        QVERIFY(ran.out.isEmpty());
    }

    void refusesBrokenFiles_data()
    {
        QTest::addColumn<QString>("option");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("no model") << "--robot"
                                  << "absent.xml" << QByteArray();
        QTest::newRow("broken model") << "--robot"
                                      << "broken.xml" << QByteArray("<mujoco><worldbody><body>");
        QTest::newRow("model without its mesh")
            << "--robot"
            << "meshless.xml"
            << QByteArray("<mujoco><asset><mesh name='arm' file='arm.stl'/></asset><worldbody><body><joint/><geom "
                          "type='mesh' mesh='arm'/></body></worldbody></mujoco>");
        QTest::newRow("no motion") << "--motion"
                                   << "absent.bvh" << QByteArray();
        QTest::newRow("broken motion") << "--motion"
                                       << "broken.bvh" << QByteArray("HIERARCHY\nROOT Hips\n{\n");
        QTest::newRow("no station") << "--station"
                                    << "absent.toml" << QByteArray();
        QTest::newRow("broken station") << "--station"
                                        << "broken.toml" << QByteArray("robot = [");
    }
    void refusesBrokenFiles()
    {
        QFETCH(QString, option);
        QFETCH(QString, name);
        QFETCH(QByteArray, content);
        const QString path = m_folder.filePath(name);
        if (!content.isEmpty()) {
            QFile file(path);
            QVERIFY(file.open(QIODevice::WriteOnly));
            QCOMPARE(file.write(content), content.size());
        }
        const Ran ran = run({"record", "--library", m_folder.filePath("none"), "--seconds", "1", option, path});
        QCOMPARE(ran.status, 1);
        QVERIFY2(ran.err.contains(name.toUtf8()) || ran.err.contains("arm.stl"), ran.err);
        QVERIFY(!QFile::exists(m_folder.filePath("none/library.db")));
    }

    void refusesWhatIsNoLibrary()
    {
        const QString path = m_folder.filePath("notes.txt");
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("not a library") > 0);
        file.close();
        const Ran ran = run({"list", "--library", path});
        QCOMPARE(ran.status, 1);
        QVERIFY2(ran.err.contains("notes.txt"), ran.err);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray("not a library"));
    }

    /// The same version on the same take: what differs is what the loop remembered from before the take.
    void resolveComparesWithWhatWasSent()
    {
        const QString library = m_folder.filePath("resolved");
        const Ran recorded = run({"record", "--library", library, "--seconds", "3", "--json"});
        QCOMPARE(recorded.status, 0);
        const QString id = documentOf(recorded)["episodes"][0]["id"].toString();
        const Ran once = run({"resolve", id, "--library", library, "--json"});
        QVERIFY2(once.status == 0, once.err);
        const QJsonObject report = documentOf(once);
        QCOMPARE(report["episode"].toString(), id);
        QVERIFY(report["steps"].toInt() > 1000);
        QVERIFY(report["identical"].isBool());
        QCOMPARE(report["joints"].toArray().size(), report["joints_after_2_s"].toArray().size());
        for (const char* side : {"left", "right"}) {
            const double rms = report["wrists"][QLatin1String(side)]["position_m"]["rms"].toDouble(-1);
            QVERIFY2(rms >= 0 && rms < 0.005, qPrintable(QString::number(rms)));
        }
        QCOMPARE(run({"resolve", id, "--library", library, "--json"}).out, once.out);
        QCOMPARE(run({"resolve", "nothing", "--library", library}).status, 1);
    }

    void profileIsProposed()
    {
        const QString file = m_folder.filePath("proposed.toml");
        const Ran written = run({"profile", "--to", file});
        QVERIFY2(written.status == 0, written.err);
        QVERIFY(QFile::exists(file));
        QCOMPARE(run({"profile", "--to", file}).status, 1);
        const QJsonObject document = documentOf(run({"profile", "--json"}));
        QVERIFY(document["profile"].toString().contains("[left]"));
        QVERIFY(document["gap"].toString().isEmpty());
    }

    void retargetReports()
    {
        const Ran ran = run({"retarget", "--json"});
        QCOMPARE(ran.status, 0);
        const QJsonObject report = documentOf(ran);
        QCOMPARE(report["robot"].toString(), "understudy_one");
        // Eleven seconds at 500 Hz.
        QVERIFY(report["steps"].toInt() > 5400 && report["steps"].toInt() < 5600);
        QCOMPARE(report["targets"].toArray().size(), 2);
        for (const QJsonValue& target : report["targets"].toArray()) {
            const double mean = target["position_m"]["mean"].toDouble(-1);
            QVERIFY2(mean >= 0 && mean < 0.02, qPrintable(QString::number(mean)));
            QVERIFY(target["position_m"]["p95"].toDouble() >= mean / 2);
        }
        QVERIFY(report["limits"].toArray().size() >= 17);
        for (const QJsonValue& limit : report["limits"].toArray()) QVERIFY(limit["velocity"].toDouble() > 0);
        for (const char* count : {"joint_limit", "velocity_limit", "acceleration_limit"})
            QCOMPARE(report[QLatin1String(count) + "_violations"].toInt(-1), 0);
        QVERIFY(report["self_collision_steps"].isDouble());
        QVERIFY(report["solve_us"]["p50"].toDouble() > 0);
    }

    void benchPrintsFiguresBesideTheirReference()
    {
        const Ran ran = run({"bench", "motion", "--json"});
        QCOMPARE(ran.status, 0);
        const QJsonObject document = documentOf(ran);
        QVERIFY(!document["machine"].toString().isEmpty());
        const QJsonArray figures = document["benchmarks"].toArray();
        QCOMPARE(figures.size(), 3);
        const QJsonValue solve = figures[0];
        QCOMPARE(solve["benchmark"].toString(), "motion");
        QCOMPARE(solve["unit"].toString(), "us");
        QVERIFY(solve["p50"].toDouble() > 0 && solve["p99"].toDouble() >= solve["p50"].toDouble());
        QVERIFY(solve["reference"]["value"].toDouble() > 0);
    }

private:
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestCommandLine)
#include "tst_commandline.moc"
