#include <QTest>

#include <limits>
#include <random>

#include "robots/envelope/safetyenvelope.h"
#include "support/allocationcount.h"

using namespace understudy;

namespace {

constexpr double kPeriod = 0.002;

JointLimits someLimits()
{
    JointLimits limits;
    limits.lower = Eigen::Vector4d(-1.0, -0.5, -std::numeric_limits<double>::infinity(), 0.0);
    limits.upper = Eigen::Vector4d(1.0, 2.0, std::numeric_limits<double>::infinity(), 0.05);
    limits.velocity = Eigen::Vector4d(3.0, 37.0, 1.0, 0.3);
    limits.acceleration = Eigen::Vector4d(15.0, 60.0, 5.0, 5.0);
    return limits;
}

SafetyEnvelope someEnvelope() { return *SafetyEnvelope::create(someLimits(), {0, 0, 0, 1}, kPeriod); }

/// Judges a sequence of commands from outside.
class Judge {
public:
    explicit Judge(const Eigen::VectorXd& start) : m_position(start), m_move(Eigen::VectorXd::Zero(start.size())) {}

    void take(const Eigen::VectorXd& position)
    {
        const JointLimits limits = someLimits();
        const Eigen::VectorXd move = position - m_position;
        for (Eigen::Index i = 0; i < position.size(); ++i) {
            if (position[i] > limits.upper[i] + 1e-12 || position[i] < limits.lower[i] - 1e-12) ++positions;
            if (std::abs(move[i]) > limits.velocity[i] * kPeriod * (1 + 1e-9)) ++velocities;
            const double change = std::abs(move[i] - m_move[i]);
            if (change > limits.acceleration[i] * kPeriod * kPeriod * (1 + 1e-6)) ++accelerations;
        }
        m_position = position;
        m_move = move;
    }

    int positions = 0;
    int velocities = 0;
    int accelerations = 0;

private:
    Eigen::VectorXd m_position;
    Eigen::VectorXd m_move;
};

}  // namespace

class TestSafetyEnvelope : public QObject {
    Q_OBJECT

private slots:
    void largestMoveStopsExactly();
    void refusesLimitsThatAreNone();
    void anythingWantedKeepsEveryLimit();
    void whatKeepsTheLimitsPassesUnchanged();
    void jumpsAreApproachedWithoutOvershoot();
    void bands();
    void groupsKeepTheirProportions();
    void brakingStopsAsSoonAsItMay();
    void outsideItsLimitsAJointComesBackGently();
    void severalPeriodsEqualSingleOnes();
    void neverAllocates();
};

void TestSafetyEnvelope::largestMoveStopsExactly()
{
    for (const double change : {1.0, 6e-5}) {
        for (double distance = 0; distance < 40 * change; distance += 0.037 * change) {
            const double first = largestMove(distance, change);
            double travelled = 0;
            for (double move = first; move > 0; move -= change) travelled += move;
            QVERIFY(std::abs(travelled - distance) < 1e-9 * (change + distance));
        }
    }
}

void TestSafetyEnvelope::refusesLimitsThatAreNone()
{
    JointLimits limits = someLimits();
    limits.acceleration[2] = 0;
    QVERIFY(!SafetyEnvelope::create(limits, {0, 0, 0, 1}, kPeriod));
    limits = someLimits();
    limits.velocity[0] = std::numeric_limits<double>::infinity();
    QVERIFY(!SafetyEnvelope::create(limits, {0, 0, 0, 1}, kPeriod));
    limits = someLimits();
    limits.lower[3] = 1;
    QVERIFY(!SafetyEnvelope::create(limits, {0, 0, 0, 1}, kPeriod));
    QVERIFY(!SafetyEnvelope::create(someLimits(), {0, 0, 0}, kPeriod));
    QVERIFY(!SafetyEnvelope::create(someLimits(), {0, 0, 0, 4}, kPeriod));
    QVERIFY(!SafetyEnvelope::create(someLimits(), {0, 0, 0, 1}, 0));
}

