#include "support/sqlitefiles.h"

#include <cstring>
#include <new>

#include <sqlite3.h>

namespace understudy::test {
namespace {

/// The system's SQLite file as a File.
class SystemFile final : public File {
public:
    SystemFile(sqlite3_file* file, std::string name) : m_file(file), m_name(std::move(name)) {}
    Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) override
    {
        const int code = m_file->pMethods->xRead(m_file, into.data(), static_cast<int>(into.size()),
                                                 static_cast<sqlite3_int64>(offset));
        if (code == SQLITE_OK) return into.size();
        if (code != SQLITE_IOERR_SHORT_READ) return fail("cannot read " + m_name);
        const Result<std::uint64_t> end = size();
        return end && *end > offset ? static_cast<std::size_t>(*end - offset) : std::size_t{0};
    }
    Result<void> write(std::uint64_t offset, std::span<const std::byte> bytes) override
    {
        return done(m_file->pMethods->xWrite(m_file, bytes.data(), static_cast<int>(bytes.size()),
                                             static_cast<sqlite3_int64>(offset)),
                    "write");
    }
    Result<void> sync() override { return done(m_file->pMethods->xSync(m_file, SQLITE_SYNC_NORMAL), "sync"); }
    Result<std::uint64_t> size() override
    {
        sqlite3_int64 size = 0;
        if (m_file->pMethods->xFileSize(m_file, &size) != SQLITE_OK) return fail("cannot read the size of " + m_name);
        return static_cast<std::uint64_t>(size);
    }
    Result<void> truncate(std::uint64_t size) override
    {
        return done(m_file->pMethods->xTruncate(m_file, static_cast<sqlite3_int64>(size)), "shorten");
    }

private:
    Result<void> done(int code, const char* what)
    {
        if (code == SQLITE_OK) return {};
        return fail("cannot " + std::string(what) + ' ' + m_name);
    }

    sqlite3_file* m_file;
    std::string m_name;
};

struct Open {
    std::unique_ptr<File> file;
    std::filesystem::path path;
    FaultPoint* disk = nullptr;
    bool folderDue = false;  ///< created, and its name is not durable yet
};

/// What SQLite holds: its own part, ours, and behind it the system's file.
struct Handle {
    sqlite3_file base;
    Open* open;
};

sqlite3_file* systemOf(sqlite3_file* file)
{
    return reinterpret_cast<sqlite3_file*>(reinterpret_cast<Handle*>(file) + 1);
}
Open& openOf(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file)->open; }

