#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"

namespace understudy {

/// A file, or a part of the old index, that could not be taken over.
struct SkippedPart {
    std::string path;  ///< relative to the library
    std::string reason;
};

struct RebuildReport {
    int episodes = 0;
    int labelled = 0;  ///< of these, with labels, verdicts or a history
    std::vector<SkippedPart> skipped;
    std::filesystem::path oldIndex;  ///< where the index went that was there before; empty: there was none
};

/// Makes a new index from the episodes' files: episode.json for what was recorded, labels.json for what people said of
/// it, and from the old index whatever can still be read and is newer. The old index is kept under another name; the
/// new one takes its place whole or not at all. Programs that have the library open say that it went away. Refuses a
/// database of another program and an index that is newer than this one. Memory does not grow with the episodes'
/// content. Any thread; a QCoreApplication must exist.
[[nodiscard]] Result<RebuildReport> rebuildIndex(const std::filesystem::path& library);

/// The same, where it is needed: the index is missing beside its episodes, empty, cut short, no database, or damaged
/// anywhere inside; reads all of it to find out. Nothing when the index is whole.
[[nodiscard]] Result<std::optional<RebuildReport>> repairIndex(const std::filesystem::path& library);

}  // namespace understudy
