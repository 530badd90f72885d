#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/commands.h"
#include "core/timestamp.h"
#include "robots/model/robotmodel.h"

namespace understudy {

/// One measured value; what was not measured is left out.
struct Figure {
    std::string name;
    std::string unit;
    std::optional<double> value;
    std::optional<double> p50;
    std::optional<double> p99;
    std::string referenceName;  ///< empty: there is none
    double reference = 0;       ///< in the unit of `value`, or of `p50` where there is no value
};

using Figures = std::vector<Figure>;

/// What a benchmark may use.
struct Bench {
    const CommandContext& context;
    std::filesystem::path folder;   ///< empty and removed afterwards, or the caller's with what is in it
    std::optional<double> seconds;  ///< of the sessions recorded; none: each benchmark's own
    std::optional<int> episodes;    ///< of the libraries filled; none: 100,000
    const MeasureStudio& studio;
};

/// The robot that the command line names.
[[nodiscard]] Result<RobotModel> modelOf(const Bench& bench, const LoadOptions& options = {});

[[nodiscard]] inline double microseconds(Duration duration) { return static_cast<double>(duration) / kMicrosecond; }

}  // namespace understudy
