#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "storage/quality/checks.h"
#include "storage/read/lostsamples.h"

namespace understudy {
namespace {

constexpr Duration kLongestPlainGap = 150 * kMillisecond;
constexpr Duration kShortestGap = 20 * kMillisecond;  ///< a thread that was late for less is no gap
constexpr double kShortestJitter = 0.010;             ///< s; likewise
constexpr Duration kStartup = 500 * kMillisecond;     ///< a stream may take so long to show that it lives
constexpr double kPlainInterval = 1.5;                ///< periods; longer ones are gaps and not the rate

/// How one stream ran. Announced rate 0: irregular, only its order is looked at.
struct StreamClock {
    std::uint64_t count = 0;
    Timestamp first = 0;
    Timestamp last = 0;
    Timestamp lastDevice = 0;
    std::uint64_t nextSequence = 0;
    std::uint64_t missing = 0;  ///< numbers left out
    Timestamp missingAt = 0;

    std::uint64_t unordered = 0;
    Timestamp unorderedAt = 0;
    std::uint64_t deviceJumps = 0;
    Timestamp deviceJumpAt = 0;

    Duration gap = 0;
    Timestamp gapAt = 0;  ///< where it begins
    double plainSum = 0;  ///< s, of intervals that are no gaps
    std::uint64_t plainCount = 0;
    std::array<std::uint32_t, 4000> intervals{};  ///< per hundredth of a period, the last: and more

    static constexpr Duration kTransitWindow = kSecond;
    std::vector<float> transits;  ///< ms, the least of each second
    Timestamp transitBegin = 0;

    void add(const Stamps& stamps, std::uint64_t sequence, double rateHz)
    {
        if (count == 0) {
            first = stamps.capture;
            transitBegin = stamps.arrival;
        } else {
            // Events may share a moment.
            if (rateHz > 0 ? stamps.capture <= last : stamps.capture < last) {
                if (unordered++ == 0) unorderedAt = last;
            }
            if (stamps.device < lastDevice && deviceJumps++ == 0) deviceJumpAt = stamps.capture;
            if (sequence > nextSequence) {
                missing += sequence - nextSequence;
                missingAt = last;
            }
            interval(stamps.capture - last, rateHz);
        }
        transit(stamps);
        ++count;
        nextSequence = sequence + 1;
        lastDevice = stamps.device;
        last = std::max(last, stamps.capture);
    }

    [[nodiscard]] double jitter() const
    {
        std::uint64_t all = 0;
        for (const std::uint32_t each : intervals) all += each;
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < intervals.size(); ++i) {
            seen += intervals[i];
            if (seen * 100 >= all * 99) return static_cast<double>(i) / 100;
        }
        return 0;
    }

    /// ms per minute that the least transit grows, 0 where it cannot be told from noise.
    [[nodiscard]] double drift() const
    {
        const std::size_t n = transits.size();
        if (n < 4) return 0;
        double sumX = 0, sumY = 0, sumXx = 0, sumXy = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const auto x = static_cast<double>(i);
            sumX += x;
            sumY += transits[i];
            sumXx += x * x;
            sumXy += x * transits[i];
        }
        const auto count_ = static_cast<double>(n);
        const double slope = (count_ * sumXy - sumX * sumY) / (count_ * sumXx - sumX * sumX);
        const double offset = (sumY - slope * sumX) / count_;
        double squares = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const double rest = transits[i] - offset - slope * static_cast<double>(i);
            squares += rest * rest;
        }
        const double noise = std::sqrt(squares / (count_ - 2)) / std::sqrt(sumXx - sumX * sumX / count_);
        return std::abs(slope) > 5 * noise ? std::abs(slope) * 60 : 0;
    }

private:
    void interval(Duration since, double rateHz)
    {
        if (since > gap) {
            gap = since;
            gapAt = last;
        }
        if (rateHz <= 0 || since <= 0) return;
        const double periods = toSeconds(since) * rateHz;
        if (periods <= kPlainInterval) {
            plainSum += toSeconds(since);
            ++plainCount;
        }
        ++intervals[std::min(static_cast<std::size_t>(periods * 100), intervals.size() - 1)];
    }

    void transit(const Stamps& stamps)
    {
        if (stamps.arrival - transitBegin >= kTransitWindow || transits.empty()) {
            transitBegin = stamps.arrival;
            transits.push_back(static_cast<float>(toSeconds(stamps.arrival - stamps.capture) * 1000));
        } else {
            transits.back() =
                std::min(transits.back(), static_cast<float>(toSeconds(stamps.arrival - stamps.capture) * 1000));
        }
    }
};

