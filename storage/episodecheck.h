#pragma once

#include <filesystem>

#include "core/file.h"
#include "storage/read/episode.h"

namespace understudy {

/// What the files of an episode say, compared with one another and with the index.
struct EpisodeCheck {
    std::vector<std::string> problems;  ///< sentences; empty: every byte and count is as it should be
    std::vector<StreamRow> streams;     ///< as counted in the files; `dropped` as the row says
    bool isRepairable = false;          ///< episode.json or a summary is not as it should be: both can be made anew

    [[nodiscard]] bool isOk() const { return problems.empty(); }
    /// The problems in one text, the first few.
    [[nodiscard]] std::string reason() const;
};

/// Reads everything: episode.json, every record and checksum of episode.mcap, the table and every byte of every video.
/// Verifies that times rise, that each image record points at its image, and that counts equal those of `row`. Changes
/// nothing.
[[nodiscard]] EpisodeCheck checkEpisode(FileSystem& files, const std::filesystem::path& folder, const EpisodeRow& row);

}  // namespace understudy
