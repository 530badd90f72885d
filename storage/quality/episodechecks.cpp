#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "storage/quality/checks.h"

namespace understudy {
namespace {

constexpr double kShortest = 0.5;  ///< of the nominal duration
constexpr double kLongest = 3;
constexpr std::size_t kFewestDurations = 8;  ///< for Tukey's fence
constexpr double kFence = 1.5;

/// Duration against the task's, or against its other episodes.
class DurationCheck final : public QualityCheck {
public:
    void begin(const QualityTake&) override {}
    void result(const QualityContext& context, QualityFindings& findings) const override
    {
        const double seconds = toSeconds(context.end - context.take.begin);
        double low = 0;
        double high = INFINITY;
        if (const double nominal = context.take.settings.nominalSeconds; nominal > 0) {
            low = kShortest * nominal;
            high = kLongest * nominal;
        } else if (std::vector<double> known = context.take.history.seconds; known.size() >= kFewestDurations) {
            std::ranges::sort(known);
            const double lower = known[known.size() / 4];
            const double upper = known[known.size() * 3 / 4];
            // Takes of one length leave no spread: a fifth of it is nothing to look at.
            const double spread = std::max(upper - lower, 0.2 * upper);
            low = lower - kFence * spread;
            high = upper + kFence * spread;
        } else {
            return;
        }
        const double value = std::max(low > 0 ? low / std::max(seconds, 1e-3) : 0, seconds / high);
        findings.judge("duration",
                       {.stream = {},
                        .value = value,
                        .reason = fmt::format("It lasts {:.1f} s; episodes of this task last {:.1f} to {:.1f} s.",
                                              seconds, std::max(0.0, low), high),
                        .from = 0,
                        .to = 0});
    }
};

class DuplicateCheck final : public QualityCheck {
public:
    void begin(const QualityTake&) override {}
    void result(const QualityContext& context, QualityFindings& findings) const override
    {
        const std::vector<float> path = context.motion.path();
        double nearest = INFINITY;
        for (const std::vector<float>& other : context.take.history.paths) {
            if (other.size() != path.size() || path.empty()) continue;
            double farthest = 0;
            for (std::size_t i = 0; i < path.size(); ++i)
                farthest = std::max(farthest, static_cast<double>(std::abs(path[i] - other[i])));
            nearest = std::min(nearest, farthest);
        }
        if (std::isfinite(nearest))
            findings.judge("near_duplicate", {.stream = {},
                                              .value = nearest,
                                              .reason = "It repeats the motion of an earlier episode: vary the start.",
                                              .from = 0,
                                              .to = 0});
    }
};

class CalibrationCheck final : public QualityCheck {
public:
    void begin(const QualityTake&) override {}
    void result(const QualityContext& context, QualityFindings& findings) const override
    {
        const EpisodeFile& episode = context.take.episode;
        if (episode.row.sim) return;
        for (const EpisodeCamera& camera : episode.cameras) {
            const auto found = episode.calibrations.find(camera.name);
            const bool known = found != episode.calibrations.end() && !found->second.empty();
            findings.judge("calibration",
                           {.stream = camera.name,
                            .value = known ? 0.0 : 1.0,
                            .reason = fmt::format("The camera {} has no calibration: calibrate it.", camera.name),
                            .from = 0,
                            .to = 0});
        }
        // A bump is noted as an event; what was calibrated before it is old.
        if (m_bumpedAt != 0)
            findings.failed("calibration",
                            {.stream = {},
                             .value = 1,
                             .reason = fmt::format("A camera or the robot was bumped at {}: calibrate again.",
                                                   clockText(context.take, m_bumpedAt)),
                             .from = m_bumpedAt,
                             .to = m_bumpedAt});
    }
    void add(const QualitySample& sample) override
    {
        const auto* event = sample.as<Event>();
        if (event != nullptr && event->name == "bump" && m_bumpedAt == 0) m_bumpedAt = sample.stamps.capture;
    }

private:
    Timestamp m_bumpedAt = 0;
};

struct Word {
    std::string_view english;
    std::string_view chinese;
};
constexpr std::array<Word, 9> kColours{{{"red", "红"},
                                        {"green", "绿"},
                                        {"blue", "蓝"},
                                        {"yellow", "黄"},
                                        {"orange", "橙"},
                                        {"purple", "紫"},
                                        {"black", "黑"},
                                        {"white", "白"},
                                        {"grey", "灰"}}};

std::string lowerCase(std::string text)
{
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

/// Whether an English text has the word, not as a part of another.
bool hasWord(const std::string& text, std::string_view word)
{
    const auto isLetter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
        const std::size_t behind = at + word.size();
        if ((at == 0 || !isLetter(text[at - 1])) && (behind >= text.size() || !isLetter(text[behind]))) return true;
    }
    return false;
}

/// A task's name stands for its instruction where it has none, as in exports: if it says something.
bool isSentence(const std::string& name)
{
    return name.find(' ') != std::string::npos || std::ranges::any_of(name, [](char c) { return (c & 0x80) != 0; });
}

/// What can be known to be wrong with an instruction: none, another task's, another hand, another object's colour.
class InstructionCheck final : public QualityCheck {
public:
    void begin(const QualityTake& take) override
    {
        m_take = &take;
        m_bodies.assign(take.streams.size(), {});
    }
    void add(const QualitySample& sample) override
    {
        const auto* poses = sample.as<TransformSample>();
        if (poses == nullptr) return;
        std::vector<Body>& bodies = m_bodies[sample.stream];
        if (bodies.size() != poses->poses.size()) {
            bodies.assign(poses->poses.size(), {});
            for (std::size_t i = 0; i < bodies.size(); ++i) bodies[i].first = poses->poses[i].position;
        }
        for (std::size_t i = 0; i < bodies.size(); ++i)
            bodies[i].moved = std::max(bodies[i].moved, (poses->poses[i].position - bodies[i].first).norm());
    }
    void result(const QualityContext& context, QualityFindings& findings) const override
    {
        const EpisodeRow& row = context.take.episode.row;
        const auto say = [&](std::string reason) {
            findings.failed("instruction", {.stream = {}, .value = 1, .reason = std::move(reason), .from = 0, .to = 0});
        };
        if (row.instructionZh.empty() && row.instructionEn.empty() && !isSentence(row.task))
            return say("It has no instruction: write one on its task card.");
        cards(row, say);
        hands(context, row, say);
        colours(row, say);
    }

private:
    struct Body {
        Eigen::Vector3d first = Eigen::Vector3d::Zero();
        double moved = 0;  ///< m from where it was first
    };
    static constexpr double kMoved = 0.05;
    static constexpr double kOtherHand = 4;  ///< times the way of the hand that is named
    static constexpr double kHandWay = 1;    ///< rad

