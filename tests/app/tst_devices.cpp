#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QTest>

#include "app/program.h"

using understudy::test::documentOf;
using understudy::test::Ran;
using understudy::test::run;

namespace {

/// A UDP port of loopback that nobody holds now; 0 where there is none.
int freePort()
{
    const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    const bool bound = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
                       ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    ::close(socket);
    return bound ? ntohs(address.sin_port) : 0;
}

}  // namespace

/// One program is a device, another looks at it.
class TestDevices : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QVERIFY(m_folder.isValid()); }

    void theStandInIsSeen_data()
    {
        QTest::addColumn<QString>("kind");
        for (const char* kind : {"xsens", "rokoko", "vmc", "mocopi", "noitom", "joints", "dynamixel"})
            QTest::newRow(kind) << QString(kind);
    }
    void theStandInIsSeen()
    {
        QFETCH(QString, kind);
        const bool serial = kind == "dynamixel";
        const QString port = serial ? m_folder.filePath("leader") : QString::number(freePort());
        QByteArray device = "name = \"seen\"\nkind = \"" + kind.toUtf8() + "\"\n";
        if (serial)
            device += "serial_port = \"" + port.toUtf8() + "\"\n[[device.joint]]\nname = \"elbow\"\nid = 1\n";
        else
            device += "listen = \"127.0.0.1\"\nsender = \"127.0.0.1\"\nport = " + port.toUtf8() + "\n";
        if (kind == "joints") device += "joints = [\"elbow\"]\n";

        QProcess standIn;
        standIn.start(UNDERSTUDY_PROGRAM, {"devices", "--simulate", kind, "--port", port, "--seconds", "60"});
        QVERIFY(standIn.waitForStarted());
        if (serial) QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(port), 20'000);
        const Ran ran = run({"devices", "--station", station(kind, device), "--seconds", "1.5", "--json"});
        standIn.terminate();
        QVERIFY(standIn.waitForFinished(20'000));
        QCOMPARE(standIn.exitStatus(), QProcess::NormalExit);
        QCOMPARE(ran.status, 0);

        const QJsonArray devices = documentOf(ran)["devices"].toArray();
        QCOMPARE(devices.size(), 1);
        const QJsonObject seen = devices[0].toObject();
        QCOMPARE(seen["name"].toString(), QString("seen"));
        QCOMPARE(seen["kind"].toString(), kind);
        QVERIFY2(seen["state"].toString() == "running", ran.out);
        QVERIFY2(seen["samples"].toInt() > 10, ran.out);
        QCOMPARE(seen["problem"].toString(), QString());
        if (!serial) QVERIFY2(seen["packets"]["paired"].toInt() > 10, ran.out);
    }

    void whoIsNotPairedIsShownAndNotObeyed()
    {
        const QString port = QString::number(freePort());
        QProcess standIn;
        standIn.start(UNDERSTUDY_PROGRAM, {"devices", "--simulate", "xsens", "--port", port, "--seconds", "60"});
        QVERIFY(standIn.waitForStarted());
        const QByteArray device =
            "name = \"suit\"\nkind = \"xsens\"\nlisten = \"127.0.0.1\"\nsender = \"127.0.0.9\"\nport = " +
            port.toUtf8();
        const Ran ran = run({"devices", "--station", station("stranger", device), "--seconds", "2", "--json"});
        standIn.terminate();
        QVERIFY(standIn.waitForFinished(20'000));
        QCOMPARE(ran.status, 0);
        const QJsonObject seen = documentOf(ran)["devices"].toArray()[0].toObject();
        QCOMPARE(seen["samples"].toInt(-1), 0);
        QVERIFY2(seen["packets"]["strangers"].toInt() > 10, ran.out);
        QCOMPARE(seen["strangers"].toArray()[0].toObject()["address"].toString(), QString("127.0.0.1"));
    }

    void saysWhichKindsThereAre()
    {
        const Ran ran = run({"devices", "--simulate", "telepathy"});
        QCOMPARE(ran.status, 2);
        for (const char* known : {"telepathy", "xsens", "dynamixel"}) QVERIFY2(ran.err.contains(known), ran.err);
        QCOMPARE(run({"devices", "--simulate", "xsens", "--port", "70000"}).status, 2);
    }

private:
    QString station(const QString& name, const QByteArray& device) const
    {
        QFile file(m_folder.filePath(name + ".toml"));
        if (!file.open(QIODevice::WriteOnly)) return {};
        file.write("name = \"bench\"\n[[device]]\n" + device);
        return file.fileName();
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestDevices)
#include "tst_devices.moc"
