#include <QTest>

#include <csignal>
#include <random>

#include "monado.h"
#include "support/devicecontract.h"
#include "xr/openxr/frames.h"
#include "xr/openxr/openxrsource.h"

using namespace understudy;
using test::DeviceSink;
using test::RemoteState;

namespace {

constexpr double kExact = 1e-5;

struct Pretended {
    Eigen::Vector3d position;
    Eigen::Quaterniond orientation;
};

/// What the source has to make of a pose the runtime was fed with.
Pretended expected(const std::array<float, 3>& p, const std::array<float, 4>& q, const Eigen::Quaterniond& reference)
{
    const Eigen::Quaterniond live(q[3], q[0], q[1], q[2]);
    return {.position = {-p[2], -p[0], p[1]}, .orientation = tPose().head * live * reference.conjugate()};
}

bool matches(const TrackedPose& pose, const Pretended& wanted)
{
    return pose.valid && pose.tracked && (pose.pose.position - wanted.position).norm() < kExact &&
           pose.pose.orientation.angularDistance(wanted.orientation) < 1e-3;
}

const OperatorSample& newest(const DeviceSink& sink) { return sink.at(sink.count() - 1); }

double reach(const OperatorSample& sample, Side side)
{
    const auto& hand = sample.hands[static_cast<std::size_t>(indexOf(side))];
    return (hand[std::size_t(HandJoint::IndexTip)].pose.position - hand[std::size_t(HandJoint::Wrist)].pose.position)
        .norm();
}

}  // namespace

