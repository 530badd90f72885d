#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "storage/quality/checks.h"

namespace understudy {
namespace {

constexpr double kSameGrey = 0.01;      ///< mean grey values; a camera's noise changes a picture by more
constexpr float kMoving = 0.15F;        ///< rad/s of what a camera sees move
constexpr double kMotionSpread = 0.05;  ///< rad/s; with less difference between the arms nothing can be told
constexpr std::size_t kFewestBins = 15;

/// Which way a camera's pictures must change: the wrist it is on, if its name or frame says so.
std::optional<Side> sideOf(const QualityTake& take, const StreamInfo& info)
{
    std::string text = info.name;
    if (text.find("wrist") == std::string::npos && text.find("hand") == std::string::npos) {
        text.clear();
        for (const Side side : kSides)
            if (!take.episode.layout.wrists[static_cast<std::size_t>(side)].body.empty() &&
                info.frame == take.episode.layout.wrists[static_cast<std::size_t>(side)].body)
                return side;
    }
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (text.find("left") != std::string::npos) return Side::Left;
    if (text.find("right") != std::string::npos) return Side::Right;
    return std::nullopt;
}

bool isDepth(const StreamInfo& info)
{
    return info.metadata.contains("depth") || info.name.find("depth") != std::string::npos;
}

/// Black, white, flat and badly exposed pictures.
class ExposureCheck final : public QualityCheck {
public:
    void begin(const QualityTake& take) override
    {
        m_take = &take;
        m_cameras.assign(take.streams.size(), {});
    }
    void add(const QualityImage& image) override
    {
        const CheckSettings& settings = m_take->settings;
        const ImageFigures& figures = image.figures;
        Camera& camera = m_cameras[image.stream];
        camera.looked = true;
        const bool black = figures.dark > settings.limit("black");
        const bool white = figures.bright > settings.limit("white");
        camera.black.add(image.capture, black);
        camera.white.add(image.capture, white);
        camera.flat.add(image.capture, !black && !white && figures.deviation < settings.limit("contrast"));
        camera.exposed.add(image.capture,
                           !black && !white && std::max(figures.dark, figures.bright) > settings.limit("exposure"));
        camera.depth.add(image.capture, isDepth(m_take->streams[image.stream]) &&
                                            figures.dark + figures.bright > settings.limit("depth_invalid"));
    }
    void result(const QualityContext& context, QualityFindings& findings) const override
    {
        for (std::size_t i = 0; i < m_cameras.size(); ++i) {
            const Camera& camera = m_cameras[i];
            if (!camera.looked) continue;
            say(context, "black", i, camera.black, "is black: uncover it, or connect it again", findings);
            say(context, "white", i, camera.white, "is white: turn it from the light, or set its exposure", findings);
            if (isDepth(m_take->streams[i]))
                say(context, "depth_invalid", i, camera.depth, "measures no depth: clean it, or move it away",
                    findings);
            say(context, "contrast", i, camera.flat, "shows nothing that can be told apart: uncover it", findings);
            say(context, "exposure", i, camera.exposed, "is exposed badly: set its exposure or the light", findings);
        }
    }

private:
    struct Camera {
        bool looked = false;
        LongestRun black, white, flat, exposed, depth;
    };
    void say(const QualityContext& context, std::string_view check, std::size_t stream, const LongestRun& run,
             std::string_view words, QualityFindings& findings) const
    {
        if (run.length() < context.take.settings.seconds(check) || run.length() == 0) return;
        const std::string& name = m_take->streams[stream].name;
        findings.failed(check, {.stream = name,
                                .value = toSeconds(run.length()),
                                .reason = fmt::format("The camera {} {} ({} to {}).", name, words,
                                                      clockText(*m_take, run.from()), clockText(*m_take, run.to())),
                                .from = run.from(),
                                .to = run.to()});
    }

