#pragma once

#include <functional>

#include "storage/librarywriter.h"
#include "storage/quality/episodequality.h"

namespace understudy {

/// Settings of a library: checks.toml in its folder, where there is one.
[[nodiscard]] Result<ChecksFile> checksOf(FileSystem& files, const std::filesystem::path& library);

/// What the newest checked episodes of the row's task, robot and station were like; at most 50 are read. Episodes newer
/// than the row are left out.
[[nodiscard]] Result<QualityHistory> historyOf(FileSystem& files, LibraryReader& library, const EpisodeRow& row);

/// quality.json beside the episode, where it was checked.
[[nodiscard]] std::optional<EpisodeQuality> storedQuality(FileSystem& files, const std::filesystem::path& folder);

/// Writes quality.json, and the verdict with its reason into the library.
[[nodiscard]] Result<void> storeQuality(FileSystem& files, LibraryWriter& writer, const std::filesystem::path& folder,
                                        const EpisodeQuality& quality);

struct CheckedEpisode {
    EpisodeRow row;
    EpisodeQuality quality;
};

/// Checks one episode of a library and stores what it found; stopped, it is an error and nothing is stored.
[[nodiscard]] Result<CheckedEpisode> checkQuality(FileSystem& files, LibraryReader& reader, LibraryWriter& writer,
                                                  const ChecksFile& checks, std::string_view episode,
                                                  const std::stop_token& stop = {});

}  // namespace understudy
