#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "storage/quality/checks.h"

namespace understudy {
namespace {

constexpr float kIdle = 0.02F;  ///< rad/s (or m/s) of the fastest joint

/// A hand closes with all its strength on what it holds and snaps shut when that slips: it is told by other checks.
bool isHand(const EpisodeJoint& joint) { return joint.part == BodyPart::LeftHand || joint.part == BodyPart::RightHand; }

/// Time in which nothing moves.
class IdleCheck final : public QualityCheck {
public:
    void begin(const QualityTake& take) override { m_take = &take; }
    void result(const QualityContext& context, QualityFindings& findings) const override
    {
        const std::vector<MotionTrack::Bin>& bins = context.motion.bins();
        if (bins.empty()) return;
        const auto moves = [](const MotionTrack::Bin& bin) { return !bin.filled || bin.any > kIdle; };
        const auto first = std::ranges::find_if(bins, moves) - bins.begin();
        const auto last = bins.rend() - std::find_if(bins.rbegin(), bins.rend(), moves);
        const Timestamp begins = context.motion.timeOf(static_cast<std::size_t>(first));
        const Timestamp ends = context.motion.timeOf(static_cast<std::size_t>(last));
        say("idle_start", context.take.begin, begins, "wait at the beginning: cut it, or start later", findings);
        say("idle_end", first == std::ssize(bins) ? context.end : ends, context.end,
            "wait at the end: cut it, or end sooner", findings);
        LongestRun inside;
        for (auto i = first; i < last; ++i) {
            inside.add(context.motion.timeOf(static_cast<std::size_t>(i)), !moves(bins[static_cast<std::size_t>(i)]));
        }
        say("idle_inside", inside.from(), inside.to(), "stand still: look whether that belongs to the task", findings);
    }

private:
    void say(std::string_view check, Timestamp from, Timestamp to, std::string_view words,
             QualityFindings& findings) const
    {
        findings.judge(check, {.stream = {},
                               .value = toSeconds(std::max<Duration>(0, to - from)),
                               .reason = fmt::format("{:.1f} s from {} on everything seems to {}.",
                                                     toSeconds(to - from), clockText(*m_take, from), words),
                               .from = from,
                               .to = to});
    }
    const QualityTake* m_take = nullptr;
};

/// Positions, velocities and accelerations against each joint's limits, and its trembling.
class JointLimitCheck final : public QualityCheck {
public:
    void begin(const QualityTake& take) override
    {
        m_take = &take;
        m_joints.assign(take.episode.layout.joints.size(), {});
        m_states = 0;
        m_history.clear();
    }
    void add(const QualitySample& sample) override
    {
        const auto* state = sample.as<RobotState>();
        if (state == nullptr || m_joints.empty() || !state->position.allFinite()) return;
        if (static_cast<std::size_t>(state->position.size()) != m_joints.size()) return;
        // Every hundredth of a second is enough, and keeps noise of differences small.
        if (!m_history.empty() && state->stamps.capture - m_history.back().time < kSpacing - kMillisecond) return;
        positions(*state);
        if (!m_history.empty() && state->stamps.capture - m_history.back().time > 5 * kSpacing) m_history.clear();
        m_history.push_back({state->stamps.capture, state->position});
        if (m_history.size() > kKept) m_history.erase(m_history.begin());
        if (m_history.size() == kKept) differences();
    }
    void result(const QualityContext&, QualityFindings& findings) const override
    {
        const auto& layout = m_take->episode.layout.joints;
        for (std::size_t i = 0; i < m_joints.size() && m_states > 0; ++i) {
            const Joint& joint = m_joints[i];
            const std::string& name = layout[i].name;
            findings.judge(
                "limit_violation",
                {.stream = name,
                 .value = joint.beyond.value,
                 .reason = fmt::format("{} stands {:.1f} % of its range beyond its limit at {}: look at its zero "
                                       "position.",
                                       name, 100 * joint.beyond.value, clockText(*m_take, joint.beyond.at)),
                 .from = joint.beyond.at,
                 .to = joint.beyond.at});
            if (layout[i].part == BodyPart::LeftArm || layout[i].part == BodyPart::RightArm)
                findings.judge("limit_near", {.stream = name,
                                              .value = static_cast<double>(joint.near) / static_cast<double>(m_states),
                                              .reason = fmt::format(
                                                  "{} is at its limit for much of the time: stand differently.", name),
                                              .from = 0,
                                              .to = 0});
            findings.judge("velocity",
                           {.stream = name,
                            .value = joint.velocity.value,
                            .reason = fmt::format("{} reports {:.1f} times its fastest speed at {}: look at its "
                                                  "encoder, or at what hit it.",
                                                  name, joint.velocity.value, clockText(*m_take, joint.velocity.at)),
                            .from = joint.velocity.at,
                            .to = joint.velocity.at});
            findings.judge(
                "acceleration",
                {.stream = name,
                 .value = joint.acceleration.value,
                 .reason = fmt::format("{} is thrown at {}, {:.1f} times what it may be: look at what hit it.", name,
                                       clockText(*m_take, joint.acceleration.at), joint.acceleration.value),
                 .from = joint.acceleration.at,
                 .to = joint.acceleration.at});
            const double tremble =
                joint.trembles > 0 ? std::sqrt(joint.tremble / static_cast<double>(joint.trembles)) : 0;
            findings.judge("tremble",
                           {.stream = name,
                            .value = tremble,
                            .reason = fmt::format("{} trembles by {:.4f} rad: rest your arm, or look at its gains.",
                                                  name, tremble),
                            .from = 0,
                            .to = 0});
        }
    }

private:
    static constexpr Duration kSpacing = 10 * kMillisecond;
    static constexpr std::size_t kKept = 5;
    static constexpr double kNear = 0.02;

