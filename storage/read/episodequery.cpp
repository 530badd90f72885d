#include "storage/read/episodequery.h"

#include "storage/read/searchtext.h"

namespace understudy {
namespace {

class KeyQuestion {
public:
    KeyQuestion(Database& database, const EpisodeFilter& filter) : m_database(database), m_filter(filter) {}

    /// SELECT … AS key FROM … WHERE …, without an order.
    [[nodiscard]] Result<SqlQuestion> build(std::optional<std::int64_t> after)
    {
        const bool searches = !m_filter.text.empty();
        m_key = searches ? "hit.rowid" : "episodes.key";
        m_sql = "SELECT episodes.key AS key FROM episodes";
        if (searches) {
            const std::string expression = matchExpression(m_filter.text);
            if (expression.empty()) return fail("there is no letter or digit in the text to search for");
            m_sql = dialectSql("search");
            m_values.emplace_back(expression);
            m_hasWhere = true;
        }
        // Every index of episodes begins with it, or has it second: it is always named.
        if (m_filter.practice)
            add("episodes.practice = ?", *m_filter.practice);
        else
            add("episodes.practice IN (0, 1)");
        if (m_filter.sim) add("episodes.sim = ?", *m_filter.sim);
        // Its index is for the few that were; the many that were not are no reason to read it.
        if (m_filter.recovered) add(*m_filter.recovered ? "episodes.recovered = 1" : "episodes.recovered <> 1");
        if (m_filter.sinceNs) add(m_key + " >= ?", *m_filter.sinceNs);
        if (m_filter.untilNs) add(m_key + " < ?", *m_filter.untilNs);
        if (after) add(m_key + " < ?", *after);
        addNames("episodes.state", m_filter.states);
        if (m_filter.states.empty()) add("episodes.state <> 'tray'");
        addNames("episodes.outcome", m_filter.outcomes);
        addTexts("episodes.id", m_filter.ids);
        addTexts("episodes.take_id", m_filter.takes);
        for (const auto& [column, sql, names] :
             {std::tuple{"episodes.task", "SELECT key FROM tasks WHERE name = ? OR id = ?", &m_filter.tasks},
              std::tuple{"episodes.robot", "SELECT key FROM robots WHERE name = ? OR id = ?", &m_filter.robots},
              std::tuple{"episodes.person", "SELECT key FROM people WHERE name = ? OR id = ?", &m_filter.operators},
              std::tuple{"episodes.station", "SELECT key FROM stations WHERE name = ? OR id = ?", &m_filter.stations},
              std::tuple{"episodes.session", "SELECT key FROM sessions WHERE id = ? OR id = ?", &m_filter.sessions}})
            if (const Result<void> added = addKeys(column, sql, *names); !added) return tl::unexpected(added.error());
        return SqlQuestion{.sql = std::move(m_sql), .values = std::move(m_values)};
    }

    [[nodiscard]] const std::string& key() const { return m_key; }

private:
    void add(const std::string& condition)
    {
        m_sql += (m_hasWhere ? " AND " : " WHERE ") + condition;
        m_hasWhere = true;
    }
    void add(const std::string& condition, std::int64_t value)
    {
        add(condition);
        m_values.emplace_back(value);
    }
    void addAny(const std::string& column, const std::vector<SqlValue>& values)
    {
        if (values.empty()) return add("1 = 0");
        if (values.size() == 1) {
            add(column + " = ?");
        } else {
            std::string places = "?";
            for (std::size_t i = 1; i < values.size(); ++i) places += ", ?";
            add(column + " IN (" + places + ")");
        }
        m_values.insert(m_values.end(), values.begin(), values.end());
    }
    void addTexts(const std::string& column, const std::vector<std::string>& texts)
    {
        if (!texts.empty()) addAny(column, {texts.begin(), texts.end()});
    }
    template <typename Name>
    void addNames(const std::string& column, const std::vector<Name>& names)
    {
        std::vector<SqlValue> values;
        for (const Name name : names) values.emplace_back(std::string(nameOf(name)));
        if (!values.empty()) addAny(column, values);
    }
    /// Names of other tables are looked up first: the page is then found in one index of numbers.
    [[nodiscard]] Result<void> addKeys(const std::string& column, const std::string& sql,
                                       const std::vector<std::string>& names)
    {
        if (names.empty()) return {};
        std::vector<SqlValue> keys;
        for (const std::string& name : names) {
            const Result<void> found =
                m_database.query(sql, {name, name}, [&](const SqlRow& row) { keys.emplace_back(row.integer(0)); });
            if (!found) return found;
        }
        addAny(column, keys);
        return {};
    }

