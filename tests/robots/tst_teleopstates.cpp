#include <QFile>
#include <QRegularExpression>
#include <QTest>

#include <functional>
#include <random>
#include <set>

#include "robots/envelope/teleopstates.h"
#include "support/allocationcount.h"
#include "support/shared.h"

using namespace understudy;

namespace {

constexpr Duration kTick = 2 * kMillisecond;
constexpr Duration kDelay = 30 * kMillisecond;  ///< of the jitter buffer
constexpr Duration kCamera = 33 * kMillisecond;
constexpr std::size_t kDrive = static_cast<std::size_t>(Button::HoldToDrive);

/// Everything is well, nobody has pressed yet.
TeleopInput allWell()
{
    TeleopInput input;
    input.now = 10 * kSecond;
    input.robotAge = input.operatorAge = input.viewAge = 0;
    input.operatorDelay = kDelay;
    input.viewDirect = false;
    input.viewPeriod = kCamera;
    input.newSample = true;
    input.trackedInRow = kTrackedSamples;
    input.tracked = true;
    return input;
}

void setHeld(TeleopInput& input, Button button, bool held)
{
    const std::uint32_t bit = 1U << static_cast<unsigned>(button);
    if (held && !(input.levels & bit)) ++input.presses[static_cast<std::size_t>(button)];
    input.levels = held ? (input.levels | bit) : (input.levels & ~bit);
}

bool isHeld(const TeleopInput& input, Button button) { return (input.levels >> static_cast<unsigned>(button)) & 1U; }

struct Machine {
    TeleopStates states;
    TeleopInput input = allWell();

