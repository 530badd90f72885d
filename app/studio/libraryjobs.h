#pragma once

#include <filesystem>

#include "app/studio/libraryservice.h"
#include "app/studio/longwork.h"
#include "storage/read/episodefilter.h"

namespace understudy {

/// Work on a library for a LongWork. Each opens the library for itself, says in words how it ended, and leaves nothing
/// half-written when it is cancelled.
[[nodiscard]] WorkEnd exportEpisodes(const std::filesystem::path& library, const EpisodeFilter& filter,
                                     const std::filesystem::path& to, const WorkProgress& progress);
[[nodiscard]] WorkEnd checkEpisodes(const std::filesystem::path& library, const WorkProgress& progress);
/// Reads a robot's description with its meshes and keeps it in the library.
[[nodiscard]] WorkEnd importModel(const std::filesystem::path& library, const std::filesystem::path& description,
                                  const WorkProgress& progress);

/// Reads a recorded episode whole and moves it on to checked, or to quarantine: then says what is damaged. Empty, and
/// nothing done, where somebody else already has.
[[nodiscard]] Result<std::string> checkRecorded(const LibraryAccess& access, const std::string& episode);

}  // namespace understudy
