#pragma once

#include <filesystem>

#include "core/result.h"

namespace understudy {

/// Held by whoever writes in a folder: an advisory lock on the folder itself that the system releases when the
/// process ends, however it ends. Movable; not inherited by programs that are started.
class FolderLock {
public:
    /// Fails at once when somebody else, also in this process, holds it.
    [[nodiscard]] static Result<FolderLock> take(const std::filesystem::path& folder);
    /// Whether somebody holds it now.
    [[nodiscard]] static bool isHeld(const std::filesystem::path& folder);

    FolderLock() = default;
    ~FolderLock();
    FolderLock(FolderLock&& other) noexcept;
    FolderLock& operator=(FolderLock&& other) noexcept;

private:
    explicit FolderLock(int descriptor) : m_descriptor(descriptor) {}
    int m_descriptor = -1;
};

}  // namespace understudy
