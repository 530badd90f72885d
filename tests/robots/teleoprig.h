#pragma once

#include <cmath>
#include <memory>
#include <vector>

#include "robots/teleop/teleoploop.h"
#include "support/shared.h"

namespace understudy::test {

inline Result<RobotModel> fixture(const std::string& name)
{
    return RobotModel::load(source("tests/robots/fixtures/" + name + ".xml"),
                            source("tests/robots/fixtures/" + name + ".toml"));
}

/// A robot that is where it was last sent, or where the test puts it.
class ScriptedRobot final : public RobotLink {
public:
    explicit ScriptedRobot(const RobotModel& model)
    {
        m_info.name = model.name();
        m_info.jointNames = model.jointNames();
        m_last.position.setZero(static_cast<Eigen::Index>(m_info.jointNames.size()));
        m_last.velocity = m_last.position;
    }

    const RobotInfo& info() const override { return m_info; }
    Publisher<RobotState>& states() override { return m_states; }
    Result<void> start(RecordSink&) override { return {}; }
    void stop() override {}
    bool send(const JointCommand& command) override
    {
        m_last = command;
        ++m_sent;
        return true;
    }
    SourceHealth health() const override { return {}; }

    RobotInfo& infoToChange() { return m_info; }
    const JointCommand& last() const { return m_last; }
    int sent() const { return m_sent; }

private:
    RobotInfo m_info;
    Publisher<RobotState> m_states;
    JointCommand m_last;
    int m_sent = 0;
};

/// A person of 1.75 m who stands and faces +x. Wrists relative to the shoulders, m.
inline OperatorSample person(const Eigen::Vector3d& left = {0.3, 0.05, -0.25},
                             const Eigen::Vector3d& right = {0.3, -0.05, -0.25})
{
    OperatorSample sample;
    const auto put = [&](BodyJoint joint, const Eigen::Vector3d& position) {
        sample.at(joint) = {.pose = {.position = position}, .valid = true, .tracked = true};
    };
    put(BodyJoint::Pelvis, {0, 0, 0.95});
    put(BodyJoint::Spine3, {0, 0, 1.25});
    put(BodyJoint::Head, {0, 0, 1.6});
    const auto arm = [&](double side, const Eigen::Vector3d& reach, BodyJoint shoulder, BodyJoint elbow,
                         BodyJoint wrist) {
        const Eigen::Vector3d from(0, side * 0.18, 1.4);
        put(shoulder, from);
        put(wrist, from + reach);
        // Upper arm and forearm of 0.28 m; the elbow hangs below the line from shoulder to wrist.
        const double half = std::min(reach.norm() / 2, 0.279);
        const Eigen::Vector3d along = reach.normalized();
        Eigen::Vector3d down = Eigen::Vector3d(0, side * 0.3, -1);
        down -= along * along.dot(down);
        put(elbow, from + reach / 2 + std::sqrt(0.28 * 0.28 - half * half) * down.normalized());
        // The hand goes on where the forearm points.
        const Eigen::Vector3d forearm = sample.at(wrist).pose.position - sample.at(elbow).pose.position;
        sample.at(wrist).pose.orientation =
            Eigen::Quaterniond::FromTwoVectors(side * Eigen::Vector3d::UnitY(), forearm);
    };
    arm(1, left, BodyJoint::LeftShoulder, BodyJoint::LeftElbow, BodyJoint::LeftWrist);
    arm(-1, right, BodyJoint::RightShoulder, BodyJoint::RightElbow, BodyJoint::RightWrist);
    return sample;
}

/// A loop with its robot and operator on a clock that the test moves.
class TeleopRig {
public:
    explicit TeleopRig(const RobotModel& robotModel, TeleopOptions options = {}) : model(&robotModel), link(robotModel)
    {
        const auto count = static_cast<Eigen::Index>(robotModel.joints().size());
        measured.resize(count);
        for (Eigen::Index i = 0; i < count; ++i) {
            measured[i] = robotModel.joints()[static_cast<std::size_t>(i)].rest;
        }
        state.position = state.velocity = state.effort = measured;
        robotStates.prepare(state);
        sample = person();
        operatorSamples.prepare(sample);
        period = std::llround(1e9 / options.rateHz);
        TeleopPorts ports{.operatorSamples = &operatorSamples,
                          .operatorStream = 7,
                          .robotStates = &robotStates,
                          .robotStream = 8,
                          .view = useView ? &view : nullptr,
                          .robot = &link,
                          .clock = &clock};
        connect(ports, options);
    }

