#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/read/label.h"
#include "storage/read/people.h"

namespace understudy {

inline constexpr int kLabelsJsonVersion = 1;

/// What people said of an episode after it was recorded, mirrored beside it in labels.json.
struct EpisodeLabels {
    std::string episodeId;
    EpisodeState state = EpisodeState::Recorded;
    Outcome outcome = Outcome::Unknown;
    std::string cause;
    std::string taskId;
    std::string task;
    std::string instructionZh;
    std::string instructionEn;
    std::vector<Person> people;  ///< everyone the rest names
    std::vector<Segment> segments;
    std::vector<Review> reviews;
    std::vector<HistoryEntry> history;

    bool operator==(const EpisodeLabels&) const = default;
};

[[nodiscard]] std::string toJson(const EpisodeLabels& labels);
/// The same on one line, without its end.
[[nodiscard]] std::string toJsonLine(const EpisodeLabels& labels);
/// The text may be anything. An error names the field and what it should be.
[[nodiscard]] Result<EpisodeLabels> parseLabelsJson(std::string_view text);
/// One segment, as it stands in labels.json and in the history.
[[nodiscard]] std::string toJson(const Segment& segment);

}  // namespace understudy
