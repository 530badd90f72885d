#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/operatorsample.h"
#include "core/robotstate.h"

namespace understudy {

enum class TeleopPhase : std::uint8_t {
    Disconnected,
    Ready,
    Aligning,
    Engaging,
    Active,
    Hold,
    Disengaging,
    Fault,
    Stopped
};
[[nodiscard]] std::string_view nameOf(TeleopPhase phase);

/// Why the robot does not follow. The first that applies, in this order.
enum class HoldReason : std::uint8_t {
    None,
    StopRequested,
    NoRobot,
    RobotStale,
    NoOperator,
    OperatorStale,
    NotTracked,
    ViewStale,
    HoldToDriveReleased,
    Clutched,
    InputJump,
    SolverFailed,
    Parked,
    Contact,
    Workspace
};
[[nodiscard]] std::string_view nameOf(HoldReason reason);

/// Names one sample of one stream.
struct SampleRef {
    std::uint32_t stream = 0;
    std::uint64_t sequence = 0;
    Duration age = -1;  ///< since its arrival, at the time of the step; -1: there is none
};

/// Per-side tracking of the wrist, after the solver.
struct WristTracking {
    Pose target;                 ///< X_BW wanted, in the robot's base frame
    bool active = false;         ///< this wrist follows
    float positionError = 0;     ///< m
    float orientationError = 0;  ///< rad
};

/// Where the time between a hand and the robot's answer goes; ns, -1: not known.
struct StageLatency {
    std::int32_t device = -1;     ///< the operator's newest sample: capture to arrival
    std::int32_t smoothing = -1;  ///< a jitter buffer's delay and the glide between two samples
    std::int32_t command = -1;    ///< due time of the tick to the return of send
    std::int32_t robot = -1;      ///< a command to the measured posture that follows it; estimated while it moves
    std::int32_t link = -1;       ///< the robot's newest state: capture to arrival; a part of `robot`
    std::int32_t camera = -1;     ///< the picture steered by: capture to being shown
};

/// What was asked of the loop before a tick, bits of Step::requests.
inline constexpr std::uint8_t kRequestStop = 1;   ///< level
inline constexpr std::uint8_t kRequestClear = 2;  ///< once
inline constexpr std::uint8_t kRequestHome = 4;   ///< once

/// One tick of the control loop with its layers: what the human did (by reference), what the retargeter wanted,
/// what safety allowed and was sent, what the robot measured.
struct Step {
    Timestamp time = 0;
    std::uint64_t sequence = 0;
    SampleRef operatorSample;
    SampleRef robotState;

    Eigen::VectorXd target;    ///< joint positions the retargeter wanted; RobotInfo order
    Eigen::VectorXd command;   ///< joint positions sent
    Eigen::VectorXd measured;  ///< joint positions the robot reported
    std::array<WristTracking, kSideCount> wrists{};
    std::array<float, kSideCount> closure{};  ///< hand closure sent, 0 open to 1 closed

    TeleopPhase phase = TeleopPhase::Disconnected;
    HoldReason holdReason = HoldReason::NoRobot;
    CommandMode mode = CommandMode::Hold;
    std::uint32_t levels = 0;      ///< buttons held, as in OperatorSample
    bool limited = false;          ///< safety changed what the retargeter wanted
    std::uint32_t solveNs = 0;     ///< time inside the solver
    std::uint32_t latencyNs = 0;   ///< arrival of the operator's packet to the return of send; 0 when no new packet
    std::uint32_t tickNs = 0;      ///< duration of the previous tick
    std::uint32_t wakeLateNs = 0;  ///< how late this tick began

    Duration viewAge = -1;    ///< of the picture steered by, since its capture, as it was last shown; -1: there is none
    Duration viewLimit = -1;  ///< age from which on the robot holds; -1: the operator sees the robot itself
    StageLatency stages;
    float effortShare = 0;         ///< largest effort the model does not explain, 1: as much as may be
    std::uint8_t retargeting = 0;  ///< RetargetMode by number
    std::uint8_t requests = 0;
};

/// What others may watch while the loop runs; published once per tick.
struct TeleopStatus {
    Timestamp time = 0;
    std::uint64_t steps = 0;
    std::uint64_t missedTicks = 0;  ///< wake-ups later than one period
    std::uint64_t solverFailures = 0;
    TeleopPhase phase = TeleopPhase::Disconnected;
    HoldReason holdReason = HoldReason::NoRobot;
    std::uint32_t gateOpen = 0;  ///< bit per HoldReason that does NOT stand in the way of engaging
    std::uint32_t latencyNs = 0;
    std::uint32_t tickNs = 0;
    std::uint32_t solveNs = 0;
    StageLatency stages;
    Duration viewAge = -1;    ///< as in Step
    Duration viewLimit = -1;  ///< as in Step
    float effortShare = 0;    ///< as in Step
    std::uint8_t retargeting = 0;
    Eigen::VectorXd target;  ///< RobotInfo order, for the ghost
    Eigen::VectorXd command;
    std::array<WristTracking, kSideCount> wrists{};
};

}  // namespace understudy
