#pragma once

#include <stop_token>

#include "core/file.h"
#include "storage/quality/qualitytake.h"

namespace understudy {

/// What a later episode of the same station and task compares itself with.
struct QualityMeasures {
    double seconds = 0;
    std::map<std::string, double> sharpness;  ///< per camera
    std::vector<float> path;

    bool operator==(const QualityMeasures&) const = default;
};

/// Everything that was found out about one episode: what quality.json beside it holds.
struct EpisodeQuality {
    std::string episode;   ///< id
    QualityReport report;  ///< times in Unix ns
    QualityMeasures measures;

    bool operator==(const EpisodeQuality&) const = default;
};

/// What the library knows and the folder does not.
struct QualityQuestion {
    EpisodeRow row;
    std::vector<Task> cards;
    QualityHistory history;
    CheckSettings settings;
};

/// Runs every check over a recorded episode: all samples, the key images of every camera at a quarter of their size,
/// the tables of the videos. Damage is a finding; an error is an episode that cannot be opened at all, with its reason,
/// or one whose check was stopped. One thread, about a fiftieth of the episode's duration.
[[nodiscard]] Result<EpisodeQuality> checkEpisodeQuality(FileSystem& files, const std::filesystem::path& folder,
                                                         const QualityQuestion& question,
                                                         const std::stop_token& stop = {});

}  // namespace understudy
