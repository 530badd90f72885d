#include "storage/libraryrebuild.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <unordered_set>

#include "core/file.h"
#include "core/uuid.h"
#include "storage/episodetext.h"
#include "storage/library.h"
#include "storage/read/episodejson.h"
#include "storage/read/jsonfields.h"
#include "storage/read/labelquery.h"
#include "storage/read/libraryfile.h"

namespace understudy {
namespace {

constexpr std::size_t kEpisodesPerTransaction = 500;

/// What stands in the index only, in the order in which the rows refer to each other.
constexpr const char* kTablesOfTheIndex[] = {"people", "roles",  "stations", "robots", "models",    "tasks",
                                             "shifts", "wanted", "sessions", "tiers",  "vocabulary"};

Result<std::string> readText(const std::filesystem::path& path)
{
    PosixFileSystem files;
    const Result<std::vector<std::byte>> bytes = readAll(files, path, kEpisodeJsonLimit);
    if (!bytes) return tl::unexpected(bytes.error());
    return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

/// Folders that hold an episode.json, relative to the library, oldest first.
Result<std::vector<std::string>> episodeFolders(const std::filesystem::path& library)
{
    std::vector<std::string> folders;
    std::error_code error;
    std::filesystem::directory_iterator days(library / "episodes", error);
    for (; !error && days != std::filesystem::directory_iterator(); days.increment(error)) {
        if (days->is_symlink(error) || !days->is_directory(error)) continue;
        std::filesystem::directory_iterator takes(days->path(), error);
        for (; !error && takes != std::filesystem::directory_iterator(); takes.increment(error)) {
            if (takes->is_symlink(error) || !takes->is_directory(error)) continue;
            folders.push_back("episodes/" + days->path().filename().string() + "/" + takes->path().filename().string());
        }
    }
    if (error) return fail("cannot look into the episodes of " + library.string() + ": " + error.message());
    std::ranges::sort(folders);
    return folders;
}

/// Fills one new index.
class Rebuild {
public:
    Rebuild(std::filesystem::path library, Database& index, Database* old)
        : m_library(std::move(library)), m_index(index), m_old(old)
    {
    }

    [[nodiscard]] Result<RebuildReport> run()
    {
        const Result<std::vector<std::string>> folders = episodeFolders(m_library);
        if (!folders) return tl::unexpected(folders.error());
        for (std::size_t first = 0; first < folders->size(); first += kEpisodesPerTransaction) {
            const std::size_t end = std::min(folders->size(), first + kEpisodesPerTransaction);
            const Result<void> done = m_index.transaction([&]() -> Result<void> {
                for (std::size_t i = first; i < end; ++i)
                    if (const Result<void> taken = take((*folders)[i]); !taken) return taken;
                return {};
            });
            if (!done) return tl::unexpected(done.error());
        }
        return std::move(m_report);
    }

private:
    /// An error is the new index's; what is wrong with the episode stands in the report.
    [[nodiscard]] Result<void> take(const std::string& folder)
    {
        const auto skip = [&](const std::string& reason) -> Result<void> {
            m_report.skipped.push_back({.path = folder, .reason = reason});
            return {};
        };
        const Result<std::string> text = readText(m_library / folder / "episode.json");
        if (!text) return skip(text.error().message);
        Result<EpisodeFile> episode = parseEpisodeJson(*text);
        if (!episode) return skip(episode.error().message);
        if (!m_seen.insert(episode->row.id).second)
            return skip("an episode with the id " + episode->row.id + " stands elsewhere in the library");
        const Result<std::int64_t> key = freeEpisodeKey(m_index, episode->row.startedAtNs);
        if (!key) return skip(key.error().message);

        bool isBehind = false;
        std::optional<EpisodeLabels> labels = mirrored(folder, episode->row.id);
        if (std::optional<EpisodeLabels> known = remembered(episode->row.id);
            known && known->history.size() > (labels ? labels->history.size() : 0)) {
            labels = std::move(known);
            isBehind = true;
        }
        EpisodeRow row = std::move(episode->row);
        row.path = folder;
        if (labels) {
            row.state = labels->state;
            row.outcome = labels->outcome;
            row.cause = labels->cause;
            row.taskId = labels->taskId;
            row.task = labels->task;
            row.instructionZh = labels->instructionZh;
            row.instructionEn = labels->instructionEn;
        }
        if (Result<void> put = putEpisode(*key, row, episode->script); !put) return put;
        ++m_report.episodes;
        if (!labels) return {};
        if (Result<void> put = putLabels(*key, *labels); !put) return put;
        ++m_report.labelled;
        if (!isBehind) return {};
        return run("INSERT INTO mirror_due (episode, changes) VALUES (?, 1)", {*key});
    }

    [[nodiscard]] std::optional<EpisodeLabels> mirrored(const std::string& folder, const std::string& id)
    {
        const std::filesystem::path file = m_library / folder / "labels.json";
        std::error_code ignored;
        if (!std::filesystem::exists(file, ignored)) return {};
        const auto problem = [&](const std::string& reason) {
            m_report.skipped.push_back({.path = folder + "/labels.json", .reason = reason});
            return std::nullopt;
        };
        const Result<std::string> text = readText(file);
        if (!text) return problem(text.error().message);
        Result<EpisodeLabels> labels = parseLabelsJson(*text);
        if (!labels) return problem(labels.error().message);
        if (labels->episodeId != id) return problem("these are the labels of episode " + labels->episodeId);
        return std::move(*labels);
    }

    [[nodiscard]] std::optional<EpisodeLabels> remembered(const std::string& id)
    {
        if (m_old == nullptr) return {};
        Result<EpisodeLabels> labels = labelsOf(*m_old, id);
        return labels ? std::optional(std::move(*labels)) : std::nullopt;
    }

    [[nodiscard]] Result<void> run(const std::string& sql, const std::vector<SqlValue>& values)
    {
        const auto done = m_index.execute(sql, values);
        if (!done) return tl::unexpected(done.error());
        return {};
    }

    [[nodiscard]] Result<std::int64_t> key(const std::string& table, const std::string& column,
                                           const std::string& value)
    {
        std::optional<std::int64_t> key;
        const Result<void> asked =
            m_index.query("SELECT key FROM " + table + " WHERE " + column + " = ? ORDER BY key LIMIT 1", {value},
                          [&](const SqlRow& row) { key = row.integer(0); });
        if (!asked) return tl::unexpected(asked.error());
        if (!key) return fail("the new index lost one of its " + table);
        return *key;
    }

    /// Who has this id keeps the name that the index already knows.
    [[nodiscard]] Result<std::int64_t> person(const std::string& id, const std::string& name)
    {
        const std::string known = isUuid(id) ? id : std::string(kDefaultPersonId);
        const Result<void> put = run("INSERT INTO people (id, name) VALUES (?, ?) ON CONFLICT DO NOTHING",
                                     {known, name.empty() ? known : name});
        if (!put) return tl::unexpected(put.error());
        return key("people", "id", known);
    }

    [[nodiscard]] Result<std::int64_t> named(const std::string& table, const std::string& id, const std::string& name)
    {
        const Result<void> put = run("INSERT INTO " + table + " (id, name) VALUES (?, ?) ON CONFLICT DO NOTHING",
                                     {isUuid(id) ? id : newUuid(), name});
        if (!put) return tl::unexpected(put.error());
        return key(table, "name", name);
    }

    /// A card is known by its id. Of two cards of one name the later keeps a part of its id in the name.
    [[nodiscard]] Result<std::int64_t> task(const EpisodeRow& row, const std::vector<std::string>& script)
    {
        const std::string id = isUuid(row.taskId) ? row.taskId : newUuid();
        const std::string steps = dumped(nlohmann::json(script), -1);
        for (const std::string& name : {row.task, row.task + " (" + id + ")"}) {
            const Result<void> put = run("INSERT INTO tasks (id, name, instruction_zh, instruction_en, script)"
                                         " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                                         {id, name, row.instructionZh, row.instructionEn, steps});
            if (!put) return tl::unexpected(put.error());
            if (Result<std::int64_t> found = key("tasks", "id", id); found) return found;
        }
        return fail("the task \"" + row.task + "\" could not be put into the new index");
    }

    [[nodiscard]] Result<void> putEpisode(std::int64_t episode, const EpisodeRow& row,
                                          const std::vector<std::string>& script)
    {
        const Result<std::int64_t> card = task(row, script);
        if (!card) return tl::unexpected(card.error());
        const Result<std::int64_t> robot = named("robots", {}, row.robot);
        if (!robot) return tl::unexpected(robot.error());
        const Result<std::int64_t> driver = person(row.operatorId, row.operatorName);
        if (!driver) return tl::unexpected(driver.error());
        SqlValue station = nullptr;
        if (!row.station.empty()) {
            const Result<std::int64_t> place = named("stations", {}, row.station);
            if (!place) return tl::unexpected(place.error());
            station = *place;
        }
        SqlValue session = nullptr;
        if (isUuid(row.sessionId)) {
            Result<void> put = run("INSERT INTO sessions (id, station, person, started_ns) VALUES (?, ?, ?, ?)"
                                   " ON CONFLICT DO NOTHING",
                                   {row.sessionId, station, *driver, row.startedAtNs});
            if (!put) return put;
            const Result<std::int64_t> run = key("sessions", "id", row.sessionId);
            if (!run) return tl::unexpected(run.error());
            session = *run;
        }
        if (!row.modelHash.empty()) {
            Result<void> put = run("INSERT INTO models (hash, robot, added_ns) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                                   {row.modelHash, *robot, row.startedAtNs});
            if (!put) return put;
        }
        Result<void> put =
            run("INSERT INTO episodes (key, id, state, outcome, task, robot, person, station, session, sim, recovered,"
                " practice, started_ns, duration_ns, steps, missed_ticks, take_id, path, robot_serial, model_hash,"
                " files_hash, cause, instruction_zh, instruction_en)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                {episode,
                 row.id,
                 std::string(nameOf(row.state)),
                 std::string(nameOf(row.outcome)),
                 *card,
                 *robot,
                 *driver,
                 station,
                 session,
                 std::int64_t{row.sim},
                 std::int64_t{row.recovered},
                 std::int64_t{row.practice},
                 row.startedAtNs,
                 row.durationNs,
                 row.steps,
                 row.missedTicks,
                 row.takeId.empty() ? row.id : row.takeId,
                 row.path,
                 row.robotSerial,
                 row.modelHash,
                 row.filesHash,
                 row.cause,
                 row.instructionZh,
                 row.instructionEn});
        if (!put) return put;
        for (const StreamRow& stream : row.streams) {
            put = run("INSERT INTO streams (episode, name, kind, count, dropped, rate_hz) VALUES (?, ?, ?, ?, ?, ?)"
                      " ON CONFLICT DO NOTHING",
                      {episode, stream.name, stream.kind, stream.count, stream.dropped, stream.rateHz});
            if (!put) return put;
        }
        return indexEpisodeText(m_index, episode);
    }

    [[nodiscard]] Result<void> putLabels(std::int64_t episode, const EpisodeLabels& labels)
    {
        for (const Person& known : labels.people)
            if (const auto put = person(known.id, known.name); !put) return tl::unexpected(put.error());
        for (const Segment& segment : labels.segments)
            if (Result<void> put = putSegment(episode, segment); !put) return put;
        for (const Review& review : labels.reviews) {
            const Result<std::int64_t> reviewer = person(review.reviewerId, {});
            if (!reviewer) return tl::unexpected(reviewer.error());
            SqlValue undoer = nullptr;
            if (!review.takenBackBy.empty()) {
                const Result<std::int64_t> who = person(review.takenBackBy, {});
                if (!who) return tl::unexpected(who.error());
                undoer = *who;
            }
            Result<void> put =
                run("INSERT INTO reviews (id, episode, person, at_ns, verdict, return_to, reason, from_state,"
                    " taken_back_ns, taken_back_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    {review.id, episode, *reviewer, review.atNs, std::string(nameOf(review.verdict)),
                     std::string(nameOf(review.returnTo)), review.reason, std::string(nameOf(review.fromState)),
                     review.takenBackAtNs, undoer});
            if (!put) return put;
        }
        for (const HistoryEntry& entry : labels.history) {
            const Result<std::int64_t> who = person(entry.personId, {});
            if (!who) return tl::unexpected(who.error());
            Result<void> put = run("INSERT INTO history (act, at_ns, person, subject, subject_id, episode, field,"
                                   " from_value, to_value) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                   {entry.act, entry.atNs, *who, entry.subject, entry.subjectId, episode, entry.field,
                                    entry.from, entry.to});
            if (!put) return put;
        }
        return {};
    }

    [[nodiscard]] Result<void> putSegment(std::int64_t episode, const Segment& segment)
    {
        const Result<std::int64_t> author = person(segment.authorId, {});
        if (!author) return tl::unexpected(author.error());
        const std::string tier = segment.tier.empty() ? "note" : segment.tier;
        Result<void> put = run("INSERT INTO tiers (name, position) VALUES (?, 1000) ON CONFLICT DO NOTHING", {tier});
        if (!put) return put;
        return run("INSERT INTO segments (episode, id, tier, label, text_zh, text_en, start_ns, end_ns, hand, draft,"
                   " author) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                   {episode, segment.id, tier, segment.label, segment.textZh, segment.textEn, segment.startNs,
                    segment.endNs, std::string(nameOf(segment.hand)), std::int64_t{segment.draft}, *author});
    }

