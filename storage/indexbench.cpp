#include "storage/indexbench.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <random>
#include <sqlite3.h>

#include "core/timestamp.h"
#include "core/uuid.h"
#include "storage/library.h"
#include "storage/librarywriter.h"
#include "storage/read/episodequery.h"
#include "storage/read/libraryfile.h"
#include "storage/read/searchtext.h"

namespace understudy {
namespace {

constexpr std::int64_t kFirstDay = 1'795'305'600'000'000'000;
constexpr int kTasks = 400;
constexpr int kRobots = 12;
constexpr int kPeople = 120;
constexpr int kStations = 60;
constexpr int kPage = 100;

constexpr const char* kVerbsZh[] = {"抓取", "放置", "打开", "关闭", "推动", "折叠", "擦拭", "倒水", "搬运", "整理"};
constexpr const char* kVerbsEn[] = {"grasp", "place", "open", "close", "push", "fold", "wipe", "pour", "carry", "tidy"};
constexpr const char* kColoursZh[] = {"红色", "蓝色", "绿色", "黄色"};
constexpr const char* kColoursEn[] = {"red", "blue", "green", "yellow"};
constexpr const char* kThingsZh[] = {"杯子", "毛巾", "抽屉", "积木", "盒子", "瓶子", "螺丝刀", "桌面", "衣服", "托盘"};
constexpr const char* kThingsEn[] = {"cup",    "towel",  "drawer", "block", "box",
                                     "bottle", "driver", "table",  "shirt", "tray"};

using Random = std::mt19937;

int draw(Random& random, int count) { return static_cast<int>(random() % static_cast<unsigned>(count)); }

double secondsSince(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Milliseconds of many runs of one thing.
class Times {
public:
    template <typename Run>
    [[nodiscard]] Result<void> measure(Run&& run)
    {
        const auto start = std::chrono::steady_clock::now();
        Result<void> done = run();
        m_ms.push_back(secondsSince(start) * 1e3);
        return done;
    }
    [[nodiscard]] double at(double share)
    {
        if (m_ms.empty()) return 0;
        std::ranges::sort(m_ms);
        return m_ms[std::min(m_ms.size() - 1, static_cast<std::size_t>(share * static_cast<double>(m_ms.size())))];
    }

private:
    std::vector<double> m_ms;
};

/// A question through SQLite's own interface; every column is read as text.
class RawSqlite {
public:
    [[nodiscard]] static Result<RawSqlite> open(const std::filesystem::path& file)
    {
        RawSqlite raw;
        sqlite3* handle = nullptr;
        const int opened = sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READONLY, nullptr);
        raw.m_handle.reset(handle);
        if (opened != SQLITE_OK) return fail("the raw measurement cannot open " + file.string());
        sqlite3_exec(handle, "PRAGMA cache_size = -65536", nullptr, nullptr, nullptr);
        return raw;
    }

    [[nodiscard]] Result<void> ask(const SqlQuestion& question)
    {
        sqlite3_stmt* statement = nullptr;
        if (sqlite3_prepare_v2(m_handle.get(), question.sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
            return fail(std::string("the raw measurement failed: ") + sqlite3_errmsg(m_handle.get()));
        const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> owner(statement, &sqlite3_finalize);
        int place = 0;
        for (const SqlValue& value : question.values) {
            ++place;
            if (const auto* integer = std::get_if<std::int64_t>(&value)) sqlite3_bind_int64(statement, place, *integer);
            if (const auto* text = std::get_if<std::string>(&value))
                sqlite3_bind_text(statement, place, text->data(), static_cast<int>(text->size()), SQLITE_STATIC);
        }
        int status = sqlite3_step(statement);
        for (; status == SQLITE_ROW; status = sqlite3_step(statement))
            for (int column = 0; column < sqlite3_column_count(statement); ++column)
                if (const auto* text = sqlite3_column_text(statement, column)) m_read += *text;
        if (status != SQLITE_DONE)
            return fail(std::string("the raw measurement failed: ") + sqlite3_errmsg(m_handle.get()));
        return {};
    }

private:
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close(handle); }
    };
    std::unique_ptr<sqlite3, Close> m_handle;
    std::uint64_t m_read = 0;
};

/// Rows in bulk: what years of recording leave behind.
class Filler {
public:
    Filler(Database& database, const IndexBenchOptions& options) : m_database(database), m_options(options) {}

