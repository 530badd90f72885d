#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "core/result.h"

namespace understudy {

/// One open file. The seam under MCAP, FFmpeg, Arrow and SQLite, so that faults can be injected under all of them.
/// One thread at a time. A write either takes every byte or fails; what a failed write left is unknown.
class File {
public:
    virtual ~File() = default;  ///< closes, does not sync

    /// Bytes read; fewer than asked only at the end of the file.
    [[nodiscard]] virtual Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) = 0;
    [[nodiscard]] virtual Result<void> write(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
    /// Returns once the content is on the medium (fdatasync). After a failure nothing written since the last
    /// success may be trusted.
    [[nodiscard]] virtual Result<void> sync() = 0;
    [[nodiscard]] virtual Result<std::uint64_t> size() = 0;
    [[nodiscard]] virtual Result<void> truncate(std::uint64_t size) = 0;
};

enum class OpenMode : std::uint8_t {
    Read,       ///< an existing file
    Create,     ///< a new file; fails if it is there
    ReadWrite,  ///< an existing file
};

/// Opens files and changes folders. Any thread.
class FileSystem {
public:
    virtual ~FileSystem() = default;

    [[nodiscard]] virtual Result<std::unique_ptr<File>> open(const std::filesystem::path& path, OpenMode mode) = 0;
    [[nodiscard]] virtual Result<void> createDirectories(const std::filesystem::path& path) = 0;
    /// Atomic replacement within one file system.
    [[nodiscard]] virtual Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
    [[nodiscard]] virtual Result<void> remove(const std::filesystem::path& path) = 0;
    /// Makes created, renamed and removed names in the folder durable.
    [[nodiscard]] virtual Result<void> syncDirectory(const std::filesystem::path& path) = 0;
    /// Bytes an unprivileged user may still write there.
    [[nodiscard]] virtual Result<std::uint64_t> freeBytes(const std::filesystem::path& path) = 0;
};

/// The operating system's files.
class PosixFileSystem final : public FileSystem {
public:
    [[nodiscard]] Result<std::unique_ptr<File>> open(const std::filesystem::path& path, OpenMode mode) override;
    [[nodiscard]] Result<void> createDirectories(const std::filesystem::path& path) override;
    [[nodiscard]] Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
    [[nodiscard]] Result<void> remove(const std::filesystem::path& path) override;
    [[nodiscard]] Result<void> syncDirectory(const std::filesystem::path& path) override;
    [[nodiscard]] Result<std::uint64_t> freeBytes(const std::filesystem::path& path) override;
};

/// Reads a whole file of at most `limit` bytes; a larger one is an error.
[[nodiscard]] Result<std::vector<std::byte>> readAll(FileSystem& files, const std::filesystem::path& path,
                                                     std::uint64_t limit);
/// Writes beside, syncs, renames over it, syncs the folder: old or new content, never less, whoever else replaces it.
[[nodiscard]] Result<void> replaceFile(FileSystem& files, const std::filesystem::path& path,
                                       std::span<const std::byte> content);

}  // namespace understudy
