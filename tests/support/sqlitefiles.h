#pragma once

#include <memory>

#include "core/file.h"

namespace understudy::test {

/// A disk that also stands under SQLite.
class FaultPoint {
public:
    virtual ~FaultPoint() = default;
    /// What SQLite opened, as a File; what is given back is used instead.
    [[nodiscard]] virtual std::unique_ptr<File> wrap(std::unique_ptr<File> file, const std::filesystem::path& path,
                                                     bool created) = 0;
    virtual void removed(const std::filesystem::path& path) { (void)path; }
    /// The folder of the path was synced.
    virtual void folderSynced(const std::filesystem::path& path) { (void)path; }
};

/// While it lives, every database of this process that is opened goes through the disk: content is read, written and
/// synced through its Files, locks and shared memory stay the system's.
class SqliteFiles {
public:
    explicit SqliteFiles(FaultPoint& disk);
    ~SqliteFiles();
    SqliteFiles(const SqliteFiles&) = delete;
    SqliteFiles& operator=(const SqliteFiles&) = delete;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace understudy::test