    const TeleopDecision& step(Duration later = kTick)
    {
        input.now += later;
        if (input.newSample) ++input.sequence;
        return states.step(input);
    }
    void drive(bool held) { setHeld(input, Button::HoldToDrive, held); }
};

/// The phases, and what differs inside of one.
enum class From {
    Disconnected,
    Ready,
    ReadyHeld,  ///< hold-to-drive is held since before anybody looked
    Aligning,
    Engaging,
    Active,
    Hold,
    HoldJump,
    HoldContact,
    Disengaging,
    Home,
    Fault,
    Stopped
};
constexpr std::array kEverywhere{From::Disconnected, From::Ready, From::ReadyHeld, From::Aligning,    From::Engaging,
                                 From::Active,       From::Hold,  From::HoldJump,  From::HoldContact, From::Disengaging,
                                 From::Home,         From::Fault, From::Stopped};

Machine machineIn(From from)
{
    Machine m;
    switch (from) {
    case From::Disconnected:
        m.input.robotAge = -1;
        m.step();
        m.input.robotAge = 0;
        return m;
    case From::Ready:
        m.step();
        return m;
    case From::ReadyHeld:
        m.drive(true);
        m.step();
        m.step(2 * kPressTime);
        return m;
    case From::Fault:
        m.input.solverFailed = true;
        for (int i = 0; i < kSolverFailures; ++i) m.step();
        m.input.solverFailed = false;
        return m;
    case From::Stopped:
        m.input.stopRequested = true;
        m.step();
        m.input.stopRequested = false;
        return m;
    case From::Home:
        m.step();
        m.input.homeRequested = true;
        m.step();
        m.input.homeRequested = false;
        m.input.atRest = false;
        return m;
    default:
        break;
    }
    m.step();
    m.drive(true);
    m.input.aligned = from != From::Aligning;
    m.step();
    if (from == From::Aligning || from == From::Engaging) return m;
    m.step(kRampTime);
    m.input.atRest = false;
    if (from == From::Hold) m.input.tracked = false;
    if (from == From::HoldJump) m.input.jumped = true;
    if (from == From::HoldContact) m.input.contact = true;
    if (from == From::Disengaging) m.drive(false);
    if (from != From::Active) m.step();
    m.input.tracked = true;
    m.input.jumped = m.input.contact = false;
    return m;
}

TeleopPhase phaseOf(From from)
{
    static constexpr std::array kPhases{TeleopPhase::Disconnected, TeleopPhase::Ready,       TeleopPhase::Ready,
                                        TeleopPhase::Aligning,     TeleopPhase::Engaging,    TeleopPhase::Active,
                                        TeleopPhase::Hold,         TeleopPhase::Hold,        TeleopPhase::Hold,
                                        TeleopPhase::Disengaging,  TeleopPhase::Disengaging, TeleopPhase::Fault,
                                        TeleopPhase::Stopped};
    return kPhases[static_cast<std::size_t>(from)];
}

/// One thing that may be otherwise than well.
struct Condition {
    const char* name;
    std::function<void(TeleopInput&)> apply;
};

std::vector<Condition> conditions()
{
    std::vector<Condition> all{
        {"nothing", [](TeleopInput&) {}},
        {"stop request", [](TeleopInput& in) { in.stopRequested = true; }},
        {"stop button", [](TeleopInput& in) { setHeld(in, Button::Stop, true); }},
        {"clear request", [](TeleopInput& in) { in.clearRequested = true; }},
        {"clear button", [](TeleopInput& in) { setHeld(in, Button::Clear, true); }},
        {"home request", [](TeleopInput& in) { in.homeRequested = true; }},
        {"home button", [](TeleopInput& in) { setHeld(in, Button::Home, true); }},
        {"press",
         [](TeleopInput& in) {
             in.levels &= ~1U;
             setHeld(in, Button::HoldToDrive, true);
         }},
        {"let go", [](TeleopInput& in) { setHeld(in, Button::HoldToDrive, false); }},
        {"clutch", [](TeleopInput& in) { setHeld(in, Button::Clutch, true); }},
        {"no new sample", [](TeleopInput& in) { in.newSample = false; }},
        {"source restarts", [](TeleopInput& in) { in.sequence = 0; }},
        {"few tracked samples", [](TeleopInput& in) { in.trackedInRow = kTrackedSamples - 1; }},
        {"not tracked",
         [](TeleopInput& in) {
             in.tracked = false;
             in.trackedInRow = 0;
         }},
        {"jump", [](TeleopInput& in) { in.jumped = true; }},
        {"solver failed", [](TeleopInput& in) { in.solverFailed = true; }},
        {"contact", [](TeleopInput& in) { in.contact = true; }},
        {"outside", [](TeleopInput& in) { in.outside = true; }},
        {"blocked", [](TeleopInput& in) { in.blocked = true; }},
        {"not aligned", [](TeleopInput& in) { in.aligned = false; }},
        {"aligned", [](TeleopInput& in) { in.aligned = true; }},
        {"moves", [](TeleopInput& in) { in.atRest = false; }},
        {"at rest", [](TeleopInput& in) { in.atRest = true; }},
        {"at home", [](TeleopInput& in) { in.atHome = true; }},
        {"view direct",
         [](TeleopInput& in) {
             in.viewDirect = true;
             in.viewAge = -1;
         }},
    };
    const auto age = [&](const char* name, Duration TeleopInput::*which, Duration value) {
        all.push_back({name, [which, value](TeleopInput& in) { in.*which = value; }});
    };
    age("robot never", &TeleopInput::robotAge, -1);
    age("robot engage", &TeleopInput::robotAge, kRobotEngage);
    age("robot engage + 1 ns", &TeleopInput::robotAge, kRobotEngage + 1);
    age("robot engage - 1 ns", &TeleopInput::robotAge, kRobotEngage - 1);
    age("robot hold", &TeleopInput::robotAge, kRobotHold);
    age("robot hold + 1 ns", &TeleopInput::robotAge, kRobotHold + 1);
    age("robot hold - 1 ns", &TeleopInput::robotAge, kRobotHold - 1);
    age("robot gone", &TeleopInput::robotAge, kRobotGone);
    age("robot gone + 1 ns", &TeleopInput::robotAge, kRobotGone + 1);
    age("robot gone - 1 ns", &TeleopInput::robotAge, kRobotGone - 1);
    age("operator never", &TeleopInput::operatorAge, -1);
    age("operator hold", &TeleopInput::operatorAge, kOperatorHold + kDelay);
    age("operator hold + 1 ns", &TeleopInput::operatorAge, kOperatorHold + kDelay + 1);
    age("operator hold - 1 ns", &TeleopInput::operatorAge, kOperatorHold + kDelay - 1);
    age("operator gone", &TeleopInput::operatorAge, kOperatorDisengage + kDelay);
    age("operator gone + 1 ns", &TeleopInput::operatorAge, kOperatorDisengage + kDelay + 1);
    age("operator gone - 1 ns", &TeleopInput::operatorAge, kOperatorDisengage + kDelay - 1);
    age("view never", &TeleopInput::viewAge, -1);
    age("view hold", &TeleopInput::viewAge, kViewHold + kCamera);
    age("view hold + 1 ns", &TeleopInput::viewAge, kViewHold + kCamera + 1);
    age("view hold - 1 ns", &TeleopInput::viewAge, kViewHold + kCamera - 1);
    return all;
}

/// What one step is made of: where from, what before, what now.
struct Situation {
    From from;
    TeleopInput before;
    TeleopInput in;

