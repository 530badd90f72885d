#pragma once

#include <cstdint>

#include "storage/read/database.h"

namespace understudy {

/// Makes an episode findable by its words as they are now: task, instructions, cause, robot, operator, station.
[[nodiscard]] Result<void> indexEpisodeText(Database& database, std::int64_t episode);

/// The first key at or after this time that no episode has.
[[nodiscard]] Result<std::int64_t> freeEpisodeKey(Database& database, std::int64_t startedAtNs);

}  // namespace understudy
