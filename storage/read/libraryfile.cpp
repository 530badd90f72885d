#include "storage/read/libraryfile.h"

#include <array>
#include <fstream>
#include <sstream>
#include <sys/vfs.h>
#include <utility>
#include <vector>

#include "core/file.h"

namespace understudy {
namespace {

constexpr std::size_t kHeaderSize = 100;
constexpr std::string_view kSqliteMagic{"SQLite format 3\0", 16};

using Header = std::array<std::byte, kHeaderSize>;

std::uint32_t bigEndian(const Header& header, std::size_t offset, std::size_t size)
{
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = (value << 8) | std::to_integer<std::uint32_t>(header[offset + i]);
    return value;
}

bool hasContent(const std::filesystem::path& path)
{
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    return !error && size > 0;
}

/// Octal escapes of mountinfo: \040 is a space.
std::string unescaped(std::string_view text)
{
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 3 < text.size()) {
            plain += static_cast<char>(((text[i + 1] - '0') << 6) | ((text[i + 2] - '0') << 3) | (text[i + 3] - '0'));
            i += 3;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

bool contains(const std::string& folder, const std::string& path)
{
    if (folder == "/") return path.starts_with('/');
    return path == folder || path.starts_with(folder + "/");
}

}  // namespace

LibraryFileFinding inspectLibraryFile(const std::filesystem::path& file)
{
    using enum LibraryFileState;
    std::error_code error;
    const auto status = std::filesystem::status(file, error);
    if (!std::filesystem::exists(status))
        return {Missing, "there is no library at " + file.parent_path().string() +
                             ": library.db is missing. Choose another folder with --library, or record an episode to " +
                             "make one"};
    if (!std::filesystem::is_regular_file(status))
        return {Unreadable, file.string() + " is not a file, so it is no library"};

    PosixFileSystem files;
    const auto opened = files.open(file, OpenMode::Read);
    if (!opened) return {Unreadable, opened.error().message + ". Give this user the right to read it"};
    Header header{};
    const auto got = (*opened)->read(0, header);
    if (!got) return {Unreadable, got.error().message};
    const auto size = (*opened)->size();
    if (!size) return {Unreadable, size.error().message};

    if (*size == 0)
        return {Empty, file.string() +
                           " is empty, so it is no library. `understudy check` makes a new index from the " +
                           "episodes beside it"};
    const std::string_view magic(reinterpret_cast<const char*>(header.data()), kSqliteMagic.size());
    if (*got < kHeaderSize || magic != kSqliteMagic)
        return {NoDatabase,
                file.string() + " is not a library: it is no database. Choose another folder with --library"};
    if (bigEndian(header, 68, 4) != kApplicationId)
        return {Foreign, file.string() + " is a database of another program, not a library. Choose another folder " +
                             "with --library"};
    const std::uint32_t version = bigEndian(header, 60, 4);
    if (version > static_cast<std::uint32_t>(kSchemaVersion))
        return {Newer, "the library " + file.parent_path().string() +
                           " was written by a newer program (its version is " + std::to_string(version) +
                           ", this program knows " + std::to_string(kSchemaVersion) +
                           "). Update this program; the library was not changed"};

    // While a write-ahead log waits beside it, the file may rightly be shorter than its first page says.
    std::filesystem::path log = file;
    log += "-wal";
    const std::uint64_t pageSize = bigEndian(header, 16, 2) == 1 ? 65536 : bigEndian(header, 16, 2);
    const std::uint64_t pages = bigEndian(header, 28, 4);
    const bool countIsCurrent = bigEndian(header, 24, 4) == bigEndian(header, 92, 4);
    if (countIsCurrent && !hasContent(log) && *size < pages * pageSize)
        return {CutShort, "the library's index " + file.string() + " was cut short: " + std::to_string(*size) + " of " +
                              std::to_string(pages * pageSize) + " bytes are there. `understudy check` rebuilds it " +
                              "from the episodes; the file was not changed"};
    return {};
}

Result<void> verifyLibraryFile(const std::filesystem::path& file)
{
    const LibraryFileFinding finding = inspectLibraryFile(file);
    if (finding.state == LibraryFileState::Good) return {};
    return fail(finding.problem);
}

std::string_view networkFileSystem(std::uint64_t magic, std::string_view mountType)
{
    constexpr std::uint64_t kFuse = 0x65735546;
    static constexpr std::pair<std::uint64_t, std::string_view> kRemote[] = {
        {0x6969, "NFS"},
        {0x517B, "SMB"},
        {0xFF534D42, "CIFS"},
        {0xFE534D42, "SMB"},
        {0x01021997, "9P"},
        {0x00C36400, "Ceph"},
        {0x0BD00BD0, "Lustre"},
        {0x47504653, "GPFS"},
        {0x5346414F, "AFS"},
        {0x6B414653, "AFS"},
        {0x73757245, "Coda"},
        {0x564C, "NCP"},
        {0x19830326, "BeeGFS"},
        {0x01161970, "GFS2"},
        {0x7461636F, "OCFS2"},
        {0xAAD7AAEA, "PanFS"},
        {0x786F4256, "VirtualBox shared folder"},
        {0xBACBACBC, "VMware shared folder"},
    };
    static constexpr std::string_view kRemoteFuse[] = {
        "fuse.sshfs",      "fuse.rclone",      "fuse.s3fs",      "fuse.goofys",    "fuse.glusterfs", "fuse.ceph",
        "fuse.ceph-fuse",  "fuse.curlftpfs",   "fuse.davfs",     "fuse.juicefs",   "fuse.gcsfuse",   "fuse.mount-s3",
        "fuse.moosefs",    "fuse.mfs",         "fuse.seaweedfs", "fuse.beegfs",    "fuse.lizardfs",  "fuse.smbnetfs",
        "fuse.gvfsd-fuse", "fuse.geesefs",     "fuse.blobfuse",  "fuse.blobfuse2", "fuse.ossfs",     "fuse.cosfs",
        "fuse.obsfs",      "fuse.vmhgfs-fuse",
    };
    for (const auto& [known, name] : kRemote)
        if (magic == known) return name;
    if (magic == kFuse)
        for (const std::string_view known : kRemoteFuse)
            if (mountType == known) return known;
    return {};
}

std::string mountTypeOf(std::string_view mountInfo, const std::filesystem::path& path)
{
    std::string best;
    std::string type;
    std::istringstream lines{std::string(mountInfo)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream fields(line);
        std::vector<std::string> words;
        for (std::string word; fields >> word;) words.push_back(word);
        std::size_t separator = 0;
        while (separator < words.size() && words[separator] != "-") ++separator;
        if (words.size() < 6 || separator + 1 >= words.size()) continue;
        const std::string folder = unescaped(words[4]);
        // Of two mounts on one folder, the later one hides the earlier.
        if (!contains(folder, path.string()) || folder.size() < best.size()) continue;
        best = folder;
        type = words[separator + 1];
    }
    return type;
}

Result<void> refuseNetworkFileSystem(const std::filesystem::path& folder)
{
    std::error_code error;
    std::filesystem::path place = std::filesystem::absolute(folder, error).lexically_normal();
    while (!std::filesystem::exists(place, error) && place != place.root_path()) place = place.parent_path();
    place = std::filesystem::weakly_canonical(place, error);

    struct statfs status {};
    if (::statfs(place.c_str(), &status) != 0) return fail("cannot tell which file system holds " + place.string());
    std::ifstream mounts("/proc/self/mountinfo");
    std::ostringstream text;
    text << mounts.rdbuf();
    const std::string_view name =
        networkFileSystem(static_cast<std::uint32_t>(status.f_type), mountTypeOf(text.str(), place));
    if (name.empty()) return {};
    return fail(
        "the library " + folder.string() + " lies on a network file system (" + std::string(name) +
        "), where its index would be damaged. Keep it on a disk of this computer, and copy or export from there");
}

}  // namespace understudy
