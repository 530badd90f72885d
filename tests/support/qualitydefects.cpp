#include "support/qualitydefects.h"

#include <algorithm>
#include <numeric>

#include "storage/read/lostsamples.h"

namespace understudy::test {
namespace {

using Random = std::mt19937;

/// A stream that announced a rate and gave enough.
std::optional<std::size_t> steadyStream(const RecordedTake& recorded, Random& random, std::string_view kind = {})
{
    std::vector<std::size_t> fit;
    std::vector<std::size_t> counts(recorded.take.streams.size());
    for (const TakeSample& sample : recorded.samples) ++counts[sample.stream];
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const StreamInfo& info = recorded.take.streams[i];
        if (info.rateHz > 0 && counts[i] > 50 && (kind.empty() || info.kind == kind)) fit.push_back(i);
    }
    if (fit.empty()) return std::nullopt;
    return fit[std::uniform_int_distribution<std::size_t>(0, fit.size() - 1)(random)];
}

struct Span {
    Timestamp from = 0;
    Timestamp to = 0;
    [[nodiscard]] bool has(Timestamp time) const { return time >= from && time < to; }
};

/// A stretch of this length somewhere inside.
Span stretch(const RecordedTake& recorded, Duration length, Random& random)
{
    const Timestamp begin = recorded.take.begin + 200 * kMillisecond;
    const Timestamp last = std::max(begin + 1, recorded.end - length - 200 * kMillisecond);
    const Timestamp from = std::uniform_int_distribution<Timestamp>(begin, last)(random);
    return {from, from + length};
}

/// The one in which a kind of motion is largest, among some that are drawn.
std::optional<Span> movingStretch(const RecordedTake& recorded, Duration length, float MotionTrack::Bin::*what,
                                  Random& random)
{
    MotionTrack motion;
    motion.begin(recorded.take.begin, recorded.take.episode.layout);
    for (const TakeSample& sample : recorded.samples)
        if (const auto* state = std::get_if<RobotState>(&sample.value)) motion.add(*state);
    std::vector<Span> fit;
    for (int i = 0; i < 60; ++i) {
        const Span span = stretch(recorded, length, random);
        bool moves = true;
        for (std::size_t bin = 0; bin < motion.bins().size(); ++bin) {
            const Timestamp time = motion.timeOf(bin);
            if (time + MotionTrack::kBin > span.from && time < span.to) moves &= motion.bins()[bin].*what > 0.25F;
        }
        if (moves) fit.push_back(span);
    }
    if (fit.empty()) return std::nullopt;
    return fit.front();
}

template <typename T, typename Change>
void forEach(RecordedTake& recorded, const Span& span, Change change)
{
    for (TakeSample& sample : recorded.samples)
        if (auto* value = std::get_if<T>(&sample.value); value != nullptr && span.has(captureOf(sample.value)))
            change(*value);
}

Span all(const RecordedTake& recorded) { return {recorded.take.begin, recorded.end + kSecond}; }

void removeIf(RecordedTake& recorded, const std::function<bool(const TakeSample&)>& is)
{
    std::erase_if(recorded.samples, is);
}

void renumber(RecordedTake& recorded, std::size_t stream)
{
    std::uint64_t next = 0;
    for (TakeSample& sample : recorded.samples)
        if (sample.stream == stream) std::visit([&](auto& value) { value.sequence = next++; }, sample.value);
}

std::optional<std::size_t> cameraNamed(const RecordedTake& recorded, std::string_view name)
{
    const std::size_t at = recorded.stream(name);
    return at < recorded.take.streams.size() ? std::optional(at) : std::nullopt;
}

/// Changes the pictures of one camera within a stretch, given as multiples of a duration.
bool spoilPictures(RecordedTake& recorded, Duration length, Random& random,
                   const std::function<void(SmallImage&)>& spoil)
{
    const std::optional<std::size_t> camera = steadyStream(recorded, random, "camera");
    if (!camera) return false;
    // A stretch between images does not show whole: from one image to another.
    const auto period = static_cast<Duration>(1e9 / recorded.take.streams[*camera].rateHz);
    const Span span = stretch(recorded, length + period, random);
    for (TakeSample& sample : recorded.samples)
        if (sample.stream == *camera && span.has(captureOf(sample.value)) && !sample.picture.pixels.empty())
            spoil(sample.picture);
    return true;
}

/// An arm's joint, not at its limits.
std::optional<Eigen::Index> armJoint(const RecordedTake& recorded, Random& random)
{
    std::vector<Eigen::Index> fit;
    const auto& joints = recorded.take.episode.layout.joints;
    for (std::size_t i = 0; i < joints.size(); ++i)
        if ((joints[i].part == BodyPart::LeftArm || joints[i].part == BodyPart::RightArm) && joints[i].lower &&
            joints[i].upper)
            fit.push_back(static_cast<Eigen::Index>(i));
    if (fit.empty()) return std::nullopt;
    return fit[std::uniform_int_distribution<std::size_t>(0, fit.size() - 1)(random)];
}

double limitOf(const RecordedTake& recorded, std::string_view check) { return recorded.take.settings.limit(check); }
double secondsOf(const RecordedTake& recorded, std::string_view check)
{
    return recorded.take.settings.at(check).seconds;
}

// --- Streams and time ------------------------------------------------------------------------------------------------

bool missing(RecordedTake& recorded, double, Random& random)
{
    const auto stream = steadyStream(recorded, random);
    if (!stream) return false;
    removeIf(recorded, [&](const TakeSample& sample) { return sample.stream == *stream; });
    return true;
}

bool died(RecordedTake& recorded, double size, Random& random)
{
    const auto stream = steadyStream(recorded, random);
    if (!stream) return false;
    const Timestamp from = recorded.end - fromSeconds(size * limitOf(recorded, "stream_died"));
    removeIf(recorded,
             [&](const TakeSample& sample) { return sample.stream == *stream && captureOf(sample.value) > from; });
    return true;
}

bool lost(RecordedTake& recorded, double size, Random& random)
{
    const auto stream = steadyStream(recorded, random);
    std::size_t events = recorded.stream(kRecorderEvents);
    if (!stream || events == recorded.take.streams.size()) return false;
    Event event;
    event.stamps.capture = event.stamps.arrival = stretch(recorded, kSecond, random).from;
    event.name = kLostEvent;
    event.detail = detailOf({.stream = recorded.take.streams[*stream].name,
                             .dropped = static_cast<std::int64_t>(std::ceil(size)),
                             .missing = 0});
    recorded.samples.push_back({events, event, {}});
    sortByTime(recorded);
    return true;
}

bool leftOut(RecordedTake& recorded, double size, Random& random)
{
    const auto stream = steadyStream(recorded, random);
    if (!stream) return false;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < recorded.samples.size(); ++i)
        if (recorded.samples[i].stream == *stream) places.push_back(i);
    const auto count = static_cast<std::size_t>(
        std::ceil(size * limitOf(recorded, "samples_missing") * static_cast<double>(places.size())));
    // Not the first or the last: that nothing is missing there cannot be told from the numbers.
    std::shuffle(places.begin() + 1, places.end() - 1, random);
    std::vector<std::size_t> gone(places.begin() + 1,
                                  places.begin() + 1 + static_cast<std::ptrdiff_t>(std::min(count, places.size() - 2)));
    std::ranges::sort(gone, std::greater{});
    for (const std::size_t at : gone)
        recorded.samples.erase(recorded.samples.begin() + static_cast<std::ptrdiff_t>(at));
    return true;
}