    template <typename Say>
    void cards(const EpisodeRow& row, const Say& say) const
    {
        const Task* own = nullptr;
        for (const Task& card : m_take->cards)
            if (card.id == row.taskId) own = &card;
        if (own == nullptr) return;
        const auto differs = [](const std::string& card, const std::string& said) {
            return !said.empty() && !card.empty() && card != said;
        };
        if (!differs(own->instructionZh, row.instructionZh) && !differs(own->instructionEn, row.instructionEn)) return;
        for (const Task& card : m_take->cards) {
            const bool same = (!row.instructionEn.empty() && card.instructionEn == row.instructionEn) ||
                              (!row.instructionZh.empty() && card.instructionZh == row.instructionZh);
            if (&card != own && same)
                return say(
                    fmt::format("Its instruction is that of the task \"{}\": choose the right task.", card.name));
        }
    }

    template <typename Say>
    void hands(const QualityContext& context, const EpisodeRow& row, const Say& say) const
    {
        const std::string english = lowerCase(row.instructionEn);
        const auto names = [&](std::string_view side, std::string_view chinese) {
            for (const std::string_view part : {" hand", " arm", " gripper"})
                if (english.find(std::string(side) + std::string(part)) != std::string::npos) return true;
            return row.instructionZh.find(chinese) != std::string::npos;
        };
        const bool left = names("left", "左手") || row.instructionZh.find("左臂") != std::string::npos;
        const bool right = names("right", "右手") || row.instructionZh.find("右臂") != std::string::npos;
        if (left == right) return;
        const double named = context.motion.way(left ? Side::Left : Side::Right);
        const double other = context.motion.way(left ? Side::Right : Side::Left);
        if (other > kHandWay && other > kOtherHand * named)
            say(fmt::format("Its instruction names the {} hand and the {} one moved: correct the instruction.",
                            left ? "left" : "right", left ? "right" : "left"));
    }

    template <typename Say>
    void colours(const EpisodeRow& row, const Say& say) const
    {
        const std::string english = lowerCase(row.instructionEn);
        const auto named = [&](const Word& colour) {
            return hasWord(english, colour.english) || row.instructionZh.find(colour.chinese) != std::string::npos;
        };
        if (std::ranges::none_of(kColours, named)) return;
        for (std::size_t stream = 0; stream < m_bodies.size(); ++stream)
            for (std::size_t i = 0; i < m_bodies[stream].size() && i < m_take->streams[stream].names.size(); ++i) {
                if (m_bodies[stream][i].moved < kMoved) continue;
                const std::string body = lowerCase(m_take->streams[stream].names[i]);
                for (const Word& colour : kColours)
                    if (hasWord(body, colour.english) && !named(colour))
                        return say(
                            fmt::format("{} moved, and its instruction names another colour: correct the instruction.",
                                        m_take->streams[stream].names[i]));
            }
    }

    const QualityTake* m_take = nullptr;
    std::vector<std::vector<Body>> m_bodies;
};

}  // namespace

void addEpisodeChecks(Checks& checks)
{
    checks.push_back(std::make_unique<DurationCheck>());
    checks.push_back(std::make_unique<DuplicateCheck>());
    checks.push_back(std::make_unique<CalibrationCheck>());
    checks.push_back(std::make_unique<InstructionCheck>());
}

}  // namespace understudy
