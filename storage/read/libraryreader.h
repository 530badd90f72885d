#pragma once

#include <filesystem>
#include <memory>
#include <span>

#include "storage/read/episode.h"
#include "storage/read/episodefilter.h"
#include "storage/read/labelsjson.h"
#include "storage/read/task.h"

namespace understudy {

class Database;

/// One page of episodes, newest first.
struct EpisodePage {
    std::vector<EpisodeRow> episodes;
    std::optional<std::int64_t> next;  ///< give it as `after` for the page that follows; none: this is the last
};

/// Questions to a library over a connection that cannot write. One thread: the one that opened it. Never waits for
/// the writer. A QCoreApplication must exist.
class LibraryReader {
public:
    /// Refuses in words what is no library, what is newer than this program, and what is older and not yet migrated.
    [[nodiscard]] static Result<std::unique_ptr<LibraryReader>> open(const std::filesystem::path& library);
    ~LibraryReader();

    /// `limit` from 1 to 1,000. Streams are left empty.
    [[nodiscard]] Result<EpisodePage> list(const EpisodeFilter& filter, int limit = 100,
                                           std::optional<std::int64_t> after = {});
    /// How many episodes pass the filter. Slower than a page: ask for it afterwards.
    [[nodiscard]] Result<std::int64_t> count(const EpisodeFilter& filter);
    /// By id or by the beginning of one; an error lists the candidates where several begin so.
    [[nodiscard]] Result<EpisodeRow> show(std::string_view idOrPrefix);
    /// By start, then tier.
    [[nodiscard]] Result<std::vector<Segment>> segments(std::string_view episodeId);
    /// Oldest first.
    [[nodiscard]] Result<std::vector<Review>> reviews(std::string_view episodeId);
    [[nodiscard]] Result<std::vector<HistoryEntry>> history(std::string_view episodeId);

    /// What labels.json beside the episode holds once it is up to date.
    [[nodiscard]] Result<EpisodeLabels> labels(std::string_view episodeId);

    [[nodiscard]] Result<std::vector<Task>> tasks();
    [[nodiscard]] Result<std::vector<Person>> people();
    [[nodiscard]] Result<std::vector<Tier>> tiers();
    [[nodiscard]] Result<std::vector<VocabularyWord>> vocabulary();

    [[nodiscard]] const std::filesystem::path& library() const { return m_library; }

private:
    LibraryReader(std::filesystem::path library, std::unique_ptr<Database> database);

    std::filesystem::path m_library;
    std::unique_ptr<Database> m_database;
};

}  // namespace understudy
