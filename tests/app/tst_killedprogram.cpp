#include <QDateTime>
#include <QJsonArray>
#include <QJsonObject>
#include <QProcess>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

#include <algorithm>
#include <csignal>

#include "app/program.h"

using namespace understudy;
using test::documentOf;
using test::Ran;
using test::run;

namespace {

QJsonObject onlyEpisode(const QString& library)
{
    const QString id = documentOf(run({"list", "--library", library, "--json"}))["episodes"][0]["id"].toString();
    return documentOf(run({"show", "--library", library, "--json", id}));
}

}  // namespace

/// kill -9 of the whole program in the middle of a recording, at random instants.
class TestKilledProgram : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QVERIFY(m_folder.isValid()); }

    void theNextStartRecoversTheTake_data()
    {
        QTest::addColumn<int>("wait");
        auto* random = QRandomGenerator::global();
        for (int i = 0; i < 4; ++i) {
            const int wait = random->bounded(100, 2500);
            QTest::addRow("after %d ms", wait) << wait;
        }
    }
    void theNextStartRecoversTheTake()
    {
        QFETCH(int, wait);
        const QString library = m_folder.filePath(QTest::currentDataTag());
        const QString station = test::writeStation(m_folder.path());
        QProcess program;
        program.start(QStringLiteral(UNDERSTUDY_PROGRAM),
                      {"record", "--library", library, "--station", station, "--seconds", "600"});
        QByteArray heard;
        QVERIFY2(test::waitForWords(program, "take 1 of 1", heard), heard);
        QThread::msleep(static_cast<unsigned long>(wait));
        const QDateTime killed = QDateTime::currentDateTimeUtc();
        QCOMPARE(::kill(static_cast<pid_t>(program.processId()), SIGKILL), 0);
        QVERIFY(program.waitForFinished());
        QCOMPARE(program.exitStatus(), QProcess::CrashExit);

        // What the program had acknowledged before: the row holds what the last sync made durable.
        const QJsonObject acknowledged = onlyEpisode(library);
        QCOMPARE(acknowledged["state"].toString(), QString("recording"));

        const Ran checked = run({"check", "--library", library, "--json"});
        QVERIFY2(checked.status == 0, checked.out);
        const QJsonObject check = documentOf(checked);
        QCOMPARE(check["ok"].toInt(), 1);
        QCOMPARE(check["recovered"].toArray().size(), 1);
        const QJsonObject recovery = check["recovered"][0].toObject();
        QCOMPARE(recovery["id"], acknowledged["id"]);
        QVERIFY2(recovery["missing_ms"].toInt(-1) >= 0 && recovery["missing_ms"].toInt() <= 500, checked.out);
        for (const QJsonValue& words : recovery["words"].toArray()) QVERIFY(!words.toString().isEmpty());

        const QJsonObject kept = onlyEpisode(library);
        const QDateTime begun = QDateTime::fromString(kept["started_at"].toString(), Qt::ISODateWithMs);
        const double lost = static_cast<double>(begun.msecsTo(killed)) - kept["duration_s"].toDouble() * 1e3;
        qInfo("%.0f ms were acknowledged, %.0f ms are kept, %.0f ms before the kill are lost",
              acknowledged["duration_s"].toDouble() * 1e3, kept["duration_s"].toDouble() * 1e3, lost);
        m_lost.push_back(lost);
        QVERIFY(kept["recovered"].toBool());
        QVERIFY(kept["duration_s"].toDouble() >= acknowledged["duration_s"].toDouble() - 1e-9);
        QVERIFY(kept["steps"].toInt() >= acknowledged["steps"].toInt());
        const QJsonArray before = acknowledged["streams"].toArray();
        const QJsonArray after = kept["streams"].toArray();
        QCOMPARE(after.size(), before.size());
        for (int i = 0; i < before.size(); ++i) {
            QCOMPARE(after[i]["name"], before[i]["name"]);
            QVERIFY2(after[i]["count"].toInt() >= before[i]["count"].toInt(), qPrintable(before[i]["name"].toString()));
        }
    }

    /// By the wall clock. A machine that stands still may lose more once; not each time.
    void littleIsLost()
    {
        QVERIFY(!m_lost.empty());
        const double least = *std::ranges::min_element(m_lost);
        QVERIFY2(least <= 500, qPrintable(QString::number(least)));
    }

    /// Recording again is such a start too, and says what it found.
    void theNextRecordingSaysWhatItRecovered()
    {
        const QString library = m_folder.filePath("again");
        const QString station = test::writeStation(m_folder.path());
        const QStringList record{"record", "--library", library, "--station", station, "--seconds"};
        QProcess program;
        program.start(QStringLiteral(UNDERSTUDY_PROGRAM), record + QStringList{"600"});
        QByteArray heard;
        QVERIFY2(test::waitForWords(program, "take 1 of 1", heard), heard);
        QThread::msleep(700);
        program.kill();
        QVERIFY(program.waitForFinished());
        const QString id = onlyEpisode(library)["id"].toString();
        const Ran again = run(record + QStringList{"1"});
        QVERIFY2(again.status == 0, again.err);
        QVERIFY2(again.err.contains("A take that a crash cut short was recovered"), again.err);
        QVERIFY2(again.err.contains(id.toUtf8()), again.err);
        const QJsonObject list = documentOf(run({"list", "--library", library, "--json"}));
        QCOMPARE(list["total"].toInt(), 2);
        // Judged behind the session's back, if there was time before it closed.
        for (const QJsonValue& each : list["episodes"].toArray())
            QVERIFY2((QStringList{"recorded", "checked"}.contains(each["state"].toString())), again.err);
    }

private:
    QTemporaryDir m_folder;
    std::vector<double> m_lost;  ///< ms, of each kill
};

QTEST_GUILESS_MAIN(TestKilledProgram)
#include "tst_killedprogram.moc"