    void connect(const TeleopPorts& ports, const TeleopOptions& options)
    {
        auto made = TeleopLoop::create(*model, ports, options);
        if (!made) {
            error = made.error().message;
            return;
        }
        loop = std::move(*made);
        limits = loop->limits();
    }

    /// Steers by a picture from now on; the loop is made anew.
    void connectView(TeleopOptions options = {})
    {
        connect({.operatorSamples = &operatorSamples,
                 .robotStates = &robotStates,
                 .view = &view,
                 .robot = &link,
                 .clock = &clock},
                options);
    }

    /// One tick; the robot reports and the operator sends just before it, unless they are silent.
    const Step& tick()
    {
        now += period;
        if (robotAlive) {
            state.position = measured;
            ++state.sequence;
            state.stamps = {.device = now, .capture = now, .arrival = now};
            robotStates.write(state);
        }
        if (operatorAlive && now - m_lastSample >= operatorPeriod) {
            m_lastSample = now;
            ++sample.sequence;
            sample.stamps = {.device = now, .capture = now, .arrival = now};
            operatorSamples.write(sample);
        }
        loop->tick(now);
        if (echo && link.sent() > 0) measured = link.last().position;
        judge();
        return loop->step();
    }
    const Step& ticks(int count)
    {
        for (int i = 0; i < count; ++i) (void)tick();
        return loop->step();
    }
    void hold(bool held) { sample.setHeld(Button::HoldToDrive, held); }
    void press(Button button)
    {
        sample.setHeld(button, true);
        (void)tick();
        sample.setHeld(button, false);
        (void)tick();
    }
    /// Ready, pressed and through the ramp.
    const Step& drive()
    {
        hold(false);
        (void)ticks(30);
        hold(true);
        return ticks(520);
    }
    [[nodiscard]] TeleopPhase phase() const { return loop->step().phase; }
    [[nodiscard]] HoldReason reason() const { return loop->step().holdReason; }

    const RobotModel* model;
    ScriptedRobot link;
    Latest<OperatorSample> operatorSamples;
    Latest<RobotState> robotStates;
    Latest<ViewSample> view;
    bool useView = false;
    ManualClock clock;
    std::unique_ptr<TeleopLoop> loop;
    std::string error;
    OperatorSample sample;
    RobotState state;
    Eigen::VectorXd measured;
    JointLimits limits;
    Timestamp now = 10 * kSecond;
    Duration period = 2 * kMillisecond;
    Duration operatorPeriod = 0;
    bool robotAlive = true;
    bool operatorAlive = true;
    bool echo = true;

    int positionViolations = 0;
    int velocityViolations = 0;
    int accelerationViolations = 0;
    double fastest = 0;  ///< rad/s sent so far

private:
    void judge()
    {
        if (link.sent() == 0) return;
        const Eigen::VectorXd position = link.last().position;
        if (m_position.size() == 0) {
            m_position = position;
            m_move = Eigen::VectorXd::Zero(position.size());
        }
        const double seconds = toSeconds(period);
        const Eigen::VectorXd move = position - m_position;
        for (Eigen::Index i = 0; i < position.size(); ++i) {
            if (!(position[i] <= limits.upper[i] + 1e-9 && position[i] >= limits.lower[i] - 1e-9)) ++positionViolations;
            if (!(std::abs(move[i]) <= limits.velocity[i] * seconds * (1 + 1e-6))) ++velocityViolations;
            if (!(std::abs(move[i] - m_move[i]) <= limits.acceleration[i] * seconds * seconds * (1 + 1e-6) + 1e-13)) {
                ++accelerationViolations;
            }
            fastest = std::max(fastest, std::abs(move[i]) / seconds);
        }
        m_position = position;
        m_move = move;
    }

    Timestamp m_lastSample = 0;
    Eigen::VectorXd m_position;
    Eigen::VectorXd m_move;
};

}  // namespace understudy::test
