#include "support/simulatedtake.h"

#include "app/robotlayout.h"
#include "robots/teleop/teleoploop.h"
#include "storage/read/lostsamples.h"

namespace understudy::test {
namespace {

constexpr Duration kTick = 2 * kMillisecond;
constexpr Duration kPreRoll = kSecond;
constexpr double kImageHz = 30;
constexpr double kSlowHz = 100;
constexpr std::array<const char*, 3> kCameras{"head", "left_wrist", "right_wrist"};

/// Takes commands to the simulation.
class SteppedRobot final : public RobotLink {
public:
    SteppedRobot(const RobotModel& model, Simulation& simulation) : m_simulation(simulation)
    {
        m_info.name = model.name();
        m_info.jointNames = model.jointNames();
        m_info.stateRateHz = 500;
    }
    const RobotInfo& info() const override { return m_info; }
    Publisher<RobotState>& states() override { return m_states; }
    Result<void> start(RecordSink&) override { return {}; }
    void stop() override {}
    bool send(const JointCommand& command) override
    {
        m_simulation.follow(command);
        return true;
    }
    SourceHealth health() const override { return {}; }

private:
    Simulation& m_simulation;
    RobotInfo m_info;
    Publisher<RobotState> m_states;
};

/// Who drives: taller or smaller, standing elsewhere, with hands that are never quite at rest.
class Person {
public:
    Person(const MotionPlayback& motion, std::mt19937& random) : m_motion(motion)
    {
        std::uniform_real_distribution<double> vary(-1, 1);
        m_scale = 1 + 0.04 * vary(random);
        m_place = {0.05 * vary(random), 0.05 * vary(random), 0};
        for (double& phase : m_phases) phase = std::numbers::pi * vary(random);
    }
    void sampleAt(double seconds, OperatorSample& sample) const
    {
        m_motion.sampleAt(seconds, sample);
        for (std::size_t i = 0; i < sample.body.size(); ++i) {
            Eigen::Vector3d& position = sample.body[i].pose.position;
            position = m_scale * position + m_place;
        }
        for (const auto& [wrist, first] : {std::pair{BodyJoint::LeftWrist, 0U}, std::pair{BodyJoint::RightWrist, 3U}})
            for (unsigned axis = 0; axis < 3; ++axis)
                sample.at(wrist).pose.position[axis] +=
                    0.003 * std::sin(2 * std::numbers::pi * (0.4 + 0.13 * axis) * seconds + m_phases[first + axis]);
    }

private:
    const MotionPlayback& m_motion;
    double m_scale = 1;
    Eigen::Vector3d m_place = Eigen::Vector3d::Zero();
    std::array<double, 6> m_phases{};
};

class Run {
public:
    Run(const SimulatedTakeOptions& options, Simulation simulation, unsigned seed)
        : m_options(options),
          m_random(seed),
          m_simulation(std::move(simulation)),
          m_robot(*options.model, m_simulation),
          m_person(*options.motion, m_random)
    {
        m_simulation.reset(seed);
        m_light = std::uniform_real_distribution<double>(0.9, 1.1)(m_random);
    }