bool disordered(RecordedTake& recorded, double size, Random& random)
{
    const auto stream = steadyStream(recorded, random);
    if (!stream) return false;
    const bool back = random() % 2 == 0;
    int left = static_cast<int>(std::ceil(size));
    const Timestamp from = stretch(recorded, kSecond, random).from;
    Timestamp last = 0;
    for (TakeSample& sample : recorded.samples) {
        if (sample.stream != *stream) continue;
        const Timestamp time = captureOf(sample.value);
        if (time > from && last != 0 && left-- > 0) setCapture(sample.value, back ? last - kMillisecond : last);
        last = captureOf(sample.value);
    }
    return true;
}

bool otherLength(RecordedTake& recorded, double size, Random& random)
{
    int left = static_cast<int>(std::ceil(size));
    const Timestamp from = stretch(recorded, kSecond, random).from;
    const bool action = random() % 2 == 0;
    for (TakeSample& sample : recorded.samples) {
        if (captureOf(sample.value) < from || left <= 0) continue;
        Eigen::VectorXd* values = nullptr;
        if (auto* step = std::get_if<Step>(&sample.value); step != nullptr && action) values = &step->command;
        if (auto* state = std::get_if<RobotState>(&sample.value); state != nullptr && !action)
            values = &state->position;
        if (values == nullptr) continue;
        values->conservativeResize(values->size() + (random() % 2 == 0 ? 1 : -1));
        if (values->size() > 0) (*values)[values->size() - 1] = 0;
        --left;
    }
    return true;
}