    [[nodiscard]] bool fresh(Duration age, Duration limit) const { return age >= 0 && age <= limit; }
    [[nodiscard]] bool heard() const { return fresh(in.operatorAge, kOperatorDisengage + kDelay); }
    /// A button that went down in this sample; a source that starts anew has pressed nothing.
    [[nodiscard]] bool pressed(Button button) const
    {
        const auto i = static_cast<std::size_t>(button);
        return heard() && in.newSample && in.sequence > before.sequence && in.presses[i] != before.presses[i];
    }
    [[nodiscard]] bool stop() const
    {
        return in.stopRequested || (heard() && in.newSample && isHeld(in, Button::Stop));
    }
    [[nodiscard]] bool clear() const { return in.clearRequested || pressed(Button::Clear); }
    [[nodiscard]] bool home() const { return in.homeRequested || pressed(Button::Home); }
    [[nodiscard]] bool drives() const { return isHeld(in, Button::HoldToDrive); }
    [[nodiscard]] bool robot(Duration limit) const { return fresh(in.robotAge, limit); }
    [[nodiscard]] bool viewLate() const { return !in.viewDirect && !fresh(in.viewAge, kViewHold + kCamera); }
    [[nodiscard]] bool operatorLate() const { return !fresh(in.operatorAge, kOperatorHold + kDelay); }