    const QualityTake* m_take = nullptr;
    std::vector<Camera> m_cameras;
};

/// Pictures that repeat. Where not every picture is looked at, the size of what was encoded tells the rest.
class FrozenCheck final : public QualityCheck {
public:
    void begin(const QualityTake& take) override
    {
        m_take = &take;
        m_cameras.assign(take.streams.size(), {});
        m_runs.assign(take.streams.size(), {});
    }
    void add(const QualitySample& sample) override
    {
        const auto* packet = sample.as<PacketLocation>();
        if (packet == nullptr) return;
        Camera& camera = m_cameras[sample.stream];
        if (packet->key) return;  // looked at
        camera.hasPackets = true;
        // An image that repeats costs next to nothing; how much exactly depends on its size.
        const int width = widthOf(sample.stream);
        note(sample.stream, camera, packet->stamps.capture, packet->size <= 24U + static_cast<unsigned>(width) / 16U);
    }
    void add(const QualityImage& image) override
    {
        Camera& camera = m_cameras[image.stream];
        const bool same = image.figures.change >= 0 && image.figures.change <= kSameGrey;
        // Between key images the packets know; a key image differs from the one before where a repetition began
        // between.
        if (camera.hasPackets && !same && camera.same) return;
        note(image.stream, camera, image.capture, same);
    }
    void result(const QualityContext& context, QualityFindings& findings) const override
    {
        for (std::size_t i = 0; i < m_cameras.size(); ++i) {
            std::vector<Run> runs = m_runs[i];
            if (m_cameras[i].same) runs.push_back({m_cameras[i].since, m_cameras[i].last});
            const Run* longest = nullptr;
            for (const Run& run : runs) {
                if (!moved(context.motion, i, run)) continue;
                if (longest == nullptr || run.to - run.from > longest->to - longest->from) longest = &run;
            }
            if (longest == nullptr) continue;
            const std::string& name = m_take->streams[i].name;
            findings.judge("frozen", {.stream = name,
                                      .value = toSeconds(longest->to - longest->from),
                                      .reason = fmt::format(
                                          "The camera {} repeats one picture from {} to {} while the robot "
                                          "moves: connect it again.",
                                          name, clockText(*m_take, longest->from), clockText(*m_take, longest->to)),
                                      .from = longest->from,
                                      .to = longest->to});
        }
    }

private:
    static constexpr Duration kKeptRun = 100 * kMillisecond;
    struct Run {
        Timestamp from = 0;
        Timestamp to = 0;
    };
    struct Camera {
        bool hasPackets = false;
        bool same = false;
        Timestamp since = 0;
        Timestamp last = 0;
    };

    [[nodiscard]] int widthOf(std::size_t stream) const
    {
        for (const EpisodeCamera& camera : m_take->episode.cameras)
            if (camera.name == m_take->streams[stream].name) return camera.width;
        return 640;
    }

    void note(std::size_t stream, Camera& camera, Timestamp time, bool same)
    {
        if (same && !camera.same) camera.since = camera.last != 0 ? camera.last : time;
        if (!same && camera.same && camera.last - camera.since >= kKeptRun)
            m_runs[stream].push_back({camera.since, camera.last});
        camera.same = same;
        camera.last = time;
    }

    /// What the camera sees, or what it is on, moved most of the time: else a picture may repeat honestly.
    [[nodiscard]] bool moved(const MotionTrack& motion, std::size_t stream, const Run& run) const
    {
        const std::optional<Side> side = sideOf(*m_take, m_take->streams[stream]);
        std::size_t moving = 0;
        std::size_t all = 0;
        for (std::size_t i = 0; i < motion.bins().size(); ++i) {
            const Timestamp time = motion.timeOf(i);
            if (time + MotionTrack::kBin <= run.from || time >= run.to) continue;
            const MotionTrack::Bin& bin = motion.bins()[i];
            const float speed = !side ? std::max(bin.left, bin.right) : *side == Side::Left ? bin.left : bin.right;
            moving += speed > kMoving ? 1U : 0U;
            ++all;
        }
        return moving * 2 > all;
    }

