#include <QTest>

#include <thread>
#include <vector>

#include "robots/teleop/looprunner.h"
#include "support/allocationcount.h"

using namespace understudy;

class TestLoopRunner : public QObject {
    Q_OBJECT

private slots:
    void percentilesAreWithinABucket();
    void ticksOnAGrid();
    void skipsAndCountsMissedPeriods();
    void startsAgain();
    void refusesImpossibleRates();
};

void TestLoopRunner::percentilesAreWithinABucket()
{
    LogHistogram histogram;
    QCOMPARE(histogram.percentile(0.5), Duration{0});
    const std::size_t before = test::allocationCount();
    for (int i = 1; i <= 10'000; ++i) histogram.add(i * 1000);
    histogram.add(-5);
    QCOMPARE(test::allocationCount() - before, std::size_t{0});
    QCOMPARE(histogram.count(), std::uint64_t{10'001});
    QCOMPARE(histogram.largest(), Duration{10'000'000});
    for (const double share : {0.01, 0.1, 0.5, 0.9, 0.99}) {
        const double exact = share * 1e7;
        const auto found = static_cast<double>(histogram.percentile(share));
        QVERIFY2(found > 0.95 * exact && found < 1.08 * exact, qPrintable(QString::number(found)));
    }
    QCOMPARE(histogram.percentile(1.0), Duration{10'000'000});
    histogram.add(std::numeric_limits<Duration>::max());
    QCOMPARE(histogram.largest(), std::numeric_limits<Duration>::max());
}

void TestLoopRunner::ticksOnAGrid()
{
    std::vector<Timestamp> times;
    std::vector<Duration> late;
    times.reserve(1000);
    late.reserve(1000);
    LoopRunner runner(
        [&](Timestamp now, const TickTiming& timing) {
            if (times.size() == times.capacity()) return;
            times.push_back(now);
            late.push_back(timing.wakeLate);
        },
        {.rateHz = 500});
    QVERIFY(runner.start());
    while (runner.report().ticks < 100) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    runner.stop();
    QVERIFY(times.size() >= 100);
    for (std::size_t i = 1; i < times.size(); ++i) {
        QCOMPARE((times[i] - times[i - 1]) % (2 * kMillisecond), Duration{0});
        QVERIFY(times[i] > times[i - 1]);
        QVERIFY(late[i] >= 0 && late[i] < 2 * kMillisecond);
    }
    const LoopReport report = runner.report();
    QVERIFY(report.ticks >= times.size());
    QVERIFY(report.late.p50 <= report.late.p99 && report.late.p99 <= report.late.largest);
    QVERIFY(report.tick.p50 <= report.tick.largest);
    const auto grid = static_cast<std::uint64_t>((times.back() - times.front()) / (2 * kMillisecond)) + 1;
    QVERIFY(report.missed >= grid - times.size());
}

void TestLoopRunner::skipsAndCountsMissedPeriods()
{
    std::vector<Timestamp> times;
    times.reserve(100);
    LoopRunner runner(
        [&](Timestamp now, const TickTiming&) {
            if (times.size() < 100) times.push_back(now);
            if (times.size() == 10) std::this_thread::sleep_for(std::chrono::milliseconds(20));
        },
        {.rateHz = 500});
    QVERIFY(runner.start());
    while (runner.report().ticks < 30) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    runner.stop();
    QVERIFY(runner.report().missed >= 8);
    QVERIFY(times[10] - times[9] >= 18 * kMillisecond);
}

void TestLoopRunner::startsAgain()
{
    std::atomic<int> count{0};
    LoopRunner runner([&](Timestamp, const TickTiming&) { ++count; }, {.rateHz = 1000, .realtime = false});
    for (int round = 0; round < 3; ++round) {
        QVERIFY(runner.start());
        const int before = count;
        while (count < before + 5) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        runner.stop();
        const int after = count;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        QCOMPARE(count.load(), after);
    }
    QVERIFY(!runner.report().realtime);
    runner.stop();
}

void TestLoopRunner::refusesImpossibleRates()
{
    LoopRunner runner([](Timestamp, const TickTiming&) {}, {.rateHz = 0});
    QVERIFY(!runner.start());
}

QTEST_APPLESS_MAIN(TestLoopRunner)
#include "tst_looprunner.moc"
