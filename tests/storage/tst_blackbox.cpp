#include <QTemporaryDir>
#include <QTest>

#include <thread>

#include "storage/blackbox.h"
#include "storage/read/mcapreader.h"
#include "storage/read/streamcodec.h"
#include "support/allocationcount.h"

using namespace understudy;

namespace {

constexpr int kRate = 500;
constexpr Duration kPeriod = kSecond / kRate;

Step driving(Timestamp time, std::uint64_t sequence)
{
    Step step{.time = time, .sequence = sequence};
    step.target = step.command = step.measured = Eigen::VectorXd::Constant(3, static_cast<double>(sequence));
    step.phase = TeleopPhase::Active;
    step.holdReason = HoldReason::None;
    return step;
}

RobotState state(Timestamp time, std::uint64_t sequence)
{
    RobotState state{.stamps = {.device = time, .capture = time, .arrival = time}, .sequence = sequence};
    state.position = state.velocity = state.effort = Eigen::VectorXd::Constant(3, 1);
    return state;
}

OperatorSample sample(Timestamp time, std::uint64_t sequence)
{
    return {.stamps = {.device = time, .capture = time, .arrival = time}, .sequence = sequence};
}

/// A box with its three streams, in a folder of its own.
struct Rig {
    explicit Rig(Duration length = 10 * kSecond, std::size_t keep = 50)
    {
        library = folder.path().toStdString();
        box = *BlackBox::create({.library = library, .length = length, .keep = keep}, next, files, clock);
        const auto open = [&](const char* name, const char* kind, double rate, Record prototype) {
            return *box->open({.name = name,
                               .kind = kind,
                               .rateHz = rate,
                               .names = {"a", "b", "c"},
                               .prototype = std::move(prototype)});
        };
        operators = open("/operator/suit", "operator", 120, sample(0, 0));
        events = open("/events", "event", 0, Event{});
        states = open("/robot/joint_states", "robot", kRate, state(0, 0));
        steps = open("/teleop/step", "step", kRate, driving(0, 0));
    }
    void run(int ticks)
    {
        for (int i = 0; i < ticks; ++i) {
            step();
            if (sequence % 4 == 0) QVERIFY(box->offer(operators, sample(now, sequence / 4)));
            QVERIFY(box->offer(states, state(now, sequence)));
        }
    }
    void step()
    {
        now += kPeriod;
        QVERIFY(box->offer(steps, driving(now, ++sequence)));
    }
    void fault(TeleopPhase phase, HoldReason reason)
    {
        now += kPeriod;
        Step step = driving(now, ++sequence);
        step.phase = phase;
        step.holdReason = reason;
        QVERIFY(box->offer(steps, step));
        box->settle();
    }

    QTemporaryDir folder;
    std::filesystem::path library;
    PosixFileSystem files;
    ManualClock clock;
    NullSink next;
    std::unique_ptr<BlackBox> box;
    StreamId operators = 0, events = 0, states = 0, steps = 0;
    Timestamp now = 100 * kSecond;
    std::uint64_t sequence = 0;
};

struct Content {
    std::map<std::string, std::vector<EpisodeValue>> values;
    std::string cause;
};

Content read(const std::filesystem::path& file)
{
    PosixFileSystem files;
    Content content;
    const auto reader = McapReader::open(*files.open(file, OpenMode::Read));
    if (!reader) return content;
    std::vector<StreamDecoder> decoders;
    for (const StoredStream& stream : streamsOf((*reader)->summary())) decoders.emplace_back(stream, WallAnchor{});
    McapMessages pass = (*reader)->messages({}, McapOrder::Time);
    for (auto message = pass.next(); message && *message != nullptr; message = pass.next()) {
        for (StreamDecoder& decoder : decoders) {
            const auto value = decoder.decode(**message);
            if (value && *value != nullptr) content.values[decoder.stream().info.name].push_back(**value);
        }
    }
    return content;
}

}  // namespace