    [[nodiscard]] Result<void> run()
    {
        constexpr int kRowsPerTransaction = 20'000;
        Result<void> done = m_database.transaction([&] { return putNames(); });
        for (int first = 0; done && first < m_options.episodes; first += kRowsPerTransaction) {
            const int end = std::min(m_options.episodes, first + kRowsPerTransaction);
            done = m_database.transaction([&]() -> Result<void> {
                for (int i = first; i < end; ++i)
                    if (Result<void> put = putEpisode(i); !put) return put;
                return {};
            });
            if (done) done = m_database.checkpoint();
            if (done && m_options.progress && !m_options.progress("filled " + std::to_string(end) + " episodes"))
                return fail("the measurement was ended");
        }
        return done;
    }

private:
    [[nodiscard]] Result<void> put(const std::string& sql, const std::vector<SqlValue>& values)
    {
        const auto done = m_database.execute(sql, values);
        if (!done) return tl::unexpected(done.error());
        return {};
    }

    [[nodiscard]] Result<void> putNames()
    {
        Result<void> done;
        for (int i = 1; done && i <= kTasks; ++i) {
            const std::string zh =
                std::string(kVerbsZh[i % 10]) + kColoursZh[i / 10 % 4] + "的" + kThingsZh[i / 40 % 10];
            const std::string en =
                std::string(kVerbsEn[i % 10]) + " the " + kColoursEn[i / 10 % 4] + " " + kThingsEn[i / 40 % 10];
            m_text.push_back({zh, en, foldedText(zh + "\n" + en + "\ntask " + std::to_string(i))});
            done = put("INSERT INTO tasks (key, id, name, instruction_zh, instruction_en) VALUES (?, ?, ?, ?, ?)",
                       {std::int64_t{i}, newUuid(), "task " + std::to_string(i), zh, en});
        }
        for (const auto& [table, name, count] :
             {std::tuple{"robots", "robot ", kRobots}, std::tuple{"people", "person ", kPeople},
              std::tuple{"stations", "station ", kStations}})
            for (int i = 1; done && i <= count; ++i)
                done = put("INSERT INTO " + std::string(table) + " (id, name) VALUES (?, ?)",
                           {newUuid(), name + std::to_string(i)});
        return done;
    }

    [[nodiscard]] Result<void> putEpisode(int number)
    {
        static constexpr const char* kStates[] = {"accepted", "accepted", "accepted", "accepted",  "accepted",
                                                  "accepted", "rejected", "labelled", "in_review", "checked"};
        static constexpr const char* kOutcomes[] = {"success", "success", "success", "success", "failure"};
        const std::int64_t key = kFirstDay + number * 2 * kSecond + draw(m_random, 1'000'000'000);
        const std::string id = uuidAt(key);
        const auto task = static_cast<std::size_t>(draw(m_random, kTasks));
        Result<void> done = put(
            "INSERT INTO episodes (key, id, state, outcome, task, robot, person, station, sim, recovered, practice,"
            " started_ns, duration_ns, steps, take_id, path, robot_serial, model_hash, instruction_zh, instruction_en)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            {key,
             id,
             std::string(kStates[draw(m_random, 10)]),
             std::string(kOutcomes[draw(m_random, 5)]),
             static_cast<std::int64_t>(task + 1),
             std::int64_t{1 + draw(m_random, kRobots)},
             std::int64_t{1 + draw(m_random, kPeople)},
             std::int64_t{1 + draw(m_random, kStations)},
             std::int64_t{draw(m_random, 4) == 0},
             std::int64_t{draw(m_random, 1000) == 0},
             std::int64_t{draw(m_random, 50) == 0},
             key,
             14 * kSecond,
             std::int64_t{7000},
             id,
             episodeFolder(id, key),
             std::string("serial"),
             std::string(64, 'a'),
             m_text[task].zh,
             m_text[task].en});
        if (done) done = put("INSERT INTO episode_text (episode, folded) VALUES (?, ?)", {key, m_text[task].folded});
        for (int i = 0; done && i < m_options.segmentsPerEpisode; ++i)
            done = put("INSERT INTO segments (episode, id, tier, label, start_ns, end_ns, author)"
                       " VALUES (?, ?, 'skill', ?, ?, ?, 1)",
                       {key, uuidAt(key + i * kMillisecond), std::string(kVerbsEn[draw(m_random, 10)]),
                        key + i * kSecond, key + (i + 1) * kSecond});
        return done;
    }

