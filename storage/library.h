#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/result.h"

namespace understudy {

/// A folder with library.db, episodes/ and models/.
struct Library {
    std::filesystem::path folder;
    int schemaVersion = 0;
    std::optional<int> migratedFrom;  ///< version it had before it was opened; say so to the person
    bool created = false;
};

enum class LibraryMode : std::uint8_t {
    Open,          ///< must be there; an older one is migrated
    OpenOrCreate,  ///< a folder that is missing or empty becomes a library
};

/// Makes a library ready for LibraryWriter and LibraryReader. Refused in words, and left as it is: what is no library,
/// a newer or damaged one, a folder that cannot be written, is full, or lies on a network file system. Creation and
/// migration happen whole or not at all. Any thread; a QCoreApplication must exist.
[[nodiscard]] Result<Library> openLibrary(const std::filesystem::path& folder, LibraryMode mode);

/// A new, empty index of the newest version.
[[nodiscard]] Result<void> buildDatabase(const std::filesystem::path& file);

/// Removes it with everything that the engine keeps beside it.
void removeDatabase(const std::filesystem::path& file);

/// Folder of an episode, relative to the library: episodes/<UTC date>/<id>.
[[nodiscard]] std::string episodeFolder(const std::string& episodeId, std::int64_t startedAtNs);

}  // namespace understudy
