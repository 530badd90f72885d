#pragma once

#include <functional>
#include <memory>

#include "core/media/videoselection.h"
#include "storage/export/exportepisode.h"
#include "storage/export/statistics.h"

namespace understudy {

/// One camera's images of one episode, ready to be written: everything that could be wrong with them was found out.
struct StagedVideo {
    std::unique_ptr<File> source;
    VideoSelection selection;
    ImageStatistics statistics;
};

/// Chooses the packets of the rows and looks at the colours. Fails, with a reason to leave the episode out, where the
/// video cannot be read or decoded.
[[nodiscard]] Result<StagedVideo> stageVideo(FileSystem& files, const ExportCamera& camera, Scratch& scratch,
                                             const std::function<bool()>& cancelled);

}  // namespace understudy
