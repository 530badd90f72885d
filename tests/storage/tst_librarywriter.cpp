#include <QTest>
#include <map>
#include <set>
#include <thread>

#include "storage/episodestates.h"
#include "storage/libraryupkeep.h"
#include "storage/read/database.h"
#include "storage/read/libraryfile.h"
#include "storage/read/libraryreader.h"
#include "support/libraryfixture.h"

using namespace understudy;
using namespace understudy::test;
using enum EpisodeState;

namespace {

/// Legal moves that bring a recorded episode to a state.
const std::map<EpisodeState, std::vector<EpisodeState>> kWays{
    {Recorded, {}},
    {Checked, {Checked}},
    {Quarantined, {Quarantined}},
    {Labelling, {Checked, Labelling}},
    {Labelled, {Checked, Labelling, Labelled}},
    {InReview, {Checked, InReview}},
    {Accepted, {Checked, InReview, Accepted}},
    {Returned, {Checked, InReview, Returned}},
    {Rejected, {Checked, InReview, Rejected}},
    {Tray, {Tray}},
};

bool isVerdict(EpisodeState state) { return state == Accepted || state == Returned || state == Rejected; }

Result<void> go(LibraryWriter& writer, const std::string& episode, EpisodeState to)
{
    if (to == Accepted) return writer.judge({}, episode, Verdict::Accepted);
    if (to == Returned) return writer.judge({}, episode, Verdict::Returned, "late edge", ReturnTo::Annotator);
    if (to == Rejected) return writer.judge({}, episode, Verdict::Rejected, "frozen camera");
    return writer.moveTo({}, episode, to);
}

EpisodeState stateOf(LibraryFixture& library, const std::string& episode)
{
    return must(must(LibraryReader::open(library.folder()))->show(episode)).state;
}

Segment segmentAt(const std::string& episode, int fromMs, int toMs, const std::string& label = "grasp")
{
    Segment segment;
    segment.episodeId = episode;
    segment.label = label;
    segment.startNs = kTestDay + fromMs * 1'000'000LL;
    segment.endNs = kTestDay + toMs * 1'000'000LL;
    return segment;
}

bool says(const std::string& text, const std::string& part)
{
    if (text.find(part) != std::string::npos) return true;
    qWarning("\"%s\" does not say \"%s\"", text.c_str(), part.c_str());
    return false;
}

}  // namespace