class StreamChecks final : public QualityCheck {
public:
    void begin(const QualityTake& take) override
    {
        m_take = &take;
        m_clocks.assign(take.streams.size(), {});
    }
    void add(const QualitySample& sample) override
    {
        m_clocks[sample.stream].add(sample.stamps, sample.sequence, m_take->streams[sample.stream].rateHz);
    }
    [[nodiscard]] bool isWatched() const override { return true; }

    void result(const QualityContext& context, QualityFindings& findings) const override
    {
        for (std::size_t i = 0; i < m_clocks.size(); ++i) {
            const StreamInfo& info = m_take->streams[i];
            if (info.rateHz > 0) presence(context, info, m_clocks[i], findings);
            order(info, m_clocks[i], findings);
            if (info.rateHz > 0 && m_clocks[i].count > 1) rates(context, info, m_clocks[i], findings);
        }
    }

private:
    void presence(const QualityContext& context, const StreamInfo& info, const StreamClock& clock,
                  QualityFindings& findings) const
    {
        const Duration startup = std::max(kStartup, static_cast<Duration>(5e9 / info.rateHz));
        const Timestamp begin = context.take.begin;
        if (clock.count == 0) {
            if (context.end - begin < (context.running ? 2 * startup : startup)) return;
            return findings.failed(
                "stream_missing",
                {.stream = info.name,
                 .value = 1,
                 .reason = fmt::format("{} gave nothing: switch it on or take it out of the station.", info.name),
                 .from = begin,
                 .to = context.end});
        }
        const Duration late = clock.first - begin;
        const Duration silent = context.end - clock.last;
        const auto periods = static_cast<Duration>(5e9 / info.rateHz);
        const bool isLate = late >= silent;
        const Duration longest = std::max(late, silent);
        findings.judge("stream_died",
                       {.stream = info.name,
                        .value = longest > periods ? toSeconds(longest) : 0,
                        .reason = isLate
                                      ? fmt::format("{} began {:.1f} s into the take: wait until it runs, then start.",
                                                    info.name, toSeconds(late))
                                      : fmt::format("{} went silent at {}: check its cable and power, then take it "
                                                    "again.",
                                                    info.name, clockText(context.take, clock.last)),
                        .from = isLate ? begin : clock.last,
                        .to = isLate ? clock.first : context.end});
        const double share = static_cast<double>(clock.missing) / static_cast<double>(clock.missing + clock.count);
        const Timestamp until = std::min(context.end, clock.missingAt + kSecond);
        // Too early a share would be made of one sample.
        if (context.running && clock.last - clock.first < 2 * kSecond) return;
        const std::string reason = fmt::format(
            "{} left out {} of {} samples, the last at {}: its link or its computer is overloaded.", info.name,
            clock.missing, clock.missing + clock.count, clockText(context.take, clock.missingAt));
        for (const char* check : {"samples_missing", "samples_few"})
            findings.judge(
                check, {.stream = info.name, .value = share, .reason = reason, .from = clock.missingAt, .to = until});
    }

    void order(const StreamInfo& info, const StreamClock& clock, QualityFindings& findings) const
    {
        findings.judge("time_order", {.stream = info.name,
                                      .value = static_cast<double>(clock.unordered),
                                      .reason = fmt::format(
                                          "The times of {} repeat or go back {} times, first at {}: restart the device "
                                          "that stamps them.",
                                          info.name, clock.unordered, clockText(*m_take, clock.unorderedAt)),
                                      .from = clock.unorderedAt,
                                      .to = clock.unorderedAt});
        findings.judge(
            "device_clock",
            {.stream = info.name,
             .value = static_cast<double>(clock.deviceJumps),
             .reason = fmt::format("The clock of {} went back at {}: the device restarted or its counter rolled "
                                   "over.",
                                   info.name, clockText(*m_take, clock.deviceJumpAt)),
             .from = clock.deviceJumpAt,
             .to = clock.deviceJumpAt});
    }

