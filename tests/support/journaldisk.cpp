#include "support/journaldisk.h"

#include <algorithm>
#include <cstring>
#include <fstream>

namespace understudy::test {
namespace {

constexpr std::size_t kSector = 512;

std::vector<std::byte> contentOf(const std::filesystem::path& path)
{
    PosixFileSystem files;
    Result<std::vector<std::byte>> content = readAll(files, path, 1U << 30U);
    return content ? std::move(*content) : std::vector<std::byte>();
}

}  // namespace

class JournalDisk::JournalFile final : public File {
public:
    JournalFile(JournalDisk& disk, std::unique_ptr<File> file, std::uint64_t number)
        : m_disk(disk), m_file(std::move(file)), m_number(number)
    {
    }
    Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) override
    {
        return m_file->read(offset, into);
    }
    Result<void> write(std::uint64_t offset, std::span<const std::byte> bytes) override
    {
        m_disk.add({.op = Op::Write, .file = m_number, .offset = offset, .bytes = {bytes.begin(), bytes.end()}});
        return m_file->write(offset, bytes);
    }
    Result<void> sync() override
    {
        Result<void> synced = m_file->sync();
        m_disk.add({.op = Op::Sync, .file = m_number});
        return synced;
    }
    Result<std::uint64_t> size() override { return m_file->size(); }
    Result<void> truncate(std::uint64_t size) override
    {
        m_disk.add({.op = Op::Truncate, .file = m_number, .offset = size});
        return m_file->truncate(size);
    }

private:
    JournalDisk& m_disk;
    std::unique_ptr<File> m_file;
    std::uint64_t m_number;
};

JournalDisk::JournalDisk(std::filesystem::path root) : m_root(std::move(root))
{
    for (const auto& entry : std::filesystem::recursive_directory_iterator(m_root)) {
        if (entry.is_directory()) m_firstNames[inside(entry.path())] = 0;
        // SQLite's shared memory is no content.
        if (!entry.is_regular_file() || entry.path().string().ends_with("-shm")) continue;
        const std::uint64_t number = ++m_files;
        m_firstNames[inside(entry.path())] = number;
        m_firstContent[number] = contentOf(entry.path());
    }
    m_names = m_firstNames;
}

std::filesystem::path JournalDisk::inside(const std::filesystem::path& path) const
{
    return path.lexically_normal().lexically_relative(m_root.lexically_normal());
}

void JournalDisk::add(Entry entry)
{
    const std::lock_guard lock(m_mutex);
    m_journal.push_back(std::move(entry));
}

std::uint64_t JournalDisk::numberOf(const std::filesystem::path& path, bool created)
{
    const std::lock_guard lock(m_mutex);
    std::uint64_t& number = m_names[inside(path)];
    if (number != 0 && !created) return number;
    number = ++m_files;
    m_journal.push_back({.op = Op::Create, .file = number, .path = inside(path)});
    return number;
}

Result<std::unique_ptr<File>> JournalDisk::open(const std::filesystem::path& path, OpenMode mode)
{
    Result<std::unique_ptr<File>> file = m_disk.open(path, mode);
    if (!file) return file;
    return wrap(std::move(*file), path, mode == OpenMode::Create);
}

std::unique_ptr<File> JournalDisk::wrap(std::unique_ptr<File> file, const std::filesystem::path& path, bool created)
{
    return std::make_unique<JournalFile>(*this, std::move(file), numberOf(path, created));
}

Result<void> JournalDisk::createDirectories(const std::filesystem::path& path)
{
    std::filesystem::path made = m_root;
    for (const std::filesystem::path& part : inside(path)) {
        made /= part;
        if (!std::filesystem::exists(made)) add({.op = Op::MakeFolder, .path = inside(made)});
    }
    return m_disk.createDirectories(path);
}

Result<void> JournalDisk::rename(const std::filesystem::path& from, const std::filesystem::path& to)
{
    const std::lock_guard lock(m_mutex);
    Result<void> renamed = m_disk.rename(from, to);
    if (!renamed) return renamed;
    m_journal.push_back({.op = Op::Rename, .path = inside(from), .to = inside(to)});
    m_names[inside(to)] = m_names[inside(from)];
    m_names.erase(inside(from));
    return {};
}

Result<void> JournalDisk::remove(const std::filesystem::path& path)
{
    Result<void> done = m_disk.remove(path);
    if (done) removed(path);
    return done;
}

void JournalDisk::removed(const std::filesystem::path& path)
{
    const std::lock_guard lock(m_mutex);
    if (m_names.erase(inside(path)) > 0) m_journal.push_back({.op = Op::Remove, .path = inside(path)});
}

Result<void> JournalDisk::syncDirectory(const std::filesystem::path& path)
{
    Result<void> synced = m_disk.syncDirectory(path);
    folderSynced(path);
    return synced;
}

void JournalDisk::folderSynced(const std::filesystem::path& path) { add({.op = Op::SyncFolder, .path = inside(path)}); }