/// The headset's source against a real runtime, Monado 25 on a software driver, fed with known poses.
class TestMonado : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<test::Monado> m_monado;
    std::unique_ptr<OpenXrSource> m_source;
    std::unique_ptr<DeviceSink> m_sink;

    bool begin(const std::string& profile)
    {
        m_monado = std::make_unique<test::Monado>();
        if (!m_monado->start()) return false;
        m_source = std::make_unique<OpenXrSource>(OpenXrOptions{.profiles = {profile}});
        m_sink = std::make_unique<DeviceSink>(20'000);
        return m_source->start(*m_sink) && QTest::qWaitFor([&] { return m_sink->count() > 10; }, 15'000);
    }

private slots:
    void init()
    {
        const QString reason = qEnvironmentVariable("UNDERSTUDY_NO_MONADO", "start this test by packaging/xr-run");
        if (qEnvironmentVariableIsEmpty("UNDERSTUDY_MONADO")) QSKIP(qPrintable(reason));
    }

    void cleanup()
    {
        if (QTest::currentTestFailed() && m_monado) qInfo().noquote() << m_monado->output();
        m_source.reset();
        m_sink.reset();
        m_monado.reset();
    }

    void posesAndButtonsAreExact_data()
    {
        QTest::addColumn<QString>("profile");
        QTest::newRow("touch") << "/interaction_profiles/oculus/touch_controller";
        QTest::newRow("index") << "/interaction_profiles/valve/index_controller";
    }

    void posesAndButtonsAreExact()
    {
        QFETCH(QString, profile);
        QVERIFY(begin(profile.toStdString()));
        std::mt19937 random(7);
        std::uniform_real_distribution<float> place(-0.8F, 0.8F);
        std::uniform_real_distribution<float> unit(0, 1);
        std::normal_distribution<float> normal;
        const auto turn = [&] {
            Eigen::Quaternionf q(normal(random), normal(random), normal(random), normal(random));
            q.normalize();
            return std::array<float, 4>{q.x(), q.y(), q.z(), q.w()};
        };
        for (int i = 0; i < 100; ++i) {
            RemoteState state;
            state.headOrientation = turn();
            state.headPosition = {place(random), 1.6F + place(random) / 4, place(random)};
            for (test::RemoteController& hand : state.controllers) {
                hand.orientation = turn();
                hand.position = {place(random), 1 + place(random), place(random)};
                hand.trigger = unit(random);
                hand.squeeze = unit(random) < 0.5F ? 0.1F : 0.9F;
                hand.stick = {place(random), place(random)};
                hand.a = unit(random) < 0.5F;
                hand.b = unit(random) < 0.5F;
            }
            QVERIFY(m_monado->feed(state));
            const Pretended head = expected(state.headPosition, state.headOrientation, tPose().head);
            QVERIFY(QTest::qWaitFor([&] { return matches(newest(*m_sink).at(BodyJoint::Head), head); }, 5000));
            // The sample that shows the head may have been read before the rest of the packet: take the next one.
            const std::size_t seen = m_sink->count();
            QVERIFY(QTest::qWaitFor([&] { return m_sink->count() > seen + 1; }, 5000));
            const OperatorSample sample = newest(*m_sink);
            for (Side side : kSides) {
                const auto index = static_cast<std::size_t>(indexOf(side));
                const test::RemoteController& hand = state.controllers[index];
                QVERIFY(matches(sample.at(side == Side::Left ? BodyJoint::LeftWrist : BodyJoint::RightWrist),
                                expected(hand.position, hand.orientation, tPose().grip[index])));
                QVERIFY(std::abs(sample.inputs[index].trigger - hand.trigger) < kExact);
                QVERIFY(std::abs(sample.inputs[index].stickX - hand.stick[0]) < kExact);
                QVERIFY(std::abs(sample.inputs[index].stickY - hand.stick[1]) < kExact);
            }
            QCOMPARE(sample.isHeld(Button::HoldToDrive), state.controllers[1].squeeze > 0.5F);
            QCOMPARE(sample.isHeld(Button::Clutch), state.controllers[0].squeeze > 0.5F);
            QCOMPARE(sample.isHeld(Button::Stop), state.controllers[0].b || state.controllers[1].b);
            QCOMPARE(sample.isHeld(Button::Start), state.controllers[1].a);
            QCOMPARE(sample.isHeld(Button::Success), state.controllers[0].a);
        }
        for (std::size_t i = 1; i < m_sink->count(); ++i) {
            QCOMPARE(m_sink->at(i).sequence, m_sink->at(i - 1).sequence + 1);
            QVERIFY(m_sink->at(i).stamps.capture > m_sink->at(i - 1).stamps.capture);
            QVERIFY(m_sink->at(i).stamps.capture <= m_sink->at(i).stamps.arrival);
        }
        QCOMPARE(m_source->health().dropped, std::uint64_t(0));
    }

    void fingersCurl()
    {
        QVERIFY(begin("/interaction_profiles/valve/index_controller"));
        double before = 1;
        for (const float curl : {0.0F, 0.5F, 1.0F}) {
            RemoteState state;
            state.headPosition[0] = curl + 1;
            for (test::RemoteController& hand : state.controllers) hand.curl.fill(curl);
            QVERIFY(m_monado->feed(state));
            QVERIFY(QTest::qWaitFor(
                [&] { return std::abs(newest(*m_sink).at(BodyJoint::Head).pose.position.y() + curl + 1) < kExact; },
                5000));
            QTest::qWait(50);
            const OperatorSample sample = newest(*m_sink);
            for (const auto& hand : sample.hands)
                for (const TrackedPose& joint : hand) QVERIFY(joint.valid);
            QVERIFY(std::abs(reach(sample, Side::Left) - reach(sample, Side::Right)) < 1e-3);
            QVERIFY(reach(sample, Side::Left) < before - 0.02);
            before = reach(sample, Side::Left);
        }
        RemoteState lost;
        lost.controllers[0].handTracked = lost.controllers[0].active = false;
        QVERIFY(m_monado->feed(lost));
        QVERIFY(QTest::qWaitFor([&] { return !newest(*m_sink).at(BodyJoint::LeftWrist).valid; }, 5000));
        QVERIFY(newest(*m_sink).at(BodyJoint::RightWrist).tracked);
        QVERIFY(!newest(*m_sink).hands[0][0].valid);
    }

    void aZeroQuaternionIsNoPose()
    {
        QVERIFY(begin("/interaction_profiles/valve/index_controller"));
        RemoteState broken;
        broken.controllers[1].orientation = {0, 0, 0, 0};
        broken.controllers[1].handTracked = false;
        QVERIFY(m_monado->feed(broken));
        QVERIFY(QTest::qWaitFor([&] { return !newest(*m_sink).at(BodyJoint::RightWrist).valid; }, 5000));
        QVERIFY(newest(*m_sink).at(BodyJoint::LeftWrist).valid);
    }

    void comesBackWhenTheServiceDoes()
    {
        QVERIFY(begin("/interaction_profiles/valve/index_controller"));
        const std::size_t before = m_sink->count();
        m_monado->kill();
        QVERIFY(QTest::qWaitFor([&] { return !m_source->health().problem.empty(); }, 5000));
        QVERIFY(QTest::qWaitFor([&] { return m_source->health().state == SourceState::Silent; }, 5000));
        const std::size_t silent = m_sink->count();
        QVERIFY(silent >= before);
        QVERIFY(m_monado->start());
        QVERIFY(QTest::qWaitFor([&] { return m_sink->count() > silent + 10; }, 15'000));
        QCOMPARE(m_source->health().state, SourceState::Running);
        QCOMPARE(newest(*m_sink).sequence, std::uint64_t(m_sink->count()));
    }

    void aFrozenServiceIsSeenByItsSilence()
    {
        QVERIFY(begin("/interaction_profiles/valve/index_controller"));
        m_monado->freeze();
        QVERIFY(QTest::qWaitFor([&] { return m_source->health().state == SourceState::Silent; }, 5000));
        const std::size_t frozen = m_sink->count();
        m_monado->thaw();
        QVERIFY(QTest::qWaitFor([&] { return m_sink->count() > frozen + 10; }, 5000));
        QCOMPARE(m_source->health().state, SourceState::Running);
    }
};

QTEST_GUILESS_MAIN(TestMonado)
#include "tst_monado.moc"
