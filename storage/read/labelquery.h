#pragma once

#include <optional>
#include <string>
#include <vector>

#include "storage/read/database.h"
#include "storage/read/labelsjson.h"

namespace understudy {

/// Every row that a statement gives.
template <typename T>
[[nodiscard]] Result<std::vector<T>> rowsOf(Database& database, const std::string& sql,
                                            const std::vector<SqlValue>& values, T (*read)(const SqlRow&))
{
    std::vector<T> rows;
    const Result<void> asked = database.query(sql, values, [&](const SqlRow& row) { rows.push_back(read(row)); });
    if (!asked) return tl::unexpected(asked.error());
    return rows;
}

/// By start, then tier.
[[nodiscard]] Result<std::vector<Segment>> segmentsOf(Database& database, const std::string& episodeId);
[[nodiscard]] Result<std::optional<Segment>> segmentOf(Database& database, const std::string& episodeId,
                                                       const std::string& segmentId);
/// Oldest first.
[[nodiscard]] Result<std::vector<Review>> reviewsOf(Database& database, const std::string& episodeId);
[[nodiscard]] Result<std::vector<HistoryEntry>> historyOf(Database& database, const std::string& episodeId);
/// All of it, inside a transaction or snapshot.
[[nodiscard]] Result<EpisodeLabels> labelsOf(Database& database, const std::string& episodeId);

}  // namespace understudy
