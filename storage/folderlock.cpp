#include "storage/folderlock.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace understudy {

Result<FolderLock> FolderLock::take(const std::filesystem::path& folder)
{
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return fail("cannot open the folder " + folder.string() + ": " + std::strerror(errno));
    FolderLock lock(descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno == EWOULDBLOCK) return fail("somebody else is writing in " + folder.string());
    return fail("cannot lock the folder " + folder.string() + ": " + std::strerror(errno));
}

bool FolderLock::isHeld(const std::filesystem::path& folder)
{
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return false;
    const FolderLock lock(descriptor);
    return ::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

FolderLock::~FolderLock()
{
    if (m_descriptor >= 0) ::close(m_descriptor);
}

FolderLock::FolderLock(FolderLock&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}

FolderLock& FolderLock::operator=(FolderLock&& other) noexcept
{
    std::swap(m_descriptor, other.m_descriptor);
    return *this;
}

}  // namespace understudy
