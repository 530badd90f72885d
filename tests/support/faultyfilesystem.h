#pragma once

#include <atomic>
#include <map>
#include <mutex>

#include "core/file.h"

namespace understudy::test {

/// Files in memory that fail on demand. Any thread.
class FaultyFileSystem final : public FileSystem {
public:
    /// Bytes that may still be written; a write that does not fit leaves what fits and fails.
    std::atomic<std::uint64_t> space{~std::uint64_t{0}};
    std::atomic<bool> failWrites{false};
    std::atomic<bool> failSyncs{false};
    std::atomic<bool> failOpens{false};

    [[nodiscard]] Result<std::unique_ptr<File>> open(const std::filesystem::path& path, OpenMode mode) override;
    [[nodiscard]] Result<void> createDirectories(const std::filesystem::path& path) override;
    [[nodiscard]] Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
    [[nodiscard]] Result<void> remove(const std::filesystem::path& path) override;
    [[nodiscard]] Result<void> syncDirectory(const std::filesystem::path& path) override;
    [[nodiscard]] Result<std::uint64_t> freeBytes(const std::filesystem::path& path) override;

    [[nodiscard]] std::vector<std::byte> content(const std::filesystem::path& path) const;
    void setContent(const std::filesystem::path& path, std::vector<std::byte> bytes);
    [[nodiscard]] std::vector<std::filesystem::path> paths() const;
    /// Every file becomes what its last successful sync left.
    void losePower();

    struct Content {
        std::mutex mutex;
        std::vector<std::byte> bytes;
        std::vector<std::byte> synced;
    };

private:
    mutable std::mutex m_mutex;
    std::map<std::filesystem::path, std::shared_ptr<Content>> m_files;
};

}  // namespace understudy::test
