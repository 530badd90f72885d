#include "storage/library.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>

#include "core/file.h"
#include "core/uuid.h"
#include "storage/migrations.h"
#include "storage/read/database.h"
#include "storage/read/libraryfile.h"
#include "storage/read/timetext.h"

namespace understudy {
namespace {

constexpr std::uint64_t kSpaceToStart = 16ULL << 20;

/// Whether nothing of a person's lies in the folder. Hidden files and what a fresh disk brings do not count.
Result<bool> isFree(const std::filesystem::path& folder)
{
    std::error_code error;
    std::filesystem::directory_iterator entries(folder, error);
    for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
        const std::string name = entries->path().filename().string();
        if (!name.starts_with('.') && name != "lost+found") return false;
    }
    if (error) return fail("cannot look into the folder " + folder.string() + ": " + error.message());
    return true;
}

/// Gives the file its name unless something has it. False: somebody else was first.
Result<bool> claimName(const std::filesystem::path& from, const std::filesystem::path& to)
{
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
    if (errno == EEXIST) return false;
    if (errno != EINVAL && errno != ENOSYS) return fail("cannot create " + to.string() + ": " + std::strerror(errno));
    // Some file systems cannot refuse to replace.
    if (std::filesystem::exists(to)) return false;
    if (std::rename(from.c_str(), to.c_str()) != 0)
        return fail("cannot create " + to.string() + ": " + std::strerror(errno));
    return true;
}

/// False: somebody else made one at the same moment.
Result<bool> createLibrary(const std::filesystem::path& folder)
{
    PosixFileSystem files;
    if (const Result<void> made = files.createDirectories(folder); !made) return tl::unexpected(made.error());
    const Result<bool> free = isFree(folder);
    if (!free) return free;
    if (std::filesystem::exists(folder / "episodes"))
        return fail("the library " + folder.string() + " has lost its index library.db, but its episodes are there. " +
                    "`understudy check` rebuilds the index from them");
    if (!*free)
        return fail("the folder " + folder.string() +
                    " is no library and holds other files. Choose an empty or a new one with --library");
    const Result<std::uint64_t> space = files.freeBytes(folder);
    if (!space) return tl::unexpected(space.error());
    if (*space < kSpaceToStart)
        return fail("no space is left to make a library in " + folder.string() + ". Free some, or choose another disk");

    const std::filesystem::path draft = folder / (".library-" + newUuid() + ".db");
    const Result<void> built = buildDatabase(draft);
    if (!built) {
        removeDatabase(draft);
        return tl::unexpected(built.error());
    }
    const Result<bool> claimed = claimName(draft, databaseFile(folder));
    if (!claimed || !*claimed) removeDatabase(draft);
    if (claimed)
        if (const Result<void> synced = files.syncDirectory(folder); !synced) return tl::unexpected(synced.error());
    return claimed;
}

}  // namespace

Result<void> buildDatabase(const std::filesystem::path& file)
{
    Result<std::unique_ptr<Database>> database = Database::open(file, Database::Access::Create);
    if (!database) return tl::unexpected(database.error());
    if (const Result<int> migrated = migrate(**database, migrations()); !migrated)
        return tl::unexpected(migrated.error());
    return (*database)->checkpoint();
}

void removeDatabase(const std::filesystem::path& file)
{
    std::error_code ignored;
    for (const char* suffix : {"", "-wal", "-shm", "-journal"})
        std::filesystem::remove(file.string() + suffix, ignored);
}

Result<Library> openLibrary(const std::filesystem::path& folder, LibraryMode mode)
{
    if (folder.empty()) return fail("no library folder was named; give one with --library");
    if (const Result<void> local = refuseNetworkFileSystem(folder); !local) return tl::unexpected(local.error());
    Library library{.folder = folder};
    const std::filesystem::path file = databaseFile(folder);
    std::error_code ignored;
    if (mode == LibraryMode::OpenOrCreate && !std::filesystem::exists(file, ignored)) {
        const Result<bool> created = createLibrary(folder);
        if (!created) return tl::unexpected(created.error());
        library.created = *created;
    }
    if (const Result<void> verified = verifyLibraryFile(file); !verified) return tl::unexpected(verified.error());

    Result<std::unique_ptr<Database>> database = Database::open(file, Database::Access::Write);
    if (!database) return tl::unexpected(database.error());
    const Result<int> before = migrate(**database, migrations());
    if (!before) return tl::unexpected(before.error());
    if (*before != kSchemaVersion) library.migratedFrom = *before;
    library.schemaVersion = kSchemaVersion;

    PosixFileSystem files;
    for (const char* part : {"episodes", "models"})
        if (const Result<void> made = files.createDirectories(folder / part); !made)
            return tl::unexpected(made.error());
    return library;
}

std::string episodeFolder(const std::string& episodeId, std::int64_t startedAtNs)
{
    return "episodes/" + rfc3339(startedAtNs).substr(0, 10) + "/" + episodeId;
}

}  // namespace understudy