    /// The first tick of the gate that is shut, in the order of HoldReason.
    [[nodiscard]] HoldReason shut(bool pressCounts) const
    {
        if (!robot(kRobotEngage)) return HoldReason::RobotStale;
        if (in.operatorAge < 0) return HoldReason::NoOperator;
        if (operatorLate()) return HoldReason::OperatorStale;
        if (in.trackedInRow < kTrackedSamples) return HoldReason::NotTracked;
        if (viewLate()) return HoldReason::ViewStale;
        if (pressCounts && !(pressed(Button::HoldToDrive) && drives())) return HoldReason::HoldToDriveReleased;
        if (isHeld(in, Button::Clutch)) return HoldReason::Clutched;
        if (in.jumped) return HoldReason::InputJump;
        if (in.contact) return HoldReason::Contact;
        if (in.outside) return HoldReason::Workspace;
        return HoldReason::None;
    }
    /// Why the robot that follows must hold.
    [[nodiscard]] HoldReason held() const
    {
        const bool clutched = isHeld(in, Button::Clutch);
        if (!robot(kRobotHold)) return HoldReason::RobotStale;
        if (operatorLate()) return HoldReason::OperatorStale;
        if (!in.tracked) return HoldReason::NotTracked;
        if (viewLate()) return HoldReason::ViewStale;
        if (clutched) return HoldReason::Clutched;
        if (in.jumped || from == From::HoldJump) return HoldReason::InputJump;
        if (in.solverFailed) return HoldReason::SolverFailed;
        if (in.contact || from == From::HoldContact) return HoldReason::Contact;
        if (in.outside) return HoldReason::Workspace;
        return HoldReason::None;
    }
};

struct Edge {
    const char* name;  ///< as in docs/safety.md
    std::set<From> from;
    std::function<bool(const Situation&)> when;
    TeleopPhase to;
    std::function<HoldReason(const Situation&)> reason;
    std::function<TeleopMotion(const Situation&)> motion;
};

auto always(HoldReason reason)
{
    return [reason](const Situation&) { return reason; };
}
auto always(TeleopMotion motion)
{
    return [motion](const Situation&) { return motion; };
}

/// Every arrow of the drawing; the first that fits is taken.
const std::vector<Edge>& edges()
{
    using P = TeleopPhase;
    using M = TeleopMotion;
    using S = const Situation&;
    static const std::set<From> any(kEverywhere.begin(), kEverywhere.end());
    static const std::set<From> ready{From::Ready, From::ReadyHeld};
    static const std::set<From> idle{From::Ready, From::ReadyHeld, From::Disengaging};
    static const std::set<From> engaged{From::Engaging, From::Active, From::Hold, From::HoldJump, From::HoldContact};
    static const auto yes = [](S) { return true; };
    static const auto rests = [](S s) { return s.from != From::Disengaging || s.in.atRest; };
    static const auto shut = [](S s) { return s.shut(true); };
    // A press of the same moment does not count: something else is shut, or the press itself.
    static const auto beforeAPress = [](S s) {
        const HoldReason reason = s.shut(true);
        const bool first = reason == HoldReason::None || reason > HoldReason::HoldToDriveReleased;
        return first ? HoldReason::HoldToDriveReleased : reason;
    };
    static const std::vector<Edge> all{
        {"stop", any, [](S s) { return s.stop(); }, P::Stopped, always(HoldReason::StopRequested), always(M::Brake)},
        {"stopped until cleared",
         {From::Stopped},
         [](S s) { return !s.clear(); },
         P::Stopped,
         always(HoldReason::StopRequested),
         always(M::Brake)},
        {"fault until cleared",
         {From::Fault},
         [](S s) { return !s.clear(); },
         P::Fault,
         always(HoldReason::SolverFailed),
         always(M::Brake)},
        {"robot gone", any, [](S s) { return !s.robot(kRobotGone); }, P::Disconnected, always(HoldReason::NoRobot),
         always(M::Brake)},
        {"robot comes", {From::Disconnected}, yes, P::Ready, beforeAPress, always(M::Brake)},
        {"cleared", {From::Stopped, From::Fault}, yes, P::Ready, beforeAPress, always(M::Brake)},
        {"press, aligned", idle, [](S s) { return rests(s) && s.shut(true) == HoldReason::None && s.in.aligned; },
         P::Engaging, always(HoldReason::None), always(M::Follow)},
        {"press, not aligned", idle, [](S s) { return rests(s) && s.shut(true) == HoldReason::None; }, P::Aligning,
         always(HoldReason::None), always(M::Align)},
        {"home", idle, [](S s) { return rests(s) && s.home() && s.robot(kRobotEngage); }, P::Disengaging,
         always(HoldReason::Parked), always(M::Home)},
        {"ready", ready, yes, P::Ready, shut, always(M::Brake)},
        {"at rest", {From::Disengaging}, [](S s) { return s.in.atRest; }, P::Ready, shut, always(M::Brake)},
        {"brakes", {From::Disengaging}, yes, P::Disengaging, always(HoldReason::HoldToDriveReleased), always(M::Brake)},
        {"aligning let go",
         {From::Aligning},
         [](S s) { return !s.drives(); },
         P::Disengaging,
         always(HoldReason::HoldToDriveReleased),
         always(M::Brake)},
        {"aligning ends",
         {From::Aligning},
         [](S s) { return s.shut(false) != HoldReason::None; },
         P::Disengaging,
         [](S s) { return s.shut(false); },
         always(M::Brake)},
        {"aligned",
         {From::Aligning},
         [](S s) { return s.in.aligned && s.in.atRest; },
         P::Engaging,
         always(HoldReason::None),
         always(M::Follow)},
        {"aligning",
         {From::Aligning},
         yes,
         P::Aligning,
         always(HoldReason::None),
         [](S s) { return s.in.aligned ? M::Brake : M::Align; }},
        {"operator gone", engaged, [](S s) { return !s.heard(); }, P::Disengaging, always(HoldReason::OperatorStale),
         always(M::Brake)},
        {"let go", engaged, [](S s) { return !s.drives(); }, P::Disengaging, always(HoldReason::HoldToDriveReleased),
         always(M::Brake)},
        {"hold", engaged, [](S s) { return s.held() != HoldReason::None; }, P::Hold, [](S s) { return s.held(); },
         [](S s) { return s.held() == HoldReason::Contact ? M::Align : M::Brake; }},
        {"goes on",
         {From::Hold, From::HoldJump, From::HoldContact},
         yes,
         P::Engaging,
         always(HoldReason::None),
         always(M::Follow)},
        {"ramp", {From::Engaging}, yes, P::Engaging, always(HoldReason::None), always(M::Follow)},
        {"active", {From::Active}, yes, P::Active, always(HoldReason::None), always(M::Follow)},
        {"home blocked",
         {From::Home},
         [](S s) { return s.in.blocked || s.in.contact; },
         P::Disengaging,
         always(HoldReason::Contact),
         always(M::Brake)},
        {"home ends",
         {From::Home},
         [](S s) {
             return s.in.atHome || s.home() || !s.robot(kRobotHold) || (s.pressed(Button::HoldToDrive) && s.drives());
         },
         P::Disengaging,
         always(HoldReason::Parked),
         always(M::Brake)},
        {"goes home", {From::Home}, yes, P::Disengaging, always(HoldReason::Parked), always(M::Home)},
    };
    return all;
}

const Edge& edgeOf(const Situation& situation)
{
    for (const Edge& edge : edges()) {
        if (edge.from.contains(situation.from) && edge.when(situation)) return edge;
    }
    qFatal("the table has a hole");
}

/// What may move the robot in which phase.
bool mayMove(const TeleopDecision& decision)
{
    switch (decision.motion) {
    case TeleopMotion::Brake:
        return true;
    case TeleopMotion::Follow:
        return (decision.phase == TeleopPhase::Engaging || decision.phase == TeleopPhase::Active) &&
               decision.reason == HoldReason::None;
    case TeleopMotion::Align:
        return decision.phase == TeleopPhase::Aligning ||
               (decision.phase == TeleopPhase::Hold && decision.reason == HoldReason::Contact);
    case TeleopMotion::Home:
        return decision.phase == TeleopPhase::Disengaging && decision.reason == HoldReason::Parked;
    }
    return false;
}

std::string describe(From from, const Condition& one, const Condition& other, const TeleopDecision& got)
{
    return std::string(nameOf(phaseOf(from))) + " (" + std::to_string(static_cast<int>(from)) + ") with " + one.name +
           " and " + other.name + ": " + std::string(nameOf(got.phase)) + ", " + std::string(nameOf(got.reason)) +
           ", " + std::to_string(static_cast<int>(got.motion));
}

}  // namespace

