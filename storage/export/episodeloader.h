#pragma once

#include "core/file.h"
#include "storage/export/canonicallayout.h"
#include "storage/export/grid.h"
#include "storage/read/episode.h"

namespace understudy {

/// Native: joints by their makers' names, one robot a dataset. Canonical: the layout all robots share.
enum class JointLayout : std::uint8_t { Native, Canonical };

enum class InstructionLanguage : std::uint8_t { English, Chinese };

struct EpisodeLoadOptions {
    GridOptions grid;
    std::vector<std::string> cameras;             ///< names; empty: all
    Duration jointTolerance = 20 * kMillisecond;  ///< between a row and the nearest sample
    /// Of the task text; where the task has none in it, the other is taken, and at last the task's name.
    InstructionLanguage language = InstructionLanguage::English;
    JointLayout layout = JointLayout::Native;
    WristPosesOf wristPoses;  ///< for the canonical layout; without it wrists are masked
};

/// Reads a recorded episode onto the rows of a grid: state is what the robot measured, action what it was sent. Memory
/// grows with the rows, not with the samples. `row` and `segments` are the library's, `folder` is the episode's.
/// Fails, with a reason to leave it out, where the episode cannot be exported.
[[nodiscard]] Result<ExportEpisode> loadEpisode(FileSystem& files, const std::filesystem::path& folder,
                                                const EpisodeRow& row, std::vector<Segment> segments,
                                                const EpisodeLoadOptions& options = {});

}  // namespace understudy
