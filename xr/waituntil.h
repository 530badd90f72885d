#pragma once

#include <stop_token>

#include "core/clock.h"

namespace understudy {

/// Sleeps until a time of the monotonic clock. False when asked to stop, noticed within 20 ms.
[[nodiscard]] bool waitUntil(const SteadyClock& clock, Timestamp time, const std::stop_token& stopping);

}  // namespace understudy