class TestTeleopStates : public QObject {
    Q_OBJECT

private slots:
    void everyPhaseIsReached();
    void everyPhaseUnderEveryPairOfConditions();
    void theDrawingHasTheSameEdges();
    void theSolverKeepsFailing();
    void theRampOpensInASecond();
    void whatJumpedOrTouchedWaitsForClutchOrRelease();
    void aPressWaitsASecondForTheGate();
    void aRobotThatWasLateMustBeFreshToGoOn();
    void homeByTheOperatorEndsWithTheOperator();
    void whatComesBackNeverEngages_data();
    void whatComesBackNeverEngages();
    void nothingMovesTheRobotButItsRules();
    void neverAllocates();
};

void TestTeleopStates::everyPhaseIsReached()
{
    for (const From from : kEverywhere) {
        const Machine m = machineIn(from);
        QCOMPARE(m.states.decision().phase, phaseOf(from));
    }
}

void TestTeleopStates::everyPhaseUnderEveryPairOfConditions()
{
    const std::vector<Condition> all = conditions();
    std::set<std::string> taken;
    int rows = 0;
    for (const From from : kEverywhere) {
        for (const Condition& one : all) {
            for (const Condition& other : all) {
                Machine m = machineIn(from);
                // Home is where the robot is, unless a row says so.
                if (from == From::Home) m.input.atHome = false;
                Situation situation{.from = from, .before = m.input, .in = m.input};
                ++situation.in.sequence;
                one.apply(situation.in);
                other.apply(situation.in);
                m.input = situation.in;
                m.input.now += kTick;
                if (!m.input.newSample) m.input.sequence = situation.before.sequence;
                const TeleopDecision& got = m.states.step(m.input);
                const Edge& edge = edgeOf(situation);
                taken.insert(edge.name);
                ++rows;
                const bool same = got.phase == edge.to && got.reason == edge.reason(situation) &&
                                  got.motion == edge.motion(situation);
                QVERIFY2(same, (describe(from, one, other, got) + "; the table says \"" + edge.name + "\": " +
                                std::string(nameOf(edge.to)) + ", " + std::string(nameOf(edge.reason(situation))))
                                   .c_str());
                QVERIFY2(mayMove(got), describe(from, one, other, got).c_str());
            }
        }
    }
    for (const Edge& edge : edges()) QVERIFY2(taken.contains(edge.name), edge.name);
    qInfo("%d rows", rows);
}