    struct Most {
        double value = 0;
        Timestamp at = 0;
        void raise(double other, Timestamp time)
        {
            if (other <= value) return;
            value = other;
            at = time;
        }
    };
    struct Joint {
        std::uint64_t near = 0;
        Most beyond;
        Most velocity;
        Most acceleration;
        double tremble = 0;  ///< sum of squares
        std::uint64_t trembles = 0;
    };
    struct Past {
        Timestamp time = 0;
        Eigen::VectorXd position;
    };

    void positions(const RobotState& state)
    {
        ++m_states;
        const auto& layout = m_take->episode.layout.joints;
        for (std::size_t i = 0; i < m_joints.size(); ++i) {
            const EpisodeJoint& known = layout[i];
            Joint& joint = m_joints[i];
            const double value = state.position[static_cast<Eigen::Index>(i)];
            if (known.lower && known.upper && *known.upper > *known.lower) {
                const double range = *known.upper - *known.lower;
                const double inside = std::min(value - *known.lower, *known.upper - value) / range;
                joint.near += inside < kNear ? 1U : 0U;
                joint.beyond.raise(-inside, state.stamps.capture);
            }
            if (!isHand(known) && known.velocity && *known.velocity > 0 &&
                state.velocity.size() == state.position.size())
                joint.velocity.raise(std::abs(state.velocity[static_cast<Eigen::Index>(i)]) / *known.velocity,
                                     state.stamps.capture);
        }
    }

    void differences()
    {
        const Past& a = m_history[0];
        const Past& middle = m_history[kKept / 2];
        const Past& b = m_history[kKept - 1];
        const double first = toSeconds(middle.time - a.time);
        const double second = toSeconds(b.time - middle.time);
        const auto& layout = m_take->episode.layout.joints;
        for (std::size_t i = 0; i < m_joints.size(); ++i) {
            const auto at = static_cast<Eigen::Index>(i);
            const double before = (middle.position[at] - a.position[at]) / first;
            const double after = (b.position[at] - middle.position[at]) / second;
            Joint& joint = m_joints[i];
            if (!isHand(layout[i]) && layout[i].acceleration && *layout[i].acceleration > 0)
                joint.acceleration.raise(std::abs(after - before) * 2 / (first + second) / *layout[i].acceleration,
                                         middle.time);
            // What lies between neighbours and a straight line through them: motion is smooth there, trembling is not.
            const double bend = m_history[1].position[at] - 2 * middle.position[at] + m_history[3].position[at];
            joint.tremble += bend * bend / 4;
            ++joint.trembles;
        }
    }

