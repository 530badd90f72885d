#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "storage/quality/qualitytake.h"

/// Takes as the checks see them, in memory, so that defects can be put into clean ones.
namespace understudy::test {

/// A sample with its value; a camera's image has the picture that is looked at, or only its place.
struct TakeSample {
    std::size_t stream = 0;
    EpisodeValue value;
    SmallImage picture;
};

/// One take, in order of time.
struct RecordedTake {
    QualityTake take;
    std::vector<TakeSample> samples;
    Timestamp end = 0;

    [[nodiscard]] std::size_t stream(std::string_view name) const
    {
        for (std::size_t i = 0; i < take.streams.size(); ++i)
            if (take.streams[i].name == name) return i;
        return take.streams.size();
    }
};

inline Timestamp captureOf(const EpisodeValue& value) { return stampsOf(value).capture; }

inline void setCapture(EpisodeValue& value, Timestamp time)
{
    std::visit(
        [time](auto& held) {
            if constexpr (std::is_same_v<std::decay_t<decltype(held)>, Step>) {
                held.time = time;
            } else {
                if constexpr (requires { held.pts; }) held.pts += time - held.stamps.capture;
                held.stamps.arrival += time - held.stamps.capture;
                held.stamps.capture = time;
            }
        },
        value);
}

inline void sortByTime(RecordedTake& recorded)
{
    std::ranges::stable_sort(recorded.samples, {}, [](const TakeSample& sample) { return captureOf(sample.value); });
}

/// Runs every check over it.
inline TakeQuality fold(const RecordedTake& recorded)
{
    TakeQuality quality(recorded.take);
    std::vector<ImageMeter> meters(recorded.take.streams.size());
    for (const TakeSample& sample : recorded.samples) {
        QualitySample given = sampleOf(sample.stream, sample.value);
        quality.add(given);
        if (sample.picture.pixels.empty()) continue;
        quality.add(QualityImage{sample.stream, given.stamps.capture, meters[sample.stream].measure(sample.picture)});
    }
    return quality;
}

inline QualityReport check(const RecordedTake& recorded) { return fold(recorded).result(recorded.end); }

/// A picture of smooth texture with noise, seen from a place.
inline SmallImage texturePicture(double x, double y, std::mt19937& random)
{
    constexpr int kWidth = 40;
    constexpr int kHeight = 30;
    SmallImage image{kWidth, kHeight, {}};
    image.pixels.reserve(kWidth * kHeight);
    std::uniform_int_distribution<int> noise(-2, 2);
    for (int v = 0; v < kHeight; ++v)
        for (int u = 0; u < kWidth; ++u) {
            const double a = u + 30 * x;
            const double b = v + 30 * y;
            const double grey =
                120 + 40 * std::sin(a * 0.9) + 35 * std::cos(b * 1.1 + a * 0.2) + 20 * std::sin((a + b) * 0.35);
            image.pixels.push_back(
                static_cast<std::uint8_t>(std::clamp(static_cast<int>(grey) + noise(random), 0, 255)));
        }
    return image;
}

/// Eight seconds of a robot with two arms of three joints and two grippers: the right arm reaches, then the left one.
/// State and steps of 100 Hz, an operator of 50 Hz, three cameras of 20 Hz. Another seed, another start and other
/// noise.
inline RecordedTake syntheticTake(unsigned seed)
{
    constexpr Duration kLength = 8 * kSecond;
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> vary(-0.1, 0.1);
    std::normal_distribution<double> noise(0, 2e-5);
    RecordedTake recorded;
    QualityTake& take = recorded.take;
    take.begin = 1000 * kSecond;
    EpisodeFile& episode = take.episode;
    episode.row.id = "synthetic";
    episode.row.task = "Put the red block in the tray";
    episode.row.taskId = "task";
    episode.row.instructionEn = "Put the red block in the tray.";
    episode.row.robot = "rig";
    episode.layout.wrists = {EpisodeWrist{.body = "left_hand"}, EpisodeWrist{.body = "right_hand"}};
    for (const Side side : kSides) {
        for (int i = 0; i < 3; ++i)
            episode.layout.joints.push_back({.name = std::string(nameOf(armOf(side))) + "_" + std::to_string(i + 1),
                                             .lower = -2.5,
                                             .upper = 2.5,
                                             .velocity = 4,
                                             .acceleration = 20,
                                             .effort = 40,
                                             .part = armOf(side)});
        episode.layout.joints.push_back({.name = std::string(nameOf(handOf(side))),
                                         .unit = "m",
                                         .lower = 0,
                                         .upper = 0.05,
                                         .velocity = 0.5,
                                         .acceleration = 5,
                                         .effort = 40,
                                         .part = handOf(side),
                                         .open = 0.05,
                                         .closed = 0});
    }
    for (const EpisodeJoint& joint : episode.layout.joints) episode.jointNames.push_back(joint.name);
    const auto joints = static_cast<Eigen::Index>(episode.jointNames.size());
    const auto open = [&](std::string name, std::string kind, double rate, std::vector<std::string> names) {
        StreamInfo info;
        info.name = std::move(name);
        info.kind = std::move(kind);
        info.rateHz = rate;
        info.names = std::move(names);
        take.streams.push_back(std::move(info));
        return take.streams.size() - 1;
    };
    const std::size_t robot = open("/robot/joint_states", "robot", 100, episode.jointNames);
    const std::size_t steps = open("/teleop/step", "step", 100, episode.jointNames);
    const std::size_t person = open("/operator/suit", "operator", 50, {});
    const std::size_t bodies = open("/tf", "transforms", 50, {"red_block", "blue_block"});
    const std::size_t touching = open("/robot/contacts", "contacts", 50, {"right_hand", "table"});
    const std::array<std::size_t, 3> cameras{open("head", "camera", 20, {}), open("left_wrist", "camera", 20, {}),
                                             open("right_wrist", "camera", 20, {})};
    open("/recorder/events", "event", 0, {});
    for (const std::size_t camera : cameras)
        episode.cameras.push_back({.name = take.streams[camera].name, .width = 160, .height = 120, .rateHz = 20});

    const double start = 0.5 + vary(random);
    const double reach = 0.9 + vary(random);
    // Smooth there and back, between two times.
    const auto hump = [](double t, double from, double to) {
        if (t <= from || t >= to) return 0.0;
        const double s = std::sin(std::numbers::pi * (t - from) / (to - from));
        return s * s;
    };
    const auto posture = [&](double t) {
        Eigen::VectorXd q(joints);
        const double right = hump(t, start, start + 3.4);
        const double left = hump(t, start + 3.2, start + 6.9);
        for (int i = 0; i < 3; ++i) {
            q[i] = 0.2 + left * reach * (1 - 0.2 * i);
            q[4 + i] = 0.2 + right * reach * (1 - 0.2 * i);
        }
        q[3] = 0.05 * (1 - hump(t, start + 4, start + 6.5));
        q[7] = 0.05 * (1 - hump(t, start + 0.8, start + 3));
        return q;
    };
    std::uint64_t tick = 0;
    for (Duration since = 0; since < kLength; since += 10 * kMillisecond, ++tick) {
        const Timestamp time = take.begin + since;
        const double t = toSeconds(since);
        const Stamps stamps{.device = since, .capture = time, .arrival = time + kMillisecond};
        RobotState state;
        state.stamps = stamps;
        state.sequence = tick;
        state.position = posture(t - 0.03);
        for (double& value : state.position) value += noise(random);
        state.velocity = (posture(t - 0.02) - posture(t - 0.03)) / 0.01;
        state.effort = 5 * state.velocity;
        recorded.samples.push_back({robot, state, {}});
        Step step;
        step.time = time;
        step.sequence = tick;
        step.command = step.target = posture(t);
        step.measured = state.position;
        step.phase = TeleopPhase::Active;
        step.holdReason = HoldReason::None;
        step.mode = CommandMode::Position;
        step.latencyNs = 400'000;
        for (const Side side : kSides) {
            WristTracking& wrist = step.wrists[static_cast<std::size_t>(side)];
            wrist.active = true;
            wrist.target.position = {0.3 + 0.3 * step.command[side == Side::Left ? 0 : 4], 0, 0.2};
        }
        recorded.samples.push_back({steps, step, {}});
        if (tick % 2 == 0) {
            OperatorSample sample;
            sample.stamps = stamps;
            sample.sequence = tick / 2;
            for (TrackedPose& pose : sample.body) {
                pose.valid = pose.tracked = true;
                pose.pose.position = {step.command[0] + noise(random), step.command[4], 1};
            }
            sample.setHeld(Button::HoldToDrive, true);
            recorded.samples.push_back({person, sample, {}});
            TransformSample poses;
            poses.stamps = stamps;
            poses.sequence = tick / 2;
            poses.poses.resize(2);
            poses.poses[0].position.x() = 0.2 * hump(t, start + 1, start + 3.4);
            recorded.samples.push_back({bodies, poses, {}});
            ContactSample contacts;
            contacts.stamps = stamps;
            contacts.sequence = tick / 2;
            contacts.count = 1;
            contacts.contacts[0].bodyB = 1;
            contacts.contacts[0].force = 5;
            recorded.samples.push_back({touching, contacts, {}});
        }
        if (tick % 5 != 0) continue;
        for (std::size_t i = 0; i < cameras.size(); ++i) {
            PacketLocation packet;
            packet.stamps = stamps;
            packet.sequence = tick / 5;
            packet.pts = since;
            packet.key = true;
            const double left = state.position[0];
            const double right = state.position[4];
            recorded.samples.push_back({cameras[i], packet,
                                        i == 0 ? texturePicture(0.1 * left, 0.1 * right, random)
                                               : texturePicture(i == 1 ? left : right, 0, random)});
        }
    }
    recorded.end = take.begin + kLength;
    return recorded;
}

}  // namespace understudy::test
