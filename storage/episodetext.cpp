#include "storage/episodetext.h"

#include <limits>

#include "storage/read/searchtext.h"

namespace understudy {

Result<void> indexEpisodeText(Database& database, std::int64_t episode)
{
    std::string text;
    const Result<void> asked = database.query(
        "SELECT tasks.name, episodes.instruction_zh, episodes.instruction_en, cause, robots.name, people.name,"
        " stations.name FROM episodes JOIN tasks ON tasks.key = episodes.task"
        " JOIN robots ON robots.key = episodes.robot JOIN people ON people.key = episodes.person"
        " LEFT JOIN stations ON stations.key = episodes.station WHERE episodes.key = ?",
        {episode}, [&](const SqlRow& row) {
            for (int column = 0; column < 7; ++column) text += row.text(column) + '\n';
        });
    if (!asked) return asked;
    const auto put = database.execute("INSERT INTO episode_text (episode, folded) VALUES (?, ?)"
                                      " ON CONFLICT (episode) DO UPDATE SET folded = excluded.folded",
                                      {episode, foldedText(text)});
    if (!put) return tl::unexpected(put.error());
    return {};
}

Result<std::int64_t> freeEpisodeKey(Database& database, std::int64_t startedAtNs)
{
    // Far enough from both ends of the number that it can be raised.
    if (startedAtNs <= 0 || startedAtNs > std::numeric_limits<std::int64_t>::max() / 2)
        return fail("an episode cannot start at " + std::to_string(startedAtNs) + " ns: that is no time since 1970");
    std::int64_t key = startedAtNs;
    const Result<void> asked = database.query("SELECT key FROM episodes WHERE key >= ? AND key < ? ORDER BY key",
                                              {key, key + 100'000}, [&](const SqlRow& row) {
                                                  if (row.integer(0) == key) ++key;
                                              });
    if (!asked) return tl::unexpected(asked.error());
    return key;
}

}  // namespace understudy
