#include <QTest>

#include <set>

#include "robots/teleop/resolve.h"
#include "robots/teleoprig.h"

using namespace understudy;
using test::TeleopRig;

namespace {

/// Drives the rig and keeps what a recorder would.
class Recording {
public:
    explicit Recording(TeleopRig& rig) : m_rig(rig) {}

    void tick()
    {
        const std::uint64_t before = m_rig.sample.sequence;
        const std::uint64_t stateBefore = m_rig.state.sequence;
        const Step& step = m_rig.tick();
        if (m_rig.sample.sequence != before) drive.samples.push_back(m_rig.sample);
        if (m_rig.state.sequence != stateBefore) drive.states.push_back(m_rig.state);
        drive.steps.push_back(step);
    }
    void ticks(int count)
    {
        for (int i = 0; i < count; ++i) tick();
    }
    void move(int count)
    {
        for (int i = 0; i < count; ++i) {
            const double wave = std::sin(2.5 * toSeconds(m_rig.now));
            m_rig.sample.body = test::person({0.3, 0.05 + 0.1 * wave, -0.2 + 0.12 * wave},
                                             {0.3 + 0.04 * wave, -0.05, -0.25 - 0.1 * wave})
                                    .body;
            m_rig.sample.inputs[0].trigger = static_cast<float>(0.5 + 0.5 * wave);
            tick();
        }
    }

    RecordedDrive drive;

private:
    TeleopRig& m_rig;
};

/// Everything that may happen to a loop, from its first tick on.
RecordedDrive eventful(const RobotModel& model, const TeleopOptions& options)
{
    TeleopRig rig(model, options);
    rig.operatorPeriod = 8 * kMillisecond;
    Recording take(rig);
    take.ticks(60);
    rig.hold(true);
    take.move(1200);
    rig.sample.setHeld(Button::Clutch, true);
    take.move(200);
    rig.sample.setHeld(Button::Clutch, false);
    take.move(700);
    rig.operatorAlive = false;
    take.ticks(60);
    rig.operatorAlive = true;
    take.move(800);
    rig.loop->requestMode(RetargetMode::Clutch);
    take.move(1500);
    rig.loop->requestStop();
    take.move(200);
    rig.loop->clearStop();
    take.move(100);
    rig.hold(false);
    take.ticks(100);
    rig.loop->requestHome();
    take.ticks(500);
    rig.hold(true);
    take.move(900);
    rig.robotAlive = false;
    take.ticks(70);
    rig.robotAlive = true;
    take.move(500);
    return std::move(take.drive);
}

RecordedDrive cut(const RecordedDrive& drive, std::size_t from, std::size_t to)
{
    RecordedDrive part;
    part.steps.assign(drive.steps.begin() + static_cast<std::ptrdiff_t>(from),
                      drive.steps.begin() + static_cast<std::ptrdiff_t>(to));
    const Timestamp begin = part.steps.front().time;
    const Timestamp end = part.steps.back().time;
    for (const OperatorSample& sample : drive.samples) {
        if (sample.stamps.arrival >= begin && sample.stamps.arrival <= end) part.samples.push_back(sample);
    }
    for (const RobotState& state : drive.states) {
        if (state.stamps.arrival >= begin && state.stamps.arrival <= end) part.states.push_back(state);
    }
    return part;
}

double largest(const std::vector<JointDifference>& joints)
{
    double most = 0;
    for (const JointDifference& each : joints) most = std::max(most, each.position.largest);
    return most;
}

}  // namespace

class TestResolve : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void aWholeTakeGivesTheSameCommands();
    void aTakeFromTheMiddleGivesNearlyTheSame();
    void anotherSolverGivesOtherCommands();
    void takesThatDidNotRecordRequests();
    void missingSamplesAreCounted();
    void refusesWhatCannotBeSolved();

private:
    std::unique_ptr<RobotModel> m_model;
    RecordedDrive m_drive;
};

