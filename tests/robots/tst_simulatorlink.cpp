#include <QTest>

#include "core/clock.h"
#include "robots/links/simulatorlink.h"
#include "support/allocationcount.h"
#include "vectorsink.h"

using namespace understudy;

class TestSimulatorLink : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void streamsAtTheAnnouncedRates();
    void followsCommandsAndHoldsWhenTheyStop();
    void refusesWrongCommands();
    void sendAllocatesNothing();
    void goesSilentWhenAsked();
    void resetsObjectsWhileItRuns();
    void stopsTwice();

private:
    [[nodiscard]] JointCommand command(Timestamp time, std::uint64_t sequence) const;

    std::unique_ptr<RobotModel> m_model;
    SteadyClock m_clock;
};

void TestSimulatorLink::initTestCase()
{
    Result<RobotModel> model = RobotModel::load(resourcePath("robots/understudy_one/understudy_one.xml"));
    QVERIFY2(model, model ? "" : model.error().message.c_str());
    m_model = std::make_unique<RobotModel>(std::move(*model));
}

JointCommand TestSimulatorLink::command(Timestamp time, std::uint64_t sequence) const
{
    JointCommand command;
    command.time = time;
    command.sequence = sequence;
    command.mode = CommandMode::Position;
    command.position = command.velocity = Eigen::VectorXd::Zero(std::ssize(m_model->joints()));
    for (std::size_t i = 0; i < m_model->joints().size(); ++i) {
        command.position[static_cast<Eigen::Index>(i)] = m_model->joints()[i].rest;
    }
    return command;
}

void TestSimulatorLink::streamsAtTheAnnouncedRates()
{
    Result<std::unique_ptr<SimulatorLink>> link = SimulatorLink::create(*m_model, m_clock);
    QVERIFY(link);
    QCOMPARE((*link)->info().jointNames, m_model->jointNames());
    QCOMPARE((*link)->info().descriptionHash, m_model->hash());
    test::VectorSink sink;
    QVERIFY((*link)->start(sink));
    QVERIFY(!(*link)->start(sink));
    QTRY_VERIFY_WITH_TIMEOUT(sink.count("/robot/joint_states") >= 500, 60000);
    (*link)->stop();
    const std::vector<Record> states = sink.records("/robot/joint_states");
    for (std::size_t i = 0; i < states.size(); ++i) {
        const RobotState& state = std::get<RobotState>(states[i]);
        if ((*link)->timing().skippedSteps == 0) QCOMPARE(state.sequence, static_cast<std::uint64_t>(i));
        QVERIFY(state.stamps.arrival >= state.stamps.capture);
        if (i == 0) continue;
        const Stamps before = stampsOf(states[i - 1]);
        QVERIFY(state.stamps.capture > before.capture);
        // What was skipped shows as numbers left out.
        const auto steps = static_cast<Duration>(state.sequence - std::get<RobotState>(states[i - 1]).sequence);
        QCOMPARE(state.stamps.capture - before.capture, steps * 2 * kMillisecond);
    }
    const double states100 = static_cast<double>(states.size()) / 5;
    QVERIFY(std::abs(static_cast<double>(sink.count("/robot/contacts")) - states100) <= 1.5);
    QVERIFY(std::abs(static_cast<double>(sink.count("/tf")) - states100) <= 1.5);
    for (const StreamInfo& info : sink.infos()) {
        if (info.name == "/tf")
            QVERIFY(std::find(info.names.begin(), info.names.end(), "red_block") != info.names.end());
        if (info.name == "/robot/joint_states") QCOMPARE(info.kind, std::string("robot"));
    }
    const std::vector<Record> contacts = sink.records("/robot/contacts");
    QVERIFY2(std::get<ContactSample>(contacts.back()).count > 0, "objects stand on the table");
}

void TestSimulatorLink::followsCommandsAndHoldsWhenTheyStop()
{
    Result<std::unique_ptr<SimulatorLink>> link = SimulatorLink::create(*m_model, m_clock);
    QVERIFY(link);
    Latest<RobotState>& states = (*link)->states().addReader();
    NullSink sink;
    QVERIFY((*link)->start(sink));
    const int neck = m_model->jointIndex("neck_yaw").value();
    JointCommand wanted = command(0, 0);
    const auto measured = [&] {
        const RobotState* state = states.read();
        return state == nullptr ? 0.0 : state->position[neck];
    };
    const auto drive = [&](double target) {
        wanted.position[neck] = target;
        wanted.time = m_clock.now();
        ++wanted.sequence;
        return (*link)->send(wanted);
    };
    const auto driveUntil = [&](double target, double passed) {
        for (int i = 0; i < 3000; ++i) {
            if (!drive(target)) return false;
            if (measured() > passed) return true;
            QTest::qSleep(5);
        }
        return false;
    };
    QVERIFY(driveUntil(0.3, 0.28));
    QVERIFY(measured() < 0.35);

    // A far target, then silence: the robot stays on the way instead of going there.
    QVERIFY(driveUntil(1.1, 0.4));
    QTest::qSleep(800);
    const double held = measured();
    QVERIFY2(held < 1.0, "it held when the commands stopped");
    QTest::qSleep(300);
    QVERIFY2(std::abs(measured() - held) < 0.01, "it stays there");
    (*link)->stop();
}