void JournalDisk::promise(std::int64_t value) { add({.op = Op::Promise, .value = value}); }

std::size_t JournalDisk::size() const
{
    const std::lock_guard lock(m_mutex);
    return m_journal.size();
}

std::int64_t JournalDisk::promisedAt(std::size_t instant) const
{
    const std::lock_guard lock(m_mutex);
    std::int64_t newest = 0;
    for (std::size_t i = 0; i < instant; ++i)
        if (m_journal[i].op == Op::Promise) newest = std::max(newest, m_journal[i].value);
    return newest;
}

/// The disk while the journal is read again.
struct JournalDisk::Replay {
    struct Content {
        std::vector<std::byte> durable;
        std::vector<const Entry*> rest;  ///< changes since the last sync
    };
    std::map<std::uint64_t, Content> files;
    std::map<std::filesystem::path, std::uint64_t> names;                 ///< durable; folders are number 0
    std::map<std::filesystem::path, std::vector<const Entry*>> nameRest;  ///< changes since the folder was synced

    static void apply(std::vector<std::byte>& bytes, const Entry& entry)
    {
        if (entry.op == Op::Truncate) return bytes.resize(static_cast<std::size_t>(entry.offset));
        if (entry.bytes.empty()) return;
        const auto at = static_cast<std::size_t>(entry.offset);
        bytes.resize(std::max(bytes.size(), at + entry.bytes.size()));
        std::memcpy(bytes.data() + at, entry.bytes.data(), entry.bytes.size());
    }
    /// A write of which only some sectors came down.
    static void tear(std::vector<std::byte>& bytes, const Entry& entry, std::mt19937& random)
    {
        if (random() % 3 == 0) return;
        if (entry.op == Op::Truncate || random() % 2 == 0) return apply(bytes, entry);
        for (std::size_t begin = 0; begin < entry.bytes.size();) {
            const std::size_t end = std::min(
                entry.bytes.size(), begin + kSector - static_cast<std::size_t>((entry.offset + begin) % kSector));
            if (random() % 2 == 0) {
                Entry part{.op = Op::Write, .offset = entry.offset + begin};
                part.bytes.assign(entry.bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                                  entry.bytes.begin() + static_cast<std::ptrdiff_t>(end));
                apply(bytes, part);
            }
            begin = end;
        }
    }
    void applyName(const Entry& entry)
    {
        switch (entry.op) {
        case Op::Create:
            names[entry.path] = entry.file;
            break;
        case Op::MakeFolder:
            names[entry.path] = 0;
            break;
        case Op::Remove:
            names.erase(entry.path);
            break;
        default:
            if (const auto from = names.extract(entry.path)) names[entry.to] = from.mapped();
        }
    }
    void read(const Entry& entry)
    {
        switch (entry.op) {
        case Op::Write:
        case Op::Truncate:
            files[entry.file].rest.push_back(&entry);
            break;
        case Op::Sync: {
            Content& content = files[entry.file];
            for (const Entry* change : std::exchange(content.rest, {})) apply(content.durable, *change);
            break;
        }
        case Op::SyncFolder: {
            const std::filesystem::path folder = entry.path == "." ? std::filesystem::path() : entry.path;
            for (const Entry* change : std::exchange(nameRest[folder], {})) applyName(*change);
            break;
        }
        case Op::Promise:
            break;
        default:
            nameRest[entry.path.parent_path()].push_back(&entry);
        }
    }
};

void JournalDisk::cut(std::size_t instant, Rest rest, std::mt19937& random, const std::filesystem::path& into) const
{
    const std::lock_guard lock(m_mutex);
    Replay replay;
    replay.names = m_firstNames;
    for (const auto& [number, content] : m_firstContent) replay.files[number].durable = content;
    for (std::size_t i = 0; i < instant; ++i) replay.read(m_journal[i]);
    for (auto& [folder, changes] : replay.nameRest) {
        const std::size_t kept = rest == Rest::Nothing      ? 0
                                 : rest == Rest::Everything ? changes.size()
                                                            : random() % (changes.size() + 1);
        for (std::size_t i = 0; i < kept; ++i) replay.applyName(*changes[i]);
    }
    for (auto& [number, content] : replay.files)
        for (const Entry* change : content.rest) {
            if (rest == Rest::Everything) Replay::apply(content.durable, *change);
            if (rest == Rest::Chance) Replay::tear(content.durable, *change, random);
        }
    std::filesystem::remove_all(into);
    std::filesystem::create_directories(into);
    // Parents come before what lies in them; what lies in a folder whose own name was lost is lost with it.
    for (const auto& [name, number] : replay.names) {
        if (!std::filesystem::exists((into / name).parent_path())) continue;
        if (number == 0) {
            std::filesystem::create_directory(into / name);
            continue;
        }
        const std::vector<std::byte>& bytes = replay.files[number].durable;
        std::ofstream out(into / name, std::ios::binary);
        out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
}

}  // namespace understudy::test
