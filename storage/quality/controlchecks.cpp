#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "storage/quality/checks.h"

namespace understudy {
namespace {

constexpr double kOutOfReach = 0.15;  ///< m between a wrist and where it was wanted
constexpr Duration kChatter = 500 * kMillisecond;

/// Reasons to hold that an operator asks for by letting go; all others are something that happened.
bool isVoluntary(HoldReason reason)
{
    return reason == HoldReason::None || reason == HoldReason::HoldToDriveReleased || reason == HoldReason::Clutched;
}

/// What the control loop says of itself, step by step.
class StepCheck final : public QualityCheck {
public:
    void begin(const QualityTake& take) override
    {
        m_take = &take;
        *this = StepCheck();
        m_take = &take;
    }
    void add(const QualitySample& sample) override
    {
        const auto* step = sample.as<Step>();
        if (step == nullptr) return;
        ++m_steps;
        const bool active = step->phase == TeleopPhase::Active;
        m_active += active ? 1U : 0U;
        m_limited += active && step->limited ? 1U : 0U;
        if (step->holdReason == HoldReason::SolverFailed && m_unsolved++ == 0) m_unsolvedAt = step->time;
        const bool held = !isVoluntary(step->holdReason) || step->phase == TeleopPhase::Fault;
        if (held && m_held.length() == 0) m_heldFor = step->holdReason;
        m_held.add(step->time, held);
        m_late.add(step->time, late(*step));
        for (const Side side : kSides) wrist(side, *step, active);
    }
    void result(const QualityContext& context, QualityFindings& findings) const override
    {
        if (m_steps == 0) return;
        findings.judge(
            "solver_failure",
            {.stream = {},
             .value = static_cast<double>(m_unsolved),
             .reason = fmt::format("No posture was found {} times, first at {}: stay within the robot's reach.",
                                   m_unsolved, clockText(*m_take, m_unsolvedAt)),
             .from = m_unsolvedAt,
             .to = m_unsolvedAt});
        const double active = std::max(1.0, static_cast<double>(m_active));
        findings.judge("clamped", {.stream = {},
                                   .value = static_cast<double>(m_limited) / active,
                                   .reason = "Safety changed commands for much of the time: move slower.",
                                   .from = 0,
                                   .to = 0});
        if (m_held.length() > context.take.settings.seconds("hold"))
            findings.failed(
                "hold", {.stream = {},
                         .value = toSeconds(m_held.length()),
                         .reason = fmt::format("The robot was held from {} to {} ({}): look whether the motion can be "
                                               "used.",
                                               clockText(*m_take, m_held.from()), clockText(*m_take, m_held.to()),
                                               nameOf(m_heldFor)),
                         .from = m_held.from(),
                         .to = m_held.to()});
        if (m_late.length() > context.take.settings.seconds("latency"))
            findings.failed("latency",
                            {.stream = {},
                             .value = m_worstLatency,
                             .reason = fmt::format("Commands came up to {:.0f} ms late around {}: look at the network.",
                                                   m_worstLatency * 1000, clockText(*m_take, m_late.from())),
                             .from = m_late.from(),
                             .to = m_late.to()});
        for (const Side side : kSides) {
            const Wrist& wrist = m_wrists[static_cast<std::size_t>(side)];
            const std::string name = side == Side::Left ? "left wrist" : "right wrist";
            if (wrist.steps == 0) continue;
            findings.judge("out_of_reach",
                           {.stream = name,
                            .value = static_cast<double>(wrist.far) / static_cast<double>(wrist.steps),
                            .reason = fmt::format("The {} could not follow for much of the time: come nearer.", name),
                            .from = 0,
                            .to = 0});
            if (wrist.way > 0.2)
                findings.judge("path_efficiency", {.stream = name,
                                                   .value = wrist.reach / wrist.way,
                                                   .reason = fmt::format("The {} went {:.1f} m to get {:.1f} m far.",
                                                                         name, wrist.way, wrist.reach),
                                                   .from = 0,
                                                   .to = 0});
            if (wrist.jerks > 0)
                findings.judge("jerk", {.stream = name,
                                        .value = wrist.jerk / static_cast<double>(wrist.jerks),
                                        .reason = fmt::format("The {} was moved in jerks.", name),
                                        .from = 0,
                                        .to = 0});
        }
    }

private:
    static constexpr Duration kSpacing = 50 * kMillisecond;

