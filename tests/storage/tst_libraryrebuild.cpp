#include <QTemporaryDir>
#include <QTest>
#include <map>

#include "storage/libraryrebuild.h"
#include "storage/libraryupkeep.h"
#include "storage/read/database.h"
#include "storage/read/episodejson.h"
#include "storage/read/labelsjson.h"
#include "storage/read/libraryfile.h"
#include "storage/read/libraryreader.h"
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

struct Snapshot {
    std::map<std::string, EpisodeRow> rows;
    std::map<std::string, EpisodeLabels> labels;

    bool operator==(const Snapshot&) const = default;
};

Snapshot snapshotOf(const std::filesystem::path& library)
{
    const auto reader = must(LibraryReader::open(library));
    EpisodeFilter all;
    all.practice = {};
    for (int state = 0; state < kEpisodeStateCount; ++state) all.states.push_back(static_cast<EpisodeState>(state));
    Snapshot snapshot;
    for (const EpisodeRow& row : must(reader->list(all, 1000)).episodes) {
        snapshot.rows[row.id] = must(reader->show(row.id));
        snapshot.labels[row.id] = must(reader->labels(row.id));
    }
    return snapshot;
}

/// A library with everything in it, and the files that a recorder writes.
class Filled : public LibraryFixture {
public:
    Filled()
    {
        const std::string anna = must(writer->ensurePerson({}, "Anna"));
        const std::string session = must(writer->beginSession(anna, "07", kTestDay));
        for (int i = 0; i < 12; ++i) {
            EpisodeStart begin = start(i / 2);
            begin.taskId = task(i % 2 ? "Fold" : "Pick", i % 2 ? "叠毛巾" : "抓取", "Do it");
            begin.operatorId = i % 3 ? anna : std::string();
            begin.sessionId = i % 4 ? session : std::string();
            begin.practice = i == 5;
            begin.modelHash = std::string(64, 'd');
            const std::string id = episode(begin);
            recorderWrites(id);
            if (i % 3 == 0) continue;
            must(writer->moveTo({}, id, EpisodeState::Checked, "fine"));
            Segment segment;
            segment.episodeId = id;
            segment.label = "reach";
            segment.textZh = "伸手";
            segment.startNs = begin.startedAtNs;
            segment.endNs = begin.startedAtNs + 5'000'000'000;
            segment.hand = Hand::Right;
            const LabelEdit added = must(writer->addSegment(anna, segment));
            must(writer->splitSegment({}, id, added[0].after->id, begin.startedAtNs + 77));
            must(writer->correct({}, id, {.outcome = Outcome::Failure, .cause = "dropped", .taskId = {}}));
            must(writer->moveTo({}, id, EpisodeState::Labelled));
            if (i % 4 == 0) continue;
            must(writer->judge(anna, id, Verdict::Rejected, "blurred"));
            if (i % 5 == 0) must(writer->takeBack(anna, id));
        }
    }

    void recorderWrites(const std::string& id)
    {
        EpisodeFile file;
        file.row = must(must(LibraryReader::open(folder()))->show(id));
        file.script = {"reach", "grasp"};
        writeText(folder() / file.row.path / "episode.json", toJson(file));
    }
};

}  // namespace

class TestLibraryRebuild : public QObject {
    Q_OBJECT

private slots:
    void lostIndexComesBackFromTheFiles()
    {
        Filled library;
        QVERIFY(must(library.writer->mirrorPending(3)) == 3);
        while (must(library.writer->mirrorPending()) > 0) {
        }
        const Snapshot before = snapshotOf(library.folder());
        QCOMPARE(before.rows.size(), 12U);
        library.writer.reset();
        removeDatabase(databaseFile(library.folder()));

        const RebuildReport report = must(rebuildIndex(library.folder()));
        QCOMPARE(report.episodes, 12);
        QCOMPARE(report.labelled, 12);
        QVERIFY(report.skipped.empty());
        QVERIFY(report.oldIndex.empty());
        QVERIFY(snapshotOf(library.folder()) == before);
        must(must(Database::open(databaseFile(library.folder()), Database::Access::Read))->verify());
        const auto reader = must(LibraryReader::open(library.folder()));
        QCOMPARE(must(reader->count(must(parseFilter(std::vector<std::string>{"毛巾"})))), 5);
        QCOMPARE(must(reader->tasks()).size(), 2U);
        // It is a library like any other.
        must(openLibrary(library.folder(), LibraryMode::Open));
        library.writer = must(LibraryWriter::open(library.folder(), LibraryWriter::Upkeep::None));
        library.episode(5000);
    }