void TestSimulatorLink::refusesWrongCommands()
{
    Result<std::unique_ptr<SimulatorLink>> link = SimulatorLink::create(*m_model, m_clock);
    QVERIFY(link);
    NullSink sink;
    QVERIFY2(!(*link)->send(command(m_clock.now(), 1)), "not before it runs");
    QVERIFY((*link)->start(sink));
    QVERIFY((*link)->send(command(m_clock.now(), 1)));
    JointCommand few = command(m_clock.now(), 2);
    few.position.conservativeResize(3);
    QVERIFY(!(*link)->send(few));
    JointCommand broken = command(m_clock.now(), 3);
    broken.position[4] = std::nan("");
    QVERIFY(!(*link)->send(broken));
    (*link)->stop();
}

void TestSimulatorLink::sendAllocatesNothing()
{
    Result<std::unique_ptr<SimulatorLink>> link = SimulatorLink::create(*m_model, m_clock);
    QVERIFY(link);
    NullSink sink;
    QVERIFY((*link)->start(sink));
    const JointCommand wanted = command(m_clock.now(), 1);
    const std::size_t before = test::allocationCount();
    bool sent = true;
    for (int i = 0; i < 100; ++i) sent = (*link)->send(wanted) && sent;
    QCOMPARE(test::allocationCount(), before);
    QVERIFY(sent);
    (*link)->stop();
}

void TestSimulatorLink::goesSilentWhenAsked()
{
    SimulatorOptions options;
    options.faults.silentAfter = 100 * kMillisecond;
    Result<std::unique_ptr<SimulatorLink>> link = SimulatorLink::create(*m_model, m_clock, options);
    QVERIFY(link);
    test::VectorSink sink;
    QVERIFY((*link)->start(sink));
    QTRY_VERIFY_WITH_TIMEOUT((*link)->health().state == SourceState::Silent, 20000);
    const std::size_t count = sink.count("/robot/joint_states");
    QVERIFY(count > 0 && count <= 51);
    QVERIFY(!(*link)->health().problem.empty());
    QTest::qWait(100);
    QCOMPARE(sink.count("/robot/joint_states"), count);
    (*link)->stop();
}

void TestSimulatorLink::resetsObjectsWhileItRuns()
{
    Result<std::unique_ptr<SimulatorLink>> link = SimulatorLink::create(*m_model, m_clock);
    QVERIFY(link);
    Ring<SceneState>& scenes = (*link)->addSceneReader();
    NullSink sink;
    QVERIFY((*link)->start(sink));
    constexpr Eigen::Index kFourObjects = 4 * 7;
    const Eigen::Index objects = m_model->restQpos().size() - kFourObjects;
    const auto newest = [&] {
        Eigen::VectorXd qpos;
        while (const SceneState* scene = scenes.front()) {
            qpos = scene->qpos;
            scenes.pop();
        }
        return qpos;
    };
    Eigen::VectorXd before, after;
    for (int i = 0; i < 1000 && before.size() == 0; ++i, QTest::qSleep(5)) before = newest();
    QVERIFY(before.size() > 0);
    (*link)->resetObjects(5);
    bool moved = false;
    for (int i = 0; i < 1000 && !moved; ++i, QTest::qSleep(5)) {
        after = newest();
        moved = after.size() > 0 && (after - before).segment(objects, 2).norm() > 1e-3;
    }
    QVERIFY(moved);
    QVERIFY2((after - before).head(objects).norm() < 0.05, "the robot stays");
    (*link)->stop();
}

void TestSimulatorLink::stopsTwice()
{
    Result<std::unique_ptr<SimulatorLink>> link = SimulatorLink::create(*m_model, m_clock);
    QVERIFY(link);
    (*link)->stop();
    NullSink sink;
    QVERIFY((*link)->start(sink));
    (*link)->stop();
    (*link)->stop();
    QVERIFY((*link)->health().state == SourceState::Stopped);
}

QTEST_GUILESS_MAIN(TestSimulatorLink)
#include "tst_simulatorlink.moc"
