#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <random>
#include <vector>

#include "core/file.h"
#include "support/sqlitefiles.h"

namespace understudy::test {

/// A real folder whose every change is written down, so that what a power cut would have left can be made for any
/// instant: of each file what was synced, and of the rest, sector by sector, what chance kept; of names created,
/// renamed and removed those that were synced with their folder, and of the rest a beginning. Any thread.
class JournalDisk final : public FileSystem, public FaultPoint {
public:
    /// What lies in the folder now is durable.
    explicit JournalDisk(std::filesystem::path root);

    Result<std::unique_ptr<File>> open(const std::filesystem::path& path, OpenMode mode) override;
    Result<void> createDirectories(const std::filesystem::path& path) override;
    Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
    Result<void> remove(const std::filesystem::path& path) override;
    Result<void> syncDirectory(const std::filesystem::path& path) override;
    Result<std::uint64_t> freeBytes(const std::filesystem::path& path) override { return m_disk.freeBytes(path); }

    std::unique_ptr<File> wrap(std::unique_ptr<File> file, const std::filesystem::path& path, bool created) override;
    void removed(const std::filesystem::path& path) override;
    void folderSynced(const std::filesystem::path& path) override;

    /// Something was promised at this point of the journal.
    void promise(std::int64_t value);

    [[nodiscard]] std::size_t size() const;
    /// The newest promise before an instant; 0: none yet.
    [[nodiscard]] std::int64_t promisedAt(std::size_t instant) const;
    enum class Rest { Nothing, Everything, Chance };
    /// What the disk holds when the power fails after so many changes, made in `into`, which is emptied first.
    void cut(std::size_t instant, Rest rest, std::mt19937& random, const std::filesystem::path& into) const;

private:
    enum class Op { Create, Write, Truncate, Sync, Rename, Remove, MakeFolder, SyncFolder, Promise };
    struct Entry {
        Op op = Op::Create;
        std::uint64_t file = 0;
        std::uint64_t offset = 0;  ///< or size
        std::int64_t value = 0;
        std::filesystem::path path;
        std::filesystem::path to;
        std::vector<std::byte> bytes;
    };
    class JournalFile;
    struct Replay;

    void add(Entry entry);
    [[nodiscard]] std::filesystem::path inside(const std::filesystem::path& path) const;
    std::uint64_t numberOf(const std::filesystem::path& path, bool created);

    std::filesystem::path m_root;
    PosixFileSystem m_disk;
    mutable std::mutex m_mutex;
    std::vector<Entry> m_journal;
    std::map<std::filesystem::path, std::uint64_t> m_names;  ///< now
    std::map<std::filesystem::path, std::uint64_t> m_firstNames;
    std::map<std::uint64_t, std::vector<std::byte>> m_firstContent;
    std::uint64_t m_files = 0;
};

}  // namespace understudy::test
