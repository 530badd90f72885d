#include <QTest>
#include <nlohmann/json.hpp>
#include <sstream>

#include "storage/labelexchange.h"
#include "support/libraryfixture.h"

using namespace understudy;
using namespace understudy::test;

namespace {

std::string exported(LibraryFixture& library)
{
    std::ostringstream text;
    must(exportLabels(*must(LibraryReader::open(library.folder())), {}, text));
    return text.str();
}

LabelImport imported(LibraryFixture& library, const std::string& text, const std::string& by = {})
{
    std::istringstream from(text);
    return must(importLabels(*must(LibraryReader::open(library.folder())), *library.writer, by, from));
}

std::vector<Segment> segmentsOf(LibraryFixture& library, const std::string& episode)
{
    return must(must(LibraryReader::open(library.folder()))->segments(episode));
}

Segment segmentAt(const std::string& episode, int from, int to)
{
    Segment segment;
    segment.episodeId = episode;
    segment.label = "grasp";
    segment.textZh = "抓取";
    segment.startNs = kTestDay + from * 1'000'000'000LL;
    segment.endNs = kTestDay + to * 1'000'000'000LL;
    return segment;
}

}  // namespace

class TestLabelExchange : public QObject {
    Q_OBJECT

private slots:
    void goesOutAndComesBack()
    {
        LibraryFixture library;
        const std::string anna = must(library.writer->ensurePerson({}, "Anna"));
        const std::string first = library.episode(0);
        const std::string second = library.episode(1);
        must(library.writer->addSegment(anna, segmentAt(first, 0, 2)));
        must(library.writer->addSegment({}, segmentAt(first, 2, 5)));
        must(library.writer->addSegment({}, segmentAt(second, 2, 5)));
        const std::string text = exported(library);
        QCOMPARE(std::ranges::count(text, '\n'), 2);
        const auto before = segmentsOf(library, first);

        const LabelImport nothing = imported(library, text);
        QCOMPARE(nothing.episodes, 2);
        QCOMPARE(nothing.added + nothing.changed, 0);
        QVERIFY(nothing.skipped.empty() && nothing.edits.empty());

        must(library.writer->deleteSegment({}, first, before[0].id));
        must(library.writer->relabelSegment({}, first, before[1].id, "other"));
        const LabelImport back = imported(library, text);
        QCOMPARE(back.added, 1);
        QCOMPARE(back.changed, 1);
        QVERIFY(segmentsOf(library, first) == before);
        for (const LabelEdit& edit : back.edits) must(library.writer->edit({}, inverse(edit)));
        QCOMPARE(segmentsOf(library, first).size(), 1U);
        QCOMPARE(segmentsOf(library, first)[0].label, std::string("other"));
    }

    /// What another program writes: no ids, tiers of its own, times in log time.
    void takesWhatAnotherProgramWrote()
    {
        LibraryFixture library;
        const std::string id = library.episode();
        const nlohmann::json line{
            {"episode", id},
            {"segments",
             {{{"tier", "phase"}, {"label", "reach"}, {"start_ns", kTestDay}, {"end_ns", kTestDay + 9}},
              {{"label", "grasp"}, {"start_ns", kTestDay + 9}, {"end_ns", kTestDay + 99}, {"hand", "left"}}}}};
        const std::string text = "\n" + line.dump() + "\r\n  \n" + line.dump();
        const LabelImport first = imported(library, text);
        QCOMPARE(first.added, 2);
        QVERIFY(first.skipped.empty());
        const auto segments = segmentsOf(library, id);
        QCOMPARE(segments.size(), 2U);
        QCOMPARE(segments[0].tier, std::string("phase"));
        QCOMPARE(segments[1].hand, Hand::Left);
        QCOMPARE(segments[1].authorId, std::string(kDefaultPersonId));
        QCOMPARE(imported(library, text).added, 0);
    }

    void skipsWithAReasonAndKeepsTheRest()
    {
        LibraryFixture library;
        const std::string good = library.episode(0);
        const std::string tray = library.episode(1);
        must(library.writer->moveTo({}, tray, EpisodeState::Tray));
        const auto line = [](const std::string& episode, std::int64_t start) {
            return nlohmann::json{{"episode", episode},
                                  {"segments", {{{"label", "x"}, {"start_ns", start}, {"end_ns", start + 5}}}}}
                       .dump() +
                   "\n";
        };
        const LabelImport import =
            imported(library, "nonsense\n" + line(newUuid(), kTestDay) + line(tray, kTestDay + 1'000'000'000) +
                                  line(good, 12) + line(good, kTestDay) + "[]\n{\"episode\":5}\n");
        QCOMPARE(import.episodes, 1);
        QCOMPARE(import.added, 1);
        const std::vector<std::pair<int, std::string>> reasons{{1, "no JSON"},          {2, "no episode"},
                                                               {3, "while it is tray"}, {4, "log time"},
                                                               {6, "one JSON object"},  {7, "should be a text"}};
        QCOMPARE(import.skipped.size(), reasons.size());
        for (std::size_t i = 0; i < reasons.size(); ++i) {
            QCOMPARE(import.skipped[i].line, reasons[i].first);
            QVERIFY2(import.skipped[i].reason.find(reasons[i].second) != std::string::npos,
                     import.skipped[i].reason.c_str());
        }
        QCOMPARE(segmentsOf(library, good).size(), 1U);
    }

    /// Verdicts and states are not labels: nobody accepts an episode by importing a file.
    void leavesVerdictsAlone()
    {
        LibraryFixture library;
        const std::string id = library.episode();
        auto line = nlohmann::json::parse(exported(library));
        line["state"] = "accepted";
        line["outcome"] = "failure";
        line["reviews"] = nlohmann::json::array({{{"id", newUuid()}, {"verdict", "accepted"}}});
        QVERIFY(imported(library, line.dump()).skipped.empty());
        const auto reader = must(LibraryReader::open(library.folder()));
        QCOMPARE(must(reader->show(id)).state, EpisodeState::Recorded);
        QCOMPARE(must(reader->show(id)).outcome, Outcome::Success);
        QVERIFY(must(reader->reviews(id)).empty());
    }
};

QTEST_GUILESS_MAIN(TestLabelExchange)
#include "tst_labelexchange.moc"
