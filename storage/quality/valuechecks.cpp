#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "storage/quality/checks.h"

namespace understudy {
namespace {

constexpr double kCommanded = 0.02;        ///< rad in a window; a command that moves so far asks for motion
constexpr double kCommandedSlide = 0.005;  ///< m
constexpr double kCommandedWhileFrozen = 0.01;
constexpr double kStill = 1e-3;       ///< rad
constexpr double kStillSlide = 2e-4;  ///< m

/// Lengths and numbers of every vector, and that commands and states cover the same time.
class DimensionCheck final : public QualityCheck {
public:
    void begin(const QualityTake& take) override
    {
        m_take = &take;
        m_faults.assign(take.streams.size(), {});
        m_state = m_action = {};
    }
    void add(const QualitySample& sample) override
    {
        const auto names = static_cast<Eigen::Index>(m_take->streams[sample.stream].names.size());
        const auto fits = [names](const auto& vector, bool mayBeEmpty) {
            if (vector.size() == 0 && mayBeEmpty) return true;
            return (names == 0 || vector.size() == names) && vector.allFinite();
        };
        bool good = true;
        if (const auto* state = sample.as<RobotState>()) {
            good = fits(state->position, false) && fits(state->velocity, true) && fits(state->effort, true) &&
                   state->base.isFinite();
            m_state.add(sample.stamps.capture);
        } else if (const auto* step = sample.as<Step>()) {
            good = fits(step->command, false) && fits(step->target, true) && fits(step->measured, true);
            m_action.add(sample.stamps.capture);
        } else if (const auto* taxels = sample.as<TaxelSample>()) {
            good = fits(taxels->values, false);
        } else if (const auto* poses = sample.as<TransformSample>()) {
            good = (names == 0 || static_cast<Eigen::Index>(poses->poses.size()) == names) &&
                   std::ranges::all_of(poses->poses, &Pose::isFinite);
        } else if (const auto* wrench = sample.as<WrenchSample>()) {
            good = wrench->wrench.force.allFinite() && wrench->wrench.torque.allFinite();
        } else if (const auto* imu = sample.as<ImuSample>()) {
            good = imu->angularVelocity.allFinite() && imu->linearAcceleration.allFinite();
        }
        if (good) return;
        Fault& fault = m_faults[sample.stream];
        if (fault.count++ == 0) fault.from = sample.stamps.capture;
        fault.to = sample.stamps.capture;
    }
    [[nodiscard]] bool isWatched() const override { return true; }
    void result(const QualityContext& context, QualityFindings& findings) const override
    {
        for (std::size_t i = 0; i < m_faults.size(); ++i) {
            const Fault& fault = m_faults[i];
            const std::string& name = m_take->streams[i].name;
            findings.judge("dimension",
                           {.stream = name,
                            .value = static_cast<double>(fault.count),
                            .reason = fmt::format("{} samples of {} have another length than it announced, or hold "
                                                  "no numbers, first at {}: restart that device.",
                                                  fault.count, name, clockText(*m_take, fault.from)),
                            .from = fault.from,
                            .to = fault.to});
        }
        if (context.running || m_state.first == 0 || m_action.first == 0) return;
        const Duration before = m_state.first - m_action.first;
        const Duration after = m_action.last - m_state.last;
        const bool atEnd = after >= before;
        findings.judge(
            "action_length",
            {.stream = "/teleop/step",
             .value = std::max(0.0, toSeconds(std::max(before, after))),
             .reason = fmt::format("{:.2f} s of commands {} the robot's states: the robot's link was down there.",
                                   toSeconds(std::max(before, after)), atEnd ? "follow" : "come before"),
             .from = atEnd ? m_state.last : m_action.first,
             .to = atEnd ? m_action.last : m_state.first});
    }

private:
    struct Fault {
        std::uint64_t count = 0;
        Timestamp from = 0;
        Timestamp to = 0;
    };
    struct Span {
        Timestamp first = 0;
        Timestamp last = 0;
        void add(Timestamp time)
        {
            if (first == 0) first = time;
            last = time;
        }
    };
    const QualityTake* m_take = nullptr;
    std::vector<Fault> m_faults;
    Span m_state;
    Span m_action;
};

/// Joints, or the whole state, that keep their value while commands change.
class StuckRobotCheck final : public QualityCheck {
public:
    void begin(const QualityTake& take) override
    {
        m_take = &take;
        m_window = {};
        m_joints.clear();
        m_last.resize(0);
        m_frozenFor = {};
        m_commandAtFreeze.resize(0);
    }
    void add(const QualitySample& sample) override
    {
        if (const auto* step = sample.as<Step>()) {
            if (step->mode == CommandMode::Position) command(*step);
        } else if (const auto* state = sample.as<RobotState>()) {
            if (state->position.allFinite()) measured(*state);
        }
    }
    [[nodiscard]] bool isWatched() const override { return true; }
    void result(const QualityContext& context, QualityFindings& findings) const override
    {
        const Duration limit = fromSeconds(context.take.settings.limit("stuck_stream"));
        findings.judge(
            "stuck_stream",
            {.stream = "/robot/joint_states",
             .value = toSeconds(m_frozenFor.length()),
             .reason = fmt::format("The robot's state repeats for {:.1f} s from {} on while it is commanded: its "
                                   "link hangs, connect it again.",
                                   toSeconds(m_frozenFor.length()), clockText(*m_take, m_frozenFor.from())),
             .from = m_frozenFor.from(),
             .to = m_frozenFor.to()});
        if (context.running || m_frozenFor.length() > limit) return;
        for (std::size_t i = 0; i < m_joints.size(); ++i) {
            const Joint& joint = m_joints[i];
            const bool isHand = joint.hand;
            const double open = isHand ? handRange(i) : 0;
            const bool handStuck = isHand && open > 0 && joint.commandHigh - joint.commandLow > 0.5 * open &&
                                   joint.high - joint.low < 0.02 * open;
            const bool stuck = isHand ? handStuck : stuckLong(joint.stuckFor, context);
            if (!stuck) continue;
            const std::string name = nameOfJoint(i);
            findings.failed(
                "stuck_joint",
                {.stream = name,
                 .value = 1,
                 .reason = fmt::format("{} keeps its value while it is commanded to move: look at its motor and "
                                       "encoder.",
                                       name),
                 .from = isHand ? context.take.begin : joint.from,
                 .to = isHand ? context.end : joint.to});
        }
    }

private:
    static constexpr Duration kWindow = 200 * kMillisecond;