bool actionLonger(RecordedTake& recorded, double size, Random& random)
{
    const bool atEnd = random() % 2 == 0;
    const Duration cut = fromSeconds(size * limitOf(recorded, "action_length"));
    Timestamp first = recorded.end, last = 0;
    for (const TakeSample& sample : recorded.samples)
        if (std::holds_alternative<Step>(sample.value)) {
            first = std::min(first, captureOf(sample.value));
            last = std::max(last, captureOf(sample.value));
        }
    removeIf(recorded, [&](const TakeSample& sample) {
        if (!std::holds_alternative<RobotState>(sample.value)) return false;
        const Timestamp time = captureOf(sample.value);
        return atEnd ? time > last - cut : time < first + cut;
    });
    return true;
}

bool stuckState(RecordedTake& recorded, double size, Random& random)
{
    const auto span = movingStretch(recorded, fromSeconds(size * limitOf(recorded, "stuck_stream")) + 40 * kMillisecond,
                                    &MotionTrack::Bin::any, random);
    if (!span) return false;
    std::optional<RobotState> first;
    forEach<RobotState>(recorded, *span, [&](RobotState& state) {
        if (!first) first = state;
        state.position = first->position;
        state.velocity = first->velocity;
        state.effort = first->effort;
    });
    return true;
}

bool hole(RecordedTake& recorded, double size, Random& random)
{
    const auto stream = steadyStream(recorded, random);
    if (!stream) return false;
    const double period = 1 / recorded.take.streams[*stream].rateHz;
    const Duration length = fromSeconds(size * std::max(limitOf(recorded, "gap") * period, 0.020));
    const Span span = stretch(recorded, length, random);
    removeIf(recorded,
             [&](const TakeSample& sample) { return sample.stream == *stream && span.has(captureOf(sample.value)); });
    renumber(recorded, *stream);
    return true;
}

bool deviceBack(RecordedTake& recorded, double size, Random& random)
{
    const auto stream = steadyStream(recorded, random, "robot");
    if (!stream) return false;
    const Timestamp from = stretch(recorded, kSecond, random).from;
    forEach<RobotState>(recorded, {from, recorded.end + kSecond},
                        [&](RobotState& state) { state.stamps.device -= fromSeconds(0.1 * size); });
    return true;
}

/// A stream that runs slower or faster, its samples left out or repeated so that its time stays.
bool otherRate(RecordedTake& recorded, double size, Random& random)
{
    const auto stream = steadyStream(recorded, random);
    if (!stream) return false;
    StreamInfo& info = recorded.take.streams[*stream];
    info.rateHz /= 1 + (random() % 2 == 0 ? 1 : -1) * size * limitOf(recorded, "rate");
    return true;
}

bool uneven(RecordedTake& recorded, double size, Random& random)
{
    const auto stream = steadyStream(recorded, random);
    if (!stream) return false;
    const double period = 1 / recorded.take.streams[*stream].rateHz;
    const double wanted = size * std::max(limitOf(recorded, "jitter") * period, 0.010);
    // Long intervals, and what belongs into them follows at once.
    Timestamp next = 0;
    Timestamp last = 0;
    Timestamp heldTo = 0;
    for (TakeSample& sample : recorded.samples) {
        if (sample.stream != *stream) continue;
        const Timestamp time = captureOf(sample.value);
        if (next == 0) next = time + fromSeconds(wanted * 2);
        if (time >= next && heldTo == 0) heldTo = last + fromSeconds(wanted) + 1;
        if (heldTo != 0 && time < heldTo) {
            setCapture(sample.value, heldTo);
            heldTo += 20 * kMicrosecond;
        } else if (heldTo != 0) {
            next = time + fromSeconds(std::min(wanted * 6, 20 * period));
            heldTo = 0;
        }
        last = captureOf(sample.value);
    }
    sortByTime(recorded);
    return true;
}

bool otherDeclared(RecordedTake& recorded, double size, Random& random)
{
    const auto stream = steadyStream(recorded, random, "camera");
    if (!stream) return false;
    const double factor = 1 + (random() % 2 == 0 ? 1 : -1) * size * limitOf(recorded, "declared_rate");
    for (TakeSample& sample : recorded.samples)
        if (sample.stream == *stream)
            if (auto* packet = std::get_if<PacketLocation>(&sample.value))
                packet->pts = static_cast<Duration>(static_cast<double>(packet->pts) * factor);
    return true;
}