void TestTeleopStates::theDrawingHasTheSameEdges()
{
    QFile page(QString::fromStdString(test::source("docs/safety.md").string()));
    QVERIFY(page.open(QIODevice::ReadOnly));
    std::set<std::string> drawn;
    const QRegularExpression row(QStringLiteral("^\\| `([^`]+)` \\|"), QRegularExpression::MultilineOption);
    for (auto it = row.globalMatch(QString::fromUtf8(page.readAll())); it.hasNext();) {
        drawn.insert(it.next().captured(1).toStdString());
    }
    std::set<std::string> tested{"solver keeps failing", "ramp done"};
    for (const Edge& edge : edges()) tested.insert(edge.name);
    QVERIFY(drawn == tested);
}

void TestTeleopStates::theSolverKeepsFailing()
{
    for (const From from : {From::Engaging, From::Active, From::Hold}) {
        Machine m = machineIn(from);
        m.input.solverFailed = true;
        for (int i = 1; i < kSolverFailures; ++i) {
            m.step();
            QCOMPARE(m.states.decision().phase, TeleopPhase::Hold);
        }
        m.step();
        QCOMPARE(m.states.decision().phase, TeleopPhase::Fault);
        QCOMPARE(m.states.decision().motion, TeleopMotion::Brake);
    }
    // One that works in between starts the count anew.
    Machine m = machineIn(From::Active);
    for (int i = 0; i < 3 * kSolverFailures; ++i) {
        m.input.solverFailed = i % 10 != 0;
        m.input.solverSolved = !m.input.solverFailed;
        m.step();
        QVERIFY(m.states.decision().phase != TeleopPhase::Fault);
    }
}

