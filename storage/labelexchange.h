#pragma once

#include <iosfwd>

#include "storage/librarywriter.h"

namespace understudy {

/// One episode a line, each as labels.json holds it. Returns how many. Memory holds one page of episodes.
[[nodiscard]] Result<std::int64_t> exportLabels(LibraryReader& reader, const EpisodeFilter& filter, std::ostream& to);

struct LabelImport {
    struct Skipped {
        std::int64_t line = 0;  ///< from 1
        std::string reason;
    };

    std::int64_t episodes = 0;
    std::int64_t added = 0;        ///< segments
    std::int64_t changed = 0;      ///< segments
    std::vector<LabelEdit> edits;  ///< one per episode that changed, for undo
    std::vector<Skipped> skipped;
};

/// Takes the segments of such lines, from this studio or another program; the rest of a line is left alone, and so is
/// what the library holds beside them. A segment whose id is known replaces that one; one without an id is new, unless
/// the same range has that label already. Tiers that are missing are made. Each episode is one transaction: taken
/// whole, or skipped with a reason. Authors that the library does not know become `by`.
[[nodiscard]] Result<LabelImport> importLabels(LibraryReader& reader, LibraryWriter& writer, std::string_view by,
                                               std::istream& from);

}  // namespace understudy
