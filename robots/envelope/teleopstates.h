#pragma once

#include "core/step.h"

namespace understudy {

/// The safety figures; nowhere else. Ages count from the arrival of the newest packet.
inline constexpr Duration kOperatorHold = 80 * kMillisecond;
inline constexpr Duration kOperatorDisengage = 250 * kMillisecond;
inline constexpr Duration kRobotEngage = 50 * kMillisecond;
inline constexpr Duration kRobotHold = 100 * kMillisecond;
inline constexpr Duration kRobotGone = kSecond;
inline constexpr Duration kViewFramed = 150 * kMillisecond;  ///< plus one camera period
inline constexpr Duration kViewHold = 300 * kMillisecond;    ///< plus one camera period
inline constexpr int kTrackedSamples = 10;                   ///< in a row, before engaging
inline constexpr Duration kRampTime = kSecond;               ///< of the velocity limits after engaging
inline constexpr Duration kPressTime = kSecond;              ///< a press waits this long for the gate to open
inline constexpr int kSolverFailures = 25;                   ///< in a row make a fault

/// What the state machine sees of one tick.
struct TeleopInput {
    Timestamp now = 0;
    bool stopRequested = false;   ///< level
    bool barred = false;          ///< level: nobody drives, the robot may go home
    bool clearRequested = false;  ///< edge
    bool homeRequested = false;   ///< edge

    Duration robotAge = -1;      ///< -1: no state yet
    Duration operatorAge = -1;   ///< -1: no sample yet
    Duration operatorDelay = 0;  ///< present delay of a jitter buffer in front of us
    bool viewDirect = true;      ///< the operator sees the robot itself, or nobody watches
    Duration viewAge = -1;       ///< -1: no picture yet
    Duration viewPeriod = 0;     ///< of the camera steered by

    bool newSample = false;  ///< the next fields come from a sample not seen before
    std::uint64_t sequence = 0;
    std::uint32_t levels = 0;
    std::array<std::uint16_t, kButtonCount> presses{};
    int trackedInRow = 0;       ///< samples
    bool tracked = false;       ///< whatever drives is tracked in the newest sample
    bool jumped = false;        ///< the input jumped, or the limiter rejected it, since the last tick
    bool solverFailed = false;  ///< in the last tick
    bool solverSolved = false;  ///< in the last tick
    bool contact = false;       ///< the robot's effort stays away from what its motion takes
    bool outside = false;       ///< a hand is far outside of the workspace

    bool atRest = true;    ///< the command does not move
    bool aligned = true;   ///< command and measured posture agree
    bool atHome = false;   ///< the command is at the rest posture
    bool blocked = false;  ///< the robot does not get where it is sent
};

enum class TeleopMotion : std::uint8_t {
    Brake,   ///< decelerate to rest and stay
    Align,   ///< the command goes to the measured posture; in Hold to the one it had when the hold began
    Follow,  ///< the operator drives
    Home     ///< slowly to the rest posture
};

struct TeleopDecision {
    TeleopPhase phase = TeleopPhase::Disconnected;
    HoldReason reason = HoldReason::NoRobot;
    TeleopMotion motion = TeleopMotion::Brake;
    std::uint32_t gateOpen = 0;  ///< bit per HoldReason that does not stand in the way of engaging
    double ramp = 0;             ///< 0 to 1: how far the velocity limits have opened
};

/// The safety state machine, drawn in docs/safety.md. Pure: no clock, the same inputs give the same decisions.
///
/// While it is barred the robot lets go and is parked: nothing but home moves it, and no press counts.
///
/// Engaging always takes a deliberate act: hold-to-drive seen released, then pressed, while the operator is fresh. What
/// jumped or met something is latched: only the clutch or letting go ends that hold.
class TeleopStates {
public:
    const TeleopDecision& step(const TeleopInput& input);
    [[nodiscard]] const TeleopDecision& decision() const { return m_decision; }
    /// For solving recorded steps anew: as if this step had been decided here, its ramp run through.
    void continueFrom(const Step& step);

private:
    /// Rising presses of one button, immune to sources that restart.
    struct PressWatch {
        bool known = false;
        std::uint16_t count = 0;
        bool held = false;
        [[nodiscard]] bool update(std::uint16_t presses, bool isHeld);
    };

    void watchButtons(const TeleopInput& input);
    [[nodiscard]] std::uint32_t gate(const TeleopInput& input) const;
    [[nodiscard]] HoldReason holdReason(const TeleopInput& input) const;
    void stepReady(const TeleopInput& input);
    void stepAligning(const TeleopInput& input);
    void stepEngaged(const TeleopInput& input);
    void stepDisengaging(const TeleopInput& input);
    void enter(TeleopPhase phase, HoldReason reason, TeleopMotion motion);
    void engage(const TeleopInput& input);

    TeleopDecision m_decision;
    std::array<PressWatch, kButtonCount> m_watches{};
    std::uint64_t m_sequence = 0;
    bool m_haveSequence = false;
    bool m_stopped = false;
    bool m_fault = false;
    bool m_homing = false;
    bool m_homeByOperator = false;
    bool m_homeInContact = false;
    bool m_jumpLatched = false;
    bool m_contactLatched = false;
    bool m_pressPending = false;
    Timestamp m_pressedAt = 0;
    Timestamp m_rampStart = 0;
    int m_failures = 0;
    bool m_homePressed = false;
    bool m_stopPressed = false;
    bool m_clearPressed = false;
};

}  // namespace understudy
