#pragma once

#include <cstdint>

namespace understudy {

/// Nanoseconds of the local monotonic clock, unless a name says otherwise.
using Timestamp = std::int64_t;
/// Nanoseconds.
using Duration = std::int64_t;

inline constexpr Duration kMicrosecond = 1'000;
inline constexpr Duration kMillisecond = 1'000'000;
inline constexpr Duration kSecond = 1'000'000'000;

[[nodiscard]] constexpr double toSeconds(Duration duration) { return static_cast<double>(duration) * 1e-9; }
[[nodiscard]] constexpr Duration fromSeconds(double seconds) { return static_cast<Duration>(seconds * 1e9); }

/// The three stamps every sample keeps.
struct Stamps {
    Timestamp device = 0;   ///< raw clock of the device, its own epoch and rate
    Timestamp capture = 0;  ///< when the world was so, mapped to the local monotonic clock
    Timestamp arrival = 0;  ///< when the newest packet of this sample reached this process, local monotonic clock
};

}  // namespace understudy
