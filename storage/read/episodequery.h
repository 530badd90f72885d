#pragma once

#include <optional>
#include <string>
#include <vector>

#include "storage/read/database.h"
#include "storage/read/episodefilter.h"

namespace understudy {

struct SqlQuestion {
    std::string sql;
    std::vector<SqlValue> values;
};

/// The columns of readEpisode(), from episodes joined with what they name.
[[nodiscard]] const std::string& episodeColumns();
[[nodiscard]] EpisodeRow readEpisode(const SqlRow& row);

/// One page of whole rows, newest first; the key stands before the columns of episodeColumns().
[[nodiscard]] Result<SqlQuestion> pageQuestion(Database& database, const EpisodeFilter& filter, int limit,
                                               std::optional<std::int64_t> after);
[[nodiscard]] Result<SqlQuestion> countQuestion(Database& database, const EpisodeFilter& filter);

}  // namespace understudy
