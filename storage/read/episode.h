#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace understudy {

/// Where an episode stands. Which follows which: transitions() in storage/episodestates.h.
enum class EpisodeState : std::uint8_t {
    Recording,
    Recorded,
    Checked,
    Quarantined,
    Labelling,
    Labelled,
    InReview,
    Accepted,
    Returned,
    Rejected,
    Tray
};
inline constexpr int kEpisodeStateCount = 11;
/// Lower-case snake words, as in the library, on the command line and in JSON.
[[nodiscard]] std::string_view nameOf(EpisodeState state);
[[nodiscard]] Result<EpisodeState> episodeStateFrom(std::string_view name);

/// What the operator says of a take. Unknown until said: a recovered take asks.
enum class Outcome : std::uint8_t { Unknown, Success, Failure };
[[nodiscard]] std::string_view nameOf(Outcome outcome);
[[nodiscard]] Result<Outcome> outcomeFrom(std::string_view name);

struct StreamRow {
    std::string name;
    std::string kind;
    std::int64_t count = 0;    ///< messages in the file
    std::int64_t dropped = 0;  ///< offered and lost
    double rateHz = 0;         ///< measured over the episode

    bool operator==(const StreamRow&) const = default;
};

/// One episode as the index knows it. Ids are UUIDv7 texts.
struct EpisodeRow {
    std::string id;
    std::string path;       ///< of its folder, relative to the library, '/' between parts
    std::string takeId;     ///< shared by the episodes of one operator's one take
    std::string sessionId;  ///< empty: none is known

    std::string taskId;
    std::string task;           ///< name of the task
    std::string instructionZh;  ///< as it was when the episode was recorded
    std::string instructionEn;

    EpisodeState state = EpisodeState::Recording;
    Outcome outcome = Outcome::Unknown;
    std::string cause;       ///< of a failure
    bool recovered = false;  ///< cut short by a crash and repaired
    bool practice = false;   ///< stands in no queue, count, statistic or export
    bool sim = true;         ///< the robot was simulated

    std::string robot;  ///< model, e.g. "unitree_g1"
    std::string robotSerial;
    std::string modelHash;  ///< names models/<hash>

    std::string operatorId;
    std::string operatorName;
    std::string station;

    std::int64_t startedAtNs = 0;  ///< Unix ns
    std::int64_t durationNs = 0;
    std::int64_t steps = 0;
    std::int64_t missedTicks = 0;
    std::string filesHash;  ///< over the episode's files; empty until they were hashed

    std::vector<StreamRow> streams;  ///< by name; filled by LibraryReader::show() only

    bool operator==(const EpisodeRow&) const = default;
};

}  // namespace understudy
