#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "app/program.h"

using namespace understudy;
using test::documentOf;
using test::Ran;
using test::run;

namespace {

QByteArray contentOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void write(const QString& path, const QByteArray& content)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(content), content.size());
}

/// Runs a shell script as root of a namespace of its own, where it may mount what nobody else sees.
Ran inNamespace(const QString& script, const QStringList& arguments)
{
    return test::runProgram("unshare", QStringList{"--user", "--map-root-user", "--mount", "sh", "-euc", script, "sh",
                                                   QStringLiteral(UNDERSTUDY_PROGRAM)} +
                                           arguments);
}

}  // namespace

/// Libraries that cannot be written: refused in words, and left as they are.
class TestBadLibraries : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        m_station = test::writeStation(m_folder.path());
        m_library = m_folder.filePath("library");
        const Ran ran = run({"record", "--library", m_library, "--station", m_station, "--seconds", "1"});
        QVERIFY2(ran.status == 0, ran.err);
    }

    void refusesWhatIsNoLibrary_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QByteArray>("words");
        QByteArray newer = contentOf(m_library + "/library.db");
        newer.replace(60, 4, QByteArray::fromHex("00000063"));  // where SQLite keeps user_version
        QTest::newRow("other files") << "holiday.jpg" << QByteArray("x")
                                     << QByteArray("no library and holds other files");
        QTest::newRow("no database") << "library.db" << QByteArray("Dear diary, today nothing happened at all. ")
                                     << QByteArray("library.db");
        QTest::newRow("newer") << "library.db" << newer << QByteArray("newer");
        QTest::newRow("cut short") << "library.db" << contentOf(m_library + "/library.db").first(8192)
                                   << QByteArray("cut short");
    }
    void refusesWhatIsNoLibrary()
    {
        QFETCH(QString, name);
        QFETCH(QByteArray, content);
        QFETCH(QByteArray, words);
        const QString folder = m_folder.filePath(QString("bad ") + QTest::currentDataTag());
        QVERIFY(QDir().mkpath(folder));
        write(folder + '/' + name, content);
        const Ran ran = run({"record", "--library", folder, "--station", m_station, "--seconds", "1"});
        QCOMPARE(ran.status, 1);
        QVERIFY2(ran.err.contains(words) && ran.err.contains(folder.toUtf8()), ran.err);
        QCOMPARE(contentOf(folder + '/' + name), content);
        QCOMPARE(QDir(folder).entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList{name});
    }

    /// What the messages advise does what they say.
    void checkMakesALostIndexAnew_data()
    {
        QTest::addColumn<QByteArray>("index");
        QTest::newRow("missing") << QByteArray();
        QTest::newRow("cut short") << contentOf(m_library + "/library.db").first(8192);
    }
    void checkMakesALostIndexAnew()
    {
        QFETCH(QByteArray, index);
        const QString folder = m_folder.filePath(QString("lost ") + QTest::currentDataTag());
        QCOMPARE(test::runProgram("cp", {"-r", m_library, folder}).status, 0);
        for (const char* part : {"library.db", "library.db-wal", "library.db-shm"}) QFile::remove(folder + '/' + part);
        if (!index.isEmpty()) write(folder + "/library.db", index);
        const Ran refused = run({"record", "--library", folder, "--station", m_station, "--seconds", "1"});
        QCOMPARE(refused.status, 1);
        QVERIFY2(refused.err.contains("understudy check"), refused.err);
        const Ran checked = run({"check", "--library", folder, "--json"});
        QVERIFY2(checked.status == 0, checked.err);
        QVERIFY(documentOf(checked)["index_rebuilt"].toBool());
        QCOMPARE(documentOf(checked)["ok"].toInt(), 1);
        QCOMPARE(documentOf(run({"list", "--library", folder, "--json"}))["total"].toInt(), 1);
        QVERIFY(!documentOf(run({"check", "--library", folder, "--json"}))["index_rebuilt"].toBool(true));
    }

    /// The system's answer is replaced in front of the program, since nobody has such a disk at hand.
    void refusesANetworkFileSystem()
    {
        const Ran ran = test::runProgram(
            QStringLiteral(UNDERSTUDY_PROGRAM),
            {"record", "--library", m_folder.filePath("nfs"), "--station", m_station, "--seconds", "1"},
            {"LD_PRELOAD=" UNDERSTUDY_NETWORK_DISK, "ASAN_OPTIONS=verify_asan_link_order=0"});
        QCOMPARE(ran.status, 1);
        QVERIFY2(ran.err.contains("lies on a network file system (NFS)"), ran.err);
        QVERIFY2(ran.err.contains("Keep it on a disk of this computer"), ran.err);
        QVERIFY(!QFile::exists(m_folder.filePath("nfs")));
    }

    void refusesAReadOnlyDisk()
    {
        if (inNamespace("true", {}).status != 0) QSKIP("this system lets nobody mount in a namespace of their own");
        const Ran ran = inNamespace("mount --bind \"$2\" \"$2\"; mount -o remount,ro,bind \"$2\"; "
                                    "exec \"$1\" record --library \"$2\" --station \"$3\" --seconds 1",
                                    {m_library, m_station});
        QCOMPARE(ran.status, 1);
        QVERIFY2(ran.err.contains(m_library.toUtf8()), ran.err);
        QVERIFY2(ran.err.contains("lies on a disk that is read-only"), ran.err);
        QCOMPARE(documentOf(run({"check", "--library", m_library, "--json"}))["ok"].toInt(), 1);
    }

    /// The disk fills while a take is recorded: what was durable stays and can be read, the program says so.
    void keepsWhatADiskHadRoomFor()
    {
        if (inNamespace("true", {}).status != 0) QSKIP("this system lets nobody mount in a namespace of their own");
        const QString disk = m_folder.filePath("disk");
        QVERIFY(QDir().mkpath(disk));
        const Ran full = inNamespace("mount -t tmpfs -o size=8m none \"$2\"; "
                                     "exec \"$1\" record --library \"$2\"/library --station \"$3\" --seconds 1",
                                     {disk, m_station});
        QCOMPARE(full.status, 1);
        QVERIFY2(full.err.contains("no space is left"), full.err);

        const Ran filled = inNamespace(
            "mount -t tmpfs -o size=100m none \"$2\"; "
            "(sleep 4; head -c 200m /dev/zero > \"$2\"/others 2> /dev/null || true) & "
            "\"$1\" record --library \"$2\"/library --station \"$3\" --seconds 8 --json > \"$4\" || true; wait; "
            "rm \"$2\"/others; \"$1\" show --library \"$2\"/library --json \"$(\"$1\" list --library \"$2\"/library "
            "--json "
            "| sed -n 's/.*\"id\": \"\\(.*\\)\".*/\\1/p')\"",
            {disk, m_station, m_folder.filePath("filled.json")});
        QVERIFY2(filled.status == 0, filled.err);
        QVERIFY2(filled.err.contains("No space left on device") || filled.err.contains("full"), filled.err);
        const QJsonObject kept = documentOf(filled);
        QVERIFY2(kept["duration_s"].toDouble() > 0, filled.out);
        QCOMPARE(kept["state"].toString(), QString("quarantined"));
        const QJsonObject take =
            QJsonDocument::fromJson(contentOf(m_folder.filePath("filled.json"))).object()["episodes"][0].toObject();
        QVERIFY2(take["problem"].toString().contains("only the first"), qPrintable(take["problem"].toString()));
    }

private:
    QTemporaryDir m_folder;
    QString m_station;
    QString m_library;
};

QTEST_GUILESS_MAIN(TestBadLibraries)
#include "tst_badlibraries.moc"
