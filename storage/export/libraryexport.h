#pragma once

#include "storage/export/episodeloader.h"
#include "storage/export/lerobotexport.h"
#include "storage/read/libraryreader.h"

namespace understudy {

struct LibraryExport {
    EpisodeFilter filter;
    LoadOptions load;
    std::filesystem::path to;
    std::function<ExportControl(const ExportProgress&)> progress;
    FileLimits limits;
};

/// Exports the episodes that pass the filter, oldest first. Left out with a reason, unless the filter names their
/// state or outcome: what is still recorded, in the tray, quarantined or rejected, and failures.
[[nodiscard]] Result<ExportReport> exportLibrary(FileSystem& files, LibraryReader& library,
                                                 const LibraryExport& wanted);

}  // namespace understudy