    struct Text {
        std::string zh;
        std::string en;
        std::string folded;
    };
    Database& m_database;
    const IndexBenchOptions& m_options;
    std::vector<Text> m_text;
    Random m_random{m_options.seed};
};

/// Two to four things at once, as somebody who looks for something asks.
EpisodeFilter anyFilter(Random& random)
{
    EpisodeFilter filter;
    const auto numbered = [&](const char* name, int count) { return name + std::to_string(1 + draw(random, count)); };
    const int wanted = draw(random, 5);
    for (int i = 0; i < wanted; ++i) {
        switch (draw(random, 8)) {
        case 0:
            filter.tasks = {numbered("task ", kTasks)};
            break;
        case 1:
            filter.robots = {numbered("robot ", kRobots)};
            break;
        case 2:
            filter.operators = {numbered("person ", kPeople)};
            break;
        case 3:
            filter.stations = {numbered("station ", kStations)};
            break;
        case 4:
            filter.states = {static_cast<EpisodeState>(draw(random, kEpisodeStateCount))};
            break;
        case 5:
            filter.outcomes = {draw(random, 2) ? Outcome::Success : Outcome::Failure};
            break;
        case 6:
            filter.sim = draw(random, 2) == 0;
            break;
        default:
            filter.recovered = draw(random, 2) == 0;
            break;
        }
    }
    return filter;
}

class Measurement {
public:
    Measurement(std::filesystem::path folder, const IndexBenchOptions& options)
        : m_folder(std::move(folder)), m_options(options)
    {
    }

    [[nodiscard]] Result<std::vector<IndexFigure>> run()
    {
        const std::filesystem::path file = databaseFile(m_folder);
        const Result<Library> library = openLibrary(m_folder, LibraryMode::OpenOrCreate);
        if (!library) return tl::unexpected(library.error());
        if (library->created) {
            if (const Result<void> filled = fill(file); !filled) return tl::unexpected(filled.error());
        } else if (const Result<void> fits = fitsToBeAsked(); !fits) {
            return tl::unexpected(fits.error());
        }

        Times openings;
        for (int i = 0; i < 20; ++i) {
            const Result<void> opened = openings.measure([&]() -> Result<void> {
                const auto reader = LibraryReader::open(m_folder);
                if (!reader) return tl::unexpected(reader.error());
                if (const auto page = (*reader)->list({}, kPage); !page) return tl::unexpected(page.error());
                return {};
            });
            if (!opened) return tl::unexpected(opened.error());
        }
        m_figures.push_back(
            {.name = "open and first page", .unit = "ms", .p50 = openings.at(0.5), .p99 = openings.at(0.99)});

        if (const Result<void> asked = askEverything(file); !asked) return tl::unexpected(asked.error());
        if (const Result<void> written = writeOnTop(); !written) return tl::unexpected(written.error());
        return std::move(m_figures);
    }

private:
    using MakeFilter = std::function<EpisodeFilter()>;

    [[nodiscard]] Result<void> fill(const std::filesystem::path& file)
    {
        const auto start = std::chrono::steady_clock::now();
        Result<std::unique_ptr<Database>> database = Database::open(file, Database::Access::Write);
        if (!database) return tl::unexpected(database.error());
        if (Result<void> filled = Filler(**database, m_options).run(); !filled) return filled;
        const double rate = m_options.episodes / secondsSince(start);
        m_figures.push_back({.name = "bulk insert", .unit = "episodes/s", .p50 = rate, .p99 = rate});
        return {};
    }

    /// A library that an earlier measurement left.
    [[nodiscard]] Result<void> fitsToBeAsked()
    {
        const auto reader = LibraryReader::open(m_folder);
        if (!reader) return tl::unexpected(reader.error());
        const Result<std::int64_t> held = (*reader)->count({.practice = std::nullopt});
        if (!held) return tl::unexpected(held.error());
        m_held = *held;
        if (*held >= m_options.episodes) return {};
        return fail("the library in " + m_folder.string() + " holds " + std::to_string(*held) + " episodes, not " +
                    std::to_string(m_options.episodes) + "; choose another folder");
    }

