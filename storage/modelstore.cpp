#include "storage/modelstore.h"

#include <algorithm>
#include <set>

#include <unistd.h>

namespace understudy {
namespace {

constexpr std::uint64_t kLargestFile = 256ULL << 20U;

bool staysInside(const std::filesystem::path& name)
{
    return !name.empty() && name.is_relative() &&
           std::none_of(name.begin(), name.end(), [](const auto& part) { return part == ".."; });
}

Result<void> writeFile(FileSystem& files, const std::filesystem::path& target, std::span<const std::byte> bytes)
{
    Result<std::unique_ptr<File>> file = files.open(target, OpenMode::Create);
    if (!file) return tl::unexpected(file.error());
    if (const Result<void> written = (*file)->write(0, bytes); !written) return written;
    return (*file)->sync();
}

}  // namespace

Result<void> storeModel(FileSystem& files, const std::filesystem::path& library, const std::string& hash,
                        std::span<const ModelContent> content)
{
    if (hash.empty() || !std::all_of(hash.begin(), hash.end(), [](unsigned char c) { return std::isxdigit(c) != 0; }))
        return fail("\"" + hash + "\" is not the hash of a model");
    const std::filesystem::path folder = library / "models" / hash;
    std::error_code error;
    if (std::filesystem::exists(folder, error)) return {};

    const std::filesystem::path beside = library / "models" / (hash + ".new." + std::to_string(::getpid()));
    std::filesystem::remove_all(beside, error);
    std::set<std::filesystem::path> folders{beside};
    if (const Result<void> made = files.createDirectories(beside); !made) return made;
    for (const ModelContent& file : content) {
        if (!staysInside(file.name)) return fail("the model's file \"" + file.name + "\" lies outside its folder");
        const std::filesystem::path target = beside / file.name;
        if (folders.insert(target.parent_path()).second)
            if (const Result<void> made = files.createDirectories(target.parent_path()); !made) return made;
        std::vector<std::byte> read;
        if (!file.path.empty()) {
            Result<std::vector<std::byte>> all = readAll(files, file.path, kLargestFile);
            if (!all) return tl::unexpected(all.error());
            read = std::move(*all);
        }
        if (const Result<void> written = writeFile(files, target, file.path.empty() ? file.bytes : read); !written)
            return written;
    }
    for (const std::filesystem::path& each : folders)
        if (const Result<void> synced = files.syncDirectory(each); !synced) return synced;
    if (const Result<void> renamed = files.rename(beside, folder); !renamed) {
        std::filesystem::remove_all(beside, error);
        return std::filesystem::exists(folder, error) ? Result<void>() : renamed;
    }
    return files.syncDirectory(folder.parent_path());
}

}  // namespace understudy