    const QualityTake* m_take = nullptr;
    std::vector<Camera> m_cameras;
    std::vector<std::vector<Run>> m_runs;
};

/// Sharpness against what this camera usually has.
class BlurCheck final : public QualityCheck {
public:
    void begin(const QualityTake& take) override
    {
        m_take = &take;
        m_cameras.assign(take.streams.size(), {});
        for (std::size_t i = 0; i < m_cameras.size(); ++i)
            if (const auto known = take.history.sharpness.find(take.streams[i].name);
                known != take.history.sharpness.end())
                m_cameras[i].usual = known->second;
    }
    void add(const QualityImage& image) override
    {
        Camera& camera = m_cameras[image.stream];
        if (camera.usual <= 0) return;
        const double share = image.figures.sharpness / camera.usual;
        camera.run.add(image.capture, share < m_take->settings.limit("blur"));
        camera.sum += share;
        ++camera.count;
    }
    void result(const QualityContext& context, QualityFindings& findings) const override
    {
        for (std::size_t i = 0; i < m_cameras.size(); ++i) {
            const Camera& camera = m_cameras[i];
            if (camera.count == 0) continue;
            const std::string& name = m_take->streams[i].name;
            const double share = camera.sum / static_cast<double>(camera.count);
            const QualityFindings::Measured measured{
                .stream = name,
                .value = share,
                .reason = fmt::format(
                    "The camera {} has {:.0f} % of its usual sharpness from {} to {}: clean its lens, focus it.", name,
                    100 * share, clockText(*m_take, camera.run.from()), clockText(*m_take, camera.run.to())),
                .from = camera.run.from(),
                .to = camera.run.to()};
            // A moving camera is blurred for moments: only a blur that stays counts.
            const Duration most =
                std::max(context.take.settings.seconds("blur"), (context.end - context.take.begin) / 2);
            if (camera.run.length() > most)
                findings.failed("blur", measured);
            else
                findings.judge("blur", {.stream = name,
                                        .value = std::max(share, context.take.settings.limit("blur")),
                                        .reason = {},
                                        .from = 0,
                                        .to = 0});
        }
    }

private:
    struct Camera {
        double usual = 0;
        double sum = 0;
        std::size_t count = 0;
        LongestRun run;
    };
    const QualityTake* m_take = nullptr;
    std::vector<Camera> m_cameras;
};

/// Two wrist cameras that were exchanged: each must change when its own arm moves.
class WrongCameraCheck final : public QualityCheck {
public:
    void begin(const QualityTake& take) override
    {
        m_take = &take;
        m_stream.fill(std::nullopt);
        for (std::size_t i = 0; i < take.streams.size(); ++i)
            if (take.streams[i].kind == "camera" && !isDepth(take.streams[i]))
                if (const std::optional<Side> side = sideOf(take, take.streams[i]))
                    m_stream[static_cast<std::size_t>(*side)] = i;
        m_hasPackets = false;
        for (auto& changes : m_changes) changes.clear();
    }
    void add(const QualitySample& sample) override
    {
        const auto* packet = sample.as<PacketLocation>();
        if (packet == nullptr || packet->key) return;
        m_hasPackets = true;
        note(sample.stream, packet->stamps.capture, std::log2(1.0 + packet->size));
    }
    void add(const QualityImage& image) override
    {
        // With packets known, the pictures that were looked at are the key images alone: too few.
        if (image.figures.change < 0 || m_hasPackets) return;
        note(image.stream, image.capture, std::log2(1.0 + image.figures.change));
    }
    void result(const QualityContext& context, QualityFindings& findings) const override
    {
        if (!m_stream[0] || !m_stream[1]) return;
        std::vector<double> arms;
        std::vector<double> cameras;
        const std::vector<MotionTrack::Bin>& bins = context.motion.bins();
        for (std::size_t i = 0; i < bins.size(); ++i) {
            const std::optional<double> left = meanAt(0, i);
            const std::optional<double> right = meanAt(1, i);
            if (!left || !right || !bins[i].filled) continue;
            arms.push_back(bins[i].right - bins[i].left);
            cameras.push_back(*right - *left);
        }
        if (arms.size() < kFewestBins) return;
        const double correlation = correlationOf(arms, cameras);
        findings.judge("wrong_camera",
                       {.stream = m_take->streams[*m_stream[0]].name,
                        .value = correlation,
                        .reason =
                            "The wrist cameras see the other arm's motion: left and right are exchanged, plug them in "
                            "again.",
                        .from = context.take.begin,
                        .to = context.end});
    }

private:
    struct Bin {
        double sum = 0;
        int count = 0;
    };

    void note(std::size_t stream, Timestamp time, double change)
    {
        for (std::size_t side = 0; side < 2; ++side) {
            if (m_stream[side] != stream || time < m_take->begin) continue;
            const auto at = static_cast<std::size_t>((time - m_take->begin) / MotionTrack::kBin);
            if (at > (1U << 20U)) return;
            if (m_changes[side].size() <= at) m_changes[side].resize(at + 1);
            m_changes[side][at].sum += change;
            ++m_changes[side][at].count;
        }
    }
    [[nodiscard]] std::optional<double> meanAt(std::size_t side, std::size_t bin) const
    {
        if (bin >= m_changes[side].size() || m_changes[side][bin].count == 0) return std::nullopt;
        return m_changes[side][bin].sum / m_changes[side][bin].count;
    }
    static double correlationOf(const std::vector<double>& a, const std::vector<double>& b)
    {
        const auto n = static_cast<double>(a.size());
        double sumA = 0, sumB = 0, sumAa = 0, sumBb = 0, sumAb = 0;
        for (std::size_t i = 0; i < a.size(); ++i) {
            sumA += a[i];
            sumB += b[i];
            sumAa += a[i] * a[i];
            sumBb += b[i] * b[i];
            sumAb += a[i] * b[i];
        }
        const double spreadA = sumAa / n - sumA / n * sumA / n;
        const double spreadB = sumBb / n - sumB / n * sumB / n;
        if (spreadA < kMotionSpread * kMotionSpread || spreadB < 1e-6) return 0;
        return (sumAb / n - sumA / n * sumB / n) / std::sqrt(spreadA * spreadB);
    }

    const QualityTake* m_take = nullptr;
    std::array<std::optional<std::size_t>, kSideCount> m_stream;
    bool m_hasPackets = false;
    std::array<std::vector<Bin>, kSideCount> m_changes;
};

}  // namespace

void addImageChecks(Checks& checks)
{
    checks.push_back(std::make_unique<ExposureCheck>());
    checks.push_back(std::make_unique<FrozenCheck>());
    checks.push_back(std::make_unique<BlurCheck>());
    checks.push_back(std::make_unique<WrongCameraCheck>());
}

}  // namespace understudy