    struct Wrist {
        std::uint64_t steps = 0;
        std::uint64_t far = 0;
        double way = 0;
        double reach = 0;  ///< farthest from where it began
        double jerk = 0;
        std::uint64_t jerks = 0;
        Timestamp last = 0;
        std::vector<Eigen::Vector3d> past;  ///< the last four, evenly spaced
        Eigen::Vector3d first = Eigen::Vector3d::Zero();
        bool begun = false;
    };

    bool late(const Step& step)
    {
        // Steps without a new packet keep what the last one was.
        if (step.latencyNs != 0) m_latency = step.latencyNs * 1e-9;
        const bool isLate = m_latency > m_take->settings.limit("latency");
        if (isLate) m_worstLatency = std::max(m_worstLatency, m_latency);
        return isLate;
    }

    void wrist(Side side, const Step& step, bool active)
    {
        const WristTracking& tracking = step.wrists[static_cast<std::size_t>(side)];
        Wrist& wrist = m_wrists[static_cast<std::size_t>(side)];
        if (!active || !tracking.active || !tracking.target.isFinite()) {
            wrist.past.clear();
            return;
        }
        ++wrist.steps;
        wrist.far += tracking.positionError > kOutOfReach ? 1U : 0U;
        if (!wrist.past.empty() && step.time - wrist.last < kSpacing) return;
        const Eigen::Vector3d& position = tracking.target.position;
        if (!wrist.begun) wrist.first = position;
        wrist.begun = true;
        if (!wrist.past.empty()) wrist.way += (position - wrist.past.back()).norm();
        wrist.reach = std::max(wrist.reach, (position - wrist.first).norm());
        wrist.past.push_back(position);
        wrist.last = step.time;
        if (wrist.past.size() > 4) wrist.past.erase(wrist.past.begin());
        if (wrist.past.size() == 4) {
            const double period = toSeconds(kSpacing);
            wrist.jerk +=
                (wrist.past[3] - 3 * wrist.past[2] + 3 * wrist.past[1] - wrist.past[0]).norm() / std::pow(period, 3);
            ++wrist.jerks;
        }
    }