    void rates(const QualityContext& context, const StreamInfo& info, const StreamClock& clock,
               QualityFindings& findings) const
    {
        if (context.running) return;
        const double period = 1 / info.rateHz;
        const double limit = context.take.settings.limit("gap");
        const double longest = toSeconds(clock.gap);
        double bound = std::max(limit * period, toSeconds(kShortestGap));
        if (info.rateHz <= 20) bound = std::min(bound, std::max(kLongestPlainGap * limit / 3 * 1e-9, 1.6 * period));
        const QualityFindings::Measured gap{
            .stream = info.name,
            .value = longest / period,
            .reason = fmt::format("{} has a hole of {:.0f} ms at {}: look whether the motion can be used there.",
                                  info.name, longest * 1000, clockText(context.take, clock.gapAt)),
            .from = clock.gapAt,
            .to = clock.gapAt + clock.gap};
        if (longest > bound) findings.failed("gap", gap);
        if (clock.plainCount >= 20) {
            const double rate = static_cast<double>(clock.plainCount) / clock.plainSum;
            findings.judge("rate",
                           {.stream = info.name,
                            .value = std::abs(rate - info.rateHz) / info.rateHz,
                            .reason = fmt::format("{} announces {:.1f} Hz and runs at {:.2f}: set its rate right.",
                                                  info.name, info.rateHz, rate),
                            .from = 0,
                            .to = 0});
            const double jitter = clock.jitter();
            const bool isLong = jitter * period > kShortestJitter;
            findings.judge(
                "jitter",
                {.stream = info.name,
                 .value = isLong ? jitter : std::min(jitter, context.take.settings.limit("jitter")),
                 .reason = fmt::format("{} comes unevenly, 1 % of its intervals are longer than {:.0f} ms: its "
                                       "link or computer is overloaded.",
                                       info.name, jitter * period * 1000),
                 .from = 0,
                 .to = 0});
        }
        findings.judge("clock_drift",
                       {.stream = info.name,
                        .value = clock.drift(),
                        .reason = fmt::format("The clock of {} drifts by {:.1f} ms a minute: connect it again "
                                              "before the next take.",
                                              info.name, clock.drift()),
                        .from = 0,
                        .to = 0});
    }

    const QualityTake* m_take = nullptr;
    std::vector<StreamClock> m_clocks;
};

/// Our own losses: as the recorder noted them in the take.
class LossCheck final : public QualityCheck {
public:
    void begin(const QualityTake& take) override
    {
        m_take = &take;
        m_lost.clear();
    }
    void add(const QualitySample& sample) override
    {
        const auto* event = sample.as<Event>();
        if (event == nullptr || event->name != kLostEvent) return;
        const std::optional<LostSamples> lost = lostSamplesFrom(event->detail);
        if (!lost || lost->dropped <= 0) return;
        Lost& known = m_lost[lost->stream];
        known.count = std::max(known.count, lost->dropped);
        known.at = sample.stamps.capture;
    }
    [[nodiscard]] bool isWatched() const override { return true; }
    void result(const QualityContext&, QualityFindings& findings) const override
    {
        for (const auto& [stream, lost] : m_lost)
            findings.judge("samples_lost",
                           {.stream = stream,
                            .value = static_cast<double>(lost.count),
                            .reason = fmt::format("The recorder lost {} samples of {} before {}: close other "
                                                  "programs, or lower the cameras.",
                                                  lost.count, stream, clockText(*m_take, lost.at)),
                            .from = lost.at,
                            .to = lost.at});
    }

private:
    struct Lost {
        std::int64_t count = 0;
        Timestamp at = 0;
    };
    const QualityTake* m_take = nullptr;
    std::map<std::string, Lost> m_lost;
};

/// A camera's distance in time to the robot's states, and to the other cameras.
class SkewCheck final : public QualityCheck {
public:
    void begin(const QualityTake& take) override
    {
        m_take = &take;
        m_states.clear();
        m_settleAt = kStates;
        m_images.assign(take.streams.size(), {});
        m_distances.assign(take.streams.size(), {});
    }
    void add(const QualitySample& sample) override
    {
        const StreamInfo& info = m_take->streams[sample.stream];
        if (info.kind == "camera") m_images[sample.stream].push_back(sample.stamps.capture);
        if (info.kind != "robot") return;
        m_states.push_back(sample.stamps.capture);
        if (m_states.size() >= m_settleAt) settle();
    }
    void result(const QualityContext& context, QualityFindings& findings) const override
    {
        std::vector<std::size_t> cameras;
        for (std::size_t i = 0; i < m_images.size(); ++i)
            if (m_images[i].size() > 5) cameras.push_back(i);
        for (const std::size_t camera : cameras) {
            const std::string& name = context.take.streams[camera].name;
            if (!m_states.empty()) {
                std::vector<float> all = m_distances[camera];
                for (std::size_t i = all.size(); i < m_images[camera].size(); ++i)
                    all.push_back(toNearestState(m_images[camera][i]));
                const double skew = high(all);
                findings.judge(
                    "camera_state_skew",
                    {.stream = name,
                     .value = skew,
                     .reason = fmt::format("Images of {} lie {:.0f} ms from the nearest state of the robot: set the "
                                           "camera's delay, or connect it again.",
                                           name, skew * 1000),
                     .from = 0,
                     .to = 0});
            }
            for (const std::size_t other : cameras) {
                if (other <= camera) continue;
                const std::string& second = context.take.streams[other].name;
                const double skew = distance(m_images[camera], m_images[other]);
                findings.judge("camera_camera_skew",
                               {.stream = name,
                                .value = skew,
                                .reason = fmt::format("{} and {} are taken {:.0f} ms apart: one of them is delayed.",
                                                      name, second, skew * 1000),
                                .from = 0,
                                .to = 0});
            }
        }
    }

private:
    static constexpr std::size_t kStates = 8192;  ///< kept at least, before those that are done with are dropped

