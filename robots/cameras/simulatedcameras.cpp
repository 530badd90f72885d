#include "robots/cameras/simulatedcameras.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include <fmt/format.h>
#include <pthread.h>

namespace understudy {
namespace {

constexpr double kSoftwareBudget = 0.5;  ///< the cores are also needed for physics, encoding and the loop
constexpr double kHardwareBudget = 0.8;
constexpr Duration kMeasureEach = 250 * kMillisecond;
constexpr std::size_t kMeasureLeast = 6;
constexpr std::size_t kPoolImages = 8;
constexpr Duration kSilentAfter = kSecond;
constexpr Duration kIdleWait = 2 * kMillisecond;

Eigen::Matrix3d intrinsicsOf(const CameraProfile& camera, int width, int height)
{
    const double focal = height / 2.0 / std::tan(camera.verticalFov / 2);
    Eigen::Matrix3d k = Eigen::Matrix3d::Identity();
    k(0, 0) = k(1, 1) = focal;
    k(0, 2) = (width - 1) / 2.0;
    k(1, 2) = (height - 1) / 2.0;
    return k;
}

}  // namespace

struct SimulatedCameras::Data {
    class Camera final : public CameraSource {
    public:
        Camera(Data& rig, const CameraProfile& profile) : m_rig(rig), m_profile(profile) { configure(rig.setting, {}); }

        void configure(const CameraSetting& setting, const std::string& note)
        {
            m_info.name = m_profile.name;
            m_info.width = std::min(setting.width, m_profile.width);
            m_info.height = std::min(setting.height, m_profile.height);
            m_info.rateHz = std::min(setting.rateHz, m_profile.rateHz);
            m_info.frame = m_profile.mount.body;
            m_info.mount = m_profile.mount.pose;
            m_info.intrinsics = intrinsicsOf(m_profile, m_info.width, m_info.height);
            m_info.note = note;
        }

        [[nodiscard]] const CameraInfo& info() const override { return m_info; }
        [[nodiscard]] Publisher<ImageRef>& images() override { return m_images; }
        [[nodiscard]] Result<void> start(RecordSink& sink) override;
        void stop() override;
        [[nodiscard]] SourceHealth health() const override;

        /// Rig's thread, with the rig's mutex held.
        void show(const SceneState& state, SceneRenderer& renderer, Timestamp now);
        [[nodiscard]] bool isDue(Timestamp capture) const { return m_active && capture >= m_due; }
        [[nodiscard]] bool isActive() const { return m_active; }
        void lose(const std::string& problem)
        {
            m_health.state = SourceState::Lost;
            m_health.problem = problem;
        }

    private:
        Data& m_rig;
        CameraProfile m_profile;
        CameraInfo m_info;
        Publisher<ImageRef> m_images;
        std::optional<ImagePool> m_pool;
        bool m_active = false;
        Timestamp m_origin = 0;
        std::uint64_t m_tick = 0;
        Timestamp m_due = 0;
        SourceHealth m_health;
        Timestamp m_rateSince = 0;
        std::uint64_t m_rateCount = 0;
    };

    Data(const RobotModel& robot, Ring<SceneState>& scene, const Clock& steady, CameraOptions wanted)
        : model(robot), states(scene), clock(steady), options(std::move(wanted))
    {
    }

    const RobotModel& model;
    Ring<SceneState>& states;
    const Clock& clock;
    CameraOptions options;
    CameraSetting setting;
    std::unique_ptr<RobotModel> coarse;
    std::unique_ptr<SceneRenderer> renderer;
    std::vector<std::unique_ptr<Camera>> cameras;
    std::mutex mutex;  ///< cameras' activity and health
    std::condition_variable_any wake;
    std::jthread thread;

