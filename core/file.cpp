#include "core/file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace understudy {
namespace {

tl::unexpected<Error> failedAt(const char* what, const std::filesystem::path& path)
{
    return fail(std::string(what) + " " + path.string() + ": " + std::strerror(errno));
}

class PosixFile final : public File {
public:
    PosixFile(int descriptor, std::filesystem::path path) : m_descriptor(descriptor), m_path(std::move(path)) {}
    ~PosixFile() override { ::close(m_descriptor); }
    PosixFile(const PosixFile&) = delete;
    PosixFile& operator=(const PosixFile&) = delete;

    Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) override
    {
        std::size_t done = 0;
        while (done < into.size()) {
            const ssize_t got =
                ::pread(m_descriptor, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return failedAt("cannot read", m_path);
            if (got == 0) break;
            done += static_cast<std::size_t>(got);
        }
        return done;
    }

    Result<void> write(std::uint64_t offset, std::span<const std::byte> bytes) override
    {
        std::size_t done = 0;
        while (done < bytes.size()) {
            const ssize_t put =
                ::pwrite(m_descriptor, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
            if (put < 0 && errno == EINTR) continue;
            if (put < 0) return failedAt("cannot write", m_path);
            done += static_cast<std::size_t>(put);
        }
        return {};
    }

    Result<void> sync() override
    {
        if (::fdatasync(m_descriptor) != 0) return failedAt("cannot sync", m_path);
        return {};
    }

    Result<std::uint64_t> size() override
    {
        struct stat status {};
        if (::fstat(m_descriptor, &status) != 0) return failedAt("cannot read the size of", m_path);
        return static_cast<std::uint64_t>(status.st_size);
    }

    Result<void> truncate(std::uint64_t size) override
    {
        if (::ftruncate(m_descriptor, static_cast<off_t>(size)) != 0) return failedAt("cannot shorten", m_path);
        return {};
    }

private:
    int m_descriptor;
    std::filesystem::path m_path;
};

}  // namespace

Result<std::unique_ptr<File>> PosixFileSystem::open(const std::filesystem::path& path, OpenMode mode)
{
    int flags = O_CLOEXEC;
    if (mode == OpenMode::Read) flags |= O_RDONLY;
    if (mode == OpenMode::ReadWrite) flags |= O_RDWR;
    if (mode == OpenMode::Create) flags |= O_RDWR | O_CREAT | O_EXCL;
    const int descriptor = ::open(path.c_str(), flags, 0644);
    if (descriptor < 0) return failedAt(mode == OpenMode::Create ? "cannot create" : "cannot open", path);
    return std::make_unique<PosixFile>(descriptor, path);
}

Result<void> PosixFileSystem::createDirectories(const std::filesystem::path& path)
{
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) return fail("cannot create the folder " + path.string() + ": " + error.message());
    return {};
}

Result<void> PosixFileSystem::rename(const std::filesystem::path& from, const std::filesystem::path& to)
{
    if (::rename(from.c_str(), to.c_str()) != 0) return failedAt("cannot rename", from);
    return {};
}

Result<void> PosixFileSystem::remove(const std::filesystem::path& path)
{
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failedAt("cannot remove", path);
    return {};
}

Result<void> PosixFileSystem::syncDirectory(const std::filesystem::path& path)
{
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return failedAt("cannot open the folder", path);
    const bool synced = ::fsync(descriptor) == 0;
    const int error = errno;
    ::close(descriptor);
    errno = error;
    if (!synced) return failedAt("cannot sync the folder", path);
    return {};
}

Result<std::uint64_t> PosixFileSystem::freeBytes(const std::filesystem::path& path)
{
    struct statvfs status {};
    if (::statvfs(path.c_str(), &status) != 0) return failedAt("cannot read the free space of", path);
    return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

Result<std::vector<std::byte>> readAll(FileSystem& files, const std::filesystem::path& path, std::uint64_t limit)
{
    Result<std::unique_ptr<File>> file = files.open(path, OpenMode::Read);
    if (!file) return tl::unexpected(file.error());
    const Result<std::uint64_t> size = (*file)->size();
    if (!size) return tl::unexpected(size.error());
    if (*size > limit)
        return fail(path.string() + " has " + std::to_string(*size) + " bytes, more than the " + std::to_string(limit) +
                    " that are read");
    std::vector<std::byte> content(*size);
    const Result<std::size_t> got = (*file)->read(0, content);
    if (!got) return tl::unexpected(got.error());
    content.resize(*got);
    return content;
}

Result<void> replaceFile(FileSystem& files, const std::filesystem::path& path, std::span<const std::byte> content)
{
    // Of this writer alone: another one, of the same file at the same time, must not fill or rename it.
    std::filesystem::path beside = path;
    beside += ".new." + std::to_string(::getpid()) + "." + std::to_string(::gettid());
    if (const Result<void> removed = files.remove(beside); !removed) return removed;
    {
        Result<std::unique_ptr<File>> file = files.open(beside, OpenMode::Create);
        if (!file) return tl::unexpected(file.error());
        if (const Result<void> written = (*file)->write(0, content); !written) return written;
        if (const Result<void> synced = (*file)->sync(); !synced) return synced;
    }
    if (const Result<void> renamed = files.rename(beside, path); !renamed) return renamed;
    return files.syncDirectory(path.parent_path());
}

}  // namespace understudy
