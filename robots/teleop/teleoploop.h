#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "core/clock.h"
#include "core/publisher.h"
#include "core/robotlink.h"
#include "robots/envelope/effortguard.h"
#include "robots/envelope/safetyenvelope.h"
#include "robots/envelope/teleopstates.h"
#include "robots/model/limitedfollower.h"
#include "robots/model/retargeter.h"
#include "robots/teleop/effortmodel.h"
#include "robots/teleop/lagestimate.h"
#include "robots/teleop/targetplayout.h"

namespace understudy {

/// The picture the operator steers by, as it was shown.
struct ViewSample {
    Timestamp capture = 0;  ///< when the newest picture shown was taken
    Timestamp shown = 0;    ///< when it came onto the screen; 0: not known
    Duration period = 0;    ///< of its camera, as announced before the take
};

/// What a loop reads and writes. Everything outlives the loop.
struct TeleopPorts {
    Latest<OperatorSample>* operatorSamples = nullptr;
    StreamId operatorStream = 0;  ///< for Step::operatorSample
    Latest<RobotState>* robotStates = nullptr;
    StreamId robotStream = 0;
    Latest<ViewSample>* view = nullptr;  ///< null: the operator sees the robot itself, or nobody watches
    bool viewDirect = false;             ///< the picture's age is recorded, but nobody steers by it
    RobotLink* robot = nullptr;
    RecordSink* sink = nullptr;    ///< takes "/teleop/step"; null: not recorded
    const Clock* clock = nullptr;  ///< measures durations only; no decision depends on it. null: durations stay 0
};

struct TeleopOptions {
    double rateHz = 500;  ///< 50 to 1000
    RetargetOptions retarget;
    IkOptions ik;                 ///< of the goal: what the operator asks for
    FollowerOptions follower;     ///< of the command: how it gets there
    LimitCeiling ceiling;         ///< below the model's own limits
    double homeVelocity = 0.5;    ///< rad/s (m/s)
    double alignVelocity = 0.63;  ///< rad/s: towards the measured posture, and where the velocity ramp begins
    double alignTolerance = 0.2;  ///< rad between command and measured posture when driving begins
    double homeTolerance = 0.5;   ///< rad between command and measured posture; beyond it something is in the way
    Duration operatorDelay = 0;   ///< of a jitter buffer in front of the loop
    double blendTime = 2;         ///< s in which one retargeting mode gives way to another
};

/// What the loop's thread knows of one tick.
struct TickTiming {
    Duration wakeLate = 0;      ///< how late it began
    Duration previousTick = 0;  ///< how long the one before took
    std::uint64_t missed = 0;   ///< periods missed so far
};

/// One tick of teleoperation: read, decide, retarget, limit, send, record. Deterministic; owns no thread and no clock.
///
/// tick() is called by one thread, at the scheduled times of a grid of one period; a tick that comes k periods after
/// the one before advances the motion by k periods (up to 20 ms; beyond that the robot brakes). It never allocates,
/// locks, logs or throws. The requests may come from any thread.
///
/// The posture sent starts at the measured one and from then on never breaks a position, velocity or acceleration
/// limit, in any phase. While the phase is not engaging or active, nothing but braking, aligning or going home moves
/// it.
class TeleopLoop {
public:
    /// Checks that robot, model and options fit, and opens the step stream. The model outlives the loop.
    [[nodiscard]] static Result<std::unique_ptr<TeleopLoop>> create(const RobotModel& model, const TeleopPorts& ports,
                                                                    const TeleopOptions& options = {});
    ~TeleopLoop();

    /// Before the first tick; one reader thread each. Owned by the loop.
    [[nodiscard]] Latest<TeleopStatus>& addStatusReader();
    /// Before the first tick; every step, for who needs more than the status.
    [[nodiscard]] Latest<Step>& addStepReader() { return m_steps.addReader(); }

    void tick(Timestamp now, const TickTiming& timing = {});

    /// Before the first tick: what the samples read are called in the recording, for Step. Sources open their streams
    /// as they start, which is best done when the loop already listens.
    void nameStreams(StreamId operatorSamples, StreamId robotStates);

    /// Level: while it stands the robot brakes and stays. The first thing each tick reads. Any thread.
    void requestStop() { m_stop.store(true, std::memory_order_release); }
    /// Takes the stop request back, and clears a fault; driving again still takes a deliberate press. Any thread.
    void clearStop();
    /// Level: while it stands nobody drives, and the robot may go home. Any thread.
    void setBarred(bool barred) { m_barred.store(barred, std::memory_order_release); }
    /// Slowly to the rest posture; again: stop going. Only while ready. Any thread.
    void requestHome() { m_home.store(true, std::memory_order_release); }

    /// Other retargeting rules from the next sample on; what is wanted glides from one to the other. Ignored where
    /// robot or device have no such mode. Any thread.
    void requestMode(RetargetMode mode) { m_modeWanted.store(static_cast<int>(mode), std::memory_order_release); }
    /// For solving recorded samples anew: as if the loop had driven up to this step, which came one period after
    /// `before`. Before the first tick.
    void continueFrom(const Step& before, const Step& step);

