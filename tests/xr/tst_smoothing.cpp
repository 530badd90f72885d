#include <QTest>

#include <cmath>
#include <fstream>
#include <sstream>

#include "support/allocationcount.h"
#include "support/shared.h"
#include "xr/smoothing/smoother.h"

using namespace understudy;
using enum BodyJoint;

namespace {

constexpr Duration kPeriod = 10 * kMillisecond;

OperatorSample at(Timestamp capture, double x, Duration transit = kMillisecond)
{
    OperatorSample sample;
    sample.stamps = {.device = capture, .capture = capture, .arrival = capture + transit};
    sample.at(LeftWrist) = {.pose = {.position = {x, 0, 1}}, .valid = true, .tracked = true};
    return sample;
}

double noise(std::uint64_t& random)
{
    random = random * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<double>(random >> 11U) * 0x1p-53 - 0.5;
}

}  // namespace

class TestSmoothing : public QObject {
    Q_OBJECT

private slots:
    void oneEuroIsTheAuthors()
    {
        std::ifstream in(test::shared("facts/protocols/golden/one_euro_golden.csv"));
        if (!in) QSKIP("the golden values of the One-Euro filter are not beside this checkout");
        const auto norm = [](double speed) { return std::abs(speed); };
        OneEuro<double, decltype(norm)> filter({.minCutoffHz = 1, .beta = 0.1, .derivativeCutoffHz = 1}, norm);
        double before = 0;
        int rows = 0;
        for (std::string line; std::getline(in, line);) {
            if (line.starts_with('#')) continue;
            std::istringstream fields(line);
            std::array<double, 4> values{};
            std::string field;
            for (double& value : values)
                if (std::getline(fields, field, ',')) value = std::stod(field);
            const double filtered = filter.filter(values[1], rows == 0 ? 0 : values[0] - before);
            before = values[0];
            QVERIFY2(std::abs(filtered - values[3]) < 2e-6, qPrintable(QString::number(rows)));
            QVERIFY(std::abs(filtered - values[2]) < 2e-6);
            ++rows;
        }
        QVERIFY(rows >= 40);
    }

    void aPoseAtRestGrowsQuietAndAMovingOneFollows()
    {
        OneEuroPose filter({.minCutoffHz = 4, .beta = 8}, {.minCutoffHz = 4, .beta = 2});
        std::uint64_t random = 1;
        double raw = 0;
        double quiet = 0;
        for (int i = 0; i < 500; ++i) {
            const double x = 0.002 * noise(random);
            const Pose filtered = filter.filter({.position = {x, 0, 0}}, 0.01);
            if (i < 50) continue;
            raw += x * x;
            quiet += filtered.position.x() * filtered.position.x();
        }
        QVERIFY(quiet < 0.4 * raw);
        double lag = 0;
        for (int i = 1; i <= 200; ++i)
            lag = 0.01 * i - filter.filter({.position = {0.01 * i, 0, 0}}, 0.01).position.x();
        // A metre a second: the filter says how late it is, and is.
        QVERIFY(lag < 0.03);
        QVERIFY(std::abs(lag - filter.delay()) < 0.008);
    }

    void anOutlierIsNotBelievedUntilItGoesOn()
    {
        OutlierGate gate;
        for (int i = 0; i < 50; ++i) QVERIFY(!gate.pass({.position = {0.005 * i, 0, 1}}, 0.01).replaced);
        const auto jump = gate.pass({.position = {3, 0, 1}}, 0.01);
        QVERIFY(jump.replaced);
        QVERIFY(std::abs(jump.pose.position.x() - 0.25) < 0.01);
        QVERIFY(!gate.pass({.position = {0.255, 0, 1}}, 0.01).replaced);
        QVERIFY(gate.pass({.position = {3, 0, 1}}, 0.01).replaced);
        QVERIFY(gate.pass({.position = {3, 0, 1}}, 0.01).replaced);
        QVERIFY(!gate.pass({.position = {3, 0, 1}}, 0.01).replaced);
        // A flipped orientation is one, too.
        const Eigen::Quaterniond flipped(Eigen::AngleAxisd(2.5, Eigen::Vector3d::UnitZ()));
        QVERIFY(gate.pass({.position = {3, 0, 1}, .orientation = flipped}, 0.01).replaced);
    }

    void fastMotionIsNoOutlier()
    {
        OutlierGate gate;
        for (int i = 0; i < 300; ++i) {
            const double t = 0.01 * i;
            // Four metres a second at most, twenty-five metres a second squared.
            QVERIFY(!gate.pass({.position = {0.64 * std::sin(6.28 * t), 0, 1}}, 0.01).replaced);
        }
    }

    void evenPacketsNeedNoBuffer()
    {
        JitterEstimate jitter;
        for (int i = 0; i < 1000; ++i) jitter.note(kSecond + i * kPeriod, kSecond + i * kPeriod + 3 * kMillisecond);
        QCOMPARE(jitter.delay(), Duration(0));
    }

    void jitterIsWaitedForAndForgotten()
    {
        JitterEstimate jitter;
        std::uint64_t random = 1;
        Timestamp now = kSecond;
        for (int i = 0; i < 1000; ++i, now += kPeriod)
            jitter.note(now, now + static_cast<Duration>((noise(random) + 0.5) * 60e6));
        QVERIFY(jitter.delay() > 50 * kMillisecond && jitter.delay() <= 64 * kMillisecond);
        for (int i = 0; i < 1000; ++i, now += kPeriod) jitter.note(now, now + kSecond);
        QCOMPARE(jitter.delay(), JitterEstimate::kMost);
        for (int i = 0; i < 6000; ++i, now += kPeriod) jitter.note(now, now + kMillisecond);
        QCOMPARE(jitter.delay(), Duration(0));
    }

