#include "app/studio/longepisode.h"

#include <array>
#include <atomic>
#include <cmath>
#include <thread>

#include "app/libraryledger.h"
#include "core/clock.h"
#include "core/file.h"
#include "storage/library.h"
#include "storage/librarywriter.h"
#include "storage/modelstore.h"
#include "storage/recorder.h"

namespace understudy {
namespace {

constexpr Duration kStatePeriod = 2 * kMillisecond;
constexpr Duration kImagePeriod = kSecond / 15;
constexpr Duration kBurst = 200 * kMillisecond;  ///< offered before the queues are looked at
constexpr double kFullEnough = 0.1;
constexpr int kWidth = 320;
constexpr int kHeight = 240;

/// Goes as fast as it is told.
class SetClock final : public Clock {
public:
    [[nodiscard]] Timestamp now() const override { return m_now; }
    void set(Timestamp now) { m_now = now; }

private:
    std::atomic<Timestamp> m_now{kSecond};
};

ImageRef picture(std::uint64_t number, Timestamp time)
{
    auto image = std::make_shared<Image>();
    image->stamps = {.device = time, .capture = time, .arrival = time};
    image->sequence = number;
    image->width = kWidth;
    image->height = kHeight;
    image->data.resize(static_cast<std::size_t>(kWidth) * kHeight * 3);
    for (int y = 0; y < kHeight; ++y)
        for (int x = 0; x < kWidth; ++x)
            for (int channel = 0; channel < 3; ++channel)
                image->data[static_cast<std::size_t>((y * kWidth + x) * 3 + channel)] =
                    static_cast<std::byte>((x + 2 * y * channel + static_cast<int>(number)) & 0xff);
    return image;
}

}  // namespace

Result<std::string> recordLongEpisode(const std::filesystem::path& library, const RobotModel& robot, Duration length,
                                      const std::function<void(double share)>& progress)
{
    PosixFileSystem files;
    if (const Result<Library> made = openLibrary(library, LibraryMode::OpenOrCreate); !made)
        return tl::unexpected(made.error());
    std::vector<ModelContent> content;
    for (const ModelFile& file : robot.files())
        content.push_back({.name = file.name, .path = file.path, .bytes = file.bytes});
    if (const Result<void> stored = storeModel(files, library, robot.hash(), content); !stored)
        return tl::unexpected(stored.error());
    std::string taskId;
    std::string sessionId;
    SetClock clock;
    const WallAnchor anchor = WallAnchor::take(clock);
    {
        const auto writer = LibraryWriter::open(library);
        if (!writer) return tl::unexpected(writer.error());
        const Result<std::string> task = (*writer)->ensureTask({}, Task{.name = "Ten minutes"});
        if (!task) return tl::unexpected(task.error());
        taskId = *task;
        if (const auto station = (*writer)->ensureStation({}, "bench"); !station)
            return tl::unexpected(station.error());
        const Result<std::string> session = (*writer)->beginSession({}, "bench", anchor.unixNs);
        if (!session) return tl::unexpected(session.error());
        sessionId = *session;
    }

    LibraryLedger ledger(library);
    auto recorder = Recorder::create({.library = library, .station = "bench", .preset = EncoderPreset::Ultrafast},
                                     files, clock, ledger);
    if (!recorder) return tl::unexpected(recorder.error());
    std::vector<std::string> joints;
    for (const JointInfo& joint : robot.joints()) joints.push_back(joint.name);
    const auto count = static_cast<Eigen::Index>(joints.size());
    RobotState state;
    for (Eigen::VectorXd* values : {&state.position, &state.velocity, &state.effort}) values->setZero(count);
    Step step;
    step.phase = TeleopPhase::Active;
    step.mode = CommandMode::Position;
    for (Eigen::VectorXd* values : {&step.target, &step.command, &step.measured}) values->setZero(count);
    const auto open = [&](StreamInfo info, const Record& prototype) {
        info.prototype = prototype;
        return (*recorder)->open(info);
    };
    const Result<StreamId> states =
        open({.name = "/robot/joint_states", .kind = "robot", .rateHz = 500, .names = joints}, state);
    if (!states) return tl::unexpected(states.error());
    const Result<StreamId> steps = open({.name = "/teleop/step", .kind = "step", .rateHz = 500, .names = joints}, step);
    if (!steps) return tl::unexpected(steps.error());
    SessionInfo session;
    session.common.clock = anchor;
    session.common.row.sessionId = sessionId;
    session.common.row.robot = robot.name();
    session.common.row.modelHash = robot.hash();
    session.common.row.station = "bench";
    session.common.jointNames = joints;
    std::array<StreamId, 3> cameras{};
    std::size_t next = 0;
    for (const char* name : {"head", "left_wrist", "right_wrist"}) {
        const Result<StreamId> camera = open({.name = name, .kind = "camera", .rateHz = 15}, ImageRef());
        if (!camera) return tl::unexpected(camera.error());
        cameras[next++] = *camera;
        session.common.cameras.push_back(
            {.name = name, .file = std::string(name) + ".mp4", .width = kWidth, .height = kHeight, .rateHz = 15});
    }
    if (const Result<void> started = (*recorder)->start(session); !started) return tl::unexpected(started.error());

    std::string id;
    const Timestamp begin = clock.now();
    const Timestamp end = begin + 2 * kSecond + length;
    std::uint64_t number = 0;
    std::uint64_t images = 0;
    Timestamp nextImage = begin;
    for (Timestamp time = begin; time < end; time += kStatePeriod) {
        clock.set(time);
        const Stamps stamps{.device = time, .capture = time, .arrival = time};
        for (Eigen::Index joint = 0; joint < count; ++joint)
            state.position[joint] = robot.joints()[static_cast<std::size_t>(joint)].rest +
                                    0.2 * std::sin(toSeconds(time) + 0.3 * static_cast<double>(joint));
        state.stamps = stamps;
        state.sequence = step.sequence = number++;
        step.time = time;
        step.target = step.command = step.measured = state.position;
        (void)(*recorder)->offer(*states, state);
        (void)(*recorder)->offer(*steps, step);
        if (time >= nextImage) {
            for (const StreamId camera : cameras) (void)(*recorder)->offer(camera, picture(images, time));
            ++images;
            nextImage += kImagePeriod;
        }
        if (id.empty() && time >= begin + 2 * kSecond) {
            const Result<std::string> take = (*recorder)->startTake({.taskId = taskId, .task = "Ten minutes"});
            if (!take) return tl::unexpected(take.error());
            id = *take;
        }
        if ((time - begin) % kBurst != 0) continue;
        progress(static_cast<double>(time - begin) / static_cast<double>(end - begin));
        const auto isFull = [&] {
            for (const StreamStatus& stream : (*recorder)->status().streams)
                if (stream.fill > kFullEnough) return true;
            return false;
        };
        while (!id.empty() && isFull()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    const Result<TakeReport> report = (*recorder)->endTake({.outcome = Outcome::Success});
    if (!report) return tl::unexpected(report.error());
    (*recorder)->stop();
    return id;
}

}  // namespace understudy