class TestLibraryWriter : public QObject {
    Q_OBJECT

private slots:
    void aRunningTakeTellsWhatItsFilesHold()
    {
        LibraryFixture library;
        const EpisodeStart start = library.start();
        must(library.writer->beginEpisode({}, start));
        const auto reader = must(LibraryReader::open(library.folder()));
        const EpisodeEnd end = LibraryFixture::end();
        const EpisodeProgress progress{.durationNs = 2'000'000'000, .steps = 1000, .streams = end.streams};
        QVERIFY(must(library.writer->updateEpisode(start.id, progress)));
        QVERIFY(must(library.writer->updateEpisode(start.id, progress)));
        EpisodeRow row = must(reader->show(start.id));
        QCOMPARE(row.state, Recording);
        QCOMPARE(row.durationNs, progress.durationNs);
        QCOMPARE(row.steps, std::int64_t{1000});
        QVERIFY(row.streams == end.streams);

        bool skipped = false;
        // Somebody else writes: the take does not wait, and the row stays as it is.
        const auto other = must(Database::open(databaseFile(library.folder()), Database::Access::Write));
        must(other->transaction([&]() -> Result<void> {
            skipped = !must(library.writer->updateEpisode(start.id, {.steps = 1}));
            return {};
        }));
        QVERIFY(skipped);
        QCOMPARE(must(reader->show(start.id)).steps, std::int64_t{1000});

        must(library.writer->endEpisode({}, start.id, end));
        QVERIFY(refusal(library.writer->updateEpisode(start.id, progress)).find("no longer recorded") !=
                std::string::npos);
        row = must(reader->show(start.id));
        QVERIFY(row.streams == end.streams);
    }

    void keepsWhatAnEpisodeWas()
    {
        LibraryFixture library;
        EpisodeStart start = library.start();
        start.operatorId = must(library.writer->ensurePerson({}, "李雷"));
        start.sessionId = must(library.writer->beginSession(start.operatorId, "07", start.startedAtNs));
        start.takeId = newUuid();
        start.robotSerial = "G1-042";
        start.modelHash = std::string(64, 'a');
        start.sim = false;
        must(library.writer->beginEpisode(start.operatorId, start));
        const auto reader = must(LibraryReader::open(library.folder()));
        QCOMPARE(must(reader->show(start.id)).state, Recording);

        EpisodeEnd end = LibraryFixture::end();
        end.outcome = Outcome::Failure;
        end.cause = "slipped";
        must(library.writer->endEpisode(start.operatorId, start.id, end));
        must(library.writer->setFilesHash({}, start.id, "sha256:0"));
        must(library.writer->endSession(start.operatorId, start.sessionId, start.startedAtNs + 1));

        const EpisodeRow row = must(reader->show(start.id));
        QCOMPARE(row.path, start.path);
        QCOMPARE(row.takeId, start.takeId);
        QCOMPARE(row.sessionId, start.sessionId);
        QCOMPARE(row.task, std::string("Pick the cup"));
        QCOMPARE(row.instructionZh, std::string("抓取杯子"));
        QCOMPARE(row.instructionEn, std::string("Pick up the cup"));
        QCOMPARE(row.state, Recorded);
        QCOMPARE(row.outcome, Outcome::Failure);
        QCOMPARE(row.cause, std::string("slipped"));
        QCOMPARE(row.robot, std::string("unitree_g1"));
        QCOMPARE(row.robotSerial, std::string("G1-042"));
        QCOMPARE(row.modelHash, start.modelHash);
        QVERIFY(!row.sim && !row.practice && !row.recovered);
        QCOMPARE(row.operatorId, start.operatorId);
        QCOMPARE(row.operatorName, std::string("李雷"));
        QCOMPARE(row.station, std::string("07"));
        QCOMPARE(row.startedAtNs, start.startedAtNs);
        QCOMPARE(row.durationNs, end.durationNs);
        QCOMPARE(row.steps, end.steps);
        QCOMPARE(row.missedTicks, end.missedTicks);
        QCOMPARE(row.filesHash, std::string("sha256:0"));
        QVERIFY(row.streams == end.streams);
    }

    void everyPairOfStates_data()
    {
        QTest::addColumn<int>("from");
        QTest::addColumn<int>("to");
        for (const auto& [from, way] : kWays)
            for (int to = 0; to < kEpisodeStateCount; ++to)
                QTest::addRow("%s to %s", nameOf(from).data(), nameOf(static_cast<EpisodeState>(to)).data())
                    << static_cast<int>(from) << to;
    }
    /// The table is what the writer does, and the writer's refusals change nothing.
    void everyPairOfStates()
    {
        QFETCH(int, from);
        QFETCH(int, to);
        const auto target = static_cast<EpisodeState>(to);
        const auto origin = static_cast<EpisodeState>(from);
        static LibraryFixture library;
        static int second = 0;
        const std::string id = library.episode(++second);
        for (const EpisodeState state : kWays.at(origin)) must(go(*library.writer, id, state));
        QCOMPARE(stateOf(library, id), origin);

        // A verdict may be given wherever the review may be entered.
        const bool isLegal = isVerdict(target) && origin != InReview && origin != Quarantined && origin != Returned
                                 ? mayFollow(origin, InReview)
                                 : mayFollow(origin, target) && (!isVerdict(target) || origin == InReview);
        const Result<void> went = go(*library.writer, id, target);
        QCOMPARE(went.has_value(), isLegal);
        QCOMPARE(stateOf(library, id), isLegal ? target : origin);
        if (!went) QVERIFY(says(went.error().message, std::string(nameOf(origin))));
    }

    void tableOfStatesIsTheAgreedOne()
    {
        const std::map<EpisodeState, std::vector<EpisodeState>> agreed{
            {Recording, {Recorded, Tray}},
            {Recorded, {Checked, Quarantined, Tray}},
            {Checked, {Quarantined, Labelling, InReview, Tray}},
            {Quarantined, {Checked, Rejected, Tray}},
            {Labelling, {Checked, Quarantined, Labelled}},
            {Labelled, {Quarantined, Labelling, InReview}},
            {InReview, {Quarantined, Labelled, Accepted, Returned, Rejected}},
            {Accepted, {Quarantined, InReview}},
            {Returned, {Quarantined, Labelling, Rejected, Tray}},
            {Rejected, {InReview}},
            {Tray, {Recorded}},
        };
        for (const auto& [from, next] : agreed)
            for (int to = 0; to < kEpisodeStateCount; ++to) {
                const auto state = static_cast<EpisodeState>(to);
                QCOMPARE(mayFollow(from, state), std::ranges::find(next, state) != next.end());
            }
    }

    void refusesWhatIsNotOneEpisodeOfThisLibrary()
    {
        LibraryFixture library;
        const EpisodeStart good = library.start();
        const auto refused = [&](auto change, const std::string& because) {
            EpisodeStart start = good;
            change(start);
            return says(refusal(library.writer->beginEpisode({}, start)), because);
        };
        QVERIFY(refused([](auto& s) { s.id = "7"; }, "no UUIDv7"));
        QVERIFY(refused([](auto& s) { s.takeId = "x"; }, "no UUIDv7"));
        QVERIFY(refused([](auto& s) { s.path = "../elsewhere"; }, "does not lie in the library"));
        QVERIFY(refused([](auto& s) { s.path = "/etc"; }, "does not lie in the library"));
        QVERIFY(refused([](auto& s) { s.path = "episodes/a/../../../b"; }, "does not lie in the library"));
        QVERIFY(refused([](auto& s) { s.taskId = newUuid(); }, "knows none of its tasks"));
        QVERIFY(refused([](auto& s) { s.operatorId = "'; DROP TABLE people; --"; }, "knows none of its people"));
        QVERIFY(refused([](auto& s) { s.sessionId = newUuid(); }, "knows none of its sessions"));
        QVERIFY(refused([](auto& s) { s.robot = ""; }, "needs a name"));
        QVERIFY(refused([](auto& s) { s.robot = std::string(5000, 'x'); }, "longer than"));
        QVERIFY(refused([](auto& s) { s.startedAtNs = 0; }, "no time since 1970"));
        QVERIFY(refused([](auto& s) { s.startedAtNs = INT64_MAX; }, "no time since 1970"));
        QVERIFY(says(refusal(library.writer->beginEpisode("nobody", good)), "knows none of its people"));
        must(library.writer->beginEpisode({}, good));
        QVERIFY(says(refusal(library.writer->beginEpisode({}, good)), "already in the library"));
        QVERIFY(says(refusal(library.writer->moveTo({}, good.id, Recorded)), "end it"));
        must(library.writer->endEpisode({}, good.id, LibraryFixture::end()));
        QVERIFY(says(refusal(library.writer->endEpisode({}, good.id, LibraryFixture::end())), "already ended"));
        QCOMPARE(must(must(LibraryReader::open(library.folder()))->count({})), 1);
    }

    void episodesOfOneMomentKeepApart()
    {
        LibraryFixture library;
        std::set<std::string> ids;
        for (int i = 0; i < 5; ++i) ids.insert(library.episode(3));
        const auto reader = must(LibraryReader::open(library.folder()));
        const EpisodePage page = must(reader->list({}));
        QCOMPARE(page.episodes.size(), 5U);
        for (const EpisodeRow& row : page.episodes) {
            QVERIFY(ids.erase(row.id) == 1);
            QCOMPARE(row.startedAtNs, kTestDay + 3'000'000'000);
        }
    }

    void recoveredTakeAsksForItsOutcomeAndTakesIt()
    {
        LibraryFixture library;
        const EpisodeStart start = library.start();
        must(library.writer->beginEpisode({}, start));
        EpisodeEnd end = LibraryFixture::end();
        end.outcome = Outcome::Unknown;
        must(library.writer->recoverEpisode({}, start.id, end));
        const auto reader = must(LibraryReader::open(library.folder()));
        QVERIFY(must(reader->show(start.id)).recovered);
        QCOMPARE(must(reader->show(start.id)).outcome, Outcome::Unknown);

        const std::string other = library.task("Fold the towel", "叠毛巾", "Fold the towel");
        must(library.writer->correct({}, start.id,
                                     {.outcome = Outcome::Failure, .cause = "hand slipped", .taskId = other}));
        EpisodeRow row = must(reader->show(start.id));
        QCOMPARE(row.outcome, Outcome::Failure);
        QCOMPARE(row.cause, std::string("hand slipped"));
        QCOMPARE(row.task, std::string("Fold the towel"));
        QCOMPARE(row.instructionZh, std::string("叠毛巾"));
        QCOMPARE(must(reader->count(must(parseFilter(std::vector<std::string>{"毛巾"})))), 1);
        QCOMPARE(must(reader->count(must(parseFilter(std::vector<std::string>{"杯子"})))), 0);

        must(library.writer->correct({}, start.id, {.outcome = Outcome::Success, .cause = {}, .taskId = {}}));
        QCOMPARE(must(reader->show(start.id)).cause, std::string());
        QVERIFY(says(refusal(library.writer->correct({}, start.id, {.outcome = {}, .cause = "why", .taskId = {}})),
                     "only a failure has a cause"));
        must(go(*library.writer, start.id, Checked));
        must(go(*library.writer, start.id, Accepted));
        QVERIFY(says(
            refusal(library.writer->correct({}, start.id, {.outcome = Outcome::Failure, .cause = {}, .taskId = {}})),
            "until somebody judges"));
    }

    void undoAndRedoComeBackExactly()
    {
        LibraryFixture library;
        const std::string anna = must(library.writer->ensurePerson({}, "Anna"));
        const std::string ben = must(library.writer->ensurePerson({}, "Ben"));
        const std::string id = library.episode();
        must(library.writer->moveTo({}, id, Checked));
        const auto reader = must(LibraryReader::open(library.folder()));
        const auto now = [&] { return must(reader->segments(id)); };

        std::vector<LabelEdit> edits;
        std::vector<std::vector<Segment>> after{now()};
        const auto did = [&](Result<LabelEdit> edit) {
            edits.push_back(must(std::move(edit)));
            after.push_back(now());
        };
        Segment draft = segmentAt(id, 0, 4000);
        draft.draft = true;
        draft.hand = Hand::Left;
        draft.textZh = "左手抓取";
        did(library.writer->addSegment(anna, draft));
        QCOMPARE(stateOf(library, id), Labelling);
        const std::string segment = now().at(0).id;
        QCOMPARE(now().at(0).authorId, anna);
        QVERIFY(now().at(0).draft);

        did(library.writer->moveSegment(ben, id, segment, kTestDay + 5, kTestDay + 6'000'000'000));
        QVERIFY(!now().at(0).draft);
        QCOMPARE(now().at(0).authorId, ben);
        did(library.writer->splitSegment(anna, id, segment, kTestDay + 1'000'000'000));
        QCOMPARE(now().size(), 2U);
        QCOMPARE(now().at(0).endNs, now().at(1).startNs);
        QCOMPARE(now().at(1).endNs, kTestDay + 6'000'000'000);
        did(library.writer->relabelSegment(ben, id, segment, "reach"));
        QCOMPARE(now().at(0).label, std::string("reach"));
        did(library.writer->deleteSegment(anna, id, segment));
        QCOMPARE(now().size(), 1U);

        for (std::size_t i = edits.size(); i > 0; --i) {
            must(library.writer->edit(anna, inverse(edits[i - 1])));
            QVERIFY(now() == after[i - 1]);
        }
        for (std::size_t i = 0; i < edits.size(); ++i) {
            must(library.writer->edit(ben, edits[i]));
            QVERIFY(now() == after[i + 1]);
        }
    }

    void refusesAnEditOnWhatChangedMeanwhile()
    {
        LibraryFixture library;
        const std::string id = library.episode();
        const LabelEdit added = must(library.writer->addSegment({}, segmentAt(id, 0, 1000)));
        const std::string segment = added[0].after->id;
        const LabelEdit moved = must(library.writer->moveSegment({}, id, segment, kTestDay, kTestDay + 7));
        must(library.writer->relabelSegment({}, id, segment, "other"));
        QVERIFY(says(refusal(library.writer->edit({}, inverse(moved))), "changed meanwhile"));
        QVERIFY(says(refusal(library.writer->edit({}, added)), "already there"));
        must(library.writer->deleteSegment({}, id, segment));
        QVERIFY(says(refusal(library.writer->edit({}, inverse(moved))), "no longer there"));
        QVERIFY(says(refusal(library.writer->deleteSegment({}, id, segment)), "has no segment"));
    }

    /// Several changes are made together or not at all.
    void editIsWholeOrNothing()
    {
        LibraryFixture library;
        const std::string first = library.episode(1);
        const std::string second = library.episode(2);
        must(library.writer->moveTo({}, second, Tray));
        Segment good = segmentAt(first, 2000, 3000);
        good.id = newUuid();
        Segment bad = segmentAt(second, 2000, 3000);
        bad.id = newUuid();
        QVERIFY(says(refusal(library.writer->edit({}, {{.before = {}, .after = good}, {.before = {}, .after = bad}})),
                     "cannot be changed while it is tray"));
        const auto reader = must(LibraryReader::open(library.folder()));
        QVERIFY(must(reader->segments(first)).empty());
        const std::size_t lines = must(reader->history(first)).size();
        must(library.writer->moveTo({}, second, Recorded));
        must(library.writer->edit({}, {{.before = {}, .after = good}, {.before = {}, .after = bad}}));
        QCOMPARE(must(reader->segments(second)).size(), 1U);
        const auto history = must(reader->history(first));
        QCOMPARE(history.size(), lines + 1);
        QCOMPARE(history.back().act, must(reader->history(second)).back().act);
    }

    void refusesSegmentsThatCannotBe()
    {
        LibraryFixture library;
        const std::string id = library.episode();
        const auto refused = [&](auto change, const std::string& because) {
            Segment segment = segmentAt(id, 0, 1000);
            change(segment);
            return says(refusal(library.writer->addSegment({}, segment)), because);
        };
        QVERIFY(refused([](auto& s) { std::swap(s.startNs, s.endNs); }, "must end after it starts"));
        QVERIFY(refused([](auto& s) { s.endNs = s.startNs; }, "must end after it starts"));
        QVERIFY(refused([](auto& s) { s.startNs = 0, s.endNs = 300; }, "log time"));
        QVERIFY(refused([](auto& s) { s.tier = "feelings"; }, "no tier"));
        QVERIFY(refused([](auto& s) { s.id = "1"; }, "no UUIDv7"));
        QVERIFY(refused([](auto& s) { s.authorId = newUuid(); }, "knows none of its people"));
        QVERIFY(refused([](auto& s) { s.textEn = std::string(100'000, 'x'); }, "longer than"));
        QVERIFY(refused([](auto& s) { s.episodeId = newUuid(); }, "no episode"));
        QVERIFY(says(refusal(library.writer->edit({}, {SegmentChange{}})), "before or an after"));
        const LabelEdit added = must(library.writer->addSegment({}, segmentAt(id, 0, 1000)));
        QVERIFY(says(refusal(library.writer->splitSegment({}, id, added[0].after->id, kTestDay)), "inside itself"));
    }

    void verdictIsTakenBack()
    {
        LibraryFixture library;
        const std::string anna = must(library.writer->ensurePerson({}, "Anna"));
        const std::string id = library.episode();
        for (const EpisodeState state : {Checked, Labelling, Labelled}) must(library.writer->moveTo({}, id, state));
        QVERIFY(says(refusal(library.writer->takeBack(anna, id)), "no verdict"));
        QVERIFY(says(refusal(library.writer->judge(anna, id, Verdict::Rejected)), "say why"));
        QVERIFY(says(refusal(library.writer->judge(anna, id, Verdict::Returned, "late")), "annotator or station"));
        QVERIFY(says(refusal(library.writer->judge(anna, id, Verdict::Accepted, "", ReturnTo::Station)),
                     "only a returned"));
        QVERIFY(says(refusal(library.writer->moveTo(anna, id, Accepted)), "cannot become"));

        must(library.writer->judge(anna, id, Verdict::Returned, "edge late", ReturnTo::Annotator));
        QCOMPARE(stateOf(library, id), Returned);
        must(library.writer->takeBack(anna, id));
        QCOMPARE(stateOf(library, id), Labelled);
        QVERIFY(says(refusal(library.writer->takeBack(anna, id)), "no verdict"));
        must(library.writer->judge(anna, id, Verdict::Accepted));
        must(library.writer->moveTo({}, id, InReview));
        QVERIFY(says(refusal(library.writer->takeBack(anna, id)), "by now"));
        QVERIFY(says(refusal(library.writer->moveTo(anna, id, Accepted)), "is a verdict"));

        const auto reviews = must(must(LibraryReader::open(library.folder()))->reviews(id));
        QCOMPARE(reviews.size(), 2U);
        QCOMPARE(reviews[0].verdict, Verdict::Returned);
        QCOMPARE(reviews[0].returnTo, ReturnTo::Annotator);
        QCOMPARE(reviews[0].reason, std::string("edge late"));
        QCOMPARE(reviews[0].reviewerId, anna);
        QCOMPARE(reviews[0].takenBackBy, anna);
        QVERIFY(reviews[0].takenBackAtNs >= reviews[0].atNs);
        QCOMPARE(reviews[1].takenBackAtNs, 0);
    }

    /// Replaying the history gives the present: nothing changes without a line.
    void historyIsComplete()
    {
        LibraryFixture library;
        const std::string anna = must(library.writer->ensurePerson({}, "Anna"));
        const std::string id = library.episode();
        must(library.writer->moveTo(anna, id, Checked, "all good"));
        const LabelEdit added = must(library.writer->addSegment(anna, segmentAt(id, 0, 4000)));
        must(library.writer->splitSegment(anna, id, added[0].after->id, kTestDay + 1'000'000'000));
        must(library.writer->relabelSegment({}, id, added[0].after->id, "reach"));
        must(library.writer->correct(anna, id, {.outcome = Outcome::Failure, .cause = "dropped", .taskId = {}}));
        must(library.writer->moveTo(anna, id, Labelled));
        must(library.writer->judge(anna, id, Verdict::Rejected, "blurred"));
        must(library.writer->takeBack(anna, id));

        const auto reader = must(LibraryReader::open(library.folder()));
        std::map<std::string, std::string> fields;
        std::map<std::string, std::string> segments;
        std::int64_t before = 0;
        for (const HistoryEntry& entry : must(reader->history(id))) {
            QVERIFY(entry.atNs >= before);
            before = entry.atNs;
            QVERIFY(isUuid(entry.act));
            QCOMPARE(entry.episodeId, id);
            if (entry.subject == "episode") {
                if (entry.field != "reason" && !(entry.field == "outcome" && entry.from == "unknown"))
                    QCOMPARE(entry.from, fields[entry.field]);
                fields[entry.field] = entry.to;
            }
            if (entry.subject == "segment") {
                QCOMPARE(entry.from, segments[entry.subjectId]);
                segments[entry.subjectId] = entry.to;
            }
        }
        const EpisodeRow row = must(reader->show(id));
        QCOMPARE(fields["state"], std::string(nameOf(row.state)));
        QCOMPARE(fields["outcome"], std::string(nameOf(row.outcome)));
        QCOMPARE(fields["cause"], row.cause);
        const auto present = must(reader->segments(id));
        QCOMPARE(present.size(), 2U);
        for (const Segment& segment : present) {
            QVERIFY(segments[segment.id].find("\"label\":\"" + segment.label + "\"") != std::string::npos);
            QVERIFY(segments[segment.id].find(std::to_string(segment.endNs)) != std::string::npos);
        }
    }

    void historyOnlyGrows()
    {
        LibraryFixture library;
        library.episode();
        const auto database = must(Database::open(databaseFile(library.folder()), Database::Access::Write));
        QVERIFY(says(refusal(database->execute("DELETE FROM history")), "only grows"));
        QVERIFY(says(refusal(database->execute("UPDATE history SET to_value = 'x'")), "only grows"));
    }

    void sameNamesAreFound()
    {
        LibraryFixture library;
        QCOMPARE(must(library.writer->ensurePerson({}, "operator")), std::string(kDefaultPersonId));
        const std::string person = must(library.writer->ensurePerson({}, "韩梅梅"));
        QCOMPARE(must(library.writer->ensurePerson({}, "韩梅梅")), person);
        QCOMPARE(must(library.writer->ensureStation({}, "07")), must(library.writer->ensureStation({}, "07")));
        Task card;
        card.name = "Stack";
        card.script = {"reach", "grasp"};
        const std::string task = must(library.writer->ensureTask({}, card));
        card.notes = "blue first";
        card.script.clear();
        QCOMPARE(must(library.writer->ensureTask({}, card)), task);
        must(library.writer->ensureTier({}, {.name = "base", .labelZh = "底盘", .labelEn = "Base"}));
        must(library.writer->ensureWord({}, {.tier = "base", .word = "drive", .labelZh = "行驶", .labelEn = "Drive"}));
        QVERIFY(!library.writer->ensureWord({}, {.tier = "no", .word = "drive", .labelZh = {}, .labelEn = {}}));

        const auto reader = must(LibraryReader::open(library.folder()));
        const auto tasks = must(reader->tasks());
        QCOMPARE(tasks.size(), 1U);
        QCOMPARE(tasks[0].notes, std::string("blue first"));
        QCOMPARE(tasks[0].script, (std::vector<std::string>{"reach", "grasp"}));
        QCOMPARE(must(reader->people()).size(), 2U);
        QCOMPARE(must(reader->tiers()).back().labelZh, std::string("底盘"));
        QCOMPARE(must(reader->vocabulary()).size(), 1U);
    }

    /// Pages and rows a reader sees are those of committed moments, whatever the writer and the checkpoints do.
    void readersWorkWhileTheWriterWrites()
    {
        LibraryFixture library;
        const LibraryUpkeep upkeep(library.folder(), std::chrono::milliseconds(1));
        std::atomic<bool> done{false};
        std::atomic<int> problems{0};
        std::atomic<int> pages{0};
        const auto read = [&] {
            const auto reader = LibraryReader::open(library.folder());
            if (!reader) {
                ++problems;
                return;
            }
            std::size_t most = 0;
            while (!done) {
                const auto page = (*reader)->list({}, 1000);
                if (!page || page->episodes.size() < most) {
                    ++problems;
                    return;
                }
                most = page->episodes.size();
                for (const EpisodeRow& row : page->episodes)
                    if (row.state == Recorded && row.durationNs == 0) ++problems;
                ++pages;
            }
        };
        {
            std::jthread first(read);
            std::jthread second(read);
            for (int i = 0; i < 100; ++i) library.episode(i);
            while (pages < 10 && problems == 0) std::this_thread::yield();
            done = true;
        }
        QCOMPARE(problems.load(), 0);
    }

    /// Two studios on one host.
    void writersTakeTurns()
    {
        LibraryFixture library;
        std::atomic<int> problems{0};
        const std::string task = library.task();
        const EpisodeStart pattern = library.start();
        const auto write = [&](int from) {
            const auto writer = LibraryWriter::open(library.folder());
            for (int i = from; writer && i < from + 30; ++i) {
                EpisodeStart start = pattern;
                start.startedAtNs = kTestDay + i * 1'000'000'000LL;
                start.id = uuidAt(start.startedAtNs);
                start.path = episodeFolder(start.id, start.startedAtNs);
                if (!(*writer)->beginEpisode({}, start) || !(*writer)->endEpisode({}, start.id, LibraryFixture::end()))
                    ++problems;
            }
            if (!writer) ++problems;
        };
        {
            std::jthread first(write, 0);
            std::jthread second(write, 1000);
        }
        QCOMPARE(problems.load(), 0);
        QCOMPARE(must(must(LibraryReader::open(library.folder()))->count({})), 60);
    }

    void vanishedFolderIsSaid()
    {
        LibraryFixture library;
        const std::string id = library.episode();
        const auto reader = must(LibraryReader::open(library.folder()));
        const auto elsewhere = library.folder().parent_path() / "moved";
        std::filesystem::rename(library.folder(), elsewhere);
        QVERIFY(says(refusal(library.writer->moveTo({}, id, Checked)), "no longer where it was"));
        QVERIFY(says(refusal(reader->list({})), "no longer where it was"));
        std::filesystem::rename(elsewhere, library.folder());
        must(library.writer->moveTo({}, id, Checked));
        QCOMPARE(must(reader->show(id)).state, Checked);
    }
};

QTEST_GUILESS_MAIN(TestLibraryWriter)
#include "tst_librarywriter.moc"
