#include "xr/waituntil.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace understudy {

bool waitUntil(const SteadyClock& clock, Timestamp time, const std::stop_token& stopping)
{
    constexpr Duration kSlice = 20 * kMillisecond;
    while (!stopping.stop_requested()) {
        const Duration left = time - clock.now();
        if (left <= 0) return true;
        std::this_thread::sleep_for(std::chrono::nanoseconds(std::min(left, kSlice)));
    }
    return false;
}

}  // namespace understudy
