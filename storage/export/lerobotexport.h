#pragma once

#include <span>

#include "storage/export/lerobotwriter.h"

namespace understudy {

enum class ExportControl : std::uint8_t { Continue, Cancel };

struct ExportProgress {
    std::size_t done = 0;
    std::size_t total = 0;
    std::string episode;  ///< id of the one in hand
    std::int64_t rows = 0;
};

struct SkippedEpisode {
    std::string id;
    std::string reason;
};

struct ExportReport {
    std::int64_t episodes = 0;
    std::int64_t rows = 0;
    std::vector<SkippedEpisode> skipped;
};

struct LeRobotExport {
    std::filesystem::path to;
    std::vector<std::string> episodes;  ///< ids, in the order of the dataset
    /// Called once per id. An error leaves the episode out, with its sentence as the reason.
    std::function<Result<ExportEpisode>(const std::string& id)> load;
    /// Asked before each episode and now and then inside one.
    std::function<ExportControl(const ExportProgress&)> progress;
    FileLimits limits;
};

/// Writes the dataset beside its place (`<to>.partial`) and renames it when it is whole. Refuses a place that is taken
/// and fails when no episode can be exported; nothing is left behind after a failure or a cancellation ("cancelled").
/// One thread; the caller's callbacks run on it.
[[nodiscard]] Result<ExportReport> exportLeRobot(FileSystem& files, const LeRobotExport& wanted);

}  // namespace understudy
