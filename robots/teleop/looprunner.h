#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "core/result.h"
#include "robots/teleop/loghistogram.h"
#include "robots/teleop/teleoploop.h"

namespace understudy {

struct LoopRunnerOptions {
    double rateHz = 500;
    bool realtime = true;     ///< ask for SCHED_FIFO; without the right it runs as any other thread
    bool lockMemory = false;  ///< keep the process's pages in memory, where permitted
};

struct DurationSummary {
    Duration p50 = 0;
    Duration p99 = 0;
    Duration largest = 0;
};

/// What the loop's thread measured since it started.
struct LoopReport {
    std::uint64_t ticks = 0;
    std::uint64_t missed = 0;  ///< wake-ups later than one period, each period counted
    DurationSummary late;      ///< wake-up after its time
    DurationSummary tick;      ///< duration of a tick
    bool realtime = false;
    bool memoryLocked = false;
};

/// The loop's thread and clock: ticks on a grid of one period of CLOCK_MONOTONIC. A tick that would begin more than a
/// period late is skipped and counted; the grid never shifts.
class LoopRunner {
public:
    using Body = std::function<void(Timestamp scheduled, const TickTiming& timing)>;

    LoopRunner(Body body, const LoopRunnerOptions& options) : m_body(std::move(body)), m_options(options) {}
    /// Ticks the loop at its rate. The loop outlives the runner.
    explicit LoopRunner(TeleopLoop& loop, LoopRunnerOptions options = {});
    ~LoopRunner() { stop(); }
    LoopRunner(const LoopRunner&) = delete;
    LoopRunner& operator=(const LoopRunner&) = delete;

    [[nodiscard]] Result<void> start();
    /// Idempotent; joins the thread. Does not brake the robot: request a stop first and wait for rest.
    void stop();

    [[nodiscard]] LoopReport report() const;  ///< any thread

private:
    void run(const std::stop_token& token);

    Body m_body;
    LoopRunnerOptions m_options;
    LogHistogram m_late;
    LogHistogram m_tick;
    std::atomic<std::uint64_t> m_ticks{0};
    std::atomic<std::uint64_t> m_missed{0};
    std::atomic<bool> m_realtime{false};
    bool m_memoryLocked = false;
    std::jthread m_thread;
};

}  // namespace understudy