int readFile(sqlite3_file* file, void* into, int size, sqlite3_int64 offset)
{
    const std::span<std::byte> bytes(static_cast<std::byte*>(into), static_cast<std::size_t>(size));
    const Result<std::size_t> got = openOf(file).file->read(static_cast<std::uint64_t>(offset), bytes);
    if (!got) return SQLITE_IOERR_READ;
    std::memset(bytes.data() + *got, 0, bytes.size() - *got);
    return *got == bytes.size() ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int writeFile(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset)
{
    const std::span<const std::byte> bytes(static_cast<const std::byte*>(from), static_cast<std::size_t>(size));
    const Result<void> put = openOf(file).file->write(static_cast<std::uint64_t>(offset), bytes);
    if (put) return SQLITE_OK;
    return put.error().message.find("no space") == std::string::npos ? SQLITE_IOERR_WRITE : SQLITE_FULL;
}

int truncateFile(sqlite3_file* file, sqlite3_int64 size)
{
    return openOf(file).file->truncate(static_cast<std::uint64_t>(size)) ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}

int syncFile(sqlite3_file* file, int)
{
    Open& open = openOf(file);
    if (!open.file->sync()) return SQLITE_IOERR_FSYNC;
    if (std::exchange(open.folderDue, false)) open.disk->folderSynced(open.path.parent_path());
    return SQLITE_OK;
}

int sizeOfFile(sqlite3_file* file, sqlite3_int64* size)
{
    const Result<std::uint64_t> known = openOf(file).file->size();
    if (!known) return SQLITE_IOERR_FSTAT;
    *size = static_cast<sqlite3_int64>(*known);
    return SQLITE_OK;
}

int closeFile(sqlite3_file* file)
{
    delete reinterpret_cast<Handle*>(file)->open;
    sqlite3_file* system = systemOf(file);
    return system->pMethods == nullptr ? SQLITE_OK : system->pMethods->xClose(system);
}

template <auto Method, typename... Args>
int pass(sqlite3_file* file, Args... args)
{
    sqlite3_file* system = systemOf(file);
    return (system->pMethods->*Method)(system, args...);
}

void passBarrier(sqlite3_file* file) { systemOf(file)->pMethods->xShmBarrier(systemOf(file)); }

constexpr sqlite3_io_methods kMethods{
    .iVersion = 2,
    .xClose = closeFile,
    .xRead = readFile,
    .xWrite = writeFile,
    .xTruncate = truncateFile,
    .xSync = syncFile,
    .xFileSize = sizeOfFile,
    .xLock = pass<&sqlite3_io_methods::xLock, int>,
    .xUnlock = pass<&sqlite3_io_methods::xUnlock, int>,
    .xCheckReservedLock = pass<&sqlite3_io_methods::xCheckReservedLock, int*>,
    .xFileControl = pass<&sqlite3_io_methods::xFileControl, int, void*>,
    .xSectorSize = pass<&sqlite3_io_methods::xSectorSize>,
    .xDeviceCharacteristics = pass<&sqlite3_io_methods::xDeviceCharacteristics>,
    .xShmMap = pass<&sqlite3_io_methods::xShmMap, int, int, int, void volatile**>,
    .xShmLock = pass<&sqlite3_io_methods::xShmLock, int, int, int>,
    .xShmBarrier = passBarrier,
    .xShmUnmap = pass<&sqlite3_io_methods::xShmUnmap, int>,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

}  // namespace

struct SqliteFiles::Impl {
    sqlite3_vfs vfs{};
    sqlite3_vfs* system = nullptr;
    FaultPoint* disk = nullptr;

    static Impl& of(sqlite3_vfs* vfs) { return *static_cast<Impl*>(vfs->pAppData); }

    static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* outFlags)
    {
        Impl& d = of(vfs);
        const bool isNew = name != nullptr && (flags & SQLITE_OPEN_CREATE) != 0 && !std::filesystem::exists(name);
        auto* handle = reinterpret_cast<Handle*>(file);
        handle->base.pMethods = nullptr;
        sqlite3_file* system = systemOf(file);
        if (const int code = d.system->xOpen(d.system, name, system, flags, outFlags); code != SQLITE_OK) return code;
        const std::filesystem::path path = name == nullptr ? "" : name;
        std::unique_ptr<File> content = std::make_unique<SystemFile>(system, path.string());
        if (name != nullptr) content = d.disk->wrap(std::move(content), path, isNew);
        handle->open = new Open{std::move(content), path, d.disk, isNew};
        handle->base.pMethods = &kMethods;
        return SQLITE_OK;
    }
    static int remove(sqlite3_vfs* vfs, const char* name, int syncFolder)
    {
        Impl& d = of(vfs);
        const int code = d.system->xDelete(d.system, name, syncFolder);
        if (code == SQLITE_OK) d.disk->removed(name);
        if (code == SQLITE_OK && syncFolder != 0) d.disk->folderSynced(std::filesystem::path(name).parent_path());
        return code;
    }
};

SqliteFiles::SqliteFiles(FaultPoint& disk) : m_impl(std::make_unique<Impl>())
{
    m_impl->system = sqlite3_vfs_find(nullptr);
    m_impl->disk = &disk;
    m_impl->vfs = *m_impl->system;  // everything but files is the system's, which keeps its own data
    m_impl->vfs.szOsFile = static_cast<int>(sizeof(Handle)) + m_impl->system->szOsFile;
    m_impl->vfs.zName = "understudy-test";
    m_impl->vfs.pNext = nullptr;
    m_impl->vfs.pAppData = m_impl.get();
    m_impl->vfs.xOpen = Impl::open;
    m_impl->vfs.xDelete = Impl::remove;
    sqlite3_vfs_register(&m_impl->vfs, 1);
}

SqliteFiles::~SqliteFiles()
{
    sqlite3_vfs_unregister(&m_impl->vfs);
    sqlite3_vfs_register(m_impl->system, 1);
}

}  // namespace understudy::test
