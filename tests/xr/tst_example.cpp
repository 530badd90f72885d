#include <QProcess>
#include <QStandardPaths>
#include <QTest>

#include "examples/dialdevice.h"
#include "support/devicecontract.h"
#include "support/shared.h"
#include "xr/network/udpsender.h"
#include "xr/suits/suitkind.h"

using namespace understudy;

/// What docs/add-a-device.md shows works.
class TestExample : public QObject {
    Q_OBJECT

private slots:
    void theTemplateIsADevice()
    {
        test::checkDeviceContract([] {
            auto device = makeDial("127.0.0.1", 0);
            auto* dial = static_cast<NetworkDevice*>(device.get());
            return test::DeviceUnderTest{.device = std::move(device),
                                         .pump = [dial, port = std::uint16_t(0), milliseconds = std::uint32_t(1000),
                                                  sender = std::shared_ptr<UdpSender>()]() mutable {
                                             if (dial->port() != port) {
                                                 port = dial->port();
                                                 auto opened = UdpSender::open("127.0.0.1", "127.0.0.1", port);
                                                 if (!opened) return;
                                                 sender = std::make_shared<UdpSender>(std::move(*opened));
                                             }
                                             milliseconds += 10;
                                             std::array<std::byte, 12> packet{};
                                             std::memcpy(packet.data(), &milliseconds, 4);
                                             (void)sender->send(packet);
                                         }};
        });
    }

    void thePythonExampleConnects()
    {
        const QString python = QStandardPaths::findExecutable(QStringLiteral("python3"));
        if (python.isEmpty()) QSKIP("python3 is not installed");
        auto parser = makeParser(SuitKind::Joints, {.id = "exo", .jointNames = {"left_elbow", "right_elbow"}});
        QVERIFY(parser);
        NetworkDevice device({.name = "exo", .kind = "joints", .sender = "127.0.0.1", .rateHz = 100},
                             std::move(*parser));
        test::DeviceSink sink(2000);
        QVERIFY(device.start(sink));
        QProcess example;
        example.start(python, {QString::fromStdString(test::source("docs/examples/joint_stream.py").string()),
                               QStringLiteral("127.0.0.1"), QString::number(device.port())});
        QVERIFY(example.waitForStarted());
        QTRY_VERIFY_WITH_TIMEOUT(sink.count() > 20, 20'000);
        example.kill();
        example.waitForFinished();
        QVERIFY(std::abs(sink.at(10).joints.sum() - 1.0) < 1e-5);
        QCOMPARE(device.counters().broken, std::uint64_t(0));
    }
};

QTEST_GUILESS_MAIN(TestExample)
#include "tst_example.moc"