    struct Joint {
        bool hand = false;
        bool slide = false;
        double commandLow = INFINITY, commandHigh = -INFINITY;  ///< over the take
        double low = INFINITY, high = -INFINITY;
        double windowCommandLow = INFINITY, windowCommandHigh = -INFINITY;
        double windowLow = INFINITY, windowHigh = -INFINITY;
        Duration stuckNow = 0;
        Timestamp since = 0;
        Duration stuckFor = 0;  ///< the longest
        Timestamp from = 0;
        Timestamp to = 0;
    };
    struct Window {
        Timestamp begin = 0;
    };

    /// Whole windows were seen; what was stuck reaches into one more.
    static bool stuckLong(Duration seen, const QualityContext& context)
    {
        return seen > 0 && seen + kWindow > context.take.settings.seconds("stuck_joint");
    }
    [[nodiscard]] double handRange(std::size_t i) const
    {
        const EpisodeJoint& joint = m_take->episode.layout.joints[i];
        return joint.open && joint.closed ? std::abs(*joint.open - *joint.closed) : 0;
    }
    [[nodiscard]] std::string nameOfJoint(std::size_t i) const
    {
        const auto& names = m_take->episode.jointNames;
        return i < names.size() ? names[i] : "joint " + std::to_string(i);
    }

    void size(Eigen::Index count)
    {
        if (m_joints.size() == static_cast<std::size_t>(count)) return;
        m_joints.assign(static_cast<std::size_t>(count), {});
        const auto& known = m_take->episode.layout.joints;
        for (std::size_t i = 0; i < m_joints.size() && i < known.size(); ++i) {
            m_joints[i].hand = known[i].part == BodyPart::LeftHand || known[i].part == BodyPart::RightHand;
            m_joints[i].slide = known[i].unit == "m";
        }
    }

    void command(const Step& step)
    {
        if (!step.command.allFinite()) return;
        size(step.command.size());
        closeWindow(step.time);
        for (std::size_t i = 0; i < m_joints.size(); ++i) {
            const double value = step.command[static_cast<Eigen::Index>(i)];
            Joint& joint = m_joints[i];
            joint.commandLow = std::min(joint.commandLow, value);
            joint.commandHigh = std::max(joint.commandHigh, value);
            joint.windowCommandLow = std::min(joint.windowCommandLow, value);
            joint.windowCommandHigh = std::max(joint.windowCommandHigh, value);
        }
        m_command = step.command;
    }

    void measured(const RobotState& state)
    {
        size(state.position.size());
        for (std::size_t i = 0; i < m_joints.size(); ++i) {
            const double value = state.position[static_cast<Eigen::Index>(i)];
            Joint& joint = m_joints[i];
            joint.low = std::min(joint.low, value);
            joint.high = std::max(joint.high, value);
            joint.windowLow = std::min(joint.windowLow, value);
            joint.windowHigh = std::max(joint.windowHigh, value);
        }
        const bool same = m_last.size() == state.position.size() && m_last == state.position;
        if (!same) m_commandAtFreeze = m_command;
        const bool commanded = m_commandAtFreeze.size() == m_command.size() && m_command.size() > 0 &&
                               (m_command - m_commandAtFreeze).cwiseAbs().maxCoeff() > kCommandedWhileFrozen;
        // The stretch counts from its first repetition once commands have moved on.
        if (same && !m_repeats) m_repeatsFrom = state.stamps.capture;
        m_repeats = same;
        if (same && commanded) {
            m_frozenFor.add(m_repeatsFrom, true);
            m_frozenFor.add(state.stamps.capture, true);
        } else if (!same) {
            m_frozenFor.add(state.stamps.capture, false);
        }
        m_last = state.position;
    }