    void damagedIndexComesBackAndIsKept_data()
    {
        QTest::addColumn<QString>("damage");
        for (const char* damage : {"cut", "empty", "text", "schema", "pages"}) QTest::newRow(damage) << damage;
    }
    void damagedIndexComesBackAndIsKept()
    {
        QFETCH(QString, damage);
        Filled library;
        while (must(library.writer->mirrorPending()) > 0) {
        }
        const Snapshot before = snapshotOf(library.folder());
        library.writer.reset();
        const std::filesystem::path file = databaseFile(library.folder());
        std::string content = textOf(file);
        if (damage == "cut") content.resize(content.size() / 3);
        if (damage == "empty") content.clear();
        if (damage == "text") content = "not a database";
        if (damage == "schema") content.replace(100, 2000, std::string(2000, '\x7f'));
        if (damage == "pages")
            for (std::size_t page = 4096 * 20; page + 4096 < content.size(); page += 8192)
                content.replace(page, 200, std::string(200, '\x33'));
        writeText(file, content);

        const std::optional<RebuildReport> repaired = must(repairIndex(library.folder()));
        QVERIFY(repaired);
        const RebuildReport& report = *repaired;
        QVERIFY(!must(repairIndex(library.folder())));
        for (const SkippedPart& skipped : report.skipped) QCOMPARE(skipped.path, std::string("library.db"));
        const Snapshot after = snapshotOf(library.folder());
        for (const auto& [id, row] : before.rows) QVERIFY(after.rows.at(id) == row);
        QVERIFY(after == before);
        if (damage == "text" || damage == "cut") QCOMPARE(textOf(report.oldIndex), content);
        QVERIFY(std::filesystem::exists(report.oldIndex));
    }

    /// What was not mirrored yet is taken from the old index.
    void healthyIndexKeepsWhatOnlyItKnows()
    {
        Filled library;
        must(library.writer->mirrorPending(2));
        must(library.writer->ensurePerson({}, "Nobody's author"));
        must(library.writer->ensureWord({}, {.tier = "skill", .word = "wave", .labelZh = "挥手", .labelEn = "Wave"}));
        const Snapshot before = snapshotOf(library.folder());
        const RebuildReport report = must(rebuildIndex(library.folder()));
        QCOMPARE(report.episodes, 12);
        QVERIFY(report.skipped.empty());
        QVERIFY(snapshotOf(library.folder()) == before);
        const auto reader = must(LibraryReader::open(library.folder()));
        QCOMPARE(must(reader->people()).size(), 3U);
        QCOMPARE(must(reader->vocabulary()).size(), 1U);
        // Who still has the old one open is told, and changes nothing any more.
        const Result<std::string> late = library.writer->ensurePerson({}, "Late");
        QVERIFY(says(refusal(late), "no longer where it was"));
        library.writer = must(LibraryWriter::open(library.folder(), LibraryWriter::Upkeep::None));
        QVERIFY(must(library.writer->mirrorPending(1000)) > 0);
    }

