#include <QTest>

#include "support/devicecontract.h"
#include "xr/network/localaddress.h"
#include "xr/network/networkdevice.h"
#include "xr/network/packetlimit.h"
#include "xr/standins/suitstandin.h"

using namespace understudy;
using namespace std::chrono_literals;

namespace {

struct Station {
    test::DeviceSink sink{10'000};
    std::unique_ptr<NetworkDevice> device;

    explicit Station(NetworkOptions options = {}, SuitKind kind = SuitKind::Joints)
    {
        options.name = "exo";
        options.kind = std::string(nameOf(kind));
        if (options.sender.empty()) options.sender = "127.0.0.1";
        if (options.sender == "none") options.sender.clear();
        auto parser = makeParser(kind, {.jointNames = {"left", "right"}});
        device = std::make_unique<NetworkDevice>(options, std::move(*parser));
        if (const auto started = device->start(sink); !started) qFatal("%s", started.error().message.c_str());
    }
    [[nodiscard]] UdpSender sender(const std::string& from = "127.0.0.1") const
    {
        auto opened = UdpSender::open(from, "127.0.0.1", device->port());
        if (!opened) qFatal("%s", opened.error().message.c_str());
        return std::move(*opened);
    }
};

bool sendLine(const UdpSender& sender, double seconds, double value)
{
    const std::string line = "joints/1 exo " + std::to_string(seconds) + " left=" + std::to_string(value);
    return sender.send(std::as_bytes(std::span(line)));
}

}  // namespace

class TestNetworkDevice : public QObject {
    Q_OBJECT

private slots:
    void obeysThePairedSenderOnly()
    {
        Station station;
        const UdpSender stranger = station.sender("127.0.0.2");
        const UdpSender paired = station.sender();
        for (int i = 0; i < 5; ++i) QVERIFY(sendLine(stranger, 1 + i, 9));
        QTRY_COMPARE(station.device->counters().strangers, std::uint64_t(5));
        QCOMPARE(station.device->counters().packets, std::uint64_t(0));
        QVERIFY(station.device->health().problem.find("127.0.0.2") != std::string::npos);
        QVERIFY(sendLine(paired, 1, 0.5));
        QTRY_COMPARE(station.sink.count(), std::size_t(1));
        QCOMPARE(station.sink.at(0).joints[0], 0.5);
        QCOMPARE(station.device->strangers().size(), std::size_t(1));
        QCOMPARE(station.device->strangers()[0].packets, std::uint64_t(5));
        QCOMPARE(station.device->health().state, SourceState::Running);
    }

    void withoutAPairItShowsAndObeysNobody()
    {
        Station station({.sender = "none"});
        QVERIFY(sendLine(station.sender(), 1, 0.5));
        QTRY_COMPARE(station.device->counters().strangers, std::uint64_t(1));
        QCOMPARE(station.sink.count(), std::size_t(0));
        QVERIFY(station.device->health().problem.find("sender = \"127.0.0.1\"") != std::string::npos);
    }

    void passesOverWhatComesTwiceOrLate()
    {
        Station station;
        const UdpSender sender = station.sender();
        for (const double seconds : {10.0, 10.02, 10.01, 10.02, 10.0, 10.03})
            QVERIFY(sendLine(sender, seconds, seconds));
        QTRY_COMPARE(station.device->counters().packets, std::uint64_t(6));
        QTRY_COMPARE(station.sink.count(), std::size_t(3));
        QCOMPARE(station.device->counters().stale, std::uint64_t(3));
        QCOMPARE(station.sink.at(2).joints[0], 10.03);
        QCOMPARE(station.sink.at(2).sequence, station.sink.at(0).sequence + 2);
    }

    void followsAClockThatStartsAnew()
    {
        Station station;
        const UdpSender sender = station.sender();
        QVERIFY(sendLine(sender, 100, 100));
        // One old packet is a straggler, three that go on are a new start.
        for (const double seconds : {3.0, 100.01, 1.0, 1.01, 1.02, 1.03}) QVERIFY(sendLine(sender, seconds, seconds));
        QTRY_COMPARE(station.sink.count(), std::size_t(4));
        QCOMPARE(station.sink.at(1).joints[0], 100.01);
        QCOMPARE(station.sink.at(2).joints[0], 1.02);
        QCOMPARE(station.sink.at(3).joints[0], 1.03);
        for (std::size_t i = 1; i < 4; ++i)
            QVERIFY(station.sink.at(i).stamps.capture > station.sink.at(i - 1).stamps.capture);
    }

