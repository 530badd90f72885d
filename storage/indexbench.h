#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/result.h"

namespace understudy {

struct IndexBenchOptions {
    int episodes = 100'000;
    int segmentsPerEpisode = 8;
    int rounds = 300;  ///< questions of each kind
    unsigned seed = 1;
    /// Called with what happens now; false ends the measurement with an error.
    std::function<bool(const std::string&)> progress;
};

struct IndexFigure {
    std::string name;
    std::string unit;
    double p50 = 0;
    double p99 = 0;
    double rawP50 = 0;  ///< the same SQL through SQLite's own interface, in the same run; 0: there is none
    double rawP99 = 0;
};

/// Fills a new library in `folder`, which must be empty or hold what an earlier call made there and keeps it, and asks
/// it as the pages do: the first page of random combinations of filters, text in Chinese and English, a page far down,
/// a total, one episode; then writes as a recorder and an annotator do. A QCoreApplication must exist.
[[nodiscard]] Result<std::vector<IndexFigure>> measureIndex(const std::filesystem::path& folder,
                                                            const IndexBenchOptions& options = {});

}  // namespace understudy