    [[nodiscard]] Result<void> askEverything(const std::filesystem::path& file)
    {
        Result<std::unique_ptr<LibraryReader>> reader = LibraryReader::open(m_folder);
        if (!reader) return tl::unexpected(reader.error());
        Result<std::unique_ptr<Database>> database = Database::open(file, Database::Access::Read);
        if (!database) return tl::unexpected(database.error());
        Result<RawSqlite> raw = RawSqlite::open(file);
        if (!raw) return tl::unexpected(raw.error());

        const auto page = [&](const std::string& name, const MakeFilter& make,
                              std::optional<std::int64_t> after) -> Result<void> {
            if (m_options.progress && !m_options.progress(name)) return fail("the measurement was ended");
            Times ours;
            Times theirs;
            for (int i = 0; i < m_options.rounds; ++i) {
                const EpisodeFilter filter = make();
                Result<void> asked = ours.measure([&]() -> Result<void> {
                    const auto rows = (*reader)->list(filter, kPage, after);
                    if (!rows) return tl::unexpected(rows.error());
                    return {};
                });
                if (!asked) return asked;
                const Result<SqlQuestion> question = pageQuestion(**database, filter, kPage, after);
                if (!question) return tl::unexpected(question.error());
                asked = theirs.measure([&] { return raw->ask(*question); });
                if (!asked) return asked;
            }
            m_figures.push_back({.name = name,
                                 .unit = "ms",
                                 .p50 = ours.at(0.5),
                                 .p99 = ours.at(0.99),
                                 .rawP50 = theirs.at(0.5),
                                 .rawP99 = theirs.at(0.99)});
            return {};
        };
        const auto text = [&](const char* const* verbs, const char* const* things, bool narrow) {
            return [this, verbs, things, narrow] {
                EpisodeFilter filter = narrow ? anyFilter(m_random) : EpisodeFilter{};
                filter.text = std::string(verbs[draw(m_random, 10)]) + " " + things[draw(m_random, 10)];
                return filter;
            };
        };
        const std::int64_t middle = kFirstDay + m_options.episodes / 2 * 2 * kSecond;
        Result<void> done = page("first page, any filters", [this] { return anyFilter(m_random); }, {});
        if (done)
            done = page(
                "page in the middle, any filters", [this] { return anyFilter(m_random); }, middle);
        if (done) done = page("text in Chinese", text(kVerbsZh, kThingsZh, false), {});
        if (done) done = page("text in English", text(kVerbsEn, kThingsEn, false), {});
        if (done) done = page("text and any filters", text(kVerbsEn, kThingsEn, true), {});
        if (!done) return done;

        Times totals;
        for (int i = 0; done && i < std::min(m_options.rounds, 100); ++i)
            done = totals.measure([&]() -> Result<void> {
                const auto count = (*reader)->count(anyFilter(m_random));
                if (!count) return tl::unexpected(count.error());
                return {};
            });
        m_figures.push_back(
            {.name = "total, any filters", .unit = "ms", .p50 = totals.at(0.5), .p99 = totals.at(0.99)});
        return done;
    }

    [[nodiscard]] Result<void> writeOnTop()
    {
        Result<std::unique_ptr<LibraryWriter>> writer = LibraryWriter::open(m_folder);
        if (!writer) return tl::unexpected(writer.error());
        Task card;
        card.name = "task 1";
        const Result<std::string> task = (*writer)->ensureTask({}, card);
        if (!task) return tl::unexpected(task.error());
        Times takes;
        Times edits;
        for (int i = 0; i < m_options.rounds; ++i) {
            EpisodeStart start;
            start.startedAtNs = kFirstDay + (m_held + i) * 2 * kSecond;
            start.id = uuidAt(start.startedAtNs);
            start.path = episodeFolder(start.id, start.startedAtNs);
            start.taskId = *task;
            start.robot = "robot 1";
            start.station = "station 1";
            Result<void> done = takes.measure([&]() -> Result<void> {
                if (Result<void> begun = (*writer)->beginEpisode({}, start); !begun) return begun;
                return (*writer)->endEpisode({}, start.id, {.durationNs = 10 * kSecond, .outcome = Outcome::Success});
            });
            if (!done) return done;
            Segment segment;
            segment.episodeId = start.id;
            segment.label = "grasp";
            segment.startNs = start.startedAtNs;
            segment.endNs = start.startedAtNs + kSecond;
            done = edits.measure([&]() -> Result<void> {
                const auto added = (*writer)->addSegment({}, segment);
                if (!added) return tl::unexpected(added.error());
                return {};
            });
            if (!done) return done;
        }
        m_figures.push_back(
            {.name = "begin and end an episode, durable", .unit = "ms", .p50 = takes.at(0.5), .p99 = takes.at(0.99)});
        m_figures.push_back(
            {.name = "add a segment, durable", .unit = "ms", .p50 = edits.at(0.5), .p99 = edits.at(0.99)});
        return {};
    }

    std::filesystem::path m_folder;
    const IndexBenchOptions& m_options;
    Random m_random{m_options.seed + 1};
    std::int64_t m_held = m_options.episodes;  ///< in the library already
    std::vector<IndexFigure> m_figures;
};

}  // namespace

Result<std::vector<IndexFigure>> measureIndex(const std::filesystem::path& folder, const IndexBenchOptions& options)
{
    return Measurement(folder, options).run();
}

}  // namespace understudy