bool drift(RecordedTake& recorded, double size, Random& random)
{
    const auto stream = steadyStream(recorded, random);
    if (!stream) return false;
    const double slope = size * limitOf(recorded, "clock_drift") / 60'000;
    for (TakeSample& sample : recorded.samples)
        if (sample.stream == *stream)
            std::visit(
                [&](auto& value) {
                    if constexpr (requires { value.stamps; })
                        value.stamps.arrival += static_cast<Duration>(
                            static_cast<double>(value.stamps.capture - recorded.take.begin) * slope);
                },
                sample.value);
    return recorded.take.streams[*stream].kind != "step";
}

bool statesApart(RecordedTake& recorded, double size, Random&)
{
    const Duration spacing = fromSeconds(3 * size * limitOf(recorded, "camera_state_skew"));
    Timestamp last = 0;
    removeIf(recorded, [&](const TakeSample& sample) {
        if (!std::holds_alternative<RobotState>(sample.value)) return false;
        const Timestamp time = captureOf(sample.value);
        if (last != 0 && time - last < spacing) return true;
        last = time;
        return false;
    });
    return true;
}

bool camerasApart(RecordedTake& recorded, double size, Random&)
{
    const auto camera = cameraNamed(recorded, "left_wrist");
    if (!camera) return false;
    const double period = 1 / recorded.take.streams[*camera].rateHz;
    // Farther than half a period the next image is nearer: no stamp can tell.
    const double shift = std::min(size * limitOf(recorded, "camera_camera_skew"), 0.48 * period);
    if (shift < 1.2 * limitOf(recorded, "camera_camera_skew")) return false;
    for (TakeSample& sample : recorded.samples)
        if (sample.stream == *camera) setCapture(sample.value, captureOf(sample.value) + fromSeconds(shift));
    sortByTime(recorded);
    recorded.end += fromSeconds(shift);
    return true;
}

// --- Values and pictures ---------------------------------------------------------------------------------------------

bool stuckJoint(RecordedTake& recorded, double size, Random& random)
{
    const Duration length = fromSeconds(size * secondsOf(recorded, "stuck_joint"));
    // A joint that is asked to move through the whole stretch, else nobody can tell.
    for (int attempt = 0; attempt < 400; ++attempt) {
        const auto joint = armJoint(recorded, random);
        if (!joint) return false;
        const Span span = stretch(recorded, length, random);
        std::optional<double> last;
        Timestamp lastTime = 0;
        bool moves = true;
        forEach<Step>(recorded, span, [&](const Step& step) {
            if (!last) {
                last = step.command[*joint];
                lastTime = step.time;
            }
            if (step.time - lastTime < 100 * kMillisecond) return;
            moves &= std::abs(step.command[*joint] - *last) > 0.011;
            last = step.command[*joint];
            lastTime = step.time;
        });
        if (!moves || !last) continue;
        std::optional<double> held;
        forEach<RobotState>(recorded, span, [&](RobotState& state) {
            if (!held) held = state.position[*joint];
            state.position[*joint] = *held;
        });
        return true;
    }
    return false;
}

bool stuckPerson(RecordedTake& recorded, double size, Random& random)
{
    const Span span =
        stretch(recorded, fromSeconds(size * limitOf(recorded, "stuck_operator")) + 50 * kMillisecond, random);
    if (span.to > recorded.end) return false;
    std::optional<OperatorSample> first;
    bool held = true;
    forEach<OperatorSample>(recorded, span, [&](OperatorSample& sample) {
        if (!first) first = sample;
        sample.body = first->body;
        sample.joints = first->joints;
        held &= sample.isHeld(Button::HoldToDrive);
    });
    return held;
}

bool black(RecordedTake& recorded, double size, Random& random)
{
    return spoilPictures(recorded, fromSeconds(size * secondsOf(recorded, "black")), random,
                         [](SmallImage& image) { std::ranges::fill(image.pixels, std::uint8_t{3}); });
}

bool white(RecordedTake& recorded, double size, Random& random)
{
    return spoilPictures(recorded, fromSeconds(size * secondsOf(recorded, "white")), random,
                         [](SmallImage& image) { std::ranges::fill(image.pixels, std::uint8_t{252}); });
}

bool flat(RecordedTake& recorded, double size, Random& random)
{
    return spoilPictures(recorded, fromSeconds(size * secondsOf(recorded, "contrast")), random, [](SmallImage& image) {
        for (std::uint8_t& pixel : image.pixels) pixel = static_cast<std::uint8_t>(120 + (pixel - 120) / 32);
    });
}

