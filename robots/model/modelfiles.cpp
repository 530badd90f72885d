#include "robots/model/modelfiles.h"

#include <array>
#include <memory>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "core/file.h"

namespace understudy {
namespace {

constexpr std::uint64_t kMaxFile = 1ULL << 30;

std::string sha256(std::span<const std::byte> bytes)
{
    std::array<unsigned char, 32> digest{};
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
    std::string hex;
    for (const unsigned char byte : digest) hex += fmt::format("{:02x}", byte);
    return hex;
}

ModelFile fromText(std::string name, const std::string& text)
{
    ModelFile file;
    file.name = std::move(name);
    const auto* begin = reinterpret_cast<const std::byte*>(text.data());
    file.bytes.assign(begin, begin + text.size());
    file.sha256 = sha256(file.bytes);
    return file;
}

Result<ModelFile> fromPath(std::string name, const std::filesystem::path& path)
{
    PosixFileSystem files;
    const Result<std::vector<std::byte>> bytes = readAll(files, path, kMaxFile);
    if (!bytes) return tl::unexpected(bytes.error());
    ModelFile file;
    file.name = std::move(name);
    file.path = path;
    file.sha256 = sha256(*bytes);
    return file;
}

}  // namespace

Result<std::vector<ModelFile>> filesOf(const Description& description, const Description* scene,
                                       const RobotProfile& profile, const std::string& proposal)
{
    std::vector<ModelFile> files;
    files.push_back(
        fromText(description.format == DescriptionFormat::Urdf ? "model.urdf" : "model.xml", description.xml));
    std::vector<std::pair<std::string, std::filesystem::path>> paths;
    if (proposal.empty() && !profile.source.empty()) paths.emplace_back("profile.toml", profile.source);
    for (const Asset& asset : description.assets) paths.emplace_back(asset.name, asset.path);
    if (scene != nullptr) {
        files.push_back(fromText(profile.scene.filename().string(), scene->xml));
        for (const Asset& asset : scene->assets) paths.emplace_back(asset.name, asset.path);
    }
    // Where a profile from a file stands, so that the stored model has the same hash.
    if (!proposal.empty()) files.push_back(fromText("profile.toml", proposal));
    for (auto& [name, path] : paths) {
        Result<ModelFile> file = fromPath(std::move(name), path);
        if (!file) return tl::unexpected(file.error());
        files.push_back(std::move(*file));
    }
    return files;
}

std::string hashOf(const std::vector<ModelFile>& files)
{
    std::string list;
    for (const ModelFile& file : files) list += fmt::format("{} {}\n", file.sha256, file.name);
    return sha256(std::as_bytes(std::span(list)));
}

}  // namespace understudy