    /// s; the states are not empty.
    [[nodiscard]] float toNearestState(Timestamp time) const
    {
        const auto after = std::ranges::lower_bound(m_states, time);
        Duration nearest = after == m_states.end() ? time - m_states.back() : *after - time;
        if (after != m_states.begin()) nearest = std::min(nearest, time - *std::prev(after));
        return static_cast<float>(toSeconds(nearest));
    }
    /// Measures the images that lie among the states, and drops the states that no later image can be nearest to: what
    /// is kept does not grow with the take's length by the rate of the states.
    void settle()
    {
        Timestamp from = m_states.back();
        for (std::size_t camera = 0; camera < m_images.size(); ++camera) {
            const std::vector<Timestamp>& times = m_images[camera];
            std::vector<float>& distances = m_distances[camera];
            while (distances.size() < times.size() && times[distances.size()] < m_states.back())
                distances.push_back(toNearestState(times[distances.size()]));
            if (!times.empty()) from = std::min(from, times.back());
        }
        m_states.erase(m_states.begin(), std::ranges::lower_bound(m_states, from - 2 * kSecond));
        m_settleAt = m_states.size() + kStates;
    }
    /// The 90th percentile; of at least one value.
    template <typename T>
    static T high(std::vector<T>& values)
    {
        const auto place = values.begin() + static_cast<std::ptrdiff_t>(values.size() * 9 / 10);
        std::ranges::nth_element(values, place);
        return *place;
    }
    /// 90th percentile of the distance to the nearest of the others, s.
    static double distance(const std::vector<Timestamp>& times, const std::vector<Timestamp>& others)
    {
        std::vector<Duration> distances;
        std::size_t at = 0;
        for (const Timestamp time : times) {
            while (at + 1 < others.size() && std::abs(others[at + 1] - time) <= std::abs(others[at] - time)) ++at;
            distances.push_back(std::abs(others[at] - time));
        }
        return toSeconds(high(distances));
    }

    const QualityTake* m_take = nullptr;
    std::vector<Timestamp> m_states;
    std::size_t m_settleAt = kStates;
    std::vector<std::vector<Timestamp>> m_images;
    std::vector<std::vector<float>> m_distances;  ///< to the nearest state, s, of the first images of each camera
};

/// A video's own time against the time its images were taken.
class DeclaredRateCheck final : public QualityCheck {
public:
    void begin(const QualityTake& take) override
    {
        m_take = &take;
        m_spans.assign(take.streams.size(), {});
    }
    void add(const QualitySample& sample) override
    {
        const auto* packet = sample.as<PacketLocation>();
        if (packet == nullptr) return;
        Span& span = m_spans[sample.stream];
        if (span.count++ == 0) {
            span.capture = packet->stamps.capture;
            span.pts = packet->pts;
        }
        span.captured = packet->stamps.capture - span.capture;
        span.shown = packet->pts - span.pts;
    }
    void result(const QualityContext&, QualityFindings& findings) const override
    {
        for (std::size_t i = 0; i < m_spans.size(); ++i) {
            const Span& span = m_spans[i];
            if (span.captured < kSecond) continue;
            const double ratio = static_cast<double>(span.shown) / static_cast<double>(span.captured);
            findings.judge(
                "declared_rate",
                {.stream = m_take->streams[i].name,
                 .value = std::abs(ratio - 1),
                 .reason = fmt::format("The video of {} shows {:.2f} s in the time of {:.2f} s: it was stamped with "
                                       "another rate than it was taken at.",
                                       m_take->streams[i].name, toSeconds(span.captured), toSeconds(span.shown)),
                 .from = 0,
                 .to = 0});
        }
    }

private:
    struct Span {
        std::uint64_t count = 0;
        Timestamp capture = 0;
        Duration pts = 0;
        Duration captured = 0;
        Duration shown = 0;
    };
    const QualityTake* m_take = nullptr;
    std::vector<Span> m_spans;
};

}  // namespace

void addTimingChecks(Checks& checks)
{
    checks.push_back(std::make_unique<StreamChecks>());
    checks.push_back(std::make_unique<LossCheck>());
    checks.push_back(std::make_unique<SkewCheck>());
    checks.push_back(std::make_unique<DeclaredRateCheck>());
}

}  // namespace understudy
