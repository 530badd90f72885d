#include "core/clock.h"

#include <ctime>

namespace understudy {
namespace {

std::int64_t readClock(clockid_t id)
{
    timespec time{};
    clock_gettime(id, &time);
    return static_cast<std::int64_t>(time.tv_sec) * kSecond + time.tv_nsec;
}

}  // namespace

Timestamp SteadyClock::now() const { return readClock(CLOCK_MONOTONIC); }

WallAnchor WallAnchor::take(const Clock& clock)
{
    return {.monotonic = clock.now(), .unixNs = readClock(CLOCK_REALTIME)};
}

}  // namespace understudy
