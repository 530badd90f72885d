#include "robots/links/simulatorlink.h"

#include <atomic>
#include <chrono>
#include <cmath>
#include <mutex>
#include <thread>

#include <pthread.h>

#include "robots/links/objectobserver.h"
#include "robots/links/simulation.h"

namespace understudy {
namespace {

constexpr double kStateRate = 500;
constexpr double kSlowRate = 100;  ///< contacts and transforms
constexpr Duration kCommandExpires = 100 * kMillisecond;
constexpr Duration kMostBehind = 250 * kMillisecond;
constexpr std::size_t kSceneStates = 512;  ///< about a second
constexpr Duration kRateWindow = kSecond;

/// Rate of a counter over the last second.
class RateMeter {
public:
    void count(Timestamp now)
    {
        ++m_count;
        if (m_since == 0) m_since = now;
        if (now - m_since < kRateWindow) return;
        m_rate.store(static_cast<double>(m_count) / toSeconds(now - m_since), std::memory_order_relaxed);
        m_since = now;
        m_count = 0;
    }
    [[nodiscard]] double rate() const { return m_rate.load(std::memory_order_relaxed); }

private:
    std::uint64_t m_count = 0;
    Timestamp m_since = 0;
    std::atomic<double> m_rate{0};
};

}  // namespace

struct SimulatorLink::Data {
    Data(const RobotModel& robot, const Clock& steady, const SimulatorOptions& wanted, Simulation simulated)
        : model(robot), clock(steady), options(wanted), simulation(std::move(simulated))
    {
    }

    const RobotModel& model;
    const Clock& clock;
    SimulatorOptions options;
    Simulation simulation;
    RobotInfo info;

    Publisher<RobotState> states;
    Publisher<ContactSample> contacts;
    Publisher<TransformSample> transforms;
    Publisher<Event> events;
    std::vector<std::unique_ptr<Ring<SceneState>>> sceneReaders;
    SceneState scene;
    std::vector<ObjectObserver> observers;

    Latest<JointCommand> command;
    std::uint64_t lastCommand = 0;
    bool hasCommand = false;
    bool isFollowing = false;
    Timestamp commandTime = 0;

    std::atomic<std::uint64_t> resetSeed{0};
    std::atomic<bool> resetWanted{false};

    std::atomic<SourceState> state{SourceState::Stopped};
    std::atomic<std::uint64_t> samples{0}, dropped{0}, steps{0}, late{0}, skipped{0};
    std::atomic<Timestamp> lastArrival{0};
    RateMeter rate;
    mutable std::mutex problemMutex;
    std::string problem;
    std::jthread thread;

