#include "robots/teleop/looprunner.h"

#include <cmath>

#include <fmt/format.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

namespace understudy {

namespace {

constexpr int kPriority = 60;

void sleepUntil(Timestamp time)
{
    const timespec until{.tv_sec = time / kSecond, .tv_nsec = time % kSecond};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
    }
}

/// What is in memory stays there, so that no page of the loop's has to be fetched from disk. Pages that nobody touches
/// are not brought in. False: not permitted.
bool lockMemory()
{
    rlimit limit{};
    // Under a limit everything mapped later would count against it, and fail beyond.
    if (geteuid() != 0 && (getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur != RLIM_INFINITY)) return false;
    return mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0;
}

DurationSummary summaryOf(const LogHistogram& histogram)
{
    return {.p50 = histogram.percentile(0.5), .p99 = histogram.percentile(0.99), .largest = histogram.largest()};
}

}  // namespace

LoopRunner::LoopRunner(TeleopLoop& loop, LoopRunnerOptions options)
    : m_body([&loop](Timestamp scheduled, const TickTiming& timing) { loop.tick(scheduled, timing); }),
      m_options(options)
{
    m_options.rateHz = loop.rateHz();
}

Result<void> LoopRunner::start()
{
    if (!(m_options.rateHz >= 1 && m_options.rateHz <= 10'000)) {
        return fail(fmt::format("A loop cannot run at {} Hz.", m_options.rateHz));
    }
    stop();
    m_memoryLocked = m_options.lockMemory && lockMemory();
    m_thread = std::jthread([this](const std::stop_token& token) { run(token); });
    return {};
}

void LoopRunner::stop()
{
    if (!m_thread.joinable()) return;
    m_thread.request_stop();
    m_thread.join();
    if (m_memoryLocked) munlockall();
    m_memoryLocked = false;
}

void LoopRunner::run(const std::stop_token& token)
{
    pthread_setname_np(pthread_self(), "teleop");
    if (m_options.realtime) {
        const sched_param priority{.sched_priority = kPriority};
        m_realtime.store(pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority) == 0);
    }
    const SteadyClock clock;
    const Duration period = std::llround(1e9 / m_options.rateHz);
    TickTiming timing;
    Timestamp scheduled = clock.now() + period;
    while (!token.stop_requested()) {
        sleepUntil(scheduled);
        const Timestamp begin = clock.now();
        const Duration late = begin - scheduled;
        m_late.add(late);
        if (late >= period) {
            const Duration skipped = late / period;
            scheduled += skipped * period;
            timing.missed += static_cast<std::uint64_t>(skipped);
            m_missed.store(timing.missed, std::memory_order_relaxed);
        }
        timing.wakeLate = begin - scheduled;
        m_body(scheduled, timing);
        timing.previousTick = clock.now() - begin;
        m_tick.add(timing.previousTick);
        m_ticks.fetch_add(1, std::memory_order_relaxed);
        scheduled += period;
    }
}

LoopReport LoopRunner::report() const
{
    return {.ticks = m_ticks.load(std::memory_order_relaxed),
            .missed = m_missed.load(std::memory_order_relaxed),
            .late = summaryOf(m_late),
            .tick = summaryOf(m_tick),
            .realtime = m_realtime.load(std::memory_order_relaxed),
            .memoryLocked = m_memoryLocked};
}

}  // namespace understudy