    [[nodiscard]] Result<void> useLook(const CameraSetting& look);
    [[nodiscard]] Result<double> secondsPerImage(const CameraSetting& look);
    void run(const std::stop_token& stop);
    void draw(const SceneState& state);
    [[nodiscard]] bool anyActive() const
    {
        return std::any_of(cameras.begin(), cameras.end(), [](const auto& camera) { return camera->isActive(); });
    }
};

Result<void> SimulatedCameras::Data::Camera::start(RecordSink& sink)
{
    StreamInfo stream;
    stream.name = m_info.name;
    stream.kind = "camera";
    stream.rateHz = m_info.rateHz;
    stream.frame = m_info.frame;
    stream.metadata = {{"width", std::to_string(m_info.width)},
                       {"height", std::to_string(m_info.height)},
                       {"note", m_info.note},
                       {"serial", "sim"}};
    std::unique_lock lock(m_rig.mutex);
    if (m_active) return fail(fmt::format("The camera {} is running already.", m_info.name));
    m_pool.emplace(m_info.width, m_info.height, m_info.format, kPoolImages);
    m_images.prepare(m_pool->take());
    if (const Result<void> opened = m_images.recordTo(sink, stream); !opened) return opened;
    const bool isFirst = !m_rig.anyActive();
    m_active = true;
    m_origin = 0;
    m_due = 0;
    m_tick = 0;
    m_health = {.state = SourceState::Connecting};
    lock.unlock();
    if (isFirst) {
        m_rig.renderer->release();
        m_rig.thread = std::jthread([&rig = m_rig](const std::stop_token& stop) { rig.run(stop); });
    }
    return {};
}

void SimulatedCameras::Data::Camera::stop()
{
    bool wasLast = false;
    {
        const std::lock_guard lock(m_rig.mutex);
        if (!m_active) return;
        m_active = false;
        m_health.state = SourceState::Stopped;
        wasLast = !m_rig.anyActive();
    }
    if (wasLast && m_rig.thread.joinable()) {
        m_rig.thread.request_stop();
        m_rig.thread.join();
    }
}

SourceHealth SimulatedCameras::Data::Camera::health() const
{
    const std::lock_guard lock(m_rig.mutex);
    SourceHealth health = m_health;
    const Timestamp now = m_rig.clock.now();
    if (health.state == SourceState::Running && now - health.lastArrival > kSilentAfter) {
        health.state = SourceState::Silent;
        health.problem = fmt::format("The camera {} has sent nothing for {:.1f} s.", m_info.name,
                                     toSeconds(now - health.lastArrival));
    }
    return health;
}

void SimulatedCameras::Data::Camera::show(const SceneState& state, SceneRenderer& drawing, Timestamp now)
{
    if (m_origin == 0) {
        m_origin = state.stamps.capture;
        m_rateSince = now;
    }
    int passed = 0;
    do {
        ++m_tick;
        ++passed;
        m_due = m_origin + std::llround(static_cast<double>(m_tick) * 1e9 / m_info.rateHz);
    } while (m_due <= state.stamps.capture);
    if (passed > 1) {
        m_health.dropped += static_cast<std::uint64_t>(passed - 1);
        m_health.problem =
            fmt::format("The camera {} lost images: drawing fell more than a second behind.", m_info.name);
    }
    const auto fault = m_rig.options.silentAfter.find(m_info.name);
    if (fault != m_rig.options.silentAfter.end() && state.stamps.capture - m_origin >= fault->second) return;

    std::shared_ptr<Image> image = m_pool->take();
    if (const Result<void> drawn = drawing.draw(m_info.name, *image); !drawn) {
        lose(drawn.error().message);
        return;
    }
    image->sequence = m_tick - 1;
    image->stamps = state.stamps;
    image->stamps.arrival = m_rig.clock.now();
    m_images.value() = std::move(image);
    if (!m_images.publish()) ++m_health.dropped;
    ++m_health.samples;
    ++m_rateCount;
    m_health.lastArrival = m_rig.clock.now();
    m_health.state = SourceState::Running;
    if (m_health.lastArrival - m_rateSince >= kSecond) {
        m_health.rateHz = static_cast<double>(m_rateCount) / toSeconds(m_health.lastArrival - m_rateSince);
        m_rateSince = m_health.lastArrival;
        m_rateCount = 0;
    }
}

void SimulatedCameras::Data::draw(const SceneState& state)
{
    const std::lock_guard lock(mutex);
    bool isPosed = false;
    for (auto& camera : cameras) {
        if (!camera->isDue(state.stamps.capture)) continue;
        if (!isPosed) renderer->pose(state.qpos);
        isPosed = true;
        camera->show(state, *renderer, clock.now());
    }
}

void SimulatedCameras::Data::run(const std::stop_token& stop)
{
    pthread_setname_np(pthread_self(), "cameras");
    if (const Result<void> bound = renderer->bind(); !bound) {
        const std::lock_guard lock(mutex);
        for (auto& camera : cameras) camera->lose(bound.error().message);
        return;
    }
    while (states.front() != nullptr) states.pop();
    while (!stop.stop_requested()) {
        const SceneState* state = states.front();
        if (state == nullptr) {
            std::this_thread::sleep_for(std::chrono::nanoseconds(kIdleWait));
            continue;
        }
        draw(*state);
        states.pop();
    }
    renderer->release();
}

Result<void> SimulatedCameras::Data::useLook(const CameraSetting& look)
{
    const RobotModel* drawn = &model;
    if (look.trianglesPerLink < setting.trianglesPerLink || coarse) {
        if (!coarse) {
            Result<RobotModel> lowered = model.withDetail(look.trianglesPerLink);
            if (!lowered) return tl::unexpected(lowered.error());
            coarse = std::make_unique<RobotModel>(std::move(*lowered));
        }
        drawn = coarse.get();
    }
    renderer.reset();
    Result<std::unique_ptr<SceneRenderer>> made =
        SceneRenderer::create(*drawn, {.shading = look.shading, .maxWidth = look.width, .maxHeight = look.height});
    if (!made) return tl::unexpected(made.error());
    renderer = std::move(*made);
    return {};
}

Result<double> SimulatedCameras::Data::secondsPerImage(const CameraSetting& look)
{
    if (const Result<void> used = useLook(look); !used) return tl::unexpected(used.error());
    if (const Result<void> bound = renderer->bind(); !bound) return tl::unexpected(bound.error());
    ImagePool pool(look.width, look.height, PixelFormat::Rgb8, 1);
    const std::shared_ptr<Image> image = pool.take();
    std::vector<Duration> durations;
    Result<void> result;
    Timestamp begun = 0;
    for (std::size_t drawn = 0;; ++drawn) {
        const Timestamp before = clock.now();
        if (drawn == look.cameras) begun = before;  // the first round warms up
        renderer->pose(model.restQpos());
        result = renderer->draw(cameras[drawn % look.cameras]->info().name, *image);
        if (!result) break;
        if (drawn < look.cameras) continue;
        durations.push_back(clock.now() - before);
        if (durations.size() >= kMeasureLeast && clock.now() - begun >= kMeasureEach) break;
    }
    renderer->release();
    if (!result) return tl::unexpected(result.error());
    // The median: the queue of states carries the cameras over what comes and goes.
    const auto middle = durations.begin() + std::ssize(durations) / 2;
    std::nth_element(durations.begin(), middle, durations.end());
    return toSeconds(*middle);
}

Result<std::unique_ptr<SimulatedCameras>> SimulatedCameras::create(const RobotModel& model, Ring<SceneState>& states,
                                                                   const Clock& clock, const CameraOptions& options)
{
    auto data = std::make_unique<Data>(model, states, clock, options);
    CameraSetting& wanted = data->setting;
    wanted.shading = options.shading;
    wanted.cameras = model.profile().cameras.size();
    if (wanted.cameras == 0) {
        return fail(fmt::format("The robot {} has no cameras; its profile may name some ([[cameras]]).", model.name()));
    }
    wanted.width = wanted.height = 0;
    wanted.rateHz = 0;
    for (const CameraProfile& camera : model.profile().cameras) {
        wanted.width = std::max(wanted.width, camera.width);
        wanted.height = std::max(wanted.height, camera.height);
        wanted.rateHz = std::max(wanted.rateHz, camera.rateHz);
    }
    for (const CameraProfile& camera : model.profile().cameras) {
        data->cameras.push_back(std::make_unique<Data::Camera>(*data, camera));
    }
    if (const Result<void> used = data->useLook(wanted); !used) return tl::unexpected(used.error());
    return std::unique_ptr<SimulatedCameras>(new SimulatedCameras(std::move(data)));
}

SimulatedCameras::SimulatedCameras(std::unique_ptr<Data> data) : m_data(std::move(data)) {}

SimulatedCameras::~SimulatedCameras()
{
    for (auto& camera : m_data->cameras) camera->stop();
}

Result<Capability> SimulatedCameras::measure(double budget)
{
    Data& d = *m_data;
    if (d.thread.joinable()) return fail("Cameras are measured before they start, not while they run.");
    const bool isSoftware = d.renderer->isSoftware();
    CameraSetting wanted = d.setting;
    // On a software renderer shadows alone cost several images.
    if (isSoftware && wanted.shading == Shading::Full) wanted.shading = Shading::Plain;
    if (budget <= 0) budget = isSoftware ? kSoftwareBudget : kHardwareBudget;
    Result<Capability> chosen =
        chooseSetting(wanted, budget, [&](const CameraSetting& look) { return d.secondsPerImage(look); });
    if (!chosen) return chosen;
    if (wanted.shading != d.setting.shading) {
        chosen->lowered.insert(chosen->lowered.begin(), {Lowering::Kind::Shading, d.setting, wanted});
    }
    if (chosen->setting.cameras > 0) {
        if (const Result<void> used = d.useLook(chosen->setting); !used) return tl::unexpected(used.error());
    }
    chosen->renderer = d.renderer->rendererName();
    for (auto& camera : d.cameras) camera->configure(chosen->setting, chosen->note());
    d.cameras.resize(std::min(d.cameras.size(), chosen->setting.cameras));
    d.setting = chosen->setting;
    return chosen;
}

std::vector<CameraSource*> SimulatedCameras::cameras()
{
    std::vector<CameraSource*> list;
    for (auto& camera : m_data->cameras) list.push_back(camera.get());
    return list;
}

}  // namespace understudy
