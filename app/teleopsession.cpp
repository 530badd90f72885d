#include "app/teleopsession.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "app/devicefactory.h"
#include "app/libraryledger.h"
#include "app/robotlayout.h"
#include "app/shipped.h"
#include "core/clock.h"
#include "core/file.h"
#include "core/media/encoderchoice.h"
#include "core/uuid.h"
#include "robots/cameras/patterncamera.h"
#include "robots/cameras/simulatedcameras.h"
#include "robots/links/simulatorlink.h"
#include "robots/teleop/teleoploop.h"
#include "storage/blackbox.h"
#include "storage/library.h"
#include "storage/librarycheck.h"
#include "storage/modelstore.h"

namespace understudy {
namespace {

/// Negative where there is none.
Duration durationOf(const std::optional<double>& seconds) { return seconds ? fromSeconds(*seconds) : -1; }

std::vector<ModelContent> contentOf(const RobotModel& model)
{
    std::vector<ModelContent> content;
    for (const ModelFile& file : model.files())
        content.push_back({.name = file.name, .path = file.path, .bytes = file.bytes});
    return content;
}

/// What ISO/WD 26264-1 wants to be inspectable and no other field says.
std::map<std::string, std::string> provenanceOf(const EpisodeFile& episode)
{
    return {{"method", "teleoperation"},
            {"embodiment", episode.row.sim ? "simulated" : "physical"},
            {"units", "SI: m, rad, s, N, N·m"},
            {"frames", "REP-103: x forward, y left, z up, right-handed; wrists in the torso's frame"},
            {"quaternions", "w, x, y, z in this file; x, y, z, w in episode.mcap"},
            {"time", "Unix ns = clock.unix_ns + (monotonic - clock.monotonic_ns); the anchor is taken once a session"},
            {"synchronisation", "by capture time; three stamps per sample; nothing is resampled"},
            {"kinematics", "models/<model_hash> in the library, and /robot_description in episode.mcap"}};
}

EpisodeCamera describe(const CameraInfo& info)
{
    EpisodeCamera camera{.name = info.name,
                         .file = info.name + ".mp4",
                         .width = info.width,
                         .height = info.height,
                         .rateHz = info.rateHz,
                         .frame = info.frame,
                         .note = info.note};
    Eigen::Map<Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(camera.intrinsics.data()) = info.intrinsics;
    Eigen::Map<Eigen::Vector3d>(camera.position.data()) = info.mount.position;
    const Eigen::Quaterniond& turn = info.mount.orientation;
    camera.orientation = {turn.w(), turn.x(), turn.y(), turn.z()};
    return camera;
}

}  // namespace

struct TeleopSession::Parts {
    Station station;
    std::filesystem::path library;
    bool practice = false;
    std::vector<std::string> notes;

    SteadyClock clock;
    PosixFileSystem files;
    std::unique_ptr<RobotModel> model;
    std::unique_ptr<RobotLink> robot;
    SimulatorLink* simulator = nullptr;  ///< the robot, where it is simulated
    std::unique_ptr<DeviceSource> device;
    std::unique_ptr<SimulatedCameras> simulated;
    std::vector<std::unique_ptr<PatternCamera>> patterns;
    std::vector<CameraSource*> cameras;

    std::unique_ptr<LibraryLedger> ledger;
    std::unique_ptr<Recorder> recorder;
    std::unique_ptr<BlackBox> blackBox;  ///< in front of the recorder
    TakeInfo take;
    std::string sessionId;

    std::unique_ptr<TeleopLoop> loop;
    std::unique_ptr<LoopRunner> runner;

    Latest<RobotState>* stateReader = nullptr;
    Latest<RobotState>* robotStates = nullptr;          ///< the loop's
    Latest<OperatorSample>* operatorSamples = nullptr;  ///< the loop's
    Ring<SceneState>* sceneReader = nullptr;
    Latest<ContactSample>* contactReader = nullptr;
    Eigen::VectorXd scene;
    Latest<TeleopStatus>* statusReader = nullptr;
    Latest<ViewSample> view;
    std::size_t viewCamera = 0;  ///< the one steered by, else the first
    std::vector<Latest<ImageRef>*> imageReaders;
    bool running = false;
    bool barred = false;