void TestTeleopStates::theRampOpensInASecond()
{
    Machine m = machineIn(From::Engaging);
    double before = -1;
    Duration passed = 0;
    while (m.states.decision().phase == TeleopPhase::Engaging) {
        QVERIFY(m.states.decision().ramp > before);
        before = m.states.decision().ramp;
        m.step();
        passed += kTick;
    }
    QCOMPARE(passed, kRampTime);
    QCOMPARE(m.states.decision().phase, TeleopPhase::Active);
    QCOMPARE(m.states.decision().ramp, 1.0);
}

void TestTeleopStates::whatJumpedOrTouchedWaitsForClutchOrRelease()
{
    for (const auto& [from, reason] :
         {std::pair{From::HoldJump, HoldReason::InputJump}, std::pair{From::HoldContact, HoldReason::Contact}}) {
        Machine m = machineIn(from);
        for (int i = 0; i < 2000; ++i) m.step();
        QCOMPARE(m.states.decision().reason, reason);
        Machine clutched = m;
        setHeld(clutched.input, Button::Clutch, true);
        QCOMPARE(clutched.step().reason, HoldReason::Clutched);
        setHeld(clutched.input, Button::Clutch, false);
        QCOMPARE(clutched.step().phase, TeleopPhase::Engaging);
        Machine released = m;
        released.drive(false);
        QCOMPARE(released.step().phase, TeleopPhase::Disengaging);
        released.input.atRest = true;
        QCOMPARE(released.step().phase, TeleopPhase::Ready);
        released.drive(true);
        QCOMPARE(released.step().phase, TeleopPhase::Engaging);
    }
    // A robot still in contact stays held when the clutch opens.
    Machine m = machineIn(From::HoldContact);
    m.input.contact = true;
    setHeld(m.input, Button::Clutch, true);
    m.step();
    setHeld(m.input, Button::Clutch, false);
    QCOMPARE(m.step().reason, HoldReason::Contact);
    QCOMPARE(m.states.decision().motion, TeleopMotion::Align);
}

void TestTeleopStates::aPressWaitsASecondForTheGate()
{
    for (const auto& [wait, phase] :
         {std::pair{kPressTime, TeleopPhase::Engaging}, std::pair{kPressTime + 1, TeleopPhase::Ready}}) {
        Machine m = machineIn(From::Ready);
        m.input.trackedInRow = 0;
        m.drive(true);
        m.step();
        QCOMPARE(m.states.decision().reason, HoldReason::NotTracked);
        m.input.trackedInRow = kTrackedSamples;
        QCOMPARE(m.step(wait).phase, phase);
    }
}

void TestTeleopStates::aRobotThatWasLateMustBeFreshToGoOn()
{
    Machine m = machineIn(From::Active);
    m.input.robotAge = kRobotHold + 1;
    QCOMPARE(m.step().reason, HoldReason::RobotStale);
    m.input.robotAge = kRobotEngage + 1;
    QCOMPARE(m.step().reason, HoldReason::RobotStale);
    m.input.robotAge = kRobotEngage;
    QCOMPARE(m.step().phase, TeleopPhase::Engaging);
}

void TestTeleopStates::homeByTheOperatorEndsWithTheOperator()
{
    Machine m = machineIn(From::Ready);
    setHeld(m.input, Button::Home, true);
    QCOMPARE(m.step().motion, TeleopMotion::Home);
    m.input.atHome = m.input.atRest = false;
    m.input.newSample = false;
    m.input.operatorAge = kOperatorDisengage + kDelay;
    QCOMPARE(m.step().motion, TeleopMotion::Home);
    m.input.operatorAge += 1;
    QCOMPARE(m.step().motion, TeleopMotion::Brake);
}

void TestTeleopStates::whatComesBackNeverEngages_data()
{
    QTest::addColumn<int>("what");
    QTest::newRow("operator") << 0;
    QTest::newRow("operator that restarts") << 1;
    QTest::newRow("robot") << 2;
    QTest::newRow("after a stop") << 3;
    QTest::newRow("after a fault") << 4;
}