    void saysWhatItCouldNotTake()
    {
        Filled library;
        while (must(library.writer->mirrorPending()) > 0) {
        }
        const Snapshot before = snapshotOf(library.folder());
        library.writer.reset();
        removeDatabase(databaseFile(library.folder()));
        auto row = before.rows.begin();
        const auto folderOf = [&](const EpisodeRow& episode) { return library.folder() / episode.path; };
        const std::string broken = row->second.id;
        writeText(folderOf(row->second) / "episode.json", "{");
        ++row;
        const std::string unlabelled = row->second.id;
        writeText(folderOf(row->second) / "labels.json", "[]");
        ++row;
        const std::string twin = library.folder() / "episodes/2026-11-30/twin";
        writeText(std::filesystem::path(twin) / "episode.json", textOf(folderOf(row->second) / "episode.json"));
        writeText(library.folder() / "episodes/2026-11-30/nothing/notes.txt", "");
        writeText(library.folder() / "episodes/stray.txt", "");
        std::filesystem::create_directory_symlink("/", library.folder() / "episodes/2026-11-30/everything");

        const RebuildReport report = must(rebuildIndex(library.folder()));
        QCOMPARE(report.episodes, 11);
        QCOMPARE(report.skipped.size(), 4U);
        std::string reasons;
        for (const SkippedPart& skipped : report.skipped) reasons += skipped.path + ": " + skipped.reason + "\n";
        QVERIFY(says(reasons, broken + ": episode.json is no JSON"));
        QVERIFY(says(reasons, unlabelled + "/labels.json: labels.json should hold"));
        QVERIFY(says(reasons, "twin: an episode with the id"));
        QVERIFY(says(reasons, "nothing: cannot open"));
        QVERIFY(!must(LibraryReader::open(library.folder()))->show(broken));
    }

    void refusesWhatIsNotItsOwn()
    {
        Filled library;
        library.writer.reset();
        const std::filesystem::path file = databaseFile(library.folder());
        std::string content = textOf(file);
        content[63] = '\x63';
        writeText(file, content);
        QVERIFY(says(refusal(rebuildIndex(library.folder())), "newer program"));
        QVERIFY(says(refusal(repairIndex(library.folder())), "newer program"));
        content.replace(68, 4, "GPKG");
        writeText(file, content);
        QVERIFY(says(refusal(rebuildIndex(library.folder())), "another program"));
        QCOMPARE(textOf(file), content);
        QTemporaryDir empty;
        QVERIFY(says(refusal(rebuildIndex(empty.path().toStdString())), "no episodes"));
        QVERIFY(says(refusal(repairIndex(empty.path().toStdString())), "there is no library"));
    }

    /// Nobody has to think of it: a writer mirrors what it wrote.
    void upkeepMirrorsByItself()
    {
        LibraryFixture library;
        const std::string id = library.episode(1);
        const std::string homeless = library.episode(0);
        const EpisodeRow row = must(must(LibraryReader::open(library.folder()))->show(id));
        std::filesystem::create_directories(library.folder() / row.path);
        must(library.writer->moveTo({}, homeless, EpisodeState::Checked));
        must(library.writer->moveTo({}, id, EpisodeState::Checked));
        const LibraryUpkeep upkeep(library.folder(), std::chrono::milliseconds(5));
        QTRY_VERIFY(std::filesystem::exists(library.folder() / row.path / "labels.json"));
        QCOMPARE(must(parseLabelsJson(textOf(library.folder() / row.path / "labels.json"))).episodeId, id);
    }

    void mirrorFollowsEveryChangeAndSurvivesAFailure()
    {
        LibraryFixture library;
        const std::string id = library.episode();
        const EpisodeRow row = must(must(LibraryReader::open(library.folder()))->show(id));
        must(library.writer->moveTo({}, id, EpisodeState::Checked));
        QVERIFY(says(refusal(library.writer->mirrorPending()), "could not be written beside it"));
        std::filesystem::create_directories(library.folder() / row.path);
        QCOMPARE(must(library.writer->mirrorPending()), 1);
        QCOMPARE(must(library.writer->mirrorPending()), 0);
        const auto mirrored = [&] {
            return must(parseLabelsJson(textOf(library.folder() / row.path / "labels.json")));
        };
        QCOMPARE(mirrored().state, EpisodeState::Checked);
        must(library.writer->judge({}, id, Verdict::Rejected, "no"));
        QCOMPARE(must(library.writer->mirrorPending()), 1);
        QCOMPARE(mirrored().state, EpisodeState::Rejected);
        QVERIFY(mirrored() == must(must(LibraryReader::open(library.folder()))->labels(id)));
    }
};

QTEST_GUILESS_MAIN(TestLibraryRebuild)
#include "tst_libraryrebuild.moc"
