#include <QTest>
#include <random>

#include "storage/read/database.h"
#include "storage/read/libraryfile.h"
#include "storage/read/libraryreader.h"
#include "storage/read/searchtext.h"
#include "storage/read/timetext.h"
#include "support/libraryfixture.h"

using namespace understudy;
using namespace understudy::test;

namespace {

bool says(const std::string& text, const std::string& part)
{
    if (text.find(part) != std::string::npos) return true;
    qWarning("\"%s\" does not say \"%s\"", text.c_str(), part.c_str());
    return false;
}

EpisodeFilter filterOf(const std::vector<std::string>& arguments) { return must(parseFilter(arguments)); }

bool holds(const std::vector<std::string>& choices, const std::string& name, const std::string& id)
{
    return choices.empty() || std::ranges::find(choices, name) != choices.end() ||
           std::ranges::find(choices, id) != choices.end();
}

/// What a filter means, said without SQL.
bool passes(const EpisodeFilter& filter, const EpisodeRow& row)
{
    const auto any = [](const auto& choices, const auto& value) {
        return choices.empty() || std::ranges::find(choices, value) != choices.end();
    };
    return holds(filter.tasks, row.task, row.taskId) && any(filter.robots, row.robot) &&
           holds(filter.operators, row.operatorName, row.operatorId) && any(filter.stations, row.station) &&
           any(filter.states, row.state) && any(filter.outcomes, row.outcome) &&
           (!filter.states.empty() || row.state != EpisodeState::Tray) &&
           (!filter.practice || *filter.practice == row.practice) && (!filter.sim || *filter.sim == row.sim) &&
           (!filter.recovered || *filter.recovered == row.recovered) &&
           (!filter.sinceNs || row.startedAtNs >= *filter.sinceNs) &&
           (!filter.untilNs || row.startedAtNs < *filter.untilNs);
}

std::vector<std::string> idsOf(const std::vector<EpisodeRow>& rows)
{
    std::vector<std::string> ids;
    for (const EpisodeRow& row : rows) ids.push_back(row.id);
    return ids;
}

}  // namespace