class TestBlackBox : public QObject {
    Q_OBJECT

private slots:
    void causes_data();
    void causes();
    void keepsTheSecondsBeforeAFault();
    void aSecondFaultHasWhatCameSince();
    void keepsTheNewestFiles();
    void saysWhenItCannotWrite();
    void offeringNeverAllocates();
    void threeThreadsAndManyFaults();
};

void TestBlackBox::causes_data()
{
    using P = TeleopPhase;
    using R = HoldReason;
    QTest::addColumn<int>("before");
    QTest::addColumn<int>("phase");
    QTest::addColumn<int>("reason");
    QTest::addColumn<QString>("cause");
    const auto row = [](const char* name, P before, P phase, R reason, const char* cause) {
        QTest::newRow(name) << int(before) << int(phase) << int(reason) << QString(cause);
    };
    row("fault", P::Hold, P::Fault, R::SolverFailed, "fault");
    row("fault from ready", P::Ready, P::Fault, R::SolverFailed, "fault");
    row("still a fault", P::Fault, P::Fault, R::SolverFailed, "");
    row("contact", P::Active, P::Hold, R::Contact, "contact");
    row("no way there", P::Active, P::Hold, R::SolverFailed, "solver_failed");
    row("stop while driving", P::Active, P::Stopped, R::StopRequested, "stop_requested");
    row("stop while holding", P::Hold, P::Stopped, R::StopRequested, "stop_requested");
    row("stop of a robot that rests", P::Ready, P::Stopped, R::StopRequested, "");
    row("robot lost", P::Engaging, P::Disconnected, R::NoRobot, "robot_lost");
    row("robot switched off", P::Ready, P::Disconnected, R::NoRobot, "");
    row("operator lost", P::Hold, P::Disengaging, R::OperatorStale, "operator_lost");
    row("let go", P::Active, P::Disengaging, R::HoldToDriveReleased, "");
    row("hands lost for a moment", P::Active, P::Hold, R::NotTracked, "");
    row("clutch", P::Active, P::Hold, R::Clutched, "");
}

void TestBlackBox::causes()
{
    QFETCH(int, before);
    QFETCH(int, phase);
    QFETCH(int, reason);
    QFETCH(QString, cause);
    Step was = driving(0, 0);
    was.phase = static_cast<TeleopPhase>(before);
    Step is = driving(0, 1);
    is.phase = static_cast<TeleopPhase>(phase);
    is.holdReason = static_cast<HoldReason>(reason);
    QCOMPARE(QString::fromStdString(std::string(faultBetween(was, is))), cause);
}

void TestBlackBox::keepsTheSecondsBeforeAFault()
{
    Rig rig;
    rig.run(15 * kRate);
    QVERIFY(rig.box->takeReports().empty());
    rig.fault(TeleopPhase::Hold, HoldReason::Contact);
    const std::vector<BlackBoxReport> reports = rig.box->takeReports();
    QCOMPARE(reports.size(), std::size_t{1});
    QCOMPARE(reports[0].cause, std::string("contact"));
    QCOMPARE(reports[0].time, rig.now);
    QVERIFY2(reports[0].problem.empty(), reports[0].problem.c_str());
    QCOMPARE(reports[0].file.parent_path(), rig.library / "blackbox");

    Content content = read(reports[0].file);
    const auto& steps = content.values["/teleop/step"];
    QCOMPARE(steps.size(), std::size_t{10 * kRate + 1});
    const auto& last = std::get<Step>(steps.back());
    QCOMPARE(last.time, rig.now);
    QCOMPARE(last.holdReason, HoldReason::Contact);
    const auto& first = std::get<Step>(steps.front());
    QCOMPARE(first.time, rig.now - 10 * kSecond);
    QCOMPARE(first.command[1], static_cast<double>(first.sequence));
    QCOMPARE(content.values["/robot/joint_states"].size(), std::size_t{10 * kRate + 1});
    QCOMPARE(content.values["/operator/suit"].size(), std::size_t{1201});
    QVERIFY(!content.values.contains("/events"));
}