    const QualityTake* m_take = nullptr;
    std::vector<Joint> m_joints;
    std::uint64_t m_states = 0;
    std::vector<Past> m_history;
};

/// How far joints stay behind their commands, how hard they push, whether hands follow.
class FollowingCheck final : public QualityCheck {
public:
    void begin(const QualityTake& take) override
    {
        m_take = &take;
        m_runs.assign(take.episode.layout.joints.size(), {});
        m_worst.assign(take.episode.layout.joints.size(), 0);
        m_pushing.assign(take.episode.layout.joints.size(), {});
        m_command.resize(0);
        for (auto& hand : m_hands) hand = {};
    }
    void add(const QualitySample& sample) override
    {
        const auto& layout = m_take->episode.layout.joints;
        if (const auto* step = sample.as<Step>()) {
            m_command = step->mode == CommandMode::Position ? step->command : Eigen::VectorXd();
            return;
        }
        const auto* state = sample.as<RobotState>();
        if (state == nullptr || static_cast<std::size_t>(state->position.size()) != layout.size()) return;
        const CheckSettings& settings = m_take->settings;
        const double allowed = settings.limit("tracking_error");
        const double effort = settings.limit("torque");
        const bool commanded = m_command.size() == state->position.size();
        for (std::size_t i = 0; i < layout.size(); ++i) {
            const auto at = static_cast<Eigen::Index>(i);
            const bool hand = isHand(layout[i]);
            const double error =
                commanded && !hand && layout[i].unit == "rad" ? std::abs(m_command[at] - state->position[at]) : 0;
            if (error > allowed) m_worst[i] = std::max(m_worst[i], error);
            m_runs[i].add(state->stamps.capture, error > allowed);
            if (!hand && layout[i].effort && *layout[i].effort > 0 && state->effort.size() == state->position.size())
                m_pushing[i].add(state->stamps.capture, std::abs(state->effort[at]) > effort * *layout[i].effort);
        }
        for (const Side side : kSides) hand(side, *state, commanded);
    }
    void result(const QualityContext& context, QualityFindings& findings) const override
    {
        const auto& layout = m_take->episode.layout.joints;
        for (std::size_t i = 0; i < m_runs.size(); ++i) {
            if (m_runs[i].length() > context.take.settings.seconds("tracking_error"))
                findings.failed(
                    "tracking_error",
                    {.stream = layout[i].name,
                     .value = m_worst[i],
                     .reason = fmt::format("{} stays up to {:.2f} rad behind its command from {} to {}: move slower, "
                                           "or look at what holds it.",
                                           layout[i].name, m_worst[i], clockText(*m_take, m_runs[i].from()),
                                           clockText(*m_take, m_runs[i].to())),
                     .from = m_runs[i].from(),
                     .to = m_runs[i].to()});
            if (m_pushing[i].length() > context.take.settings.seconds("torque"))
                findings.failed("torque",
                                {.stream = layout[i].name,
                                 .value = 1,
                                 .reason = fmt::format("{} pushes with all its strength from {} to {}: it leans on "
                                                       "something.",
                                                       layout[i].name, clockText(*m_take, m_pushing[i].from()),
                                                       clockText(*m_take, m_pushing[i].to())),
                                 .from = m_pushing[i].from(),
                                 .to = m_pushing[i].to()});
        }
        for (const Side side : kSides) {
            const Hand& each = m_hands[static_cast<std::size_t>(side)];
            const std::string name(nameOf(handOf(side)));
            if (each.run.length() > context.take.settings.seconds("gripper"))
                findings.failed("gripper", {.stream = name,
                                            .value = each.worst,
                                            .reason = fmt::format(
                                                "The {} hand does not open as commanded from {} to {}: look at "
                                                "its motor.",
                                                side == Side::Left ? "left" : "right",
                                                clockText(*m_take, each.run.from()), clockText(*m_take, each.run.to())),
                                            .from = each.run.from(),
                                            .to = each.run.to()});
            findings.judge("regrasp", {.stream = name,
                                       .value = static_cast<double>(each.closings),
                                       .reason = fmt::format("The {} hand closed {} times.",
                                                             side == Side::Left ? "left" : "right", each.closings),
                                       .from = 0,
                                       .to = 0});
        }
    }

private:
    struct Hand {
        LongestRun run;
        double worst = 0;
        bool closed = false;
        int closings = 0;
    };

    /// An object in the hand keeps it more open than commanded: only a hand that is not as open as commanded is wrong.
    void hand(Side side, const RobotState& state, bool commanded)
    {
        Hand& hand = m_hands[static_cast<std::size_t>(side)];
        if (!commanded) return;
        const std::optional<double> wanted = handOpening(m_take->episode.layout, side, m_command.data());
        if (!wanted) return;
        const double measured = *handOpening(m_take->episode.layout, side, state.position.data());
        const double missing = *wanted - measured;
        const bool wrong = missing > m_take->settings.limit("gripper");
        if (wrong) hand.worst = std::max(hand.worst, missing);
        hand.run.add(state.stamps.capture, wrong);
        if (!hand.closed && *wanted < 0.3) ++hand.closings;
        hand.closed = hand.closed ? *wanted < 0.7 : *wanted < 0.3;
    }

    const QualityTake* m_take = nullptr;
    Eigen::VectorXd m_command;
    std::vector<LongestRun> m_runs;
    std::vector<double> m_worst;
    std::vector<LongestRun> m_pushing;
    std::array<Hand, kSideCount> m_hands;
};

}  // namespace

void addMotionChecks(Checks& checks)
{
    checks.push_back(std::make_unique<IdleCheck>());
    checks.push_back(std::make_unique<JointLimitCheck>());
    checks.push_back(std::make_unique<FollowingCheck>());
}

}  // namespace understudy