bool overexposed(RecordedTake& recorded, double size, Random& random)
{
    const bool bright = random() % 2 == 0;
    return spoilPictures(
        recorded, fromSeconds(size * secondsOf(recorded, "exposure")), random, [bright](SmallImage& image) {
            std::vector<std::uint8_t> sorted = image.pixels;
            // So that four fifths of the picture are beyond what can be told apart.
            const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() * (bright ? 2 : 8) / 10);
            std::ranges::nth_element(sorted, middle);
            const int shift = bright ? 250 - *middle : *middle - 4;
            for (std::uint8_t& pixel : image.pixels)
                pixel = static_cast<std::uint8_t>(std::clamp(bright ? pixel + shift : pixel - shift, 0, 255));
        });
}

bool frozen(RecordedTake& recorded, double size, Random& random)
{
    const bool left = random() % 2 == 0;
    const auto camera = cameraNamed(recorded, left ? "left_wrist" : "right_wrist");
    if (!camera) return false;
    const auto period = static_cast<Duration>(1e9 / recorded.take.streams[*camera].rateHz);
    const auto span = movingStretch(recorded, fromSeconds(size * limitOf(recorded, "frozen")) + 2 * period,
                                    left ? &MotionTrack::Bin::left : &MotionTrack::Bin::right, random);
    if (!span) return false;
    const SmallImage* first = nullptr;
    for (TakeSample& sample : recorded.samples) {
        if (sample.stream != *camera || !span->has(captureOf(sample.value))) continue;
        auto& packet = std::get<PacketLocation>(sample.value);
        if (!packet.key) packet.size = 20;
        if (sample.picture.pixels.empty()) continue;
        if (first == nullptr)
            first = &sample.picture;
        else
            sample.picture = *first;
    }
    return true;
}

bool blurred(RecordedTake& recorded, double size, Random& random)
{
    const auto camera = steadyStream(recorded, random, "camera");
    if (!camera || recorded.take.history.sharpness.empty()) return false;
    // Mixed with its own mean until the Laplacian's variance has fallen so far.
    const double keep = std::sqrt(limitOf(recorded, "blur") / size * 0.97);
    for (TakeSample& sample : recorded.samples) {
        if (sample.stream != *camera || sample.picture.pixels.empty()) continue;
        SmallImage& image = sample.picture;
        const SmallImage sharp = image;
        const double mean =
            std::accumulate(sharp.pixels.begin(), sharp.pixels.end(), 0.0) / static_cast<double>(sharp.pixels.size());
        for (std::size_t i = 0; i < sharp.pixels.size(); ++i)
            image.pixels[i] = static_cast<std::uint8_t>(std::lround(mean + keep * (sharp.pixels[i] - mean)));
    }
    return true;
}

bool swapped(RecordedTake& recorded, double, Random&)
{
    const auto left = cameraNamed(recorded, "left_wrist");
    const auto right = cameraNamed(recorded, "right_wrist");
    if (!left || !right) return false;
    for (TakeSample& sample : recorded.samples) {
        if (sample.stream == *left)
            sample.stream = *right;
        else if (sample.stream == *right)
            sample.stream = *left;
    }
    return true;
}

// --- Motion and control ----------------------------------------------------------------------------------------------

bool beyondLimit(RecordedTake& recorded, double size, Random& random)
{
    const auto joint = armJoint(recorded, random);
    if (!joint) return false;
    const EpisodeJoint& known = recorded.take.episode.layout.joints[static_cast<std::size_t>(*joint)];
    const double value = *known.upper + size * limitOf(recorded, "limit_violation") * (*known.upper - *known.lower);
    forEach<RobotState>(recorded, stretch(recorded, 100 * kMillisecond, random),
                        [&](RobotState& state) { state.position[*joint] = value; });
    return true;
}

bool tooFast(RecordedTake& recorded, double size, Random& random)
{
    const auto joint = armJoint(recorded, random);
    if (!joint) return false;
    const EpisodeJoint& known = recorded.take.episode.layout.joints[static_cast<std::size_t>(*joint)];
    forEach<RobotState>(recorded, stretch(recorded, 50 * kMillisecond, random), [&](RobotState& state) {
        if (state.velocity.size() == state.position.size())
            state.velocity[*joint] = size * limitOf(recorded, "velocity") * *known.velocity;
    });
    return known.velocity.has_value();
}

