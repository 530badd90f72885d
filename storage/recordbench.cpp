#include "storage/recordbench.h"

#include <algorithm>
#include <cmath>

#include "core/media/syntheticimages.h"
#include "core/processusage.h"
#include "storage/librarywriter.h"

namespace understudy {
namespace {

constexpr int kJoints = 29;
constexpr int kWidth = 640;
constexpr int kHeight = 480;
constexpr int kDistinct = 60;
constexpr double kCameraHz = 30;

/// Two streams of state and some cameras from one thread, in real time.
class Source {
public:
    Source(Recorder& recorder, const RecordBenchOptions& options)
        : m_recorder(recorder), m_options(options), m_pictures(syntheticImages(kWidth, kHeight, kDistinct))
    {
    }
    Result<void> open()
    {
        std::vector<std::string> names;
        for (int i = 0; i < kJoints; ++i) names.push_back("joint_" + std::to_string(i));
        RobotState state;
        for (Eigen::VectorXd* values : {&state.position, &state.velocity, &state.effort}) values->setZero(kJoints);
        Step step;
        for (Eigen::VectorXd* values : {&step.target, &step.command, &step.measured}) values->setZero(kJoints);
        m_robot = state;
        m_step = step;
        const double rate = m_options.stateHz * m_options.speed;
        StreamInfo robot{.name = "/robot/joint_states", .kind = "robot", .rateHz = rate, .names = names};
        robot.prototype = state;
        StreamInfo steps{.name = "/teleop/step", .kind = "step", .rateHz = rate, .names = names};
        steps.prototype = step;
        std::vector<StreamInfo> all{robot, steps};
        for (int i = 0; i < m_options.cameras; ++i) {
            StreamInfo camera{
                .name = "camera_" + std::to_string(i), .kind = "camera", .rateHz = kCameraHz * m_options.speed};
            camera.prototype = ImageRef();
            all.push_back(camera);
            m_pools.emplace_back(kWidth, kHeight, PixelFormat::Rgb8, 32);
        }
        for (const StreamInfo& info : all) {
            const Result<StreamId> id = m_recorder.open(info);
            if (!id) return tl::unexpected(id.error());
            m_ids.push_back(*id);
        }
        return {};
    }
    void start()
    {
        m_thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
    }

private:
    void run(const std::stop_token& stop)
    {
        const double rate = m_options.stateHz * m_options.speed;
        const auto every = static_cast<std::uint64_t>(std::max(1.0, m_options.stateHz / kCameraHz));
        const Timestamp start = m_clock.now();
        for (std::uint64_t tick = 0; !stop.stop_requested(); ++tick) {
            const Timestamp due = start + static_cast<Timestamp>(static_cast<double>(tick) * 1e9 / rate);
            if (const Duration left = due - m_clock.now(); left > 0)
                std::this_thread::sleep_for(std::chrono::nanoseconds(left));
            const Stamps stamps{.device = due - start, .capture = due, .arrival = due + kMicrosecond};
            auto& state = std::get<RobotState>(m_robot);
            auto& step = std::get<Step>(m_step);
            state.stamps = stamps;
            state.sequence = step.sequence = tick;
            step.time = due;
            for (int i = 0; i < kJoints; ++i)
                state.position[i] = step.command[i] = std::sin(1e-3 * static_cast<double>(tick) + i);
            m_recorder.offer(m_ids[0], m_robot);
            m_recorder.offer(m_ids[1], m_step);
            for (std::size_t camera = 0; camera < m_pools.size(); ++camera)
                if (tick % every == camera * every / m_pools.size()) offerImage(camera, tick / every, stamps);
        }
    }
    void offerImage(std::size_t camera, std::uint64_t sequence, const Stamps& stamps)
    {
        const std::shared_ptr<Image> image = m_pools[camera].take();
        image->stamps = stamps;
        image->sequence = sequence;
        const Image& picture = m_pictures[(sequence + 7 * camera) % m_pictures.size()];
        std::ranges::copy(picture.data, image->data.begin());
        m_recorder.offer(m_ids[2 + camera], ImageRef(image));
    }

    Recorder& m_recorder;
    const RecordBenchOptions& m_options;
    SteadyClock m_clock;
    std::vector<Image> m_pictures;
    std::vector<ImagePool> m_pools;
    std::vector<StreamId> m_ids;
    Record m_robot;
    Record m_step;
    std::jthread m_thread;
};

/// A recorder, its session and its source, running.
struct Running {
    PosixFileSystem files;
    SteadyClock clock;
    std::unique_ptr<Recorder> recorder;
    std::unique_ptr<Source> source;