    [[nodiscard]] double rateHz() const { return m_options.rateHz; }
    [[nodiscard]] const Step& step() const { return m_step; }  ///< of the last tick; the loop's thread only
    [[nodiscard]] std::uint64_t stepsLost() const { return m_stepsLost.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t unsent() const { return m_unsent.load(std::memory_order_relaxed); }
    [[nodiscard]] const JointLimits& limits() const { return m_envelope.limits(); }

private:
    struct Parts {
        DifferentialIk ik;
        LimitedFollower follower;
        Retargeter retargeter;
        SafetyEnvelope envelope;
        EffortGuard guard;
        std::optional<EffortModel> effort;
    };
    TeleopLoop(const RobotModel& model, const TeleopPorts& ports, const TeleopOptions& options, Parts parts);

    void readRobot(Timestamp now, TeleopInput& input);
    void readOperator(Timestamp now, TeleopInput& input);
    void readView(Timestamp now, TeleopInput& input);
    void watchEffort(const RobotState& state, Duration elapsed);
    void changeMode(Timestamp now);
    [[nodiscard]] const PlayedTargets& wantedAt(Timestamp now);
    void updateGhost(TeleopPhase phase, int periods);
    void move(const TeleopDecision& decision, int periods, Timestamp now);
    void follow(double ramp, int periods, Timestamp now);
    void beginFollowing();
    [[nodiscard]] bool solve(const BodyTargets& played, int periods);
    [[nodiscard]] bool approach(const Eigen::VectorXd& goal, int periods);
    void keepClear(int periods);
    void brake(int periods);
    void moveFingersAndNeck(const PlayedTargets& played, double seconds);
    void send(const TeleopDecision& decision, Timestamp now);
    void record(const TeleopDecision& decision, const TeleopInput& input, const TickTiming& timing);
    void publish(const TeleopDecision& decision, const TickTiming& timing);
    [[nodiscard]] Duration since(Timestamp start) const;

    TeleopPorts m_ports;
    TeleopOptions m_options;
    Duration m_period;
    DifferentialIk m_ik;
    LimitedFollower m_follower;
    Retargeter m_retargeter;
    SafetyEnvelope m_envelope;
    EffortGuard m_guard;
    std::optional<EffortModel> m_effort;
    LagEstimate m_lag;
    SafetyEnvelope m_before;  ///< the envelope a tick ago, whose braking keeps bodies apart
    TargetPlayout m_playout;
    TeleopStates m_states;
    Publisher<Step> m_steps;
    Step& m_step;
    std::vector<std::unique_ptr<Latest<TeleopStatus>>> m_statusReaders;
    TeleopStatus m_status;

    Eigen::VectorXd m_measured;
    Timestamp m_robotArrival = 0;
    std::uint64_t m_robotSequence = 0;
    bool m_robotSeen = false;
    Timestamp m_operatorArrival = 0;
    Timestamp m_operatorCapture = 0;
    Duration m_operatorInterval = 0;
    std::uint64_t m_operatorSequence = 0;
    bool m_operatorSeen = false;
    bool m_newPacket = false;
    std::uint32_t m_levels = 0;
    std::array<std::uint16_t, kButtonCount> m_presses{};
    std::array<bool, kSideCount> m_required{};  ///< sides that drive, since hold-to-drive was pressed
    int m_trackedInRow = 0;

    PlayedTargets m_blendFrom;
    PlayedTargets m_blended;
    Timestamp m_blendStart = 0;
    double m_blendPart = 0;
    bool m_blending = false;
    bool m_ghosting = false;
    Eigen::VectorXd m_yield;  ///< where the robot was when it met something
    Eigen::VectorXd m_moveBefore;
    Eigen::VectorXd m_acceleration;  ///< of the command
    Timestamp m_tickStart = 0;       ///< by the clock that measures durations
    StageLatency m_stages;

    bool m_following = false;
    bool m_placed = false;  ///< the command has a posture to start from
    bool m_jumped = false;
    bool m_solverFailed = false;
    bool m_solverSolved = false;
    Eigen::VectorXd m_goal;    ///< every joint; what the retargeter wants now
    Eigen::VectorXd m_cap;     ///< velocity limits of now
    Eigen::VectorXd m_closed;  ///< where fingers and neck shall be
    Eigen::VectorXd m_goalBefore;
    Eigen::VectorXd m_next;  ///< the command as solved
    BodyTargets m_wanted;    ///< of the sides that drive
    BodyTargets m_wantedBefore;
    BodyTargets m_nobody;      ///< without an active arm
    bool m_hasWanted = false;  ///< m_wanted is of the tick before
    Eigen::VectorXd m_rest;
    std::vector<bool> m_driven;  ///< joints that operator, hands or joint mappings move
    std::vector<int> m_single;   ///< joints of hands and neck that no mapping moves
    JointCommand m_command;
    Timestamp m_lastTick = 0;
    bool m_ticked = false;

    std::atomic<bool> m_stop{false};
    std::atomic<bool> m_barred{false};
    std::atomic<bool> m_clear{false};
    std::atomic<bool> m_home{false};
    std::atomic<int> m_modeWanted{-1};
    std::atomic<std::uint64_t> m_stepsLost{0};
    std::atomic<std::uint64_t> m_unsent{0};
};

}  // namespace understudy