    Result<RecordedTake> run()
    {
        if (Result<void> opened = open(); !opened) return tl::unexpected(opened.error());
        std::uniform_real_distribution<double> wait(0.2, 4);
        constexpr Duration kLongest = 20 * kSecond;
        std::optional<Timestamp> begin;
        std::optional<Timestamp> end;
        while (m_now < m_start + kLongest + kSecond) {
            tick();
            if (!begin && m_loop->step().phase == TeleopPhase::Active) {
                begin = m_now + fromSeconds(wait(m_random));
                end = *begin + fromSeconds(m_options.seconds);
            }
            if (begin && m_now >= *begin - kPreRoll) m_recording = true;
            if (end && m_now >= *end) break;
        }
        if (!end) return fail(m_options.model->name() + " does not begin to be driven");
        m_recorded.end = *end;
        // What was captured before the driving began belongs to no take.
        m_recorded.take.begin = std::max(*begin - kPreRoll, captureOf(m_recorded.samples.front().value));
        sortByTime(m_recorded);
        return std::move(m_recorded);
    }

private:
    Result<void> open()
    {
        const RobotModel& model = *m_options.model;
        EpisodeFile& episode = m_recorded.take.episode;
        EpisodeRow& row = episode.row;
        row.id = "simulated";
        row.robot = model.name();
        row.task = row.taskId = m_options.task;
        row.instructionEn = m_options.instruction;
        row.sim = true;
        episode.jointNames = model.jointNames();
        episode.layout = layoutOf(model);
        for (const char* camera : kCameras) episode.cameras.push_back({.name = camera, .width = 160, .height = 120});
        const double operatorHz = m_options.motion->motion().rate();
        m_streams.robot = announce("/robot/joint_states", "robot", 500, model.jointNames());
        m_streams.step = announce("/teleop/step", "step", 500, model.jointNames());
        m_streams.person = announce("/operator/operator", "operator", operatorHz, {});
        m_streams.contacts = announce("/robot/contacts", "contacts", kSlowHz, m_simulation.contactBodies());
        m_streams.bodies = announce("/tf", "transforms", kSlowHz, m_simulation.transformBodies());
        for (std::size_t i = 0; i < kCameras.size(); ++i)
            m_streams.cameras[i] = announce(kCameras[i], "camera", kImageHz, {});
        announce(std::string(kRecorderEvents), "event", 0, {});
        for (const Side side : kSides) {
            const auto at = static_cast<std::size_t>(side);
            m_wrists[at] = model.bodyIndex(episode.layout.wrists[at].body).value_or(0);
        }

        m_state = m_simulation.statePrototype();
        m_states.prepare(m_state);
        m_people.prepare(m_sample);
        m_bodies = m_simulation.transformsPrototype();
        const TeleopPorts ports{.operatorSamples = &m_people,
                                .operatorStream = static_cast<StreamId>(m_streams.person),
                                .robotStates = &m_states,
                                .robotStream = static_cast<StreamId>(m_streams.robot),
                                .robot = &m_robot,
                                .clock = nullptr};
        Result<std::unique_ptr<TeleopLoop>> loop = TeleopLoop::create(model, ports);
        if (!loop) return tl::unexpected(loop.error());
        m_loop = std::move(*loop);
        return {};
    }

    std::size_t announce(std::string name, std::string kind, double rateHz, std::vector<std::string> names)
    {
        StreamInfo info;
        info.name = std::move(name);
        info.kind = std::move(kind);
        info.rateHz = rateHz;
        info.names = std::move(names);
        m_recorded.take.streams.push_back(std::move(info));
        return m_recorded.take.streams.size() - 1;
    }

    template <typename T>
    void keep(std::size_t stream, const T& value, SmallImage picture = {})
    {
        if (m_recording) m_recorded.samples.push_back({stream, value, std::move(picture)});
    }

    /// Mostly short.
    Duration delay(Duration mean)
    {
        return fromSeconds(std::exponential_distribution<double>(1 / toSeconds(mean))(m_random));
    }
    Stamps stamps(Timestamp capture, Duration transit)
    {
        return {.device = capture - m_start + kSecond,
                .capture = capture,
                .arrival = capture + 50 * kMicrosecond + delay(transit)};
    }
    bool isDue(double hz, std::uint64_t count) const
    {
        return toSeconds(m_now - m_start) * hz >= static_cast<double>(count);
    }