bool thrown(RecordedTake& recorded, double size, Random& random)
{
    const auto joint = armJoint(recorded, random);
    if (!joint) return false;
    const EpisodeJoint& known = recorded.take.episode.layout.joints[static_cast<std::size_t>(*joint)];
    if (!known.acceleration) return false;
    // A speed that begins at once: over 20 ms it is an acceleration of speed / 20 ms.
    const Span span = stretch(recorded, 100 * kMillisecond, random);
    const double speed = size * limitOf(recorded, "acceleration") * *known.acceleration * 0.020 * 1.3;
    forEach<RobotState>(recorded, span, [&](RobotState& state) {
        state.position[*joint] += speed * std::min(toSeconds(state.stamps.capture - span.from), 0.05);
    });
    return true;
}

bool trembling(RecordedTake& recorded, double size, Random& random)
{
    const auto joint = armJoint(recorded, random);
    if (!joint) return false;
    // The bend over 20 ms of a sine is its value times (1 - cos), half of it is what counts.
    constexpr double kHz = 12;
    const double bend = 1 - std::cos(2 * std::numbers::pi * kHz * 0.010);
    const double amplitude = size * limitOf(recorded, "tremble") / bend * std::numbers::sqrt2;
    forEach<RobotState>(recorded, all(recorded), [&](RobotState& state) {
        state.position[*joint] +=
            amplitude * std::sin(2 * std::numbers::pi * kHz * toSeconds(state.stamps.capture - recorded.take.begin));
    });
    return true;
}

bool behind(RecordedTake& recorded, double size, Random& random)
{
    const auto joint = armJoint(recorded, random);
    if (!joint) return false;
    const Span span =
        stretch(recorded, fromSeconds(1.3 * secondsOf(recorded, "tracking_error")) + 20 * kMillisecond, random);
    const double error = size * limitOf(recorded, "tracking_error");
    std::optional<double> command;
    bool commanded = true;
    for (TakeSample& sample : recorded.samples) {
        if (const auto* step = std::get_if<Step>(&sample.value)) {
            command = step->command[*joint];
            if (span.has(step->time)) commanded &= step->mode == CommandMode::Position;
        }
        auto* state = std::get_if<RobotState>(&sample.value);
        if (state != nullptr && span.has(state->stamps.capture) && command) state->position[*joint] = *command - error;
    }
    return commanded;
}

bool unsolved(RecordedTake& recorded, double size, Random& random)
{
    int left = static_cast<int>(std::ceil(size));
    forEach<Step>(recorded, stretch(recorded, kSecond, random), [&](Step& step) {
        if (left-- > 0) step.holdReason = HoldReason::SolverFailed;
    });
    return true;
}

bool heldUp(RecordedTake& recorded, double size, Random& random)
{
    constexpr std::array kReasons{HoldReason::OperatorStale, HoldReason::StopRequested, HoldReason::RobotStale,
                                  HoldReason::ViewStale};
    const HoldReason reason = kReasons[random() % kReasons.size()];
    forEach<Step>(recorded,
                  stretch(recorded, fromSeconds(size * secondsOf(recorded, "hold")) + 10 * kMillisecond, random),
                  [&](Step& step) {
                      step.phase = TeleopPhase::Hold;
                      step.holdReason = reason;
                  });
    return true;
}

bool late(RecordedTake& recorded, double size, Random& random)
{
    forEach<Step>(
        recorded, stretch(recorded, fromSeconds(size * secondsOf(recorded, "latency")) + 30 * kMillisecond, random),
        [&](Step& step) { step.latencyNs = static_cast<std::uint32_t>(size * limitOf(recorded, "latency") * 1e9); });
    return true;
}

bool untracked(RecordedTake& recorded, double size, Random& random)
{
    const BodyJoint wrist = random() % 2 == 0 ? BodyJoint::LeftWrist : BodyJoint::RightWrist;
    const Duration length =
        fromSeconds(size * limitOf(recorded, "tracking_lost") * toSeconds(recorded.end - recorded.take.begin)) +
        20 * kMillisecond;
    bool held = true;
    forEach<OperatorSample>(recorded, stretch(recorded, length, random), [&](OperatorSample& sample) {
        sample.at(wrist).tracked = false;
        held &= sample.isHeld(Button::HoldToDrive);
    });
    return held;
}

