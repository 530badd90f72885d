#include <QTest>

#include <cmath>
#include <random>

#include "core/clockmapping.h"
#include "support/allocationcount.h"

using namespace understudy;

namespace {

/// A device with its own epoch and drift whose packets take their time.
struct Device {
    Duration epoch = 5'000 * kSecond;
    double driftPpm = 0;
    double jitterMs = 0;  ///< mean of an exponential transit
    std::mt19937 random{42};

    [[nodiscard]] Timestamp stampAt(Timestamp truth) const
    {
        return epoch + truth + static_cast<Duration>(std::llround(static_cast<double>(truth) * driftPpm * 1e-6));
    }
    [[nodiscard]] Duration transit()
    {
        if (jitterMs <= 0) return 0;
        return static_cast<Duration>(std::exponential_distribution<double>(1.0 / jitterMs)(random) * 1e6);
    }
};

constexpr Duration kPeriod = kSecond / 120;

}  // namespace

class TestClockMapping : public QObject {
    Q_OBJECT

private slots:
    void findsOffsetAndDriftThroughJitter_data()
    {
        QTest::addColumn<double>("drift");
        QTest::addColumn<double>("jitter");
        QTest::addColumn<qint64>("worst");
        QTest::newRow("clean wire") << 0.0 << 0.0 << qint64(1'000);
        QTest::newRow("drift") << 80.0 << 0.0 << qint64(10'000);
        QTest::newRow("slow and jitter") << -60.0 << 2.0 << qint64(500'000);
        QTest::newRow("fast and much jitter") << 200.0 << 8.0 << qint64(2'000'000);
    }

    void findsOffsetAndDriftThroughJitter()
    {
        QFETCH(double, drift);
        QFETCH(double, jitter);
        QFETCH(qint64, worst);
        Device device{.driftPpm = drift, .jitterMs = jitter};
        ClockMapping mapping;
        Timestamp lastArrival = 0;
        Timestamp lastCapture = -1;
        Duration largest = 0;
        for (int k = 1; k < 120 * 60; ++k) {
            const Timestamp truth = k * kPeriod;
            const Timestamp arrival = std::max(truth + device.transit(), lastArrival + 1);
            const Timestamp capture = mapping.map(device.stampAt(truth), arrival);
            QVERIFY(capture <= arrival);
            QVERIFY(capture > lastCapture);
            if (k > 120 * 20) largest = std::max(largest, std::abs(capture - truth));
            lastArrival = arrival;
            lastCapture = capture;
        }
        QVERIFY2(largest <= worst, qPrintable(QString::number(largest)));
        QVERIFY2(std::abs(mapping.driftPpm() - drift) < 5 + 5 * jitter,
                 qPrintable(QString::number(mapping.driftPpm())));
        QVERIFY(mapping.uncertainty() <= worst);
        QCOMPARE(mapping.restarts(), std::uint64_t(0));
    }

    void saysThatItKnowsLittleAtFirst()
    {
        ClockMapping mapping;
        (void)mapping.map(1'000, 50'000);
        QCOMPARE(mapping.offset(), Duration(49'000));
        QVERIFY(mapping.uncertainty() >= 10 * kMillisecond);
    }

    void followsALeapOfTheDevicesClock_data()
    {
        QTest::addColumn<qint64>("leap");
        QTest::addColumn<int>("settles");
        QTest::newRow("ahead") << qint64(5 * kSecond) << 0;
        QTest::newRow("far back, as after a restart") << qint64(-4'000 * kSecond) << 0;
        QTest::newRow("a little back") << qint64(-300 * kMillisecond) << 180;
    }

    void followsALeapOfTheDevicesClock()
    {
        QFETCH(qint64, leap);
        QFETCH(int, settles);
        Device device;
        ClockMapping mapping;
        Timestamp last = -1;
        for (int k = 1; k < 1200; ++k) {
            if (k == 600) device.epoch += leap;
            const Timestamp truth = k * kPeriod;
            const Timestamp capture = mapping.map(device.stampAt(truth), truth);
            QVERIFY(capture > last);
            QVERIFY(capture <= truth);
            if (k < 600 || k >= 600 + settles) QVERIFY(std::abs(capture - truth) < kMillisecond);
            last = capture;
        }
        QCOMPARE(mapping.restarts(), std::uint64_t(1));
    }

    void aStallAndItsBurstMoveNothing()
    {
        Device device;
        ClockMapping mapping;
        const Timestamp stallEnds = 603 * kPeriod + 2 * kSecond;
        for (int k = 1; k < 1200; ++k) {
            const Timestamp truth = k * kPeriod;
            const Timestamp arrival = k > 603 && truth < stallEnds ? stallEnds + k * kMicrosecond : truth;
            QVERIFY(std::abs(mapping.map(device.stampAt(truth), arrival) - truth) < 10 * kMicrosecond);
        }
        QCOMPARE(mapping.restarts(), std::uint64_t(0));
    }

    void aReorderedPacketNeitherTurnsTimeBackNorTeaches()
    {
        ClockMapping mapping;
        for (int k = 1; k < 100; ++k) (void)mapping.map(k * kPeriod, k * kPeriod + 1'000);
        const Duration offset = mapping.offset();
        const Timestamp last = mapping.map(100 * kPeriod, 100 * kPeriod + 1'000);
        QVERIFY(mapping.map(98 * kPeriod, 100 * kPeriod + 2'000) > last);
        QCOMPARE(mapping.offset(), offset);
    }

    void neverAllocates()
    {
        ClockMapping mapping;
        const std::size_t before = test::allocationCount();
        Timestamp sum = 0;
        for (int k = 1; k < 5000; ++k) sum += mapping.map(k * kPeriod, k * kPeriod + k % 7 * 1000);
        QVERIFY(sum > 0);
        QCOMPARE(test::allocationCount(), before);
    }
};

QTEST_APPLESS_MAIN(TestClockMapping)
#include "tst_clockmapping.moc"