    void tick()
    {
        m_now += kTick;
        while (m_simulation.time() < toSeconds(m_now - m_start)) (void)m_simulation.step();
        m_simulation.read(m_state);
        m_state.stamps = stamps(m_now, 30 * kMicrosecond);
        ++m_state.sequence;
        m_states.write(m_state);
        keep(m_streams.robot, m_state);
        if (isDue(m_options.motion->motion().rate(), m_operatorCount)) {
            const double seconds = static_cast<double>(m_operatorCount) / m_options.motion->motion().rate();
            m_person.sampleAt(seconds, m_sample);
            m_sample.stamps = stamps(m_start + fromSeconds(seconds), 300 * kMicrosecond);
            m_sample.sequence = ++m_operatorCount;
            m_people.write(m_sample);
            keep(m_streams.person, m_sample);
        }
        m_loop->tick(m_now);
        Step step = m_loop->step();
        step.latencyNs = static_cast<std::uint32_t>(200 * kMicrosecond + delay(100 * kMicrosecond));
        keep(m_streams.step, step);
        if (isDue(kSlowHz, m_slowCount)) slow();
        if (isDue(kImageHz, m_imageCount)) images();
    }

    void slow()
    {
        ++m_slowCount;
        m_simulation.read(m_contacts);
        m_simulation.read(m_bodies);
        m_contacts.stamps = m_bodies.stamps = stamps(m_now, 30 * kMicrosecond);
        m_contacts.sequence = m_bodies.sequence = m_slowCount;
        keep(m_streams.contacts, m_contacts);
        keep(m_streams.bodies, m_bodies);
    }

    void images()
    {
        PacketLocation place;
        place.sequence = m_imageCount;
        place.pts = fromSeconds(static_cast<double>(m_imageCount++) / kImageHz);
        place.stamps = stamps(m_now, kMillisecond);
        place.key = true;
        std::array<Eigen::Vector3d, kSideCount> at;
        for (std::size_t side = 0; side < kSideCount; ++side) at[side] = m_simulation.bodyPose(m_wrists[side]).position;
        for (std::size_t i = 0; i < kCameras.size(); ++i) {
            SmallImage picture =
                i == 0 ? texturePicture(0.3 * at[0].x() + 0.2 * at[0].z(), 0.3 * at[1].x() + 0.2 * at[1].z(), m_random)
                       : texturePicture(3 * (at[i - 1].x() + at[i - 1].z()), 3 * at[i - 1].y(), m_random);
            for (std::uint8_t& pixel : picture.pixels)
                pixel = static_cast<std::uint8_t>(std::clamp(m_light * pixel, 0.0, 255.0));
            keep(m_streams.cameras[i], place, std::move(picture));
        }
    }

    struct Streams {
        std::size_t robot = 0;
        std::size_t step = 0;
        std::size_t person = 0;
        std::size_t contacts = 0;
        std::size_t bodies = 0;
        std::array<std::size_t, kCameras.size()> cameras{};
    };

    const SimulatedTakeOptions& m_options;
    std::mt19937 m_random;
    Simulation m_simulation;
    SteppedRobot m_robot;
    Person m_person;
    std::unique_ptr<TeleopLoop> m_loop;
    Latest<RobotState> m_states;
    Latest<OperatorSample> m_people;
    RobotState m_state;
    OperatorSample m_sample;
    ContactSample m_contacts;
    TransformSample m_bodies;
    RecordedTake m_recorded;
    Streams m_streams;
    std::array<int, kSideCount> m_wrists{};
    const Timestamp m_start = 1000 * kSecond;
    Timestamp m_now = m_start;
    std::uint64_t m_operatorCount = 0;
    std::uint64_t m_slowCount = 0;
    std::uint64_t m_imageCount = 0;
    double m_light = 1;
    bool m_recording = false;
};

}  // namespace

Result<RecordedTake> simulatedTake(const SimulatedTakeOptions& options, unsigned seed)
{
    Result<Simulation> simulation = Simulation::create(*options.model);
    if (!simulation) return tl::unexpected(simulation.error());
    return Run(options, std::move(*simulation), seed).run();
}

}  // namespace understudy::test