    const QualityTake* m_take = nullptr;
    std::uint64_t m_steps = 0;
    std::uint64_t m_active = 0;
    std::uint64_t m_limited = 0;
    std::uint64_t m_unsolved = 0;
    Timestamp m_unsolvedAt = 0;
    HoldReason m_heldFor = HoldReason::None;
    LongestRun m_held;
    LongestRun m_late;
    double m_latency = 0;
    double m_worstLatency = 0;
    std::array<Wrist, kSideCount> m_wrists;
};

/// The operator's hands and grip.
class OperatorCheck final : public QualityCheck {
public:
    void begin(const QualityTake& take) override
    {
        m_take = &take;
        m_hands = {};
        m_held = false;
        m_known = false;
        m_releasedAt = 0;
        m_chatter = 0;
    }
    void add(const QualitySample& sample) override
    {
        const auto* given = sample.as<OperatorSample>();
        if (given == nullptr) return;
        const bool held = given->isHeld(Button::HoldToDrive) && !given->isHeld(Button::Clutch);
        if (m_known && m_held && !held) m_releasedAt = sample.stamps.capture;
        if (m_known && !m_held && held && m_releasedAt != 0 && sample.stamps.capture - m_releasedAt < kChatter) {
            if (m_chatter++ == 0) m_chatterAt = sample.stamps.capture;
        }
        m_held = held;
        m_known = true;
        if (!held) return;
        for (const Side side : kSides) {
            const TrackedPose& pose = given->at(side == Side::Left ? BodyJoint::LeftWrist : BodyJoint::RightWrist);
            Hand& hand = m_hands[static_cast<std::size_t>(side)];
            const bool tracked = pose.valid && pose.tracked;
            hand.ever |= tracked;
            ++hand.samples;
            hand.lost += tracked ? 0U : 1U;
            hand.run.add(sample.stamps.capture, !tracked);
        }
    }
    void result(const QualityContext&, QualityFindings& findings) const override
    {
        for (const Side side : kSides) {
            const Hand& hand = m_hands[static_cast<std::size_t>(side)];
            if (!hand.ever || hand.samples == 0) continue;
            const std::string name = side == Side::Left ? "left hand" : "right hand";
            findings.judge(
                "tracking_lost",
                {.stream = name,
                 .value = static_cast<double>(hand.lost) / static_cast<double>(hand.samples),
                 .reason = fmt::format("The operator's {} was not tracked for {:.1f} s around {}: keep it in view.",
                                       name, toSeconds(hand.run.length()), clockText(*m_take, hand.run.from())),
                 .from = hand.run.from(),
                 .to = hand.run.to()});
        }
        findings.judge(
            "clutch_chatter",
            {.stream = {},
             .value = static_cast<double>(m_chatter),
             .reason = fmt::format("Driving was let go and taken up again at once {} times, first at {}: look at the "
                                   "pedal or button.",
                                   m_chatter, clockText(*m_take, m_chatterAt)),
             .from = m_chatterAt,
             .to = m_chatterAt});
    }

private:
    struct Hand {
        bool ever = false;
        std::uint64_t samples = 0;
        std::uint64_t lost = 0;
        LongestRun run;
    };
    const QualityTake* m_take = nullptr;
    std::array<Hand, kSideCount> m_hands;
    bool m_held = false;
    bool m_known = false;
    Timestamp m_releasedAt = 0;
    int m_chatter = 0;
    Timestamp m_chatterAt = 0;
};

/// Hard contacts.
class CollisionCheck final : public QualityCheck {
public:
    void begin(const QualityTake& take) override
    {
        m_take = &take;
        m_hardest = 0;
    }
    void add(const QualitySample& sample) override
    {
        if (const auto* touching = sample.as<ContactSample>()) {
            for (std::size_t i = 0; i < std::min<std::size_t>(touching->count, kMaxContacts); ++i) {
                const Contact& contact = touching->contacts[i];
                const auto& names = m_take->streams[sample.stream].names;
                const auto nameOfBody = [&](std::uint16_t body) {
                    return body < names.size() ? names[body] : std::string("a body");
                };
                if (contact.force > m_hardest)
                    note(contact.force, sample.stamps.capture,
                         nameOfBody(contact.bodyA) + " hits " + nameOfBody(contact.bodyB));
            }
        } else if (const auto* wrench = sample.as<WrenchSample>()) {
            const double force = wrench->wrench.force.norm();
            if (force > m_hardest) note(force, sample.stamps.capture, m_take->streams[sample.stream].name + " is hit");
        }
    }
    void result(const QualityContext&, QualityFindings& findings) const override
    {
        findings.judge("collision", {.stream = {},
                                     .value = m_hardest,
                                     .reason = fmt::format("{} with {:.0f} N at {}: look whether something broke.",
                                                           m_what, m_hardest, clockText(*m_take, m_at)),
                                     .from = m_at,
                                     .to = m_at});
    }

private:
    void note(double force, Timestamp time, std::string what)
    {
        m_hardest = force;
        m_at = time;
        m_what = std::move(what);
    }
    const QualityTake* m_take = nullptr;
    double m_hardest = 0;
    Timestamp m_at = 0;
    std::string m_what;
};

}  // namespace

void addControlChecks(Checks& checks)
{
    checks.push_back(std::make_unique<StepCheck>());
    checks.push_back(std::make_unique<OperatorCheck>());
    checks.push_back(std::make_unique<CollisionCheck>());
}

}  // namespace understudy
