#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "storage/read/episode.h"

namespace understudy {

/// Which episodes. Every part narrows; several values of one part widen it. Practice and the tray are left out unless
/// asked for.
struct EpisodeFilter {
    std::vector<std::string> tasks;      ///< names or ids
    std::vector<std::string> robots;     ///< models
    std::vector<std::string> operators;  ///< names or ids
    std::vector<std::string> stations;
    std::vector<std::string> sessions;  ///< ids
    std::vector<std::string> takes;     ///< ids
    std::vector<std::string> ids;
    std::vector<EpisodeState> states;
    std::vector<Outcome> outcomes;
    std::optional<std::int64_t> sinceNs;  ///< started at or after, Unix ns
    std::optional<std::int64_t> untilNs;  ///< started before
    std::string text;                     ///< every word must occur; the last one may be a beginning
    std::optional<bool> sim;
    std::optional<bool> recovered;
    std::optional<bool> practice = false;  ///< none: both kinds
};

/// From what a person types: `key=value`, or a bare word to search for. Times are RFC 3339 or a date, in UTC where no
/// offset is given. An error names the valid keys or values.
[[nodiscard]] Result<EpisodeFilter> parseFilter(std::span<const std::string> arguments);

}  // namespace understudy