void TestResolve::initTestCase()
{
    Result<RobotModel> model = test::fixture("sevenjoints");
    QVERIFY(model);
    m_model = std::make_unique<RobotModel>(std::move(*model));
    m_drive = eventful(*m_model, {});
    std::set<TeleopPhase> phases;
    for (const Step& step : m_drive.steps) phases.insert(step.phase);
    QVERIFY(phases.size() >= 6);
}

void TestResolve::aWholeTakeGivesTheSameCommands()
{
    const auto report = resolve(*m_model, m_drive);
    QVERIFY2(report, report ? "" : report.error().message.c_str());
    QVERIFY(report->fromTheStart);
    QCOMPARE(report->steps, m_drive.steps.size());
    QCOMPARE(report->unequal, std::uint64_t{0});
    QCOMPARE(report->phases, std::uint64_t{0});
    QCOMPARE(report->missing, std::uint64_t{0});
    QVERIFY(report->identical);
    QCOMPARE(largest(report->joints), 0.0);
}

void TestResolve::aTakeFromTheMiddleGivesNearlyTheSame()
{
    const RecordedDrive part = cut(m_drive, 700, 1260);
    const auto once = resolve(*m_model, part);
    const auto twice = resolve(*m_model, part);
    QVERIFY2(once && twice, once ? "" : once.error().message.c_str());
    QVERIFY(!once->fromTheStart);
    QCOMPARE(once->phases, std::uint64_t{0});
    QVERIFY2(largest(once->joints) < 0.05, qPrintable(QString::number(largest(once->joints))));
    QVERIFY2(once->wrists[0].position.rms < 0.002, qPrintable(QString::number(once->wrists[0].position.rms)));
    // Bit by bit the same report.
    QCOMPARE(largest(once->joints), largest(twice->joints));
    QCOMPARE(once->unequal, twice->unequal);
    QCOMPARE(once->wrists[1].orientation.rms, twice->wrists[1].orientation.rms);
}

void TestResolve::anotherSolverGivesOtherCommands()
{
    TeleopOptions other;
    other.ik.posture = 0.1;
    const auto report = resolve(*m_model, m_drive, other);
    QVERIFY(report);
    QVERIFY(!report->identical);
    QVERIFY(report->unequal > 1000);
    QVERIFY(largest(report->joints) > 0.001);
    QVERIFY(report->wrists[0].position.largest > 1e-5);
}

void TestResolve::takesThatDidNotRecordRequests()
{
    RecordedDrive older = m_drive;
    for (Step& step : older.steps) {
        step.requests = 0;
        step.stages = {};
        step.viewAge = step.viewLimit = -1;
    }
    // What led to a phase is told from the phase, one tick late at most.
    const auto report = resolve(*m_model, older);
    QVERIFY(report);
    QVERIFY2(report->phases < 5, qPrintable(QString::number(report->phases)));
    QVERIFY(largest(report->joints) < 0.05);
}

void TestResolve::missingSamplesAreCounted()
{
    RecordedDrive holed = m_drive;
    holed.samples.erase(holed.samples.begin() + 40, holed.samples.begin() + 50);
    const auto report = resolve(*m_model, holed);
    QVERIFY(report);
    QCOMPARE(report->missing, std::uint64_t{40});
    QVERIFY(!report->identical);
}

void TestResolve::refusesWhatCannotBeSolved()
{
    QVERIFY(!resolve(*m_model, {}));
    RecordedDrive other = m_drive;
    other.steps[7].command.resize(3);
    const auto refused = resolve(*m_model, other);
    QVERIFY(!refused);
    QVERIFY(refused.error().message.find("another model") != std::string::npos);
    other = m_drive;
    std::swap(other.steps[3].time, other.steps[4].time);
    QVERIFY(!resolve(*m_model, other));
}

QTEST_APPLESS_MAIN(TestResolve)
#include "tst_resolve.moc"