    Database& m_database;
    const EpisodeFilter& m_filter;
    std::string m_key;
    std::string m_sql;
    std::vector<SqlValue> m_values;
    bool m_hasWhere = false;
};

}  // namespace

const std::string& episodeColumns()
{
    static const std::string kColumns =
        "episodes.id, episodes.path, episodes.take_id, sessions.id, tasks.id, tasks.name, episodes.instruction_zh, "
        "episodes.instruction_en, episodes.state, episodes.outcome, episodes.cause, episodes.recovered, "
        "episodes.practice, episodes.sim, robots.name, episodes.robot_serial, episodes.model_hash, people.id, "
        "people.name, stations.name, episodes.started_ns, episodes.duration_ns, episodes.steps, "
        "episodes.missed_ticks, episodes.files_hash";
    return kColumns;
}

EpisodeRow readEpisode(const SqlRow& row)
{
    int column = 1;
    EpisodeRow episode;
    episode.id = row.text(column++);
    episode.path = row.text(column++);
    episode.takeId = row.text(column++);
    episode.sessionId = row.text(column++);
    episode.taskId = row.text(column++);
    episode.task = row.text(column++);
    episode.instructionZh = row.text(column++);
    episode.instructionEn = row.text(column++);
    episode.state = episodeStateFrom(row.text(column++)).value_or(EpisodeState::Quarantined);
    episode.outcome = outcomeFrom(row.text(column++)).value_or(Outcome::Unknown);
    episode.cause = row.text(column++);
    episode.recovered = row.integer(column++) != 0;
    episode.practice = row.integer(column++) != 0;
    episode.sim = row.integer(column++) != 0;
    episode.robot = row.text(column++);
    episode.robotSerial = row.text(column++);
    episode.modelHash = row.text(column++);
    episode.operatorId = row.text(column++);
    episode.operatorName = row.text(column++);
    episode.station = row.text(column++);
    episode.startedAtNs = row.integer(column++);
    episode.durationNs = row.integer(column++);
    episode.steps = row.integer(column++);
    episode.missedTicks = row.integer(column++);
    episode.filesHash = row.text(column++);
    return episode;
}

Result<SqlQuestion> pageQuestion(Database& database, const EpisodeFilter& filter, int limit,
                                 std::optional<std::int64_t> after)
{
    KeyQuestion keys(database, filter);
    Result<SqlQuestion> question = keys.build(after);
    if (!question) return question;
    question->sql = "SELECT page.key, " + episodeColumns() + " FROM (" + question->sql + " ORDER BY " + keys.key() +
                    " DESC LIMIT ?) AS page CROSS JOIN episodes ON episodes.key = page.key"
                    " LEFT JOIN tasks ON tasks.key = episodes.task"
                    " LEFT JOIN robots ON robots.key = episodes.robot"
                    " LEFT JOIN people ON people.key = episodes.person"
                    " LEFT JOIN stations ON stations.key = episodes.station"
                    " LEFT JOIN sessions ON sessions.key = episodes.session"
                    " ORDER BY page.key DESC";
    question->values.emplace_back(std::int64_t{limit});
    return question;
}

Result<SqlQuestion> countQuestion(Database& database, const EpisodeFilter& filter)
{
    Result<SqlQuestion> question = KeyQuestion(database, filter).build({});
    if (question) question->sql = "SELECT count(*) FROM (" + question->sql + ") AS page";
    return question;
}

}  // namespace understudy