void TestTeleopStates::whatComesBackNeverEngages()
{
    QFETCH(int, what);
    Machine m = machineIn(From::Active);
    m.input.atRest = true;
    const TeleopInput well = m.input;
    for (int i = 0; i < 200; ++i) {
        m.input.newSample = what > 1;
        if (what <= 1) m.input.operatorAge = kOperatorDisengage + kDelay + 1 + i;
        if (what == 2) m.input.robotAge = kRobotGone + 1 + i;
        m.input.stopRequested = what == 3;
        m.input.solverFailed = what == 4;
        m.step();
        QCOMPARE(m.states.decision().motion, TeleopMotion::Brake);
    }
    const std::uint64_t sequence = m.input.sequence;
    const Timestamp now = m.input.now;
    m.input = well;
    m.input.now = now;
    m.input.sequence = what == 1 ? 0 : sequence;
    if (what == 1) m.input.presses = {};
    m.input.clearRequested = true;
    m.step();
    m.input.clearRequested = false;
    for (int i = 0; i < 2000; ++i) {
        m.step();
        QCOMPARE(m.states.decision().phase, TeleopPhase::Ready);
        QCOMPARE(m.states.decision().reason, HoldReason::HoldToDriveReleased);
    }
    m.drive(false);
    QCOMPARE(m.step().phase, TeleopPhase::Ready);
    m.drive(true);
    QCOMPARE(m.step().phase, TeleopPhase::Engaging);
}

void TestTeleopStates::nothingMovesTheRobotButItsRules()
{
    const std::vector<Condition> all = conditions();
    std::mt19937 random(11);
    int engaged = 0;
    for (int walk = 0; walk < 60; ++walk) {
        Machine m;
        TeleopInput base = m.input;
        Timestamp pressed = -kSecond;
        std::uint16_t pressesBefore = 0;
        for (int i = 0; i < 3000; ++i) {
            if (random() % 12 == 0) setHeld(base, Button::HoldToDrive, random() % 2 == 0);
            base.atRest = random() % 3 != 0;
            base.aligned = random() % 5 != 0;
            m.input.levels = base.levels;
            TeleopInput next = base;
            next.now = m.input.now + kTick;
            next.sequence = m.input.sequence + 1;
            if (random() % 10 == 0) all[random() % all.size()].apply(next);
            if (random() % 40 == 0) all[random() % all.size()].apply(next);
            for (std::size_t b = 0; b < next.presses.size(); ++b) base.presses[b] = next.presses[b];
            const bool held = isHeld(next, Button::HoldToDrive);
            if (next.presses[kDrive] != pressesBefore) pressed = next.now;
            pressesBefore = next.presses[kDrive];
            const TeleopPhase before = m.states.decision().phase;
            m.input = next;
            const TeleopDecision& got = m.states.step(next);
            QVERIFY(mayMove(got));
            const bool wasEngaged = before == TeleopPhase::Engaging || before == TeleopPhase::Active ||
                                    before == TeleopPhase::Hold || before == TeleopPhase::Aligning;
            if (got.motion == TeleopMotion::Follow && !wasEngaged) {
                ++engaged;
                // Seen in the next sample, which may come some ticks later.
                QVERIFY(held && next.now - pressed <= kPressTime + 10 * kTick);
                QVERIFY(before == TeleopPhase::Ready || before == TeleopPhase::Disengaging);
            }
            if (next.stopRequested) QCOMPARE(got.phase, TeleopPhase::Stopped);
            if (got.motion == TeleopMotion::Follow) QVERIFY(held && !next.stopRequested);
        }
    }
    QVERIFY(engaged > 100);
}

void TestTeleopStates::neverAllocates()
{
    Machine m = machineIn(From::Active);
    const std::size_t before = test::allocationCount();
    for (int i = 0; i < 100; ++i) {
        m.input.contact = i % 3 == 0;
        m.step();
    }
    QCOMPARE(test::allocationCount() - before, std::size_t{0});
}

QTEST_APPLESS_MAIN(TestTeleopStates)
#include "tst_teleopstates.moc"