void TestBlackBox::aSecondFaultHasWhatCameSince()
{
    Rig rig;
    rig.run(3 * kRate);
    rig.fault(TeleopPhase::Stopped, HoldReason::StopRequested);
    rig.run(2 * kRate);
    rig.fault(TeleopPhase::Disconnected, HoldReason::NoRobot);
    rig.run(11 * kRate);
    rig.fault(TeleopPhase::Fault, HoldReason::SolverFailed);
    const std::vector<BlackBoxReport> reports = rig.box->takeReports();
    QCOMPARE(reports.size(), std::size_t{3});
    QCOMPARE(read(reports[0].file).values["/teleop/step"].size(), std::size_t{3 * kRate + 1});
    QCOMPARE(read(reports[1].file).values["/teleop/step"].size(), std::size_t{2 * kRate + 1});
    QCOMPARE(read(reports[2].file).values["/teleop/step"].size(), std::size_t{10 * kRate + 1});
}

void TestBlackBox::keepsTheNewestFiles()
{
    Rig rig(kSecond, 3);
    std::vector<std::filesystem::path> written;
    for (int i = 0; i < 6; ++i) {
        rig.run(kRate);
        rig.fault(TeleopPhase::Fault, HoldReason::SolverFailed);
        const auto reports = rig.box->takeReports();
        QCOMPARE(reports.size(), std::size_t{1});
        written.push_back(reports[0].file);
    }
    for (std::size_t i = 0; i < 6; ++i) QCOMPARE(std::filesystem::exists(written[i]), i >= 3);
}

void TestBlackBox::saysWhenItCannotWrite()
{
    Rig rig(kSecond);
    std::filesystem::remove_all(rig.library / "blackbox");
    rig.run(100);
    rig.fault(TeleopPhase::Fault, HoldReason::SolverFailed);
    const auto reports = rig.box->takeReports();
    QCOMPARE(reports.size(), std::size_t{1});
    QVERIFY(reports[0].file.empty());
    QVERIFY(reports[0].problem.find("black box") != std::string::npos);
}

void TestBlackBox::offeringNeverAllocates()
{
    Rig rig(kSecond);
    Record step = driving(0, 0);
    Record robot = state(0, 0);
    Record suit = sample(0, 0);
    const std::size_t before = test::allocationCount();
    for (int i = 0; i < 2000; ++i) {
        std::get<Step>(step).sequence = static_cast<std::uint64_t>(i);
        (void)rig.box->offer(rig.steps, step);
        (void)rig.box->offer(rig.states, robot);
        (void)rig.box->offer(rig.operators, suit);
    }
    QCOMPARE(test::allocationCount() - before, std::size_t{0});
}

void TestBlackBox::threeThreadsAndManyFaults()
{
    Rig rig(kSecond / 4);
    std::atomic<bool> done{false};
    std::jthread suit([&] {
        for (std::uint64_t i = 1; !done; ++i) (void)rig.box->offer(rig.operators, sample(static_cast<Timestamp>(i), i));
    });
    std::jthread robot([&] {
        for (std::uint64_t i = 1; !done; ++i) (void)rig.box->offer(rig.states, state(static_cast<Timestamp>(i), i));
    });
    std::size_t written = 0;
    for (int i = 0; i < 6; ++i) {
        for (int tick = 0; tick < 300; ++tick) rig.step();
        rig.fault(TeleopPhase::Fault, HoldReason::SolverFailed);
        for (const BlackBoxReport& report : rig.box->takeReports()) {
            QVERIFY2(report.problem.empty(), report.problem.c_str());
            ++written;
            // Every stream's sequences rise without a gap: no record was torn or written twice.
            for (const auto& [name, values] : read(report.file).values) {
                for (std::size_t k = 1; k < values.size(); ++k) {
                    QCOMPARE(sequenceOf(values[k]), sequenceOf(values[k - 1]) + 1);
                }
            }
        }
    }
    done = true;
    QCOMPARE(written, std::size_t{6});
}

QTEST_APPLESS_MAIN(TestBlackBox)
#include "tst_blackbox.moc"