    std::filesystem::path m_library;
    Database& m_index;
    Database* m_old;
    RebuildReport m_report;
    std::unordered_set<std::string> m_seen;
};

/// Whatever of the old index can be read, as it is; what cannot is left out, and said. Each statement is a transaction
/// of its own, because a larger one would want to write the old index too.
std::vector<SkippedPart> copyCards(Database& index, const std::filesystem::path& old)
{
    std::vector<SkippedPart> skipped;
    const auto run = [&](const std::string& sql, const std::vector<SqlValue>& values) {
        const auto done = index.execute(sql, values);
        if (!done) skipped.push_back({.path = old.filename().string(), .reason = done.error().message});
        return done.has_value();
    };
    if (!run("ATTACH DATABASE ? AS old", {old.string()})) return skipped;
    for (const std::string table : kTablesOfTheIndex)
        run("INSERT OR REPLACE INTO main." + table + " SELECT * FROM old." + table, {});
    run("DETACH DATABASE old", {});
    return skipped;
}

Result<RebuildReport> fillDraft(const std::filesystem::path& library, const std::filesystem::path& draft, Database* old)
{
    if (const Result<void> built = buildDatabase(draft); !built) return tl::unexpected(built.error());
    Result<std::unique_ptr<Database>> index = Database::open(draft, Database::Access::Write);
    if (!index) return tl::unexpected(index.error());
    std::vector<SkippedPart> skipped;
    if (old != nullptr) skipped = copyCards(**index, databaseFile(library));
    Result<RebuildReport> report = Rebuild(library, **index, old).run();
    if (!report) return report;
    report->skipped.insert(report->skipped.end(), skipped.begin(), skipped.end());
    if (const Result<void> done = (*index)->checkpoint(); !done) return tl::unexpected(done.error());
    return report;
}

constexpr const char* kIndexFiles[] = {"", "-wal", "-shm"};

/// Returns where the old index is now; empty: there was none.
Result<std::filesystem::path> replaceIndex(const std::filesystem::path& file, const std::filesystem::path& draft)
{
    std::filesystem::path aside;
    for (const std::string suffix : kIndexFiles) {
        std::error_code ignored;
        if (!std::filesystem::exists(file.string() + suffix, ignored)) continue;
        if (aside.empty()) aside = file.string() + ".old-" + newUuid();
        if (std::rename((file.string() + suffix).c_str(), (aside.string() + suffix).c_str()) != 0)
            return fail("cannot move the old index " + file.string() + suffix + " aside: " + std::strerror(errno));
    }
    if (std::rename(draft.c_str(), file.c_str()) != 0) {
        const std::string reason = std::strerror(errno);
        for (const std::string suffix : kIndexFiles)
            if (!aside.empty()) std::rename((aside.string() + suffix).c_str(), (file.string() + suffix).c_str());
        return fail("cannot put the new index in the place of " + file.string() + ": " + reason);
    }
    PosixFileSystem files;
    if (const Result<void> synced = files.syncDirectory(file.parent_path()); !synced)
        return tl::unexpected(synced.error());
    return aside;
}

}  // namespace