bool chattering(RecordedTake& recorded, double size, Random& random)
{
    const auto count = static_cast<int>(std::ceil(size * limitOf(recorded, "clutch_chatter")));
    const Timestamp from = stretch(recorded, count * 200 * kMillisecond, random).from;
    for (int i = 0; i < count; ++i) {
        const Timestamp begin = from + i * 200 * kMillisecond;
        forEach<OperatorSample>(recorded, {begin, begin + 80 * kMillisecond},
                                [](OperatorSample& sample) { sample.setHeld(Button::HoldToDrive, false); });
    }
    return from + count * 200 * kMillisecond < recorded.end;
}

bool pushing(RecordedTake& recorded, double size, Random& random)
{
    const auto joint = armJoint(recorded, random);
    if (!joint) return false;
    const EpisodeJoint& known = recorded.take.episode.layout.joints[static_cast<std::size_t>(*joint)];
    if (!known.effort) return false;
    forEach<RobotState>(
        recorded, stretch(recorded, fromSeconds(size * secondsOf(recorded, "torque")) + 20 * kMillisecond, random),
        [&](RobotState& state) { state.effort[*joint] = *known.effort; });
    return true;
}

bool colliding(RecordedTake& recorded, double size, Random& random)
{
    const Span span = stretch(recorded, 60 * kMillisecond, random);
    bool any = false;
    forEach<ContactSample>(recorded, span, [&](ContactSample& sample) {
        sample.count = std::max<std::uint16_t>(sample.count, 1);
        sample.contacts[0].force = static_cast<float>(size * limitOf(recorded, "collision"));
        any = true;
    });
    return any;
}

bool handStuck(RecordedTake& recorded, double size, Random& random)
{
    const auto& joints = recorded.take.episode.layout.joints;
    const Side side = random() % 2 == 0 ? Side::Left : Side::Right;
    const Span span = stretch(recorded, fromSeconds(size * secondsOf(recorded, "gripper")) + 20 * kMillisecond, random);
    bool any = false;
    for (std::size_t i = 0; i < joints.size(); ++i) {
        if (joints[i].part != handOf(side) || !joints[i].open) continue;
        any = true;
        const auto at = static_cast<Eigen::Index>(i);
        forEach<Step>(recorded, span, [&](Step& step) {
            step.command[at] = *joints[i].open;
            any &= step.mode == CommandMode::Position;
        });
        forEach<RobotState>(recorded, span, [&](RobotState& state) { state.position[at] = *joints[i].closed; });
    }
    return any;
}

/// Nothing moves for a while: everything behind comes later, and what stands still is filled in.
bool idle(RecordedTake& recorded, std::string_view check, double size, Timestamp at)
{
    const Duration length = fromSeconds(size * limitOf(recorded, check)) + 300 * kMillisecond;
    std::vector<TakeSample> filled;
    for (std::size_t stream = 0; stream < recorded.take.streams.size(); ++stream) {
        const double rate = recorded.take.streams[stream].rateHz;
        const TakeSample* still = nullptr;
        for (const TakeSample& sample : recorded.samples) {
            if (sample.stream != stream) continue;
            if (still == nullptr || captureOf(sample.value) <= at) still = &sample;
        }
        if (still == nullptr || rate <= 0) continue;
        const auto period = static_cast<Duration>(1e9 / rate);
        for (Timestamp time = at + period; time < at + length; time += period) {
            TakeSample copy = *still;
            setCapture(copy.value, time);
            // A person who stands still trembles.
            if (auto* person = std::get_if<OperatorSample>(&copy.value))
                person->body[0].pose.position.x() += 1e-5 * static_cast<double>(filled.size() % 7);
            filled.push_back(std::move(copy));
        }
    }
    for (TakeSample& sample : recorded.samples)
        if (captureOf(sample.value) > at) setCapture(sample.value, captureOf(sample.value) + length);
    recorded.samples.insert(recorded.samples.end(), filled.begin(), filled.end());
    sortByTime(recorded);
    recorded.end += length;
    for (std::size_t stream = 0; stream < recorded.take.streams.size(); ++stream) renumber(recorded, stream);
    return true;
}

bool anyDuration(RecordedTake& recorded, double size, Random& random)
{
    const double seconds = toSeconds(recorded.end - recorded.take.begin);
    recorded.take.settings.nominalSeconds = random() % 2 == 0 ? 2 * seconds * size : seconds / 3 / size;
    return true;
}

bool uncalibrated(RecordedTake& recorded, double, Random&)
{
    recorded.take.episode.row.sim = false;
    return !recorded.take.episode.cameras.empty();
}