void TestSafetyEnvelope::anythingWantedKeepsEveryLimit()
{
    std::mt19937 random(3);
    std::uniform_real_distribution<double> uniform(0, 1);
    for (int trial = 0; trial < 40; ++trial) {
        SafetyEnvelope envelope = someEnvelope();
        const Eigen::VectorXd start = Eigen::Vector4d(0.3, 0.1, -4.0, 0.02);
        envelope.reset(start);
        Judge judge(start);
        Eigen::VectorXd target = start;
        Eigen::VectorXd cap = someLimits().velocity;
        for (int tick = 0; tick < 3000; ++tick) {
            const double dice = uniform(random);
            if (dice < 0.02) {
                for (double& value : target) value = 6 * uniform(random) - 3;
                envelope.rebase();
            } else if (dice < 0.6) {
                for (double& value : target) value += 0.01 * (uniform(random) - 0.5);
            }
            if (dice > 0.995) cap = uniform(random) * someLimits().velocity;
            if (dice > 0.99 && dice < 0.995) cap = someLimits().velocity;
            if (dice > 0.97 && dice < 0.98) {
                envelope.brake();
            } else {
                (void)envelope.follow(target, cap);
            }
            judge.take(envelope.position());
        }
        QCOMPARE(judge.positions, 0);
        QCOMPARE(judge.velocities, 0);
        QCOMPARE(judge.accelerations, 0);
    }
}

void TestSafetyEnvelope::whatKeepsTheLimitsPassesUnchanged()
{
    SafetyEnvelope envelope = someEnvelope();
    envelope.reset(Eigen::Vector4d(0, 0.7, 0, 0.025));
    const Eigen::VectorXd cap = someLimits().velocity;
    for (int tick = 1; tick < 5000; ++tick) {
        const double t = tick * kPeriod;
        const double wave = 1 - std::cos(2 * t);
        const Eigen::VectorXd target = Eigen::Vector4d(0.3 * wave, 0.7 + 0.5 * wave, 0.2 * wave, 0.025 + 0.01 * wave);
        QCOMPARE(envelope.follow(target, cap), Band::Pass);
        QVERIFY((envelope.position() - target).cwiseAbs().maxCoeff() < 1e-9);
    }
}

void TestSafetyEnvelope::jumpsAreApproachedWithoutOvershoot()
{
    SafetyEnvelope envelope = someEnvelope();
    const Eigen::VectorXd start = Eigen::Vector4d(-0.9, -0.4, 0, 0);
    envelope.reset(start);
    const Eigen::VectorXd target = Eigen::Vector4d(0.9, 1.8, 2.0, 0.05);
    Eigen::VectorXd before = start;
    int ticks = 0;
    while ((envelope.position() - target).cwiseAbs().maxCoeff() > 0 && ticks < 5000) {
        (void)envelope.follow(target, someLimits().velocity);
        QVERIFY(((envelope.position() - before).array() >= -1e-15).all());
        QVERIFY(((target - envelope.position()).array() >= -1e-12).all());
        before = envelope.position();
        ++ticks;
    }
    // The slowest joint: 2 m at 1 /s and 5 /s² take 2.2 s.
    QVERIFY2(ticks > 1000 && ticks < 1300, qPrintable(QString::number(ticks)));
}

void TestSafetyEnvelope::bands()
{
    SafetyEnvelope envelope = someEnvelope();
    const Eigen::VectorXd cap = someLimits().velocity;
    Eigen::VectorXd target = Eigen::Vector4d(0, 0, 0, 0.02);
    envelope.reset(target);
    QCOMPARE(envelope.follow(target, cap), Band::Pass);
    target[0] += 0.99 * 3 * kPeriod;
    QCOMPARE(envelope.follow(target, cap), Band::Pass);
    target[0] += 2.9 * 3 * kPeriod;
    QCOMPARE(envelope.follow(target, cap), Band::Clamp);
    target[0] += 3.1 * 3 * kPeriod;
    QCOMPARE(envelope.follow(target, cap), Band::Reject);
    target[0] = std::numeric_limits<double>::quiet_NaN();
    QCOMPARE(envelope.follow(target, cap), Band::Reject);
    QCOMPARE(envelope.follow(Eigen::Vector3d(0, 0, 0), cap), Band::Reject);
    QVERIFY(envelope.position().allFinite());
}

