#pragma once

#include <atomic>
#include <chrono>
#include <thread>

#include "core/file.h"
#include "support/sqlitefiles.h"

namespace understudy::test {

/// The system's files, failing or stalling on demand, also under SQLite (SqliteFiles). Any thread.
class FaultyDisk final : public FileSystem, public FaultPoint {
public:
    std::atomic<std::int64_t> space{std::int64_t{1} << 40};  ///< bytes that may still be written
    std::atomic<bool> failSyncs{false};
    std::atomic<bool> readOnly{false};     ///< as a file system that was remounted: nothing is written or renamed
    std::atomic<int> syncMilliseconds{0};  ///< each sync takes so long
    std::atomic<bool> stalled{false};      ///< every write and sync waits until it is over

    Result<std::unique_ptr<File>> open(const std::filesystem::path& path, OpenMode mode) override
    {
        if (mode != OpenMode::Read && readOnly) return refused("open", path);
        Result<std::unique_ptr<File>> file = m_disk.open(path, mode);
        if (!file) return file;
        return wrap(std::move(*file), path, mode == OpenMode::Create);
    }
    std::unique_ptr<File> wrap(std::unique_ptr<File> file, const std::filesystem::path& path, bool) override
    {
        return std::make_unique<FaultyFile>(*this, std::move(file), path.string());
    }
    Result<void> createDirectories(const std::filesystem::path& path) override
    {
        if (readOnly && !std::filesystem::exists(path)) return refused("create the folder", path);
        return m_disk.createDirectories(path);
    }
    Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) override
    {
        if (readOnly) return refused("rename", from);
        return m_disk.rename(from, to);
    }
    Result<void> remove(const std::filesystem::path& path) override
    {
        if (readOnly) return refused("remove", path);
        return m_disk.remove(path);
    }
    Result<void> syncDirectory(const std::filesystem::path& path) override { return m_disk.syncDirectory(path); }
    Result<std::uint64_t> freeBytes(const std::filesystem::path&) override
    {
        return static_cast<std::uint64_t>(space.load());
    }

private:
    class FaultyFile final : public File {
    public:
        FaultyFile(FaultyDisk& disk, std::unique_ptr<File> file, std::string name)
            : m_disk(disk), m_file(std::move(file)), m_name(std::move(name))
        {
        }
        Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) override
        {
            return m_file->read(offset, into);
        }
        Result<void> write(std::uint64_t offset, std::span<const std::byte> bytes) override
        {
            m_disk.waitWhileStalled();
            if (m_disk.readOnly) return refused("write", m_name);
            const std::int64_t room = m_disk.space.fetch_sub(static_cast<std::int64_t>(bytes.size()));
            if (room >= static_cast<std::int64_t>(bytes.size())) return m_file->write(offset, bytes);
            m_disk.space = 0;
            (void)m_file->write(offset, bytes.first(static_cast<std::size_t>(std::max<std::int64_t>(room, 0))));
            return fail("cannot write " + m_name + ": no space left on device");
        }
        Result<void> sync() override
        {
            m_disk.waitWhileStalled();
            if (m_disk.failSyncs) return fail("cannot sync " + m_name + ": input/output error");
            std::this_thread::sleep_for(std::chrono::milliseconds(m_disk.syncMilliseconds));
            return m_file->sync();
        }
        Result<std::uint64_t> size() override { return m_file->size(); }
        Result<void> truncate(std::uint64_t size) override
        {
            if (m_disk.readOnly) return refused("shorten", m_name);
            return m_file->truncate(size);
        }

    private:
        FaultyDisk& m_disk;
        std::unique_ptr<File> m_file;
        std::string m_name;
    };

    static tl::unexpected<Error> refused(const char* what, const std::filesystem::path& path)
    {
        return fail("cannot " + std::string(what) + ' ' + path.string() + ": read-only file system");
    }
    void waitWhileStalled() const
    {
        while (stalled) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }

    PosixFileSystem m_disk;
};

}  // namespace understudy::test