    void closeWindow(Timestamp now)
    {
        if (m_window.begin == 0) m_window.begin = now;
        if (now - m_window.begin < kWindow) return;
        for (Joint& joint : m_joints) {
            const bool asked =
                joint.windowCommandHigh - joint.windowCommandLow > (joint.slide ? kCommandedSlide : kCommanded);
            const bool still = joint.windowHigh - joint.windowLow < (joint.slide ? kStillSlide : kStill);
            if (asked && !joint.hand) {
                if (still && joint.stuckNow == 0) joint.since = m_window.begin;
                joint.stuckNow = still ? joint.stuckNow + (now - m_window.begin) : 0;
                if (joint.stuckNow > joint.stuckFor) {
                    joint.stuckFor = joint.stuckNow;
                    joint.from = joint.since;
                    joint.to = now;
                }
            }
            joint.windowCommandLow = joint.windowLow = INFINITY;
            joint.windowCommandHigh = joint.windowHigh = -INFINITY;
        }
        m_window.begin = now;
    }

    const QualityTake* m_take = nullptr;
    Window m_window;
    std::vector<Joint> m_joints;
    Eigen::VectorXd m_last;
    Eigen::VectorXd m_command;
    Eigen::VectorXd m_commandAtFreeze;
    bool m_repeats = false;
    Timestamp m_repeatsFrom = 0;
    LongestRun m_frozenFor;
};

/// An operator's pose that repeats exactly while driving.
class StuckOperatorCheck final : public QualityCheck {
public:
    void begin(const QualityTake& take) override
    {
        m_take = &take;
        m_run = {};
        m_known = false;
    }
    void add(const QualitySample& sample) override
    {
        const auto* given = sample.as<OperatorSample>();
        if (given == nullptr) return;
        const bool same =
            m_known && m_joints.size() == given->joints.size() && m_joints == given->joints &&
            std::ranges::equal(m_body, given->body, [](const Pose& a, const TrackedPose& b) {
                return a.position == b.pose.position && a.orientation.coeffs() == b.pose.orientation.coeffs();
            });
        m_run.add(sample.stamps.capture, same && given->isHeld(Button::HoldToDrive));
        m_known = true;
        m_joints = given->joints;
        std::ranges::transform(given->body, m_body.begin(), &TrackedPose::pose);
    }
    void result(const QualityContext&, QualityFindings& findings) const override
    {
        findings.judge(
            "stuck_operator",
            {.stream = "operator",
             .value = toSeconds(m_run.length()),
             .reason = fmt::format("The operator's pose repeats from {} to {}: the headset or suit hangs, connect it "
                                   "again.",
                                   clockText(*m_take, m_run.from()), clockText(*m_take, m_run.to())),
             .from = m_run.from(),
             .to = m_run.to()});
    }

private:
    const QualityTake* m_take = nullptr;
    bool m_known = false;
    std::array<Pose, kBodyJointCount> m_body;
    Eigen::VectorXd m_joints;
    LongestRun m_run;
};

/// Cells of one array that never change while others do.
class StuckTaxelCheck final : public QualityCheck {
public:
    void begin(const QualityTake& take) override
    {
        m_take = &take;
        m_arrays.assign(take.streams.size(), {});
    }
    void add(const QualitySample& sample) override
    {
        const auto* taxels = sample.as<TaxelSample>();
        if (taxels == nullptr || !taxels->values.allFinite()) return;
        Array& array = m_arrays[sample.stream];
        if (array.low.size() != taxels->values.size()) array.low = array.high = taxels->values;
        array.low = array.low.cwiseMin(taxels->values);
        array.high = array.high.cwiseMax(taxels->values);
    }
    void result(const QualityContext&, QualityFindings& findings) const override
    {
        for (std::size_t i = 0; i < m_arrays.size(); ++i) {
            const Eigen::VectorXf range = m_arrays[i].high - m_arrays[i].low;
            const Eigen::Index moving = (range.array() >= static_cast<float>(kStill)).count();
            if (moving * 2 < range.size() || range.size() == 0) continue;
            const Eigen::Index stuck = range.size() - moving;
            Eigen::Index first = 0;
            while (first < range.size() && range[first] >= static_cast<float>(kStill)) ++first;
            findings.judge(
                "stuck_taxel",
                {.stream = m_take->streams[i].name,
                 .value = static_cast<double>(stuck),
                 .reason = fmt::format("{} taxels of {} never change, the first is number {}: look at the skin's "
                                       "cable.",
                                       stuck, m_take->streams[i].name, first),
                 .from = 0,
                 .to = 0});
        }
    }

private:
    struct Array {
        Eigen::VectorXf low;
        Eigen::VectorXf high;
    };
    const QualityTake* m_take = nullptr;
    std::vector<Array> m_arrays;
};

}  // namespace

void addValueChecks(Checks& checks)
{
    checks.push_back(std::make_unique<DimensionCheck>());
    checks.push_back(std::make_unique<StuckRobotCheck>());
    checks.push_back(std::make_unique<StuckOperatorCheck>());
    checks.push_back(std::make_unique<StuckTaxelCheck>());
}

}  // namespace understudy
