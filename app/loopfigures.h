#pragma once

#include <filesystem>

#include "core/file.h"

namespace understudy {

struct Percentiles {
    double p50 = 0;
    double p99 = 0;
    double max = 0;
};

/// What the steps of an episode say of the loop that made them, microseconds.
struct LoopFigures {
    std::uint64_t steps = 0;
    Percentiles latency;  ///< arrival of the operator's packet to the return of send
    Percentiles tick;     ///< duration of a tick
    Percentiles wakeUp;   ///< how late ticks began
    Percentiles solve;    ///< inside the solver
};

/// Sorts the values.
[[nodiscard]] Percentiles percentilesOf(std::vector<double>& values);
/// Reads every step of a recorded episode.
[[nodiscard]] Result<LoopFigures> loopFiguresOf(FileSystem& files, const std::filesystem::path& episode);

}  // namespace understudy