class TestLibraryReader : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        m_library = std::make_unique<LibraryFixture>();
        LibraryWriter& writer = *m_library->writer;
        std::vector<std::string> tasks{m_library->task("Pick red", "抓取红色的杯子", "Pick up the red cup"),
                                       m_library->task("Fold", "把毛巾叠好", "Fold the towel"),
                                       m_library->task("Pour", "倒水到杯子里", "Pour water into T7杯")};
        std::vector<std::string> people{
            must(writer.ensurePerson({}, "Anna")), must(writer.ensurePerson({}, "李雷")), {}};
        std::mt19937 random(7);
        const auto draw = [&](unsigned n) { return random() % n; };
        for (int i = 0; i < 240; ++i) {
            // Not in the order of time: imports are older than what is there.
            EpisodeStart start = m_library->start(static_cast<int>((i * 77) % 240) * 600);
            start.taskId = tasks[draw(3)];
            start.operatorId = people[draw(3)];
            start.robot = draw(2) ? "unitree_g1" : "booster_t1";
            start.station = std::string("0") + static_cast<char>('1' + draw(3));
            start.sim = draw(3) != 0;
            start.practice = draw(8) == 0;
            must(writer.beginEpisode({}, start));
            EpisodeEnd end = LibraryFixture::end();
            end.outcome = static_cast<Outcome>(draw(3));
            if (draw(10) == 0)
                must(writer.recoverEpisode({}, start.id, end));
            else
                must(writer.endEpisode({}, start.id, end));
            for (const EpisodeState state : {EpisodeState::Checked, EpisodeState::InReview}) {
                if (draw(2)) break;
                must(writer.moveTo({}, start.id, state));
            }
            if (draw(20) == 0 && writer.moveTo({}, start.id, EpisodeState::Tray)) continue;
        }
        m_reader = must(LibraryReader::open(m_library->folder()));
        EpisodeFilter all;
        all.practice = {};
        for (int state = 0; state < kEpisodeStateCount; ++state) all.states.push_back(static_cast<EpisodeState>(state));
        m_all = must(m_reader->list(all, 1000)).episodes;
        QCOMPARE(m_all.size(), 240U);
    }

    void everyCombinationOfFiltersInPages()
    {
        std::mt19937 random(11);
        const std::vector<std::vector<std::string>> choices{
            {"task=Fold", "task=Pour", "task=Nothing"},
            {"robot=unitree_g1", "robot=booster_t1"},
            {"operator=Anna", "operator=李雷", "operator=operator"},
            {"station=01", "station=02", "station=none"},
            {"state=recorded", "state=checked", "state=in_review", "state=tray"},
            {"outcome=success", "outcome=failure", "outcome=unknown"},
            {"kind=sim", "kind=real"},
            {"recovered=yes", "recovered=no"},
            {"practice=yes", "practice=no", "practice=any"},
            {"since=2026-11-22T06:00", "since=2026-11-23"},
            {"until=2026-11-22T20:00:00Z", "until=2026-11-22"}};
        int nonEmpty = 0;
        for (int round = 0; round < 300; ++round) {
            std::vector<std::string> arguments;
            for (const auto& key : choices) {
                if (random() % 4 != 0) continue;
                arguments.push_back(key[random() % key.size()]);
                if (random() % 4 == 0 && !key[0].starts_with("s") && !key[0].starts_with("u") &&
                    !key[0].starts_with("k") && !key[0].starts_with("re") && !key[0].starts_with("p"))
                    arguments.push_back(key[random() % key.size()]);
            }
            const EpisodeFilter filter = filterOf(arguments);
            std::vector<std::string> expected;
            for (const EpisodeRow& row : m_all)
                if (passes(filter, row)) expected.push_back(row.id);
            nonEmpty += !expected.empty();

            std::vector<std::string> got;
            std::optional<std::int64_t> after;
            do {
                const EpisodePage page = must(m_reader->list(filter, 7, after));
                QVERIFY(page.episodes.size() <= 7);
                for (const std::string& id : idsOf(page.episodes)) got.push_back(id);
                after = page.next;
            } while (after);
            QCOMPARE(got, expected);
            QCOMPARE(must(m_reader->count(filter)), std::ssize(expected));
        }
        QVERIFY(nonEmpty > 100);
    }

    void newestFirst()
    {
        const auto rows = must(m_reader->list({}, 1000)).episodes;
        QVERIFY(std::ranges::is_sorted(rows, std::greater{}, &EpisodeRow::startedAtNs));
        QVERIFY(std::ranges::none_of(rows, &EpisodeRow::practice));
        QVERIFY(std::ranges::none_of(rows, [](const EpisodeRow& row) { return row.state == EpisodeState::Tray; }));
    }

    /// Every filter finds its page inside one index, in order: no sort of whole rows, no full scan.
    void pagesComeFromOneIndex()
    {
        const auto database = must(Database::open(databaseFile(m_library->folder()), Database::Access::Read));
        for (const std::string state :
             {"", " AND state = 'checked'", " AND task = 1", " AND robot = 1 AND person = 2",
              " AND station = 1 AND outcome = 'failure' AND sim = 1", " AND recovered = 1 AND state = 'checked'"}) {
            std::string plan;
            must(database->query("EXPLAIN QUERY PLAN SELECT key FROM episodes WHERE practice = 0 AND state <> 'tray'" +
                                     state + " ORDER BY key DESC LIMIT 100",
                                 {}, [&](const SqlRow& row) { plan += row.text(3) + "\n"; }));
            QVERIFY(says(plan, "COVERING INDEX"));
            QVERIFY2(plan.find("TEMP B-TREE") == std::string::npos, plan.c_str());
        }
    }

    void findsWords_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("task");
        QTest::newRow("one Han character") << "杯"
                                           << "Pick red|Pour";
        QTest::newRow("two") << "杯子"
                             << "Pick red|Pour";
        QTest::newRow("a phrase") << "红色的杯子"
                                  << "Pick red";
        QTest::newRow("not side by side") << "红杯"
                                          << "";
        QTest::newRow("two words") << "杯子 红色"
                                   << "Pick red";
        QTest::newRow("English") << "towel"
                                 << "Fold";
        QTest::newRow("capitals") << "TOWEL"
                                  << "Fold";
        QTest::newRow("beginning") << "tow"
                                   << "Fold";
        QTest::newRow("one letter") << "f"
                                    << "Fold";
        QTest::newRow("only the last may be a beginning") << "tow fold"
                                                          << "";
        QTest::newRow("both languages") << "毛巾 fold"
                                        << "Fold";
        QTest::newRow("Han beside Latin") << "T7杯"
                                          << "Pour";
        QTest::newRow("Latin beside Han") << "t7"
                                          << "Pour";
        QTest::newRow("quotes") << "\"red cup\""
                                << "Pick red";
        QTest::newRow("operators are words") << "red NOT cup"
                                             << "";
        QTest::newRow("or is a word") << "towel OR cup"
                                      << "";
        QTest::newRow("column filter") << "folded:towel"
                                       << "";
        QTest::newRow("near") << "NEAR(red cup)"
                              << "";
        QTest::newRow("star") << "*tow*"
                              << "Fold";
        QTest::newRow("parenthesis") << "tow)"
                                     << "Fold";
        QTest::newRow("injection") << "x\" OR folded MATCH \"towel"
                                   << "";
        QTest::newRow("full width") << "ｔｏｗｅｌ"
                                    << "";
    }
    void findsWords()
    {
        QFETCH(QString, text);
        QFETCH(QString, task);
        EpisodeFilter filter;
        filter.practice = {};
        filter.robots = {"unitree_g1"};
        filter.text = text.toStdString();
        const QStringList tasks = task.split('|', Qt::SkipEmptyParts);
        std::vector<std::string> expected;
        for (const EpisodeRow& row : m_all)
            if (tasks.contains(QString::fromStdString(row.task)) && row.robot == "unitree_g1" &&
                row.state != EpisodeState::Tray)
                expected.push_back(row.id);
        std::vector<std::string> got;
        std::optional<std::int64_t> after;
        do {
            const EpisodePage page = must(m_reader->list(filter, 9, after));
            for (const std::string& id : idsOf(page.episodes)) got.push_back(id);
            after = page.next;
        } while (after);
        QCOMPARE(got, expected);
        QCOMPARE(must(m_reader->count(filter)), std::ssize(expected));
    }

    void foldsHan()
    {
        QCOMPARE(foldedText("抓取cup杯"), std::string("抓 取 cup 杯 "));
        QCOMPARE(foldedText("𠀀a"), std::string("𠀀 a"));
        QCOMPARE(foldedText("ab\xff"
                            "c"),
                 std::string("ab\xef\xbf\xbd"
                             "c"));
        QCOMPARE(foldedText("ひらがな"), std::string("ひらがな"));
        QCOMPARE(matchExpression("抓取 cup"), std::string("\"抓 取\" \"cup\"*"));
        QCOMPARE(matchExpression("!? ,"), std::string());
        QCOMPARE(matchExpression(""), std::string());
    }

    void showsByIdOrBeginning()
    {
        const EpisodeRow& row = m_all.front();
        QCOMPARE(must(m_reader->show(row.id)).id, row.id);
        QCOMPARE(must(m_reader->show(row.id)).streams.size(), 2U);
        // Ids begin with their time: two of one millisecond differ in what follows it.
        QCOMPARE(must(m_reader->show(row.id.substr(0, 30))).id, row.id);
        QVERIFY(says(refusal(m_reader->show(row.id.substr(0, 4))), "several episodes"));
        QVERIFY(says(refusal(m_reader->show("ffff")), "there is no episode"));
        QVERIFY(says(refusal(m_reader->show("")), "which episode"));
        QVERIFY(says(refusal(m_reader->show("%")), "there is no episode"));
        QVERIFY(says(refusal(m_reader->show("' OR 1=1 --")), "there is no episode"));
        QVERIFY(says(refusal(m_reader->show(std::string(100'000, '0'))), "there is no episode"));
        QVERIFY(must(m_reader->segments("nothing")).empty());
        QVERIFY(!m_reader->labels("nothing"));
        QVERIFY(says(refusal(m_reader->list({}, 0)), "1 to 1000"));
        QVERIFY(says(refusal(m_reader->list({}, 1001)), "1 to 1000"));
    }

    void refusesFilters_data()
    {
        QTest::addColumn<QString>("argument");
        QTest::addColumn<QString>("because");
        QTest::newRow("unknown key") << "colour=red"
                                     << "task, robot, operator";
        QTest::newRow("no key") << "=x"
                                << "there is no filter";
        QTest::newRow("no value") << "task="
                                  << "needs a value";
        QTest::newRow("state") << "state=done"
                               << "in_review";
        QTest::newRow("outcome") << "outcome=ok"
                                 << "success";
        QTest::newRow("time") << "since=yesterday"
                              << "2026-11-22T07:30";
        QTest::newRow("no such day") << "since=2026-02-30"
                                     << "is not a time";
        QTest::newRow("far") << "since=9999-01-01"
                             << "is not a time";
        QTest::newRow("kind") << "kind=virtual"
                              << "sim or real";
        QTest::newRow("flag") << "recovered=1"
                              << "yes or no";
        QTest::newRow("punctuation") << "!!!"
                                     << "no letter or digit";
        QTest::newRow("long") << QString(5000, 'x') << "longer than";
    }
    void refusesFilters()
    {
        QFETCH(QString, argument);
        QFETCH(QString, because);
        QVERIFY(says(refusal(parseFilter(std::vector<std::string>{argument.toStdString()})), because.toStdString()));
    }

    /// Whatever is typed is a question or a refusal, and never changes or breaks anything.
    void hostileFilters()
    {
        const std::string pieces[] = {"'",    "\"",    ";",     "--",   "/*",       "*/",        "\\",    "%",
                                      "_",    "task=", "text=", "id=",  "=",        "NULL",      "\n",    "(",
                                      ")",    "NEAR",  "AND",   "OR",   "*",        "^",         "抓",    "x",
                                      "\xff", "\xc3",  " ",     "🙂", "{",        "state=",    "take=", "robot=",
                                      "-",    "+col:", "é",     "\t",   "station=", "operator=", "1"};
        std::mt19937 random(3);
        for (int round = 0; round < 3000; ++round) {
            std::vector<std::string> arguments(1 + random() % 3);
            for (std::string& argument : arguments)
                for (unsigned i = 0; i < random() % 9; ++i) argument += pieces[random() % std::size(pieces)];
            if (round == 0) arguments = {std::string("text=\0'", 7)};
            const auto filter = parseFilter(arguments);
            if (!filter) {
                QVERIFY(!filter.error().message.empty());
                continue;
            }
            const auto page = m_reader->list(*filter, 5);
            QVERIFY2(page.has_value(), page ? "" : page.error().message.c_str());
            QVERIFY(m_reader->count(*filter).has_value());
        }
        QVERIFY(!parseFilter(std::vector<std::string>(2000, "x")));
        QCOMPARE(must(m_reader->count({})), std::ssize(must(m_reader->list({}, 1000)).episodes));
    }

    void readsTimes()
    {
        QCOMPARE(must(parseTime("2026-11-22")), kTestDay);
        QCOMPARE(must(parseTime("2026-11-22T08:00:00.25+08:00")), kTestDay + 250'000'000);
        QCOMPARE(must(parseTime("2026-11-22T00:01")), kTestDay + 60'000'000'000);
        QCOMPARE(rfc3339(kTestDay + 1), std::string("2026-11-22T00:00:00.000000001Z"));
        QCOMPARE(must(parseTime(rfc3339(1234567890123456789))), 1234567890123456789);
        QCOMPARE(rfc3339(-1), std::string("1969-12-31T23:59:59.999999999Z"));
        for (const char* wrong : {"", "2026", "2026-1-1", "2026-11-22T", "2026-11-22T24:00", "2026-11-22T00:00:00.Z",
                                  "2026-11-22T00:00+8", "2026-11-22T00:00Zx", "1969-12-31", "２026-11-22"})
            QVERIFY2(!parseTime(wrong), wrong);
        QCOMPARE(*filterOf({"until=2026-11-22"}).untilNs, kTestDay + 86'400'000'000'000);
        QCOMPARE(*filterOf({"until=2026-11-22T00:00"}).untilNs, kTestDay);
    }

private:
    std::unique_ptr<LibraryFixture> m_library;
    std::unique_ptr<LibraryReader> m_reader;
    std::vector<EpisodeRow> m_all;
};

QTEST_GUILESS_MAIN(TestLibraryReader)
#include "tst_libraryreader.moc"
