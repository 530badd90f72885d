#include "support/faultyfilesystem.h"

#include <algorithm>
#include <cstring>

namespace understudy::test {
namespace {

using Content = FaultyFileSystem::Content;

class MemoryFile final : public File {
public:
    MemoryFile(FaultyFileSystem& files, std::shared_ptr<Content> content, std::string name)
        : m_files(files), m_content(std::move(content)), m_name(std::move(name))
    {
    }

    Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) override
    {
        const std::lock_guard lock(m_content->mutex);
        const std::vector<std::byte>& bytes = m_content->bytes;
        if (offset >= bytes.size()) return std::size_t{0};
        const std::size_t count = std::min<std::size_t>(into.size(), bytes.size() - offset);
        if (count > 0) std::memcpy(into.data(), bytes.data() + offset, count);
        return count;
    }

    Result<void> write(std::uint64_t offset, std::span<const std::byte> from) override
    {
        if (m_files.failWrites) return fail("cannot write " + m_name + ": input/output error");
        const std::uint64_t room = m_files.space;
        const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(room, from.size()));
        if (room != ~std::uint64_t{0}) m_files.space = room - count;
        const std::lock_guard lock(m_content->mutex);
        std::vector<std::byte>& bytes = m_content->bytes;
        if (offset + count > bytes.size()) bytes.resize(offset + count);
        if (count > 0) std::memcpy(bytes.data() + offset, from.data(), count);
        if (count < from.size()) return fail("cannot write " + m_name + ": no space left on device");
        return {};
    }

    Result<void> sync() override
    {
        if (m_files.failSyncs) return fail("cannot sync " + m_name + ": input/output error");
        const std::lock_guard lock(m_content->mutex);
        m_content->synced = m_content->bytes;
        return {};
    }

    Result<std::uint64_t> size() override
    {
        const std::lock_guard lock(m_content->mutex);
        return m_content->bytes.size();
    }

    Result<void> truncate(std::uint64_t size) override
    {
        const std::lock_guard lock(m_content->mutex);
        m_content->bytes.resize(static_cast<std::size_t>(size));
        return {};
    }

private:
    FaultyFileSystem& m_files;
    std::shared_ptr<Content> m_content;
    std::string m_name;
};

}  // namespace

Result<std::unique_ptr<File>> FaultyFileSystem::open(const std::filesystem::path& path, OpenMode mode)
{
    if (failOpens) return fail("cannot open " + path.string() + ": input/output error");
    const std::lock_guard lock(m_mutex);
    const auto found = m_files.find(path);
    if (mode == OpenMode::Create && found != m_files.end()) return fail("cannot create " + path.string() + ": exists");
    if (mode != OpenMode::Create && found == m_files.end())
        return fail("cannot open " + path.string() + ": no such file");
    if (mode == OpenMode::Create) m_files[path] = std::make_shared<Content>();
    return std::make_unique<MemoryFile>(*this, m_files[path], path.string());
}

Result<void> FaultyFileSystem::createDirectories(const std::filesystem::path&) { return {}; }

Result<void> FaultyFileSystem::rename(const std::filesystem::path& from, const std::filesystem::path& to)
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_files.find(from);
    if (found == m_files.end()) return fail("cannot rename " + from.string() + ": no such file");
    m_files[to] = found->second;
    m_files.erase(from);
    return {};
}

Result<void> FaultyFileSystem::remove(const std::filesystem::path& path)
{
    const std::lock_guard lock(m_mutex);
    m_files.erase(path);
    return {};
}

Result<void> FaultyFileSystem::syncDirectory(const std::filesystem::path&) { return {}; }

Result<std::uint64_t> FaultyFileSystem::freeBytes(const std::filesystem::path&) { return space.load(); }

std::vector<std::byte> FaultyFileSystem::content(const std::filesystem::path& path) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_files.find(path);
    if (found == m_files.end()) return {};
    const std::lock_guard inner(found->second->mutex);
    return found->second->bytes;
}

void FaultyFileSystem::setContent(const std::filesystem::path& path, std::vector<std::byte> bytes)
{
    auto content = std::make_shared<Content>();
    content->bytes = std::move(bytes);
    const std::lock_guard lock(m_mutex);
    m_files[path] = std::move(content);
}

std::vector<std::filesystem::path> FaultyFileSystem::paths() const
{
    const std::lock_guard lock(m_mutex);
    std::vector<std::filesystem::path> names;
    for (const auto& [path, content] : m_files) names.push_back(path);
    return names;
}

void FaultyFileSystem::losePower()
{
    const std::lock_guard lock(m_mutex);
    for (const auto& [path, content] : m_files) {
        const std::lock_guard inner(content->mutex);
        content->bytes = content->synced;
    }
}

}  // namespace understudy::test
