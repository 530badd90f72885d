#pragma once

#include "core/file.h"
#include "storage/export/exportepisode.h"
#include "storage/export/grid.h"
#include "storage/read/libraryreader.h"

namespace understudy {

/// Brings a recorded episode onto the grid of a dataset: what the robot measured as state, what it was sent as action,
/// interpolated; images nearest in time. Fails, with the reason to leave it out, for takes whose operator called them
/// nothing, were set aside, quarantined or rejected, or whose recording does not give a grid. One pass over the
/// signals, no decoding of images.
[[nodiscard]] Result<ExportEpisode> loadForExport(FileSystem& files, LibraryReader& library, const std::string& id,
                                                  const GridOptions& options);

}  // namespace understudy
