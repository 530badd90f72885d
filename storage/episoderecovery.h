#pragma once

#include <filesystem>

#include "core/file.h"
#include "storage/read/episodejson.h"

namespace understudy {

/// What a crash cost one stream.
struct StreamCut {
    std::string name;
    std::uint64_t kept = 0;       ///< samples
    std::uint64_t cutBytes = 0;   ///< of its video; signals share the cut of episode.mcap
    std::uint64_t cutImages = 0;  ///< whole ones that no record pointed to yet
};

struct EpisodeRecovery {
    EpisodeFile episode;         ///< as episode.json now says it
    bool changed = false;        ///< false: the episode was whole
    std::uint64_t cutBytes = 0;  ///< of episode.mcap
    Duration missing = 0;        ///< from the newest sample kept to the last write that the disk remembers
    std::vector<StreamCut> cuts;
    std::vector<std::string> words;  ///< what was cut, a sentence each
};

/// Makes an episode that a crash cut short readable: keeps what episode.mcap and the videos have in common, cuts what
/// comes after, and writes message index, summary and footer. What a sync had covered is never touched; done twice, it
/// changes nothing. Fails when the episode is being recorded, and when nothing of it can be read.
[[nodiscard]] Result<EpisodeRecovery> recoverEpisode(FileSystem& files, const std::filesystem::path& folder);

}  // namespace understudy