Result<RebuildReport> rebuildIndex(const std::filesystem::path& library)
{
    if (const Result<void> local = refuseNetworkFileSystem(library); !local) return tl::unexpected(local.error());
    const std::filesystem::path file = databaseFile(library);
    std::error_code ignored;
    if (!std::filesystem::is_directory(library / "episodes", ignored))
        return fail("there are no episodes in " + library.string() + " to rebuild an index from");
    const LibraryFileState state = inspectLibraryFile(file).state;
    if (state == LibraryFileState::Foreign || state == LibraryFileState::Newer)
        return tl::unexpected(verifyLibraryFile(file).error());

    const std::filesystem::path draft = library / (".library-" + newUuid() + ".db");
    std::unique_ptr<Database> old;
    if (state == LibraryFileState::Good) old = Database::open(file, Database::Access::Write).value_or(nullptr);
    if (old && old->schemaVersion().value_or(0) != kSchemaVersion) old.reset();

    Result<RebuildReport> report;
    const auto work = [&]() -> Result<void> {
        report = fillDraft(library, draft, old.get());
        if (!report) return tl::unexpected(report.error());
        Result<std::filesystem::path> aside = replaceIndex(file, draft);
        if (aside)
            report->oldIndex = *aside;
        else
            report = tl::unexpected(aside.error());
        return {};
    };
    // The old index stays locked until it has left its name, so that no change gets lost between the two.
    bool isLocked = false;
    if (old)
        static_cast<void>(old->transaction([&] {
            isLocked = true;
            return work();
        }));
    if (!isLocked) {
        if (old)
            return fail("the library " + library.string() + " is being written by another program. Try again later");
        static_cast<void>(work());
    }
    if (!report) removeDatabase(draft);
    return report;
}

Result<std::optional<RebuildReport>> repairIndex(const std::filesystem::path& library)
{
    const std::filesystem::path file = databaseFile(library);
    const LibraryFileFinding finding = inspectLibraryFile(file);
    switch (finding.state) {
    case LibraryFileState::Foreign:
    case LibraryFileState::Newer:
    case LibraryFileState::Unreadable:
        return fail(finding.problem);
    case LibraryFileState::Good: {
        const Result<bool> isWhole = Database::isWhole(file);
        if (!isWhole) return tl::unexpected(isWhole.error());
        if (*isWhole) return std::nullopt;
        break;
    }
    default: {
        std::error_code ignored;
        if (!std::filesystem::is_directory(library / "episodes", ignored)) return fail(finding.problem);
    }
    }
    Result<RebuildReport> report = rebuildIndex(library);
    if (!report) return tl::unexpected(report.error());
    return std::move(*report);
}

}  // namespace understudy
