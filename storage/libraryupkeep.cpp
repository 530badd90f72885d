#include "storage/libraryupkeep.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "core/file.h"
#include "storage/read/labelquery.h"
#include "storage/read/libraryfile.h"

namespace understudy {
namespace {

constexpr int kPage = 100;

struct Due {
    std::int64_t key = 0;
    std::int64_t changes = 0;
    std::string id;
    std::string path;
};

Due dueFrom(const SqlRow& row)
{
    return {.key = row.integer(0), .changes = row.integer(1), .id = row.text(2), .path = row.text(3)};
}

Result<void> mirror(Database& database, const std::filesystem::path& library, const Due& episode)
{
    Result<EpisodeLabels> labels;
    const Result<void> read = database.snapshot([&]() -> Result<void> {
        labels = labelsOf(database, episode.id);
        if (!labels) return tl::unexpected(labels.error());
        return {};
    });
    if (!read) return read;
    PosixFileSystem files;
    const std::string text = toJson(*labels);
    const Result<void> written =
        replaceFile(files, library / episode.path / "labels.json", std::as_bytes(std::span(text)));
    if (!written) return written;
    // What changed since it was read is due again.
    const auto settled =
        database.execute("DELETE FROM mirror_due WHERE episode = ? AND changes = ?", {episode.key, episode.changes});
    if (!settled) return tl::unexpected(settled.error());
    return {};
}

}  // namespace

Result<int> mirrorLabels(Database& database, const std::filesystem::path& library, int limit)
{
    int written = 0;
    std::int64_t after = 0;
    std::optional<Error> problem;
    while (written < limit) {
        const Result<std::vector<Due>> due = rowsOf<Due>(
            database,
            "SELECT mirror_due.episode, changes, id, path FROM mirror_due JOIN episodes ON episodes.key ="
            " mirror_due.episode WHERE mirror_due.episode > ? AND state <> 'recording' ORDER BY mirror_due.episode"
            " LIMIT ?",
            {after, std::int64_t{kPage}}, &dueFrom);
        if (!due) return tl::unexpected(due.error());
        if (due->empty()) break;
        after = due->back().key;
        for (const Due& episode : *due) {
            if (written == limit) break;
            const Result<void> mirrored = mirror(database, library, episode);
            if (mirrored)
                ++written;
            else if (!problem)
                problem = mirrored.error();
        }
    }
    if (problem) return fail("the labels of an episode could not be written beside it: " + problem->message);
    return written;
}

LibraryUpkeep::LibraryUpkeep(const std::filesystem::path& library, std::chrono::milliseconds period)
    : m_thread([library, period](const std::stop_token& stop) {
          std::mutex mutex;
          std::condition_variable_any wake;
          std::unique_ptr<Database> database;
          std::unique_lock lock(mutex);
          while (!wake.wait_for(lock, stop, period, [] { return false; }) && !stop.stop_requested()) {
              if (!database)
                  database = Database::open(databaseFile(library), Database::Access::Write).value_or(nullptr);
              if (!database) continue;
              const bool mirrored = mirrorLabels(*database, library, kPage).has_value();
              if (!database->checkpoint() || !mirrored) database.reset();
          }
      })
{
}

}  // namespace understudy
