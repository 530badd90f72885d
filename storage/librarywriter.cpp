#include "storage/librarywriter.h"

#include <algorithm>

#include "core/uuid.h"
#include "storage/episodestates.h"
#include "storage/episodetext.h"
#include "storage/librarywriterimpl.h"
#include "storage/read/jsonfields.h"
#include "storage/read/libraryfile.h"

namespace understudy {
namespace {

/// A folder inside the library, whatever the text holds.
bool staysInside(const std::string& path)
{
    const std::filesystem::path parts(path);
    if (path.empty() || parts.is_absolute() || path.find('\0') != std::string::npos) return false;
    return std::ranges::none_of(parts, [](const auto& part) { return part == ".."; });
}

std::string scriptText(const std::vector<std::string>& script) { return dumped(nlohmann::json(script), -1); }

}  // namespace

LibraryWriter::LibraryWriter(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

LibraryWriter::~LibraryWriter() = default;

Result<std::unique_ptr<LibraryWriter>> LibraryWriter::open(const std::filesystem::path& library, Upkeep upkeep)
{
    const std::filesystem::path file = databaseFile(library);
    if (const Result<void> verified = verifyLibraryFile(file); !verified) return tl::unexpected(verified.error());
    if (const Result<void> local = refuseNetworkFileSystem(library); !local) return tl::unexpected(local.error());
    Result<std::unique_ptr<Database>> database = Database::open(file, Database::Access::Write);
    if (!database) return tl::unexpected(database.error());
    const Result<int> version = (*database)->schemaVersion();
    if (!version) return tl::unexpected(version.error());
    if (*version != kSchemaVersion)
        return fail(
            "the library " + library.string() + " has version " + std::to_string(*version) + ", this program writes " +
            std::to_string(kSchemaVersion) +
            (*version < kSchemaVersion ? ". `understudy check` brings it up to date" : ". Update this program"));
    auto impl = std::make_unique<Impl>();
    impl->library = library;
    impl->database = std::move(*database);
    if (upkeep == Upkeep::Automatic) impl->upkeep.emplace(library);
    return std::unique_ptr<LibraryWriter>(new LibraryWriter(std::move(impl)));
}

Result<std::string> LibraryWriter::ensurePerson(std::string_view by, const std::string& name)
{
    return m_impl->ensure(by, "people", "person", name);
}

Result<std::string> LibraryWriter::ensureStation(std::string_view by, const std::string& name)
{
    return m_impl->ensure(by, "stations", "station", name);
}

Result<std::string> LibraryWriter::ensureTask(std::string_view by, const Task& task)
{
    std::string id;
    const Result<void> done = m_impl->change(by, [&](const Impl::Change& change) -> Result<void> {
        const Result<std::int64_t> key = m_impl->named(change, "tasks", "task", task.name);
        if (!key) return tl::unexpected(key.error());
        std::vector<std::string> stored;
        Result<void> asked = m_impl->database->query(
            "SELECT id, instruction_zh, instruction_en, script, start_picture, notes FROM tasks WHERE key = ?", {*key},
            [&](const SqlRow& row) {
                for (int column = 0; column < 6; ++column) stored.push_back(row.text(column));
            });
        if (!asked) return asked;
        id = stored.at(0);
        const std::string script = task.script.empty() ? std::string() : scriptText(task.script);
        const std::pair<const char*, const std::string*> fields[] = {{"instruction_zh", &task.instructionZh},
                                                                     {"instruction_en", &task.instructionEn},
                                                                     {"script", &script},
                                                                     {"start_picture", &task.startPicture},
                                                                     {"notes", &task.notes}};
        std::size_t column = 1;
        for (const auto& [field, value] : fields) {
            const std::string& before = stored.at(column++);
            if (value->empty() || *value == before) continue;
            if (const Result<void> checked = checkText(std::string(field) + " of a task", *value); !checked)
                return checked;
            const auto changed = m_impl->database->execute(
                "UPDATE tasks SET " + std::string(field) + " = ? WHERE key = ?", {*value, *key});
            if (!changed) return tl::unexpected(changed.error());
            if (Result<void> noted = m_impl->note(change, "task", id, {}, field, before, *value); !noted) return noted;
        }
        return {};
    });
    if (!done) return tl::unexpected(done.error());
    return id;
}

Result<void> LibraryWriter::ensureTier(std::string_view by, const Tier& tier)
{
    if (Result<void> checked = checkName("a tier", tier.name); !checked) return checked;
    return m_impl->change(by, [&](const Impl::Change& change) -> Result<void> {
        const auto added = m_impl->database->execute(
            "INSERT INTO tiers (name, label_zh, label_en, position)"
            " VALUES (?, ?, ?, (SELECT coalesce(max(position), 0) + 1 FROM tiers)) ON CONFLICT DO NOTHING",
            {tier.name, tier.labelZh, tier.labelEn});
        if (!added) return tl::unexpected(added.error());
        if (*added == 0) return {};
        return m_impl->note(change, "tier", tier.name, {}, "name", "", tier.name);
    });
}

Result<void> LibraryWriter::ensureWord(std::string_view by, const VocabularyWord& word)
{
    if (Result<void> checked = checkName("a word", word.word); !checked) return checked;
    return m_impl->change(by, [&](const Impl::Change& change) -> Result<void> {
        const auto added = m_impl->database->execute(
            "INSERT INTO vocabulary (tier, word, label_zh, label_en) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            {word.tier, word.word, word.labelZh, word.labelEn});
        if (!added) return tl::unexpected(added.error());
        if (*added == 0) return {};
        return m_impl->note(change, "word", word.tier + "/" + word.word, {}, "name", "", word.word);
    });
}

Result<std::string> LibraryWriter::beginSession(std::string_view by, const std::string& station,
                                                std::int64_t startedAtNs)
{
    const std::string id = newUuid();
    const Result<void> done = m_impl->change(by, [&](const Impl::Change& change) -> Result<void> {
        const Result<std::int64_t> place = m_impl->named(change, "stations", "station", station);
        if (!place) return tl::unexpected(place.error());
        const auto added =
            m_impl->database->execute("INSERT INTO sessions (id, station, person, started_ns) VALUES (?, ?, ?, ?)",
                                      {id, *place, change.person, startedAtNs});
        if (!added) return tl::unexpected(added.error());
        return m_impl->note(change, "session", id, {}, "started_ns", "", std::to_string(startedAtNs));
    });
    if (!done) return tl::unexpected(done.error());
    return id;
}

Result<void> LibraryWriter::endSession(std::string_view by, std::string_view session, std::int64_t endedAtNs)
{
    const std::string id(session);
    return m_impl->change(by, [&](const Impl::Change& change) -> Result<void> {
        const Result<std::int64_t> key = m_impl->keyOf("sessions", id);
        if (!key) return tl::unexpected(key.error());
        const auto changed = m_impl->database->execute(
            "UPDATE sessions SET ended_ns = ? WHERE key = ? AND ended_ns IS NULL", {endedAtNs, *key});
        if (!changed) return tl::unexpected(changed.error());
        if (*changed == 0) return fail("session " + id + " has already ended");
        return m_impl->note(change, "session", id, {}, "ended_ns", "", std::to_string(endedAtNs));
    });
}

Result<void> LibraryWriter::beginEpisode(std::string_view by, const EpisodeStart& start)
{
    if (!isUuid(start.id)) return fail("the episode's id \"" + start.id.substr(0, 100) + "\" is no UUIDv7");
    if (!start.takeId.empty() && !isUuid(start.takeId))
        return fail("the take's id \"" + start.takeId.substr(0, 100) + "\" is no UUIDv7");
    if (!staysInside(start.path))
        return fail("the folder of episode " + start.id + " does not lie in the library: \"" +
                    start.path.substr(0, 200) + "\"");
    return m_impl->change(by, [&](const Impl::Change& change) { return m_impl->addEpisode(change, start); });
}

Result<bool> LibraryWriter::updateEpisode(std::string_view episode, const EpisodeProgress& progress)
{
    return m_impl->database->tryTransaction([&]() -> Result<void> {
        const Result<Impl::Known> known = m_impl->known(episode);
        if (!known) return tl::unexpected(known.error());
        if (known->state != EpisodeState::Recording)
            return fail("episode " + known->id + " is no longer recorded: it is " + std::string(nameOf(known->state)));
        const auto changed = m_impl->database->execute("UPDATE episodes SET duration_ns = ?, steps = ? WHERE key = ?",
                                                       {progress.durationNs, progress.steps, known->key});
        if (!changed) return tl::unexpected(changed.error());
        return m_impl->putStreams(*known, progress.streams);
    });
}

Result<void> LibraryWriter::endEpisode(std::string_view by, std::string_view episode, const EpisodeEnd& end)
{
    return m_impl->finishEpisode(by, episode, end, false);
}

Result<void> LibraryWriter::recoverEpisode(std::string_view by, std::string_view episode, const EpisodeEnd& end)
{
    return m_impl->finishEpisode(by, episode, end, true);
}

Result<void> LibraryWriter::setStreams(std::string_view by, std::string_view episode,
                                       const std::vector<StreamRow>& streams)
{
    return m_impl->change(by, [&](const Impl::Change& change) -> Result<void> {
        const Result<Impl::Known> known = m_impl->known(episode);
        if (!known) return tl::unexpected(known.error());
        if (known->state == EpisodeState::Recording)
            return fail("episode " + known->id + " is still recording: its streams are not final");
        if (Result<void> put = m_impl->putStreams(*known, streams); !put) return put;
        return m_impl->note(change, "episode", known->id, known->key, "streams", "", std::to_string(streams.size()));
    });
}

Result<void> LibraryWriter::setFilesHash(std::string_view by, std::string_view episode, const std::string& hash)
{
    if (Result<void> checked = checkName("the hash of an episode's files", hash); !checked) return checked;
    return m_impl->change(by, [&](const Impl::Change& change) -> Result<void> {
        const Result<Impl::Known> known = m_impl->known(episode);
        if (!known) return tl::unexpected(known.error());
        std::string before;
        Result<void> asked = m_impl->database->query("SELECT files_hash FROM episodes WHERE key = ?", {known->key},
                                                     [&](const SqlRow& row) { before = row.text(0); });
        if (!asked) return asked;
        const auto changed =
            m_impl->database->execute("UPDATE episodes SET files_hash = ? WHERE key = ?", {hash, known->key});
        if (!changed) return tl::unexpected(changed.error());
        return m_impl->note(change, "episode", known->id, known->key, "files_hash", before, hash);
    });
}

Result<void> LibraryWriter::moveTo(std::string_view by, std::string_view episode, EpisodeState state,
                                   const std::string& reason)
{
    using enum EpisodeState;
    if (Result<void> checked = checkText("the reason", reason); !checked) return checked;
    return m_impl->change(by, [&](const Impl::Change& change) -> Result<void> {
        Result<Impl::Known> known = m_impl->known(episode);
        if (!known) return tl::unexpected(known.error());
        if (mayFollow(known->state, state)) {
            if (state == Accepted || state == Returned || state == Rejected)
                return fail(std::string(nameOf(state)) + " is a verdict: judge episode " + known->id +
                            " instead of moving it");
            if (known->state == Recording && state == Recorded)
                return fail("episode " + known->id + " is recording: end it instead of moving it");
        }
        if (Result<void> set = m_impl->setState(change, *known, state); !set || reason.empty()) return set;
        return m_impl->note(change, "episode", known->id, known->key, "reason", "", reason);
    });
}

Result<void> LibraryWriter::forget(std::string_view by, std::string_view episode)
{
    return m_impl->change(by, [&](const Impl::Change& change) -> Result<void> {
        const Result<Impl::Known> known = m_impl->known(episode);
        if (!known) return tl::unexpected(known.error());
        if (known->state != EpisodeState::Tray)
            return fail("episode " + known->id + " is " + std::string(nameOf(known->state)) +
                        ": only what lies in the tray can be removed");
        const auto removed = m_impl->database->execute("DELETE FROM episodes WHERE key = ?", {known->key});
        if (!removed) return tl::unexpected(removed.error());
        return m_impl->note(change, "episode", known->id, known->key, "removed", "tray", "");
    });
}

Result<void> LibraryWriter::correct(std::string_view by, std::string_view episode, const Correction& correction)
{
    using enum EpisodeState;
    return m_impl->change(by, [&](const Impl::Change& change) -> Result<void> {
        Result<Impl::Known> known = m_impl->known(episode);
        if (!known) return tl::unexpected(known.error());
        if (known->state == Recording)
            return fail("episode " + known->id + " is still recording: correct it when it has ended");
        if (known->state == InReview || known->state == Accepted || known->state == Returned ||
            known->state == Rejected)
            return fail("episode " + known->id + " is " + std::string(nameOf(known->state)) +
                        ": it can be corrected only until somebody judges it");
        const Outcome outcome = correction.outcome.value_or(known->outcome);
        const std::string cause = correction.cause.value_or(outcome == Outcome::Failure ? known->cause : std::string());
        if (outcome != known->outcome || cause != known->cause)
            if (Result<void> set = m_impl->setOutcome(change, *known, outcome, cause); !set) return set;
        if (correction.taskId && *correction.taskId != known->taskId) {
            const Result<std::int64_t> task = m_impl->keyOf("tasks", *correction.taskId);
            if (!task) return tl::unexpected(task.error());
            const auto changed = m_impl->database->execute(
                "UPDATE episodes SET task = ?, instruction_zh = (SELECT instruction_zh FROM tasks WHERE key = ?),"
                " instruction_en = (SELECT instruction_en FROM tasks WHERE key = ?) WHERE key = ?",
                {*task, *task, *task, known->key});
            if (!changed) return tl::unexpected(changed.error());
            Result<void> noted =
                m_impl->note(change, "episode", known->id, known->key, "task", known->taskId, *correction.taskId);
            if (!noted) return noted;
            if (Result<void> due = m_impl->mirrorDue(known->key); !due) return due;
        }
        return indexEpisodeText(*m_impl->database, known->key);
    });
}

Result<int> LibraryWriter::mirrorPending(int limit) { return mirrorLabels(*m_impl->database, m_impl->library, limit); }

}  // namespace understudy
