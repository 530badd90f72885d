#pragma once

#include <filesystem>

#include "core/result.h"

namespace understudy {

struct ExportRate {
    double rowsPerSecond = 0;  ///< three cameras of 640×480, 29 joints, video copied, statistics and files synced
    std::int64_t rows = 0;
};

/// Records one synthetic episode of `seconds` and exports it `episodes` times as a LeRobot dataset. Only the export is
/// timed. Uses and removes a folder inside `folder`.
[[nodiscard]] Result<ExportRate> measureLeRobotExport(const std::filesystem::path& folder, int seconds = 60,
                                                      int episodes = 3);

}  // namespace understudy