    void boundsSizeAndRate()
    {
        Station station({.rateHz = 10, .packetsPerSample = 2, .maxPacketBytes = 100});
        const UdpSender sender = station.sender();
        const std::string longLine = "joints/1 exo 1 left=0.5" + std::string(200, ' ');
        QVERIFY(sender.send(std::as_bytes(std::span(longLine))));
        QTRY_COMPARE(station.device->counters().oversized, std::uint64_t(1));
        for (int i = 0; i < 200; ++i) QVERIFY(sendLine(sender, 2 + 0.001 * i, i));
        QTRY_COMPARE(station.device->counters().packets, std::uint64_t(201));
        // Half a second's worth of 20 a second at once, and a little for the time that passes.
        QVERIFY(station.device->counters().flooded > 150);
        QVERIFY(station.sink.count() >= 10 && station.sink.count() < 50);
        const std::byte garbage[]{std::byte{0xFF}, std::byte{0x00}};
        QTest::qSleep(200);
        QVERIFY(sender.send(garbage));
        QTRY_COMPARE(station.device->counters().broken, std::uint64_t(1));
    }

    void aLimitRefillsWithTime()
    {
        PacketLimit limit(100);
        int admitted = 0;
        for (int i = 0; i < 1000; ++i) admitted += limit.admits(kSecond) ? 1 : 0;
        QCOMPARE(admitted, 50);
        admitted = 0;
        for (int i = 1; i <= 1000; ++i) admitted += limit.admits(kSecond + i * kMillisecond) ? 1 : 0;
        QVERIFY(admitted >= 99 && admitted <= 101);
        PacketLimit slow(0.5);
        QVERIFY(slow.admits(kSecond));
        QVERIFY(!slow.admits(2 * kSecond));
    }

    void saysWhatItCannotListenOn()
    {
        auto parser = makeParser(SuitKind::Vmc, {});
        NetworkDevice nowhere({.name = "suit", .kind = "vmc", .interface = "nosuch0"}, std::move(*parser));
        NullSink sink;
        const auto refused = nowhere.start(sink);
        QVERIFY(!refused);
        QVERIFY(refused.error().message.find("nosuch0") != std::string::npos);
        QVERIFY(refused.error().message.find("127.0.0.1") != std::string::npos);

        Station station;
        auto second = makeParser(SuitKind::Vmc, {});
        NetworkDevice taken({.name = "suit", .kind = "vmc", .port = station.device->port()}, std::move(*second));
        const auto busy = taken.start(sink);
        QVERIFY(!busy);
        QVERIFY(busy.error().message.find(std::to_string(station.device->port())) != std::string::npos);
        auto third = makeParser(SuitKind::Vmc, {});
        NetworkDevice misspelt({.name = "suit", .kind = "vmc", .sender = "pc.local"}, std::move(*third));
        const auto wrong = misspelt.start(sink);
        QVERIFY(!wrong && wrong.error().message.find("pc.local") != std::string::npos);
    }

    void sleepsAndReturns()
    {
        Station station({.rateHz = 60}, SuitKind::Xsens);
        auto suit = SuitStandIn::start({.kind = SuitKind::Xsens, .port = station.device->port()});
        QVERIFY(suit);
        QTRY_VERIFY(station.sink.count() > 10);
        (*suit)->setSilent(true);
        QTRY_COMPARE(station.device->health().state, SourceState::Silent);
        const std::size_t before = station.sink.count();
        (*suit)->setSilent(false);
        QTRY_VERIFY(station.sink.count() > before + 10);
        QTRY_COMPARE(station.device->health().state, SourceState::Running);
        QCOMPARE(station.sink.at(before).sequence, station.sink.at(before - 1).sequence + 1);
        QVERIFY(station.device->health().clockUncertaintyUs > 0);
    }

    void knowsItsInterfaces()
    {
        QVERIFY(resolveInterface("lo"));
        QCOMPARE(*resolveInterface("127.0.0.1"), 0x7F000001U);
        QCOMPARE(*resolveInterface("any"), 0U);
        QVERIFY(!resolveInterface("203.0.113.7"));
    }
};

QTEST_GUILESS_MAIN(TestNetworkDevice)
#include "tst_networkdevice.moc"
