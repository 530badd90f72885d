#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/file.h"

namespace understudy {

/// One file of a robot model: its content lies at `path`, or in `bytes` where there is no path.
struct ModelContent {
    std::string name;  ///< relative to models/<hash>/, '/' between folders
    std::filesystem::path path;
    std::vector<std::byte> bytes;
};

/// Puts a robot model under models/<hash>/ of a library, where episodes refer to it. Whole or not at all; a model that
/// is there is left as it is. Names that leave the folder are refused. Any thread.
[[nodiscard]] Result<void> storeModel(FileSystem& files, const std::filesystem::path& library, const std::string& hash,
                                      std::span<const ModelContent> content);

}  // namespace understudy
