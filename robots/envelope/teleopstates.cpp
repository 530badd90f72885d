#include "robots/envelope/teleopstates.h"

#include <algorithm>

namespace understudy {

namespace {

constexpr std::uint32_t bitOf(HoldReason reason) { return 1U << static_cast<unsigned>(reason); }
constexpr int kReasonCount = static_cast<int>(HoldReason::Workspace) + 1;
constexpr std::uint32_t kAllReasons = (1U << kReasonCount) - 1U;
constexpr std::uint16_t kMostPresses = 1000;  ///< between two samples; more is a source that restarted

bool isHeld(const TeleopInput& input, Button button) { return (input.levels >> static_cast<unsigned>(button)) & 1U; }

bool isFresh(Duration age, Duration limit) { return age >= 0 && age <= limit; }

HoldReason firstClosed(std::uint32_t open)
{
    for (int i = 1; i < kReasonCount; ++i) {
        if (!((open >> i) & 1U)) return static_cast<HoldReason>(i);
    }
    return HoldReason::None;
}

}  // namespace

bool TeleopStates::PressWatch::update(std::uint16_t presses, bool isHeld)
{
    const auto more = static_cast<std::uint16_t>(presses - count);
    const bool pressed = known && more < kMostPresses && (more > 0 || (isHeld && !held));
    known = true;
    count = presses;
    held = isHeld;
    return pressed;
}

void TeleopStates::watchButtons(const TeleopInput& input)
{
    m_homePressed = m_stopPressed = m_clearPressed = false;
    const bool silent = !isFresh(input.operatorAge, kOperatorDisengage + input.operatorDelay);
    if (silent) {
        // What was pressed while nobody was heard is no act of now.
        for (PressWatch& watch : m_watches) watch.known = false;
        m_pressPending = false;
        return;
    }
    if (input.newSample) {
        if (m_haveSequence && input.sequence < m_sequence) {
            for (PressWatch& watch : m_watches) watch.known = false;
        }
        m_sequence = input.sequence;
        m_haveSequence = true;
        const auto pressed = [&](Button button) {
            const auto i = static_cast<std::size_t>(button);
            return m_watches[i].update(input.presses[i], isHeld(input, button));
        };
        m_homePressed = pressed(Button::Home);
        m_stopPressed = pressed(Button::Stop) || isHeld(input, Button::Stop);
        m_clearPressed = pressed(Button::Clear);
        if (pressed(Button::HoldToDrive)) {
            m_pressPending = true;
            m_pressedAt = input.now;
        }
    }
    if (input.barred || !isHeld(input, Button::HoldToDrive) || input.now - m_pressedAt > kPressTime)
        m_pressPending = false;
}

std::uint32_t TeleopStates::gate(const TeleopInput& input) const
{
    std::uint32_t closed = 0;
    const auto close = [&](HoldReason reason, bool when) { closed |= when ? bitOf(reason) : 0U; };
    close(HoldReason::StopRequested, m_stopped);
    close(HoldReason::NoRobot, !isFresh(input.robotAge, kRobotGone));
    close(HoldReason::RobotStale, !isFresh(input.robotAge, kRobotEngage));
    close(HoldReason::NoOperator, input.operatorAge < 0);
    close(HoldReason::OperatorStale, !isFresh(input.operatorAge, kOperatorHold + input.operatorDelay));
    close(HoldReason::NotTracked, input.trackedInRow < kTrackedSamples);
    close(HoldReason::ViewStale, !input.viewDirect && !isFresh(input.viewAge, kViewHold + input.viewPeriod));
    close(HoldReason::HoldToDriveReleased, !m_pressPending);
    close(HoldReason::Clutched, isHeld(input, Button::Clutch));
    close(HoldReason::InputJump, input.jumped);
    close(HoldReason::SolverFailed, m_fault);
    close(HoldReason::Parked, m_homing || input.barred);
    close(HoldReason::Contact, input.contact);
    close(HoldReason::Workspace, input.outside);
    return kAllReasons & ~closed;
}

HoldReason TeleopStates::holdReason(const TeleopInput& input) const
{
    const bool holding = m_decision.phase == TeleopPhase::Hold;
    const Duration robotLimit = holding && m_decision.reason == HoldReason::RobotStale ? kRobotEngage : kRobotHold;
    if (!isFresh(input.robotAge, robotLimit)) return HoldReason::RobotStale;
    if (!isFresh(input.operatorAge, kOperatorHold + input.operatorDelay)) return HoldReason::OperatorStale;
    if (!input.tracked) return HoldReason::NotTracked;
    if (!input.viewDirect && !isFresh(input.viewAge, kViewHold + input.viewPeriod)) return HoldReason::ViewStale;
    if (isHeld(input, Button::Clutch)) return HoldReason::Clutched;
    if (m_jumpLatched) return HoldReason::InputJump;
    if (input.solverFailed) return HoldReason::SolverFailed;
    if (m_contactLatched) return HoldReason::Contact;
    if (input.outside) return HoldReason::Workspace;
    return HoldReason::None;
}

void TeleopStates::enter(TeleopPhase phase, HoldReason reason, TeleopMotion motion)
{
    m_decision.phase = phase;
    m_decision.reason = reason;
    m_decision.motion = motion;
    m_decision.ramp = 0;
}

void TeleopStates::engage(const TeleopInput& input)
{
    enter(TeleopPhase::Engaging, HoldReason::None, TeleopMotion::Follow);
    m_rampStart = input.now;
}

const TeleopDecision& TeleopStates::step(const TeleopInput& input)
{
    watchButtons(input);
    if (input.stopRequested || m_stopPressed) m_stopped = true;
    const bool clear = (input.clearRequested || m_clearPressed) && !input.stopRequested && !m_stopPressed;
    if (input.solverFailed) ++m_failures;
    if (input.solverSolved) m_failures = 0;
    if (m_failures >= kSolverFailures) m_fault = true;
    if (clear) {
        // What was pressed while the robot was stopped is no act of now.
        if (m_stopped || m_fault) m_pressPending = false;
        m_stopped = false;
        m_fault = false;
        m_failures = 0;
    }

    if (m_stopped || m_fault || !isFresh(input.robotAge, kRobotGone)) {
        m_pressPending = false;
        m_homing = false;
        m_jumpLatched = m_contactLatched = false;
        if (m_stopped) {
            enter(TeleopPhase::Stopped, HoldReason::StopRequested, TeleopMotion::Brake);
        } else if (m_fault) {
            enter(TeleopPhase::Fault, HoldReason::SolverFailed, TeleopMotion::Brake);
        } else {
            enter(TeleopPhase::Disconnected, HoldReason::NoRobot, TeleopMotion::Brake);
        }
        m_decision.gateOpen = gate(input);
        return m_decision;
    }

    m_decision.gateOpen = gate(input);
    switch (m_decision.phase) {
    case TeleopPhase::Disconnected:
    case TeleopPhase::Stopped:
    case TeleopPhase::Fault:
        // A tick of its own, so that whatever comes back is seen before it is driven.
        m_pressPending = false;
        enter(TeleopPhase::Ready, firstClosed(gate(input)), TeleopMotion::Brake);
        break;
    case TeleopPhase::Ready:
        stepReady(input);
        break;
    case TeleopPhase::Aligning:
        stepAligning(input);
        break;
    case TeleopPhase::Engaging:
    case TeleopPhase::Active:
    case TeleopPhase::Hold:
        stepEngaged(input);
        break;
    case TeleopPhase::Disengaging:
        stepDisengaging(input);
        break;
    }
    m_decision.gateOpen = gate(input);
    return m_decision;
}

void TeleopStates::continueFrom(const Step& step)
{
    const bool drives = step.phase == TeleopPhase::Active || step.phase == TeleopPhase::Engaging;
    enter(step.phase, step.holdReason, drives ? TeleopMotion::Follow : TeleopMotion::Brake);
    m_rampStart = step.phase == TeleopPhase::Active ? step.time - kRampTime : step.time;
    m_stopped = step.phase == TeleopPhase::Stopped;
    m_fault = step.phase == TeleopPhase::Fault;
    m_homing = step.phase == TeleopPhase::Disengaging && step.holdReason == HoldReason::Parked;
    if (m_homing) m_decision.motion = TeleopMotion::Home;
}

void TeleopStates::stepReady(const TeleopInput& input)
{
    // Barred, a press would not help: that is the reason to name.
    const HoldReason closed =
        firstClosed(m_decision.gateOpen | (input.barred ? bitOf(HoldReason::HoldToDriveReleased) : 0U));
    enter(TeleopPhase::Ready, closed, TeleopMotion::Brake);
    if (closed == HoldReason::None) {
        m_pressPending = false;
        if (input.aligned) {
            engage(input);
        } else {
            enter(TeleopPhase::Aligning, HoldReason::None, TeleopMotion::Align);
        }
        return;
    }
    if ((input.homeRequested || m_homePressed) && isFresh(input.robotAge, kRobotEngage)) {
        m_homing = true;
        m_homeInContact = input.contact;
        m_homeByOperator = !input.homeRequested;
        enter(TeleopPhase::Disengaging, HoldReason::Parked, TeleopMotion::Home);
    }
}

void TeleopStates::stepAligning(const TeleopInput& input)
{
    const std::uint32_t open = m_decision.gateOpen | bitOf(HoldReason::HoldToDriveReleased);
    const HoldReason closed = isHeld(input, Button::HoldToDrive) ? firstClosed(open) : HoldReason::HoldToDriveReleased;
    if (closed != HoldReason::None) {
        enter(TeleopPhase::Disengaging, closed, TeleopMotion::Brake);
    } else if (input.aligned && input.atRest) {
        engage(input);
    } else {
        m_decision.motion = input.aligned ? TeleopMotion::Brake : TeleopMotion::Align;
    }
}

void TeleopStates::stepEngaged(const TeleopInput& input)
{
    const bool clutched = isHeld(input, Button::Clutch);
    m_jumpLatched = (m_jumpLatched || input.jumped) && !clutched;
    m_contactLatched = input.contact || (m_contactLatched && !clutched);
    const bool gone = !isFresh(input.operatorAge, kOperatorDisengage + input.operatorDelay);
    if (gone || input.barred || !isHeld(input, Button::HoldToDrive)) {
        m_jumpLatched = m_contactLatched = false;
        enter(TeleopPhase::Disengaging,
              gone           ? HoldReason::OperatorStale
              : input.barred ? HoldReason::Parked
                             : HoldReason::HoldToDriveReleased,
              TeleopMotion::Brake);
        return;
    }
    if (const HoldReason reason = holdReason(input); reason != HoldReason::None) {
        // A robot that presses against something yields to where it was stopped; everything else stays as it is.
        enter(TeleopPhase::Hold, reason, reason == HoldReason::Contact ? TeleopMotion::Align : TeleopMotion::Brake);
        return;
    }
    if (m_decision.phase == TeleopPhase::Hold) engage(input);
    const double ramp = static_cast<double>(input.now - m_rampStart) / static_cast<double>(kRampTime);
    m_decision.ramp = std::clamp(ramp, 0.0, 1.0);
    if (m_decision.ramp >= 1.0) m_decision.phase = TeleopPhase::Active;
}

void TeleopStates::stepDisengaging(const TeleopInput& input)
{
    if (m_homing) {
        const bool operatorGone =
            m_homeByOperator && !isFresh(input.operatorAge, kOperatorDisengage + input.operatorDelay);
        const bool cancelled = m_pressPending || input.homeRequested || m_homePressed || operatorGone ||
                               !isFresh(input.robotAge, kRobotHold);
        // What was touched before going home may be left; what is met on the way ends it.
        m_homeInContact = m_homeInContact && input.contact;
        const bool blocked = input.blocked || (input.contact && !m_homeInContact);
        if (!cancelled && !blocked && !input.atHome) return;
        m_homing = false;
        m_decision.motion = TeleopMotion::Brake;
        if (blocked) m_decision.reason = HoldReason::Contact;
        return;
    }
    if (input.atRest) stepReady(input);
}

}  // namespace understudy
