#pragma once

#include <functional>

#include "core/file.h"
#include "storage/librarywriter.h"

namespace understudy {

struct RecoveredEpisode {
    std::string id;
    std::int64_t missingMs = 0;      ///< from the newest sample kept to the last write that the disk remembers
    std::vector<std::string> words;  ///< what was cut, a sentence each
};

struct DamagedEpisode {
    std::string id;
    std::string reason;
};

struct LibraryCheck {
    std::int64_t episodes = 0;
    std::int64_t ok = 0;
    std::vector<RecoveredEpisode> recovered;
    std::vector<DamagedEpisode> damaged;
    std::vector<DamagedEpisode> repaired;  ///< what was wrong, of those that are whole again
    std::vector<std::string> recording;    ///< ids of takes that are being recorded: not looked into
};

struct LibraryCheckOptions {
    std::string episode;  ///< id or the beginning of one; empty: all
    /// Called after each episode with how many are done; false ends the check early.
    std::function<bool(std::int64_t)> progress;
};

/// Recovers every take that a crash left in state `recording`; those being recorded are left alone. Call it when a
/// library is opened for writing. Takes that cannot be recovered stay as they are and are listed.
[[nodiscard]] Result<LibraryCheck> recoverLibrary(FileSystem& files, LibraryReader& reader, LibraryWriter& writer);

/// Recovers, then reads every byte of every episode and compares files and index. Where only episode.json or a summary
/// is lost or damaged, they are made anew from the index and the rest. Recorded episodes become `checked`;
/// damaged ones are quarantined with the reason, where their state allows it. A page of rows in memory at a time.
[[nodiscard]] Result<LibraryCheck> checkLibrary(FileSystem& files, LibraryReader& reader, LibraryWriter& writer,
                                                const LibraryCheckOptions& options = {});

}  // namespace understudy