    Result<void> start(const RecordBenchOptions& options, TakeLedger& ledger)
    {
        const Result<std::string> opened = openSession(options.library);
        if (!opened) return tl::unexpected(opened.error());
        Result<std::unique_ptr<Recorder>> made = Recorder::create(
            {.library = options.library, .station = "bench", .preset = options.preset}, files, clock, ledger);
        if (!made) return tl::unexpected(made.error());
        recorder = std::move(*made);
        source = std::make_unique<Source>(*recorder, options);
        if (const Result<void> announced = source->open(); !announced) return announced;
        SessionInfo session;
        session.common.row.sessionId = *opened;
        session.common.clock = WallAnchor::take(clock);
        session.common.row.robot = "bench";
        session.common.row.station = "bench";
        if (const Result<void> started = recorder->start(session); !started) return started;
        source->start();
        std::this_thread::sleep_for(std::chrono::milliseconds(1500));
        return {};
    }
    /// The library lists takes by their session: its id.
    [[nodiscard]] Result<std::string> openSession(const std::filesystem::path& library)
    {
        const auto writer = LibraryWriter::open(library);
        if (!writer) return tl::unexpected(writer.error());
        const Result<std::string> person = (*writer)->ensurePerson({}, "bench");
        if (!person) return tl::unexpected(person.error());
        if (const auto station = (*writer)->ensureStation(*person, "bench"); !station)
            return tl::unexpected(station.error());
        return (*writer)->beginSession(*person, "bench", WallAnchor::take(clock).unixNs);
    }
    ~Running()
    {
        source.reset();
        if (recorder) recorder->stop();
    }
};

/// Of y over x.
double slopeOf(const std::vector<std::pair<double, double>>& points)
{
    double x = 0;
    double y = 0;
    for (const auto& [px, py] : points) {
        x += px / static_cast<double>(points.size());
        y += py / static_cast<double>(points.size());
    }
    double both = 0;
    double square = 0;
    for (const auto& [px, py] : points) {
        both += (px - x) * (py - y);
        square += (px - x) * (px - x);
    }
    return square > 0 ? both / square : 0;
}

double percentile(std::vector<double> values, double share)
{
    std::ranges::sort(values);
    return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

}  // namespace

Result<RecordFigures> measureRecording(const RecordBenchOptions& options, TakeLedger& ledger, const TakeInfo& task)
{
    Running running;
    if (const Result<void> started = running.start(options, ledger); !started) return tl::unexpected(started.error());
    if (const Result<std::string> take = running.recorder->startTake(task); !take) return tl::unexpected(take.error());
    const Timestamp begin = running.clock.now();
    const double cpu = processCpuSeconds();
    std::vector<std::pair<double, double>> memory;
    while (running.clock.now() - begin < fromSeconds(options.seconds)) {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        const double elapsed = toSeconds(running.clock.now() - begin);
        if (elapsed > options.seconds / 2) memory.emplace_back(elapsed * options.speed / 3600, residentMib());
    }
    const double elapsed = toSeconds(running.clock.now() - begin);
    RecordFigures figures{.cores = (processCpuSeconds() - cpu) / elapsed, .seconds = elapsed * options.speed};
    const Result<TakeReport> take = running.recorder->endTake();
    if (!take) return tl::unexpected(take.error());
    for (const StreamReport& stream : take->streams) {
        figures.samples += stream.count;
        figures.dropped += stream.dropped + stream.missing;
    }
    std::uintmax_t bytes = 0;
    for (const auto& file : std::filesystem::directory_iterator(options.library / take->episode.row.path))
        bytes += file.file_size();
    figures.megabytesPerMinute = static_cast<double>(bytes) * 1e-6 / figures.seconds * 60;
    figures.slopeMiBPerHour = slopeOf(memory);
    return figures;
}

Result<ReadyFigures> measureReady(const RecordBenchOptions& options, TakeLedger& ledger, const TakeInfo& task,
                                  int takes)
{
    Running running;
    if (const Result<void> started = running.start(options, ledger); !started) return tl::unexpected(started.error());
    std::vector<double> ends;
    std::vector<double> starts;
    const auto timed = [&](std::vector<double>& times, const auto& work) -> Result<void> {
        const Timestamp begin = running.clock.now();
        const auto done = work();
        times.push_back(toSeconds(running.clock.now() - begin) * 1e3);
        if (!done) return tl::unexpected(done.error());
        return {};
    };
    for (int i = 0; i < takes; ++i) {
        if (const Result<void> done = timed(starts, [&] { return running.recorder->startTake(task); }); !done)
            return tl::unexpected(done.error());
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        if (const Result<void> done = timed(ends, [&] { return running.recorder->endTake(); }); !done)
            return tl::unexpected(done.error());
    }
    return ReadyFigures{.endP50 = percentile(ends, 0.5),
                        .endP99 = percentile(ends, 0.99),
                        .startP50 = percentile(starts, 0.5),
                        .startP99 = percentile(starts, 0.99),
                        .takes = takes};
}

}  // namespace understudy