    void aBufferedMotionIsPlayedOutEvenly()
    {
        Smoother smoother({.outliers = false, .filter = false});
        // Packets of 100 Hz come in fours: forty milliseconds of jitter.
        std::vector<double> played;
        std::vector<Timestamp> captures;
        Timestamp now = kSecond;
        std::uint64_t sent = 0;
        for (int tick = 0; tick < 2000; ++tick, now += 5 * kMillisecond) {
            if (tick % 8 == 7)
                for (int i = 0; i < 4; ++i, ++sent) {
                    const Timestamp capture = kSecond + static_cast<Timestamp>(sent) * kPeriod;
                    smoother.push(at(capture, toSeconds(capture), std::max<Duration>(now - capture, 0)));
                }
            if (!smoother.hasNews(now)) continue;
            const OperatorSample* sample = smoother.at(now);
            QVERIFY(sample != nullptr);
            if (tick < 400) continue;
            played.push_back(sample->at(LeftWrist).pose.position.x());
            captures.push_back(sample->stamps.capture);
            QVERIFY(sample->stamps.capture <= sample->stamps.arrival);
        }
        QVERIFY(smoother.bufferDelay() >= 30 * kMillisecond && smoother.bufferDelay() <= 50 * kMillisecond);
        QCOMPARE(smoother.addedDelay(), smoother.bufferDelay());
        QVERIFY(played.size() > 1500);
        for (std::size_t i = 1; i < played.size(); ++i) {
            QVERIFY(captures[i] > captures[i - 1]);
            // A metre a second, seen every five milliseconds: where the motion is at its capture time, without steps.
            QVERIFY(std::abs(played[i] - toSeconds(captures[i])) < 1e-6);
            QVERIFY(played[i] - played[i - 1] < 0.0101);
        }
    }

    void buttonsAreTheNewest()
    {
        Smoother smoother({.outliers = false, .filter = false});
        Timestamp now = kSecond;
        for (int i = 0; i < 500; ++i, now += kPeriod)
            smoother.push(at(now - (i % 2) * 40 * kMillisecond, 0, (i % 2) * 40 * kMillisecond));
        QVERIFY(smoother.bufferDelay() > 30 * kMillisecond);
        OperatorSample pressed = at(now, 1);
        pressed.setHeld(Button::Stop, true);
        pressed.inputs[0].trigger = 0.75F;
        smoother.push(pressed);
        const OperatorSample* played = smoother.at(now + kMillisecond);
        QVERIFY(played->isHeld(Button::Stop));
        QCOMPARE(played->presses[static_cast<std::size_t>(Button::Stop)], std::uint16_t(1));
        QCOMPARE(played->inputs[0].trigger, 0.75F);
        QCOMPARE(played->stamps.arrival, pressed.stamps.arrival);
        QVERIFY(played->at(LeftWrist).pose.position.x() < 0.5);
    }

    void aWiredDeviceGetsNone()
    {
        Smoother smoother(kNoSmoothing);
        std::uint64_t random = 1;
        for (int i = 0; i < 500; ++i) {
            const OperatorSample sent =
                at(kSecond + i * kPeriod, noise(random) * 3, static_cast<Duration>((noise(random) + 0.5) * 50e6));
            smoother.push(sent);
            const OperatorSample* given = smoother.at(sent.stamps.arrival);
            QVERIFY(given->at(LeftWrist).pose.position == sent.at(LeftWrist).pose.position);
            QCOMPARE(given->stamps.capture, sent.stamps.capture);
        }
        QCOMPARE(smoother.addedDelay(), Duration(0));
        QCOMPARE(smoother.rejected(), std::uint64_t(0));
    }

    void aLoneOutlierLeavesNoTrace()
    {
        Smoother smoother;
        Timestamp now = kSecond;
        double farthest = 0;
        for (int i = 0; i < 300; ++i, now += kPeriod) {
            smoother.push(at(now, i == 200 ? 5 : 0.1));
            farthest = std::max(farthest, smoother.at(now + kMillisecond)->at(LeftWrist).pose.position.x());
        }
        QCOMPARE(smoother.rejected(), std::uint64_t(1));
        QVERIFY(farthest < 0.1001);
        QVERIFY(smoother.addedDelay() > 0);
    }

    void neverAllocates()
    {
        Smoother smoother;
        OperatorSample sample = at(kSecond, 0);
        sample.joints = Eigen::VectorXd::Zero(7);
        smoother.prepare(sample);
        smoother.push(sample);
        const std::size_t before = test::allocationCount();
        for (int i = 1; i < 300; ++i) {
            sample.stamps.capture += kPeriod;
            sample.stamps.arrival = sample.stamps.capture + (i % 5) * 10 * kMillisecond;
            smoother.push(sample);
            QVERIFY(smoother.at(sample.stamps.arrival) != nullptr);
        }
        QCOMPARE(test::allocationCount(), before);
    }
};

QTEST_APPLESS_MAIN(TestSmoothing)
#include "tst_smoothing.moc"
