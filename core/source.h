#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/timestamp.h"

namespace understudy {

enum class SourceState : std::uint8_t { Stopped, Connecting, Running, Silent, Lost };

/// What a source says of itself while it runs. Any thread; a snapshot.
struct SourceHealth {
    SourceState state = SourceState::Stopped;
    std::uint64_t samples = 0;
    std::uint64_t dropped = 0;  ///< samples the sink had no room for
    double rateHz = 0;          ///< over the last second
    Timestamp lastArrival = 0;  ///< 0: none yet
    double clockOffsetUs = 0;   ///< device clock to local monotonic clock
    double clockUncertaintyUs = 0;
    std::string problem;  ///< a sentence, empty while all is well
};

}  // namespace understudy
