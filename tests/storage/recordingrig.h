#pragma once

#include <atomic>
#include <thread>

#include "storage/recorder.h"

namespace understudy::test {

inline constexpr int kRigJoints = 29;
inline constexpr int kRigWidth = 160;
inline constexpr int kRigHeight = 120;

/// An image that carries its sequence number in 16 squares, readable after lossy coding.
inline ImageRef numberedImage(std::uint64_t sequence, Timestamp time)
{
    auto image = std::make_shared<Image>();
    image->stamps = {.device = time / 7, .capture = time, .arrival = time + kMillisecond};
    image->sequence = sequence;
    image->width = kRigWidth;
    image->height = kRigHeight;
    image->data.resize(static_cast<std::size_t>(kRigWidth * kRigHeight * 3), std::byte{60});
    for (int bit = 0; bit < 16; ++bit)
        for (int y = 0; y < 16; ++y)
            for (int x = 0; x < 16; ++x) {
                const int at = ((bit / 8 * 32 + 8 + y) * kRigWidth + bit % 8 * 18 + 4 + x) * 3;
                const std::byte value = (sequence >> static_cast<unsigned>(bit)) & 1U ? std::byte{230} : std::byte{20};
                std::fill_n(image->data.begin() + at, 3, value);
            }
    return image;
}

inline std::uint64_t numberIn(const Image& image)
{
    std::uint64_t number = 0;
    for (int bit = 0; bit < 16; ++bit) {
        const int at = ((bit / 8 * 32 + 16) * kRigWidth + bit % 8 * 18 + 12) * 3;
        if (static_cast<int>(image.data[static_cast<std::size_t>(at)]) > 128)
            number |= std::uint64_t{1} << static_cast<unsigned>(bit);
    }
    return number;
}

/// A robot and a step stream of 500 Hz, an operator of 100 Hz and two cameras of 25 Hz, all from one thread in real
/// time. Values hold their sequence number.
class RecordingRig {
public:
    std::atomic<bool> robotSilent{false};
    std::atomic<bool> headSilent{false};
    std::atomic<bool> headUneven{false};    ///< images around the announced rate, never at it
    std::atomic<Timestamp> lastOffered{0};  ///< capture of the newest robot state

    explicit RecordingRig(Recorder& recorder) : m_recorder(recorder)
    {
        RobotState state;
        for (Eigen::VectorXd* values : {&state.position, &state.velocity, &state.effort}) values->setZero(kRigJoints);
        Step step;
        step.phase = TeleopPhase::Active;
        step.mode = CommandMode::Position;
        for (Eigen::VectorXd* values : {&step.target, &step.command, &step.measured}) values->setZero(kRigJoints);
        std::vector<std::string> names;
        for (int i = 0; i < kRigJoints; ++i) names.push_back("joint_" + std::to_string(i));
        m_robot = open({.name = "/robot/joint_states", .kind = "robot", .rateHz = 500, .names = names}, state);
        m_step = open({.name = "/teleop/step", .kind = "step", .rateHz = 500, .names = names}, step);
        m_operator = open({.name = "/operator/suit", .kind = "operator", .rateHz = 100}, OperatorSample{});
        m_head = open({.name = "head", .kind = "camera", .rateHz = 25}, ImageRef());
        m_wrist = open({.name = "wrist", .kind = "camera", .rateHz = 25}, ImageRef());
    }
    ~RecordingRig() { stop(); }

    void start()
    {
        m_thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
    }
    void stop()
    {
        m_thread.request_stop();
        if (m_thread.joinable()) m_thread.join();
    }

private:
    struct Feed {
        StreamId id = 0;
        Record record;
    };

    template <typename T>
    Feed open(StreamInfo info, const T& prototype)
    {
        info.prototype = prototype;
        const Result<StreamId> id = m_recorder.open(info);
        if (!id) std::terminate();
        return {*id, prototype};
    }

    void run(const std::stop_token& stop)
    {
        const SteadyClock clock;
        const Timestamp start = clock.now();
        for (std::uint64_t tick = 0; !stop.stop_requested(); ++tick) {
            const Timestamp due = start + static_cast<Timestamp>(tick) * 2 * kMillisecond;
            while (clock.now() < due) std::this_thread::sleep_for(std::chrono::microseconds(500));
            const Stamps stamps{.device = due - start, .capture = due, .arrival = due + kMicrosecond};
            if (!robotSilent) {
                auto& state = std::get<RobotState>(m_robot.record);
                state.stamps = stamps;
                state.sequence = tick;
                state.position.setConstant(static_cast<double>(tick));
                m_recorder.offer(m_robot.id, m_robot.record);
                lastOffered = due;
            }
            auto& step = std::get<Step>(m_step.record);
            step.time = due;
            step.sequence = tick;
            step.command.setConstant(static_cast<double>(tick));
            m_recorder.offer(m_step.id, m_step.record);
            if (tick % 5 == 0) {
                auto& sample = std::get<OperatorSample>(m_operator.record);
                sample.stamps = stamps;
                sample.sequence = tick / 5;
                m_recorder.offer(m_operator.id, m_operator.record);
            }
            if (tick % 20 == 0) {
                const Timestamp offset = headUneven && tick / 20 % 2 == 1 ? -4 * kMillisecond : 0;
                if (!headSilent) m_recorder.offer(m_head.id, numberedImage(tick / 20, due + offset));
                m_recorder.offer(m_wrist.id, numberedImage(tick / 20, due + kMillisecond));
            }
        }
    }

    Recorder& m_recorder;
    Feed m_robot;
    Feed m_step;
    Feed m_operator;
    Feed m_head;
    Feed m_wrist;
    std::jthread m_thread;
};

/// Keeps what it is told.
class MemoryLedger final : public TakeLedger {
public:
    std::vector<EpisodeFile> begun;
    std::vector<TakeReport> finished;
    EpisodeRow progressed;  ///< as progress() told it last
    int progresses = 0;
    std::atomic<bool> progressFails{false};
    std::thread::id calledOn;
    std::thread::id releasedOn;
    std::string refusal;  ///< not empty: begin() fails with it

    Result<void> begin(const EpisodeFile& episode) override
    {
        if (!refusal.empty()) return fail(refusal);
        begun.push_back(episode);
        return {};
    }
    Result<void> progress(const EpisodeRow& row) override
    {
        progressed = row;
        ++progresses;
        return progressFails ? fail("the index is gone") : Result<void>();
    }
    Result<void> finish(const TakeReport& take) override
    {
        finished.push_back(take);
        calledOn = std::this_thread::get_id();
        return {};
    }
    void release() override { releasedOn = std::this_thread::get_id(); }
};

}  // namespace understudy::test
