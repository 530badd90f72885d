#include "storage/read/libraryreader.h"

#include <nlohmann/json.hpp>

#include "storage/read/database.h"
#include "storage/read/episodequery.h"
#include "storage/read/labelquery.h"
#include "storage/read/libraryfile.h"

namespace understudy {
namespace {

constexpr int kLongestPage = 1000;

std::vector<std::string> scriptFrom(const std::string& text)
{
    const nlohmann::json steps = nlohmann::json::parse(text, nullptr, false);
    std::vector<std::string> script;
    if (steps.is_array())
        for (const auto& step : steps)
            if (step.is_string()) script.push_back(step.get<std::string>());
    return script;
}

}  // namespace

LibraryReader::LibraryReader(std::filesystem::path library, std::unique_ptr<Database> database)
    : m_library(std::move(library)), m_database(std::move(database))
{
}

LibraryReader::~LibraryReader() = default;

Result<std::unique_ptr<LibraryReader>> LibraryReader::open(const std::filesystem::path& library)
{
    const std::filesystem::path file = databaseFile(library);
    if (const Result<void> verified = verifyLibraryFile(file); !verified) return tl::unexpected(verified.error());
    if (const Result<void> local = refuseNetworkFileSystem(library); !local) return tl::unexpected(local.error());
    Result<std::unique_ptr<Database>> database = Database::open(file, Database::Access::Read);
    if (!database) return tl::unexpected(database.error());
    const Result<int> version = (*database)->schemaVersion();
    if (!version) return tl::unexpected(version.error());
    if (*version != kSchemaVersion)
        return fail(
            "the library " + library.string() + " has version " + std::to_string(*version) + ", this program reads " +
            std::to_string(kSchemaVersion) +
            (*version < kSchemaVersion ? ". `understudy check` brings it up to date" : ". Update this program"));
    return std::unique_ptr<LibraryReader>(new LibraryReader(library, std::move(*database)));
}

Result<EpisodePage> LibraryReader::list(const EpisodeFilter& filter, int limit, std::optional<std::int64_t> after)
{
    if (limit < 1 || limit > kLongestPage)
        return fail("a page holds 1 to " + std::to_string(kLongestPage) + " episodes, not " + std::to_string(limit));
    const Result<SqlQuestion> question = pageQuestion(*m_database, filter, limit, after);
    if (!question) return tl::unexpected(question.error());
    EpisodePage page;
    page.episodes.reserve(static_cast<std::size_t>(limit));
    std::int64_t last = 0;
    const Result<void> asked = m_database->query(question->sql, question->values, [&](const SqlRow& row) {
        last = row.integer(0);
        page.episodes.push_back(readEpisode(row));
    });
    if (!asked) return tl::unexpected(asked.error());
    if (std::ssize(page.episodes) == limit) page.next = last;
    return page;
}

Result<std::int64_t> LibraryReader::count(const EpisodeFilter& filter)
{
    const Result<SqlQuestion> question = countQuestion(*m_database, filter);
    if (!question) return tl::unexpected(question.error());
    std::int64_t count = 0;
    const Result<void> asked =
        m_database->query(question->sql, question->values, [&](const SqlRow& row) { count = row.integer(0); });
    if (!asked) return tl::unexpected(asked.error());
    return count;
}

Result<EpisodeRow> LibraryReader::show(std::string_view idOrPrefix)
{
    const std::string prefix(idOrPrefix.substr(0, 100));
    if (prefix.empty()) return fail("which episode? Give its id or the beginning of it");
    std::vector<std::string> candidates;
    EpisodeRow episode;
    const Result<void> asked = m_database->snapshot([&]() -> Result<void> {
        Result<void> done =
            m_database->query("SELECT id FROM episodes WHERE id >= ? AND id < ? ORDER BY id LIMIT 6",
                              {prefix, prefix + "\x7f"}, [&](const SqlRow& row) { candidates.push_back(row.text(0)); });
        if (!done || candidates.size() != 1) return done;
        done = m_database->query("SELECT episodes.key, " + episodeColumns() +
                                     " FROM episodes"
                                     " LEFT JOIN tasks ON tasks.key = episodes.task"
                                     " LEFT JOIN robots ON robots.key = episodes.robot"
                                     " LEFT JOIN people ON people.key = episodes.person"
                                     " LEFT JOIN stations ON stations.key = episodes.station"
                                     " LEFT JOIN sessions ON sessions.key = episodes.session"
                                     " WHERE episodes.id = ?",
                                 {candidates.front()}, [&](const SqlRow& row) { episode = readEpisode(row); });
        if (!done) return done;
        return m_database->query("SELECT name, kind, count, dropped, rate_hz FROM streams WHERE episode ="
                                 " (SELECT key FROM episodes WHERE id = ?) ORDER BY name",
                                 {candidates.front()}, [&](const SqlRow& row) {
                                     episode.streams.push_back({.name = row.text(0),
                                                                .kind = row.text(1),
                                                                .count = row.integer(2),
                                                                .dropped = row.integer(3),
                                                                .rateHz = row.real(4)});
                                 });
    });
    if (!asked) return tl::unexpected(asked.error());
    if (candidates.empty())
        return fail("there is no episode \"" + prefix + "\" in " + m_library.string() +
                    "; `understudy list` names those that are there");
    if (candidates.size() > 1) {
        std::string names;
        for (std::size_t i = 0; i < std::min<std::size_t>(candidates.size(), 5); ++i)
            names += (i == 0 ? "" : ", ") + candidates[i];
        return fail("several episodes begin with \"" + prefix + "\": " + names +
                    (candidates.size() > 5 ? " and more" : "") + ". Give more of the id");
    }
    return episode;
}

Result<std::vector<Segment>> LibraryReader::segments(std::string_view episodeId)
{
    return segmentsOf(*m_database, std::string(episodeId));
}

Result<std::vector<Review>> LibraryReader::reviews(std::string_view episodeId)
{
    return reviewsOf(*m_database, std::string(episodeId));
}

Result<std::vector<HistoryEntry>> LibraryReader::history(std::string_view episodeId)
{
    return historyOf(*m_database, std::string(episodeId));
}

Result<EpisodeLabels> LibraryReader::labels(std::string_view episodeId)
{
    Result<EpisodeLabels> labels;
    const Result<void> asked = m_database->snapshot([&]() -> Result<void> {
        labels = labelsOf(*m_database, std::string(episodeId));
        if (!labels) return tl::unexpected(labels.error());
        return {};
    });
    if (!asked) return tl::unexpected(asked.error());
    return labels;
}

Result<std::vector<Task>> LibraryReader::tasks()
{
    return rowsOf<Task>(*m_database,
                        "SELECT id, name, instruction_zh, instruction_en, script, start_picture, notes FROM tasks"
                        " WHERE active = 1 ORDER BY name",
                        {}, [](const SqlRow& row) {
                            return Task{.id = row.text(0),
                                        .name = row.text(1),
                                        .instructionZh = row.text(2),
                                        .instructionEn = row.text(3),
                                        .script = scriptFrom(row.text(4)),
                                        .startPicture = row.text(5),
                                        .notes = row.text(6)};
                        });
}

Result<std::vector<Person>> LibraryReader::people()
{
    return rowsOf<Person>(*m_database, "SELECT id, name FROM people WHERE active = 1 ORDER BY name, id", {},
                          [](const SqlRow& row) { return Person{.id = row.text(0), .name = row.text(1)}; });
}

Result<std::vector<Tier>> LibraryReader::tiers()
{
    return rowsOf<Tier>(
        *m_database, "SELECT name, label_zh, label_en FROM tiers ORDER BY position, name", {},
        [](const SqlRow& row) { return Tier{.name = row.text(0), .labelZh = row.text(1), .labelEn = row.text(2)}; });
}

Result<std::vector<VocabularyWord>> LibraryReader::vocabulary()
{
    return rowsOf<VocabularyWord>(
        *m_database, "SELECT tier, word, label_zh, label_en FROM vocabulary ORDER BY tier, word", {},
        [](const SqlRow& row) {
            return VocabularyWord{
                .tier = row.text(0), .word = row.text(1), .labelZh = row.text(2), .labelEn = row.text(3)};
        });
}

}  // namespace understudy
