#pragma once

#include "core/file.h"
#include "storage/librarywriter.h"
#include "storage/read/libraryreader.h"

namespace understudy {

/// Redone takes lie in the tray: out of every list, queue, count and export, and one press (LibraryWriter::moveTo
/// `recorded`) brings one back. They stay until the shift ends or the disk needs their room.
struct TrayOptions {
    /// Oldest first, until so many bytes are free on the library's disk; none: everything.
    std::optional<std::uint64_t> untilFreeBytes;
    std::vector<std::string> stations;  ///< names; empty: those of every station
};

struct EmptiedTray {
    int episodes = 0;
    std::vector<std::string> kept;  ///< sentences: what could not be removed
};

/// Removes takes in the tray, index first, so that what a crash leaves is a folder and never a row without one. One
/// thread: the writer's.
[[nodiscard]] Result<EmptiedTray> emptyTray(FileSystem& files, LibraryReader& reader, LibraryWriter& writer,
                                            const TrayOptions& options = {});

}  // namespace understudy
