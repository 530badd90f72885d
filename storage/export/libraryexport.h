#pragma once

#include "storage/export/episodeloader.h"
#include "storage/export/lerobotexport.h"
#include "storage/read/libraryreader.h"

namespace understudy {

enum class ExportKinds : std::uint8_t { One, Both };

struct LibraryExport {
    EpisodeFilter filter;
    ExportKinds kinds = ExportKinds::One;  ///< Both: simulated and real episodes in one dataset
    EpisodeLoadOptions load;
    std::filesystem::path to;
    std::function<ExportControl(const ExportProgress&)> progress;
    FileLimits limits;
};

/// Exports the episodes that pass the filter, oldest first. Left out with a reason, unless the filter names their
/// state or outcome: what is still recorded, in the tray, quarantined or rejected, and failures. Refused in words:
/// practice, always; episodes of both kinds, unless both were asked for.
[[nodiscard]] Result<ExportReport> exportLibrary(FileSystem& files, LibraryReader& library,
                                                 const LibraryExport& wanted);

}  // namespace understudy