void TestSafetyEnvelope::groupsKeepTheirProportions()
{
    // Joints 0 and 2 share a group: joint 0 wants twice its velocity limit, so joint 2 gets half of its wish.
    JointLimits limits = someLimits();
    limits.acceleration.setConstant(1e5);
    SafetyEnvelope envelope = *SafetyEnvelope::create(limits, {0, 3, 0, 1}, kPeriod);
    envelope.reset(Eigen::Vector4d(0, 0, 0, 0.02));
    const Eigen::VectorXd target = Eigen::Vector4d(2 * 3.0 * kPeriod, 0.001, 0.5 * 1.0 * kPeriod, 0.02);
    QCOMPARE(envelope.follow(target, limits.velocity), Band::Pass);
    QVERIFY(std::abs(envelope.position()[0] - 3.0 * kPeriod) < 1e-12);
    QVERIFY(std::abs(envelope.position()[2] - 0.25 * kPeriod) < 1e-12);
    QVERIFY(std::abs(envelope.position()[1] - 0.001) < 1e-12);
}

void TestSafetyEnvelope::brakingStopsAsSoonAsItMay()
{
    SafetyEnvelope envelope = someEnvelope();
    envelope.reset(Eigen::Vector4d(-0.9, 0, 0, 0.02));
    Eigen::VectorXd target = Eigen::Vector4d(0.9, 0, 0, 0.02);
    while (envelope.velocity()[0] < 2.99) (void)envelope.follow(target, someLimits().velocity);
    int ticks = 0;
    while (!envelope.isAtRest()) {
        envelope.brake();
        ++ticks;
    }
    QCOMPARE(ticks, 100);  // 3 rad/s at 15 rad/s²
}

void TestSafetyEnvelope::outsideItsLimitsAJointComesBackGently()
{
    SafetyEnvelope envelope = someEnvelope();
    envelope.reset(Eigen::Vector4d(1.3, 0, 0, 0.02));
    double fastest = 0;
    for (int tick = 0; tick < 2000; ++tick) {
        (void)envelope.follow(Eigen::Vector4d(1.3, 0, 0, 0.02), someLimits().velocity);
        fastest = std::max(fastest, -envelope.velocity()[0]);
    }
    QVERIFY(std::abs(envelope.position()[0] - 1.0) < 1e-9);
    QVERIFY(fastest <= 0.2 + 1e-9);
}

void TestSafetyEnvelope::severalPeriodsEqualSingleOnes()
{
    SafetyEnvelope one = someEnvelope();
    SafetyEnvelope three = someEnvelope();
    const Eigen::VectorXd start = Eigen::Vector4d(0, 0, 0, 0.02);
    one.reset(start);
    three.reset(start);
    const Eigen::VectorXd target = Eigen::Vector4d(0.006, 0.02, -0.003, 0.021);
    for (int k = 1; k <= 3; ++k) {
        (void)one.follow(start + (target - start) * (k / 3.0), someLimits().velocity);
    }
    QCOMPARE(three.follow(target, someLimits().velocity, 3), Band::Pass);
    QVERIFY((one.position() - three.position()).norm() < 1e-12);
}

void TestSafetyEnvelope::neverAllocates()
{
    SafetyEnvelope envelope = someEnvelope();
    const Eigen::VectorXd cap = someLimits().velocity;
    const Eigen::VectorXd target = Eigen::Vector4d(0.9, 1, 1, 0.05);
    const std::size_t before = test::allocationCount();
    for (int tick = 0; tick < 100; ++tick) (void)envelope.follow(target, cap, 1 + tick % 3);
    envelope.brake(2);
    envelope.rebase();
    envelope.settle();
    QCOMPARE(test::allocationCount() - before, std::size_t{0});
}

QTEST_APPLESS_MAIN(TestSafetyEnvelope)
#include "tst_safetyenvelope.moc"
