#include "storage/librarywriterimpl.h"

#include <chrono>

#include "core/uuid.h"
#include "storage/episodestates.h"
#include "storage/episodetext.h"

namespace understudy {
namespace {

constexpr std::size_t kLongestName = 1000;
constexpr std::size_t kLongestText = 64 * 1024;

std::int64_t unixNow()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace

Result<void> checkName(const std::string& what, const std::string& name)
{
    if (name.empty()) return fail(what + " needs a name");
    if (name.size() > kLongestName)
        return fail("the name of " + what + " is longer than " + std::to_string(kLongestName) + " bytes");
    return {};
}

Result<void> checkText(const std::string& what, const std::string& text)
{
    if (text.size() > kLongestText) return fail(what + " is longer than " + std::to_string(kLongestText) + " bytes");
    return {};
}

Result<void> LibraryWriter::Impl::change(std::string_view by, const std::function<Result<void>(const Change&)>& body)
{
    return database->transaction([&]() -> Result<void> {
        Change change{.act = newUuid(),
                      .atNs = unixNow(),
                      .person = 0,
                      .personId = std::string(by.empty() ? kDefaultPersonId : by)};
        const Result<std::int64_t> person = keyOf("people", change.personId);
        if (!person) return tl::unexpected(person.error());
        change.person = *person;
        return body(change);
    });
}

Result<std::optional<std::int64_t>> LibraryWriter::Impl::find(const std::string& sql, const std::string& what)
{
    std::optional<std::int64_t> key;
    const Result<void> asked = database->query(sql, {what}, [&](const SqlRow& row) {
        if (!key) key = row.integer(0);
    });
    if (!asked) return tl::unexpected(asked.error());
    return key;
}

Result<std::int64_t> LibraryWriter::Impl::keyOf(const std::string& table, const std::string& id)
{
    const auto key = find("SELECT key FROM " + table + " WHERE id = ?", id);
    if (!key) return tl::unexpected(key.error());
    if (!*key) return fail("the library knows none of its " + table + " by the id \"" + id.substr(0, 100) + "\"");
    return **key;
}

Result<LibraryWriter::Impl::Known> LibraryWriter::Impl::known(std::string_view episode)
{
    std::optional<Known> known;
    const Result<void> asked = database->query(
        "SELECT episodes.key, episodes.id, state, outcome, cause, tasks.id, started_ns, duration_ns FROM episodes"
        " JOIN tasks ON tasks.key = episodes.task WHERE episodes.id = ?",
        {std::string(episode.substr(0, 100))}, [&](const SqlRow& row) {
            known = Known{.key = row.integer(0),
                          .id = row.text(1),
                          .state = episodeStateFrom(row.text(2)).value_or(EpisodeState::Quarantined),
                          .outcome = outcomeFrom(row.text(3)).value_or(Outcome::Unknown),
                          .cause = row.text(4),
                          .taskId = row.text(5),
                          .startedNs = row.integer(6),
                          .durationNs = row.integer(7)};
        });
    if (!asked) return tl::unexpected(asked.error());
    if (!known) return fail("there is no episode \"" + std::string(episode.substr(0, 100)) + "\" in the library");
    return *known;
}

Result<std::int64_t> LibraryWriter::Impl::named(const Change& change, const std::string& table,
                                                const std::string& subject, const std::string& name)
{
    if (const Result<void> checked = checkName("a " + subject, name); !checked) return tl::unexpected(checked.error());
    const auto found = find("SELECT key FROM " + table + " WHERE name = ? ORDER BY key LIMIT 1", name);
    if (!found) return tl::unexpected(found.error());
    if (*found) return **found;
    const std::string id = newUuid();
    const auto added = database->execute("INSERT INTO " + table + " (id, name) VALUES (?, ?)", {id, name});
    if (!added) return tl::unexpected(added.error());
    if (const Result<void> noted = note(change, subject, id, {}, "name", "", name); !noted)
        return tl::unexpected(noted.error());
    return keyOf(table, id);
}

Result<std::string> LibraryWriter::Impl::ensure(std::string_view by, const std::string& table,
                                                const std::string& subject, const std::string& name)
{
    std::string id;
    const Result<void> done = change(by, [&](const Change& change) -> Result<void> {
        const Result<std::int64_t> key = named(change, table, subject, name);
        if (!key) return tl::unexpected(key.error());
        return database->query("SELECT id FROM " + table + " WHERE key = ?", {*key},
                               [&](const SqlRow& row) { id = row.text(0); });
    });
    if (!done) return tl::unexpected(done.error());
    return id;
}

Result<void> LibraryWriter::Impl::addEpisode(const Change& change, const EpisodeStart& start)
{
    if (const Result<void> checked = checkName("a robot", start.robot); !checked) return checked;
    const Result<std::int64_t> task = keyOf("tasks", start.taskId);
    if (!task) return tl::unexpected(task.error());
    const Result<std::int64_t> person =
        keyOf("people", start.operatorId.empty() ? std::string(kDefaultPersonId) : start.operatorId);
    if (!person) return tl::unexpected(person.error());
    const Result<std::int64_t> robot = named(change, "robots", "robot", start.robot);
    if (!robot) return tl::unexpected(robot.error());
    SqlValue station = nullptr;
    if (!start.station.empty()) {
        const Result<std::int64_t> place = named(change, "stations", "station", start.station);
        if (!place) return tl::unexpected(place.error());
        station = *place;
    }
    SqlValue session = nullptr;
    if (!start.sessionId.empty()) {
        const Result<std::int64_t> run = keyOf("sessions", start.sessionId);
        if (!run) return tl::unexpected(run.error());
        session = *run;
    }
    const auto twin = find("SELECT key FROM episodes WHERE id = ?", start.id);
    if (!twin) return tl::unexpected(twin.error());
    if (*twin) return fail("episode " + start.id + " is already in the library");
    const Result<std::int64_t> free = freeEpisodeKey(*database, start.startedAtNs);
    if (!free) return tl::unexpected(free.error());
    const std::int64_t key = *free;
    if (!start.modelHash.empty()) {
        const auto added =
            database->execute("INSERT INTO models (hash, robot, added_ns) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                              {start.modelHash, *robot, change.atNs});
        if (!added) return tl::unexpected(added.error());
    }
    const auto added = database->execute(
        "INSERT INTO episodes (key, id, state, task, robot, person, station, session, sim, practice, started_ns,"
        " take_id, path, robot_serial, model_hash, instruction_zh, instruction_en)"
        " SELECT ?, ?, 'recording', key, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, instruction_zh, instruction_en"
        " FROM tasks WHERE key = ?",
        {key, start.id, *robot, *person, station, session, std::int64_t{start.sim}, std::int64_t{start.practice},
         start.startedAtNs, start.takeId.empty() ? start.id : start.takeId, start.path, start.robotSerial,
         start.modelHash, *task});
    if (!added) return tl::unexpected(added.error());
    if (Result<void> noted = note(change, "episode", start.id, key, "state", "", "recording"); !noted) return noted;
    return indexEpisodeText(*database, key);
}

Result<void> LibraryWriter::Impl::finishEpisode(std::string_view by, std::string_view episode, const EpisodeEnd& end,
                                                bool recovered)
{
    if (end.durationNs < 0 || end.steps < 0 || end.missedTicks < 0)
        return fail("duration, steps and missed ticks of an episode cannot be negative");
    return change(by, [&](const Change& change) -> Result<void> {
        Result<Known> ended = known(episode);
        if (!ended) return tl::unexpected(ended.error());
        if (ended->state != EpisodeState::Recording)
            return fail("episode " + ended->id + " has already ended: it is " + std::string(nameOf(ended->state)));
        const auto changed = database->execute(
            "UPDATE episodes SET duration_ns = ?, steps = ?, missed_ticks = ?, recovered = ? WHERE key = ?",
            {end.durationNs, end.steps, end.missedTicks, std::int64_t{recovered}, ended->key});
        if (!changed) return tl::unexpected(changed.error());
        if (Result<void> put = putStreams(*ended, end.streams); !put) return put;
        if (Result<void> set = setOutcome(change, *ended, end.outcome, end.cause); !set) return set;
        if (Result<void> set = setState(change, *ended, EpisodeState::Recorded); !set) return set;
        if (recovered)
            if (Result<void> noted = note(change, "episode", ended->id, ended->key, "recovered", "no", "yes"); !noted)
                return noted;
        return indexEpisodeText(*database, ended->key);
    });
}

Result<void> LibraryWriter::Impl::note(const Change& change, const std::string& subject, const std::string& subjectId,
                                       std::optional<std::int64_t> episode, const std::string& field,
                                       const std::string& from, const std::string& to)
{
    const auto added = database->execute(
        "INSERT INTO history (act, at_ns, person, subject, subject_id, episode, field, from_value, to_value)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {change.act, change.atNs, change.person, subject, subjectId, episode ? SqlValue(*episode) : SqlValue(nullptr),
         field, from, to});
    if (!added) return tl::unexpected(added.error());
    return {};
}

Result<void> LibraryWriter::Impl::setState(const Change& change, Known& episode, EpisodeState to)
{
    if (!mayFollow(episode.state, to)) {
        std::string choices;
        for (const EpisodeState next : transitions(episode.state))
            choices += (choices.empty() ? "" : ", ") + std::string(nameOf(next));
        return fail("episode " + episode.id + " is " + std::string(nameOf(episode.state)) + " and cannot become " +
                    std::string(nameOf(to)) + "; it can become " + choices);
    }
    return putState(change, episode, to);
}

Result<void> LibraryWriter::Impl::putState(const Change& change, Known& episode, EpisodeState to)
{
    const std::string from(nameOf(episode.state));
    const auto changed =
        database->execute("UPDATE episodes SET state = ? WHERE key = ?", {std::string(nameOf(to)), episode.key});
    if (!changed) return tl::unexpected(changed.error());
    episode.state = to;
    if (const Result<void> due = mirrorDue(episode.key); !due) return due;
    return note(change, "episode", episode.id, episode.key, "state", from, std::string(nameOf(to)));
}

Result<void> LibraryWriter::Impl::setOutcome(const Change& change, Known& episode, Outcome outcome,
                                             const std::string& cause)
{
    if (const Result<void> checked = checkText("the cause", cause); !checked) return checked;
    if (outcome != Outcome::Failure && !cause.empty())
        return fail("only a failure has a cause; the outcome of episode " + episode.id + " would be " +
                    std::string(nameOf(outcome)));
    const auto changed = database->execute("UPDATE episodes SET outcome = ?, cause = ? WHERE key = ?",
                                           {std::string(nameOf(outcome)), cause, episode.key});
    if (!changed) return tl::unexpected(changed.error());
    if (outcome != episode.outcome) {
        const Result<void> noted = note(change, "episode", episode.id, episode.key, "outcome",
                                        std::string(nameOf(episode.outcome)), std::string(nameOf(outcome)));
        if (!noted) return noted;
    }
    if (cause != episode.cause) {
        const Result<void> noted = note(change, "episode", episode.id, episode.key, "cause", episode.cause, cause);
        if (!noted) return noted;
    }
    episode.outcome = outcome;
    episode.cause = cause;
    return mirrorDue(episode.key);
}

Result<void> LibraryWriter::Impl::putStreams(const Known& episode, const std::vector<StreamRow>& streams)
{
    const auto removed = database->execute("DELETE FROM streams WHERE episode = ?", {episode.key});
    if (!removed) return tl::unexpected(removed.error());
    for (const StreamRow& stream : streams) {
        if (const Result<void> checked = checkName("a stream", stream.name); !checked) return checked;
        const auto added = database->execute(
            "INSERT INTO streams (episode, name, kind, count, dropped, rate_hz) VALUES (?, ?, ?, ?, ?, ?)",
            {episode.key, stream.name, stream.kind, stream.count, stream.dropped, stream.rateHz});
        if (!added) return tl::unexpected(added.error());
    }
    return {};
}

Result<void> LibraryWriter::Impl::mirrorDue(std::int64_t episode)
{
    const auto put = database->execute("INSERT INTO mirror_due (episode, changes) VALUES (?, 1)"
                                       " ON CONFLICT (episode) DO UPDATE SET changes = mirror_due.changes + 1",
                                       {episode});
    if (!put) return tl::unexpected(put.error());
    return {};
}

}  // namespace understudy