bool wrongInstruction(RecordedTake& recorded, double, Random& random)
{
    EpisodeRow& row = recorded.take.episode.row;
    MotionTrack motion;
    motion.begin(recorded.take.begin, recorded.take.episode.layout);
    for (const TakeSample& sample : recorded.samples)
        if (const auto* state = std::get_if<RobotState>(&sample.value)) motion.add(*state);
    const double left = motion.way(Side::Left);
    const double right = motion.way(Side::Right);
    const bool oneHand = std::max(left, right) > 1 && std::max(left, right) > 4 * std::min(left, right);
    switch (random() % (oneHand ? 3 : 2)) {
    case 0:
        row.instructionEn.clear();
        row.instructionZh.clear();
        row.task = "17";
        return true;
    case 1:
        row.taskId = "own";
        row.instructionEn = "Fold the towel.";
        row.instructionZh.clear();
        recorded.take.cards = {{.id = "own", .name = "Blocks", .instructionEn = "Put the red block in the tray."},
                               {.id = "other", .name = "Towels", .instructionEn = "Fold the towel."}};
        return true;
    default:
        row.instructionZh.clear();
        row.instructionEn = left > right ? "Wave with the right hand." : "Wave with the left hand.";
        return true;
    }
}

}  // namespace

const std::vector<Defect>& qualityDefects()
{
    static const std::vector<Defect> kDefects{
        {"stream missing", {"stream_missing"}, missing},
        {"stream died", {"stream_died"}, died},
        {"our own losses", {"samples_lost"}, lost},
        {"samples left out", {"samples_missing"}, leftOut},
        {"times repeat or go back", {"time_order"}, disordered},
        {"vector of another length", {"dimension"}, otherLength},
        {"action longer than state", {"action_length", "stream_died"}, actionLonger},
        {"stuck state", {"stuck_stream"}, stuckState},
        {"hole in a stream", {"gap"}, hole},
        {"device clock back", {"device_clock"}, deviceBack},
        {"another rate", {"rate"}, otherRate},
        {"uneven intervals", {"jitter"}, uneven},
        {"declared another rate", {"declared_rate"}, otherDeclared},
        {"clock drift", {"clock_drift"}, drift},
        {"states far from images", {"camera_state_skew"}, statesApart},
        {"cameras apart", {"camera_camera_skew"}, camerasApart},
        {"stuck joint", {"stuck_joint"}, stuckJoint},
        {"stuck operator", {"stuck_operator"}, stuckPerson},
        {"black pictures", {"black"}, black},
        {"white pictures", {"white"}, white},
        {"frozen pictures", {"frozen"}, frozen},
        {"flat pictures", {"contrast"}, flat},
        {"bad exposure", {"exposure"}, overexposed},
        {"blurred camera", {"blur"}, blurred},
        {"swapped wrist cameras", {"wrong_camera"}, swapped},
        {"idle at the start",
         {"idle_start"},
         [](RecordedTake& recorded, double size, Random&) {
             return idle(recorded, "idle_start", size, recorded.take.begin);
         }},
        {"idle at the end",
         {"idle_end"},
         [](RecordedTake& recorded, double size, Random&) { return idle(recorded, "idle_end", size, recorded.end); }},
        {"idle inside",
         {"idle_inside"},
         [](RecordedTake& recorded, double size, Random& random) {
             return idle(recorded, "idle_inside", 1.2 + (size - 1.2) / 5, stretch(recorded, kSecond, random).from);
         }},
        {"beyond a limit", {"limit_violation"}, beyondLimit},
        {"too fast", {"velocity"}, tooFast},
        {"thrown", {"acceleration"}, thrown},
        {"trembling", {"tremble"}, trembling},
        {"behind its command", {"tracking_error"}, behind},
        {"no posture found", {"solver_failure"}, unsolved},
        {"held inside", {"hold"}, heldUp},
        {"late commands", {"latency"}, late},
        {"hand not tracked", {"tracking_lost"}, untracked},
        {"clutch chatter", {"clutch_chatter"}, chattering},
        {"pushing", {"torque"}, pushing},
        {"collision", {"collision"}, colliding},
        {"hand does not follow", {"gripper"}, handStuck},
        {"duration", {"duration"}, anyDuration},
        {"no calibration", {"calibration"}, uncalibrated},
        {"wrong instruction", {"instruction"}, wrongInstruction},
    };
    return kDefects;
}

bool isCaught(const Defect& defect, const QualityReport& report)
{
    return std::ranges::any_of(report.findings, [&](const Finding& finding) {
        return !finding.pass && std::ranges::find(defect.caughtBy, finding.check) != defect.caughtBy.end();
    });
}

}  // namespace understudy::test