    void run(const std::stop_token& stop);
    void takeCommand(Timestamp now);
    void publish(std::uint64_t step, Timestamp capture);
    void publishEvents(Timestamp capture);
    [[nodiscard]] bool isSilent(Timestamp sinceStart) const;
};

bool SimulatorLink::Data::isSilent(Timestamp sinceStart) const
{
    const SimulatorFaults& faults = options.faults;
    if (faults.silentAfter < 0 || sinceStart < faults.silentAfter) return false;
    return faults.silentFor < 0 || sinceStart < faults.silentAfter + faults.silentFor;
}

void SimulatorLink::Data::takeCommand(Timestamp now)
{
    const JointCommand* newest = command.read();
    if (newest != nullptr && (!hasCommand || newest->sequence != lastCommand || newest->time != commandTime)) {
        simulation.follow(*newest);
        lastCommand = newest->sequence;
        commandTime = newest->time;
        hasCommand = isFollowing = true;
    }
    if (isFollowing && now - commandTime > kCommandExpires) {
        simulation.holdMeasured();
        isFollowing = false;
    }
}

void SimulatorLink::Data::publishEvents(Timestamp capture)
{
    for (ObjectObserver& observer : observers) {
        const std::optional<ObjectEvent> happened = observer.update(simulation);
        if (!happened) continue;
        Event& event = events.value();
        event.stamps = {.device = fromSeconds(simulation.time()), .capture = capture, .arrival = clock.now()};
        event.name = nameOf(*happened);
        event.detail = model.bodies()[static_cast<std::size_t>(observer.body())].name;
        if (!events.publish()) dropped.fetch_add(1, std::memory_order_relaxed);
        ++event.sequence;
    }
}

void SimulatorLink::Data::publish(std::uint64_t step, Timestamp capture)
{
    const Timestamp now = clock.now();
    const Stamps stamps{.device = fromSeconds(simulation.time()), .capture = capture, .arrival = now};
    const auto every = [&](double hz) {
        return std::max<std::uint64_t>(1, std::llround(1 / (hz * simulation.timestep())));
    };
    std::uint64_t lost = 0;
    if (step % every(kStateRate) == 0) {
        RobotState& robot = states.value();
        simulation.read(robot);
        robot.stamps = stamps;
        robot.sequence = step / every(kStateRate);
        lost += states.publish() ? 0 : 1;
        simulation.read(scene);
        scene.stamps = stamps;
        for (auto& reader : sceneReaders) (void)reader->push(scene);
        ++scene.sequence;
        rate.count(now);
        samples.fetch_add(1, std::memory_order_relaxed);
        lastArrival.store(now, std::memory_order_relaxed);
    }
    if (step % every(kSlowRate) == 0) {
        ContactSample& touching = contacts.value();
        simulation.read(touching);
        touching.stamps = stamps;
        touching.sequence = step / every(kSlowRate);
        lost += contacts.publish() ? 0 : 1;
        TransformSample& poses = transforms.value();
        simulation.read(poses);
        poses.stamps = stamps;
        poses.sequence = step / every(kSlowRate);
        lost += transforms.publish() ? 0 : 1;
    }
    dropped.fetch_add(lost, std::memory_order_relaxed);
}

void SimulatorLink::Data::run(const std::stop_token& stop)
{
    pthread_setname_np(pthread_self(), "simulator");
    const Duration period = fromSeconds(simulation.timestep());
    const Duration publishing = std::max(period, fromSeconds(1 / kStateRate));
    const Timestamp started = clock.now();
    std::uint64_t step = 0;
    while (!stop.stop_requested()) {
        Timestamp due = started + static_cast<Duration>(step + 1) * period;
        const Timestamp now = clock.now();
        if (now < due) {
            std::this_thread::sleep_until(std::chrono::steady_clock::time_point(std::chrono::nanoseconds(due)));
            continue;
        }
        if (now - due > kMostBehind) {
            const std::uint64_t behind = static_cast<std::uint64_t>((now - due) / period);
            skipped.fetch_add(behind, std::memory_order_relaxed);
            step += behind;
            due += static_cast<Duration>(behind) * period;
        } else if (now - due > publishing) {
            late.fetch_add(1, std::memory_order_relaxed);
        }
        if (resetWanted.exchange(false, std::memory_order_acquire)) {
            simulation.resetObjects(resetSeed.load(std::memory_order_relaxed));
            for (ObjectObserver& observer : observers) observer = ObjectObserver(simulation, observer.body());
        }
        takeCommand(now);
        if (!simulation.step()) {
            const std::lock_guard lock(problemMutex);
            problem = simulation.problem();
            state.store(SourceState::Lost);
            return;
        }
        steps.fetch_add(1, std::memory_order_relaxed);
        if (isSilent(due - started)) {
            state.store(SourceState::Silent, std::memory_order_relaxed);
        } else {
            state.store(SourceState::Running, std::memory_order_relaxed);
            publishEvents(due);
            publish(step, due);
        }
        ++step;
    }
}

Result<std::unique_ptr<SimulatorLink>> SimulatorLink::create(const RobotModel& model, const Clock& clock,
                                                             const SimulatorOptions& options)
{
    Result<Simulation> simulation = Simulation::create(model);
    if (!simulation) return tl::unexpected(simulation.error());
    auto data = std::make_unique<Data>(model, clock, options, std::move(*simulation));
    data->simulation.reset(options.seed);
    data->info = {.name = model.name(),
                  .serial = "sim",
                  .kind = RobotKind::Simulated,
                  .stop = StopBehaviour::KeepsPosture,
                  .stateRateHz = kStateRate,
                  .jointNames = model.jointNames(),
                  .descriptionHash = model.hash()};
    const Simulation& sim = data->simulation;
    data->states.prepare(sim.statePrototype());
    data->transforms.prepare(sim.transformsPrototype());
    data->scene = sim.scenePrototype();
    for (std::size_t i = 1; i < model.bodies().size(); ++i) {
        if (model.bodies()[i].isFree && !model.bodies()[i].isRobot)
            data->observers.emplace_back(sim, static_cast<int>(i));
    }
    JointCommand prototype;
    prototype.position = prototype.velocity = Eigen::VectorXd::Zero(std::ssize(model.joints()));
    data->command.prepare(prototype);
    return std::unique_ptr<SimulatorLink>(new SimulatorLink(std::move(data)));
}

SimulatorLink::SimulatorLink(std::unique_ptr<Data> data) : m_data(std::move(data)) {}
SimulatorLink::~SimulatorLink() { stop(); }

const RobotInfo& SimulatorLink::info() const { return m_data->info; }
Publisher<RobotState>& SimulatorLink::states() { return m_data->states; }

Result<void> SimulatorLink::start(RecordSink& sink)
{
    Data& d = *m_data;
    if (d.thread.joinable()) return fail("The simulator is running already.");
    const Simulation& sim = d.simulation;
    const auto open = [&](auto& publisher, std::string name, std::string kind, double rateHz,
                          std::vector<std::string> names, std::string frame) {
        StreamInfo info;
        info.name = std::move(name);
        info.kind = std::move(kind);
        info.rateHz = rateHz;
        info.names = std::move(names);
        info.frame = std::move(frame);
        info.metadata = {{"robot", d.model.name()}, {"serial", "sim"}};
        return publisher.recordTo(sink, std::move(info));
    };
    Result<void> opened = open(d.states, "/robot/joint_states", "robot", kStateRate, d.info.jointNames, "world");
    if (opened) opened = open(d.contacts, "/robot/contacts", "contacts", kSlowRate, sim.contactBodies(), "world");
    if (opened) opened = open(d.transforms, "/tf", "transforms", kSlowRate, sim.transformBodies(), "world");
    if (opened) opened = open(d.events, "/sim/events", "event", 0, {}, "world");
    if (!opened) return opened;
    d.state.store(SourceState::Connecting);
    d.thread = std::jthread([&d](const std::stop_token& stop) { d.run(stop); });
    return {};
}

void SimulatorLink::stop()
{
    Data& d = *m_data;
    if (!d.thread.joinable()) return;
    d.thread.request_stop();
    d.thread.join();
    if (d.state.load() != SourceState::Lost) d.state.store(SourceState::Stopped);
}

bool SimulatorLink::send(const JointCommand& command)
{
    Data& d = *m_data;
    const Eigen::Index count = static_cast<Eigen::Index>(d.info.jointNames.size());
    if (command.position.size() != count || command.velocity.size() != count) return false;
    if (!command.position.allFinite() || !command.velocity.allFinite()) return false;
    const SourceState state = d.state.load(std::memory_order_relaxed);
    if (state == SourceState::Stopped || state == SourceState::Lost) return false;
    d.command.write(command);
    return true;
}

SourceHealth SimulatorLink::health() const
{
    const Data& d = *m_data;
    SourceHealth health;
    health.state = d.state.load();
    health.samples = d.samples.load(std::memory_order_relaxed);
    health.dropped = d.dropped.load(std::memory_order_relaxed);
    health.rateHz = d.rate.rate();
    health.lastArrival = d.lastArrival.load(std::memory_order_relaxed);
    {
        const std::lock_guard lock(d.problemMutex);
        health.problem = d.problem;
    }
    if (health.problem.empty() && health.state == SourceState::Silent)
        health.problem = "The simulated robot went silent.";
    if (health.problem.empty() && d.skipped.load(std::memory_order_relaxed) > 0) {
        health.problem = "This machine is too slow for real time: simulated time was skipped.";
    }
    return health;
}

Latest<ContactSample>& SimulatorLink::addContactReader() { return m_data->contacts.addReader(); }

Ring<SceneState>& SimulatorLink::addSceneReader()
{
    m_data->sceneReaders.push_back(std::make_unique<Ring<SceneState>>(kSceneStates, m_data->scene));
    return *m_data->sceneReaders.back();
}

void SimulatorLink::resetObjects(std::uint64_t seed)
{
    m_data->resetSeed.store(seed, std::memory_order_relaxed);
    m_data->resetWanted.store(true, std::memory_order_release);
}

SimulatorTiming SimulatorLink::timing() const
{
    return {.steps = m_data->steps.load(std::memory_order_relaxed),
            .lateSteps = m_data->late.load(std::memory_order_relaxed),
            .skippedSteps = m_data->skipped.load(std::memory_order_relaxed)};
}

}  // namespace understudy
