#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/result.h"

namespace understudy {

/// What this program writes and reads.
inline constexpr int kSchemaVersion = 1;
/// Marks the file as a library: "USTY".
inline constexpr std::int64_t kApplicationId = 0x55535459;

[[nodiscard]] inline std::filesystem::path databaseFile(const std::filesystem::path& library)
{
    return library / "library.db";
}

enum class LibraryFileState : std::uint8_t {
    Good,
    Missing,
    Unreadable,  ///< no file, no right, or a failing disk
    Empty,
    NoDatabase,
    Foreign,  ///< a database of another program
    Newer,
    CutShort
};

/// What a file is, without opening it as a database, so that a refused one stays as it is; and, unless it is good, a
/// sentence that says what to do.
struct LibraryFileFinding {
    LibraryFileState state = LibraryFileState::Good;
    std::string problem;
};
[[nodiscard]] LibraryFileFinding inspectLibraryFile(const std::filesystem::path& file);
/// The same as an error.
[[nodiscard]] Result<void> verifyLibraryFile(const std::filesystem::path& file);

/// A database that several programs share needs one host: refuses folders on a network file system, in words. The
/// folder or the nearest of its parents exists.
[[nodiscard]] Result<void> refuseNetworkFileSystem(const std::filesystem::path& folder);

/// Name of the network file system with this statfs magic and, where the magic is FUSE's, this mount type; empty: it
/// is a local one.
[[nodiscard]] std::string_view networkFileSystem(std::uint64_t magic, std::string_view mountType);

/// Type of the mount that holds this path, from text in the form of /proc/self/mountinfo, e.g. "ext4", "fuse.sshfs".
[[nodiscard]] std::string mountTypeOf(std::string_view mountInfo, const std::filesystem::path& path);

}  // namespace understudy