    [[nodiscard]] Result<void> openRobot(const SessionOptions& options);
    [[nodiscard]] Result<void> openCameras();
    [[nodiscard]] Result<void> recoverTakes();
    [[nodiscard]] Result<void> openLibraryFor(const SessionOptions& options);
    [[nodiscard]] Result<void> openLoop();
    [[nodiscard]] SessionInfo describe() const;
};

Result<void> TeleopSession::Parts::openRobot(const SessionOptions& options)
{
    const Result<std::filesystem::path> file = findRobot(station.robotModel);
    if (!file) return tl::unexpected(file.error());
    std::optional<std::filesystem::path> profile;
    if (!station.robotProfile.empty()) profile = station.robotProfile;
    Result<RobotModel> loaded = RobotModel::load(*file, profile);
    if (!loaded) return tl::unexpected(loaded.error());
    model = std::make_unique<RobotModel>(std::move(*loaded));
    if (!model->teleoperationGap().empty()) return fail(model->teleoperationGap());
    for (const std::string& warning : model->warnings()) spdlog::info("{}: {}", model->name(), warning);
    if (!model->proposal().empty()) notes.push_back(model->warnings().back());
    if (options.robot) {
        Result<std::unique_ptr<RobotLink>> link = options.robot(*model, clock);
        if (!link) return tl::unexpected(link.error());
        robot = std::move(*link);
        return {};
    }
    const SimulatorFaults faults{.silentAfter = durationOf(station.faults.robotSilentAfter),
                                 .silentFor = durationOf(station.faults.robotSilentFor)};
    Result<std::unique_ptr<SimulatorLink>> link = SimulatorLink::create(*model, clock, {.faults = faults});
    if (!link) return tl::unexpected(link.error());
    simulator = link->get();
    robot = std::move(*link);
    return {};
}

Result<void> TeleopSession::Parts::openCameras()
{
    bool anySimulated = station.camerasFromProfile;
    for (const StationCamera& camera : station.cameras) {
        if (camera.kind == "simulated") anySimulated = true;
        if (camera.kind != "pattern") continue;
        patterns.push_back(std::make_unique<PatternCamera>(
            PatternOptions{.name = camera.name,
                           .width = camera.width,
                           .height = camera.height,
                           .rateHz = camera.rateHz,
                           .silentAfter = camera.name == station.faults.camera
                                              ? durationOf(station.faults.cameraSilentAfter)
                                              : -1},
            clock));
        cameras.push_back(patterns.back().get());
    }
    if (!anySimulated || simulator == nullptr) return {};
    if (model->profile().cameras.empty()) {
        notes.push_back(fmt::format("No cameras: the profile of {} names none ([[cameras]]).", model->name()));
        return {};
    }
    CameraOptions options;
    if (!station.faults.camera.empty() && station.faults.cameraSilentAfter)
        options.silentAfter[station.faults.camera] = fromSeconds(*station.faults.cameraSilentAfter);
    auto made = SimulatedCameras::create(*model, simulator->addSceneReader(), clock, options);
    if (!made) {
        notes.push_back("No simulated cameras: " + made.error().message + ".");
        return {};
    }
    simulated = std::move(*made);
    const Result<Capability> capability = simulated->measure();
    if (!capability) return tl::unexpected(capability.error());
    if (!capability->note().empty()) notes.push_back(capability->note());
    for (CameraSource* camera : simulated->cameras()) {
        const bool wanted = station.camerasFromProfile ||
                            std::any_of(station.cameras.begin(), station.cameras.end(), [&](const StationCamera& each) {
                                return each.kind == "simulated" && each.name == camera->info().name;
                            });
        if (wanted) cameras.push_back(camera);
    }
    return {};
}

Result<void> TeleopSession::Parts::recoverTakes()
{
    const auto writer = LibraryWriter::open(library);
    if (!writer) return tl::unexpected(writer.error());
    const auto reader = LibraryReader::open(library);
    if (!reader) return tl::unexpected(reader.error());
    const Result<LibraryCheck> check = recoverLibrary(files, **reader, **writer);
    if (!check) return tl::unexpected(check.error());
    for (const RecoveredEpisode& each : check->recovered)
        notes.push_back(fmt::format("A take that a crash cut short was recovered, {} ms short: {}. Say its outcome.",
                                    each.missingMs, each.id));
    for (const DamagedEpisode& each : check->damaged)
        notes.push_back(fmt::format("The take {} could not be recovered: {}.", each.id, each.reason));
    return {};
}

Result<void> TeleopSession::Parts::openLibraryFor(const SessionOptions& options)
{
    library = options.library;
    if (const Result<Library> opened = openLibrary(library, LibraryMode::OpenOrCreate); !opened)
        return tl::unexpected(opened.error());
    if (const Result<void> recovered = recoverTakes(); !recovered) return recovered;
    if (const Result<void> stored = storeModel(files, library, model->hash(), contentOf(*model)); !stored)
        return stored;

    Result<std::unique_ptr<LibraryWriter>> writer = LibraryWriter::open(library);
    if (!writer) return tl::unexpected(writer.error());
    Result<std::string> person = (*writer)->ensurePerson({}, station.operatorName);
    if (!person) return tl::unexpected(person.error());
    if (const auto made = (*writer)->ensureStation(*person, station.name); !made) return tl::unexpected(made.error());
    Result<std::string> task = (*writer)->ensureTask(
        *person,
        Task{.name = station.task, .instructionZh = station.instructionZh, .instructionEn = station.instructionEn});
    if (!task) return tl::unexpected(task.error());
    Result<std::string> session = (*writer)->beginSession(*person, station.name, WallAnchor::take(clock).unixNs);
    if (!session) return tl::unexpected(session.error());
    sessionId = *session;
    take = {.taskId = *task,
            .task = station.task,
            .instructionZh = station.instructionZh,
            .instructionEn = station.instructionEn,
            .operatorId = *person,
            .operatorName = station.operatorName,
            .practice = practice};

    RecorderOptions recording{.library = library, .station = station.name};
    double pixels = 0;
    for (CameraSource* camera : cameras) {
        const CameraInfo& info = camera->info();
        pixels = std::max(pixels, static_cast<double>(info.width) * info.height);
        if (pixels > static_cast<double>(info.width) * info.height) continue;
        const Result<EncoderChoice> choice = chooseEncoder({.width = info.width,
                                                            .height = info.height,
                                                            .rateHz = info.rateHz,
                                                            .cameras = static_cast<int>(cameras.size())});
        if (!choice) return tl::unexpected(choice.error());
        recording.preset = choice->preset;
        recording.hardware = choice->hardware;
        if (!choice->fits)
            notes.push_back(fmt::format("Encoding takes {:.1f} cores even with the cheapest preset.", choice->cores));
        break;
    }
    ledger = std::make_unique<LibraryLedger>(library);
    Result<std::unique_ptr<Recorder>> made = Recorder::create(recording, files, clock, *ledger);
    if (!made) return tl::unexpected(made.error());
    recorder = std::move(*made);
    Result<std::unique_ptr<BlackBox>> box = BlackBox::create({.library = library}, *recorder, files, clock);
    if (!box) return tl::unexpected(box.error());
    blackBox = std::move(*box);
    return {};
}

Result<void> TeleopSession::Parts::openLoop()
{
    TeleopOptions options;
    options.rateHz = station.loopHz;
    options.retarget.mode = station.mode == "clutch" ? RetargetMode::Clutch : RetargetMode::Mirror;
    options.retarget.sourceJoints = device->info().jointNames;
    const bool direct = station.view == "direct";
    if (!direct) {
        const auto steered = std::find_if(cameras.begin(), cameras.end(),
                                          [&](const CameraSource* each) { return each->info().name == station.view; });
        if (steered == cameras.end()) {
            std::string names;
            for (const CameraSource* each : cameras) names += each->info().name + ", ";
            return fail(fmt::format("The station steers by the camera \"{}\", which it does not have; choose one of "
                                    "{}or \"direct\".",
                                    station.view, names));
        }
        viewCamera = static_cast<std::size_t>(steered - cameras.begin());
    }
    const TeleopPorts ports{.operatorSamples = operatorSamples,
                            .robotStates = robotStates,
                            .view = &view,
                            .viewDirect = direct,
                            .robot = robot.get(),
                            .sink = blackBox.get(),
                            .clock = &clock};
    Result<std::unique_ptr<TeleopLoop>> made = TeleopLoop::create(*model, ports, options);
    if (!made) return tl::unexpected(made.error());
    loop = std::move(*made);
    loop->setBarred(barred);
    statusReader = &loop->addStatusReader();
    return {};
}

SessionInfo TeleopSession::Parts::describe() const
{
    SessionInfo session;
    EpisodeFile& common = session.common;
    common.row.sessionId = sessionId;
    common.row.robot = model->name();
    common.row.robotSerial = robot->info().serial;
    common.row.modelHash = model->hash();
    common.row.sim = robot->info().kind == RobotKind::Simulated;
    common.row.station = station.name;
    common.jointNames = model->jointNames();
    common.layout = layoutOf(*model);
    common.provenance = provenanceOf(common);
    common.loopHz = station.loopHz;
    common.clock = WallAnchor::take(clock);
    for (const DeviceInfo& info : devicesBehind(*device, station))
        common.rig.push_back({.name = info.name, .kind = info.kind, .serial = info.serial, .rateHz = info.rateHz});
    for (const CameraSource* camera : cameras) common.cameras.push_back(understudy::describe(camera->info()));
    common.software = "understudy " UNDERSTUDY_VERSION;
    return session;
}

TeleopSession::TeleopSession(std::unique_ptr<Parts> parts) : m_parts(std::move(parts)) {}

TeleopSession::~TeleopSession() { stop(); }

Result<std::unique_ptr<TeleopSession>> TeleopSession::open(SessionOptions options)
{
    auto parts = std::make_unique<Parts>();
    parts->station = options.station;
    parts->practice = options.practice;
    const auto say = [&](const char* line) {
        if (options.progress) options.progress(line);
    };
    say("Loading the robot …");
    if (const Result<void> opened = parts->openRobot(options); !opened) return tl::unexpected(opened.error());
    if (options.device) {
        parts->device = std::move(options.device);
    } else {
        Result<std::unique_ptr<DeviceSource>> device =
            makeOperator(parts->station, {.releaseEachPass = options.releaseEachPass});
        if (!device) return tl::unexpected(device.error());
        parts->device = std::move(*device);
    }
    say("Measuring what this machine can draw …");
    if (const Result<void> opened = parts->openCameras(); !opened) return tl::unexpected(opened.error());
    say("Opening the library …");
    if (const Result<void> opened = parts->openLibraryFor(options); !opened) return tl::unexpected(opened.error());
    parts->stateReader = &parts->robot->states().addReader();
    parts->robotStates = &parts->robot->states().addReader();
    parts->operatorSamples = &parts->device->samples().addReader();
    if (parts->simulator != nullptr) {
        parts->sceneReader = &parts->simulator->addSceneReader();
        parts->contactReader = &parts->simulator->addContactReader();
    }
    for (CameraSource* camera : parts->cameras) parts->imageReaders.push_back(&camera->images().addReader());
    return std::unique_ptr<TeleopSession>(new TeleopSession(std::move(parts)));
}

Result<void> TeleopSession::start()
{
    Parts& parts = *m_parts;
    parts.running = true;
    // The loop first and the operator last: what is pressed before the loop listens is no act it may count.
    if (Result<void> opened = parts.openLoop(); !opened) return opened;
    if (Result<void> started = parts.robot->start(*parts.blackBox); !started) return started;
    for (CameraSource* camera : parts.cameras)
        if (Result<void> started = camera->start(*parts.blackBox); !started) return started;
    if (Result<void> started = parts.device->start(*parts.blackBox); !started) return started;
    parts.loop->nameStreams(parts.device->samples().stream(), parts.robot->states().stream());
    if (Result<void> started = parts.recorder->start(parts.describe()); !started) return started;
    parts.runner = std::make_unique<LoopRunner>(*parts.loop, LoopRunnerOptions{.rateHz = parts.station.loopHz,
                                                                               .realtime = parts.station.realTime,
                                                                               .lockMemory = parts.station.realTime});
    return parts.runner->start();
}

void TeleopSession::stop()
{
    Parts& parts = *m_parts;
    if (!parts.running) return;
    parts.running = false;
    if (parts.recorder) parts.recorder->stop();
    if (parts.runner) parts.runner->stop();
    for (CameraSource* camera : parts.cameras) camera->stop();
    parts.device->stop();
    parts.robot->stop();
    if (auto writer = LibraryWriter::open(parts.library); writer && !parts.sessionId.empty())
        (void)(*writer)->endSession(parts.take.operatorId, parts.sessionId, WallAnchor::take(parts.clock).unixNs);
}

Result<std::string> TeleopSession::startTake()
{
    m_parts->take.takeId = newUuid();
    return m_parts->recorder->startTake(m_parts->take);
}

Result<TakeReport> TeleopSession::endTake(Outcome outcome, const std::string& cause)
{
    return m_parts->recorder->endTake({.outcome = outcome, .cause = cause});
}

Result<TakeReport> TeleopSession::redoTake() { return m_parts->recorder->redoTake(); }

void TeleopSession::mark(const std::string& name) { m_parts->recorder->mark(name); }

void TeleopSession::requestStop() { m_parts->loop->requestStop(); }

void TeleopSession::clearStop() { m_parts->loop->clearStop(); }

void TeleopSession::setBarred(bool barred)
{
    m_parts->barred = barred;
    if (m_parts->loop) m_parts->loop->setBarred(barred);
}

void TeleopSession::goHome() { m_parts->loop->requestHome(); }

void TeleopSession::resetScene(std::uint64_t seed)
{
    if (m_parts->simulator != nullptr) m_parts->simulator->resetObjects(seed);
}

const std::string& TeleopSession::sessionId() const { return m_parts->sessionId; }

const Station& TeleopSession::station() const { return m_parts->station; }

const RobotModel& TeleopSession::robot() const { return *m_parts->model; }

const RobotInfo& TeleopSession::robotInfo() const { return m_parts->robot->info(); }

const DeviceInfo& TeleopSession::deviceInfo() const { return m_parts->device->info(); }

const std::vector<std::string>& TeleopSession::notes() const { return m_parts->notes; }

const TeleopStatus* TeleopSession::teleop() { return m_parts->statusReader ? m_parts->statusReader->read() : nullptr; }

const RobotState* TeleopSession::robotState() { return m_parts->stateReader->read(); }

const ContactSample* TeleopSession::contacts()
{
    return m_parts->contactReader ? m_parts->contactReader->read() : nullptr;
}

const Eigen::VectorXd* TeleopSession::scene()
{
    if (m_parts->sceneReader == nullptr) return nullptr;
    while (const SceneState* state = m_parts->sceneReader->front()) {
        m_parts->scene = state->qpos;
        m_parts->sceneReader->pop();
    }
    return m_parts->scene.size() > 0 ? &m_parts->scene : nullptr;
}

std::size_t TeleopSession::cameraCount() const { return m_parts->cameras.size(); }

const CameraInfo& TeleopSession::camera(std::size_t index) const { return m_parts->cameras[index]->info(); }

ImageRef TeleopSession::image(std::size_t index)
{
    const ImageRef* newest = m_parts->imageReaders[index]->read();
    return newest ? *newest : nullptr;
}

void TeleopSession::shown(std::size_t index, Timestamp capture)
{
    if (index != m_parts->viewCamera) return;
    const double rate = camera(index).rateHz;
    m_parts->view.write(
        {.capture = capture, .shown = m_parts->clock.now(), .period = rate > 0 ? fromSeconds(1 / rate) : 0});
}

RecorderStatus TeleopSession::recorder() const { return m_parts->recorder->status(); }

std::vector<BlackBoxReport> TeleopSession::takeFaults() { return m_parts->blackBox->takeReports(); }

SourceHealth TeleopSession::robotHealth() const { return m_parts->robot->health(); }

SourceHealth TeleopSession::deviceHealth() const { return m_parts->device->health(); }

LoopReport TeleopSession::loop() const { return m_parts->runner ? m_parts->runner->report() : LoopReport{}; }

}  // namespace understudy
