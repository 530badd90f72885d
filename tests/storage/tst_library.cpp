#include <QDir>
#include <QTemporaryDir>
#include <QTest>
#include <functional>
#include <map>
#include <thread>
#include <unistd.h>

#include "storage/migrations.h"
#include "storage/read/database.h"
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

/// Every file below a folder with its content.
std::map<std::string, std::string> contentOf(const std::filesystem::path& folder)
{
    std::map<std::string, std::string> content;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        content[entry.path().string()] = entry.is_regular_file() ? textOf(entry.path()) : std::string();
    return content;
}

void writeAt(const std::filesystem::path& file, std::streamoff offset, const std::string& bytes)
{
    std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
    stream.seekp(offset);
    stream << bytes;
}

/// For this long the process has no more rights than anybody, also where the tests run as root.
class Unprivileged {
public:
    Unprivileged() : m_user(geteuid())
    {
        if (m_user == 0 && seteuid(65534) != 0) throw std::runtime_error("cannot drop rights");
    }
    ~Unprivileged()
    {
        if (m_user == 0 && seteuid(0) != 0) abort();
    }

private:
    uid_t m_user;
};

}  // namespace

class TestLibrary : public QObject {
    Q_OBJECT

private slots:
    void createsAndOpens()
    {
        QTemporaryDir place;
        const std::filesystem::path folder = place.path().toStdString() + "/a/b 抓取?%20#/library";
        QVERIFY(says(refusal(openLibrary(folder, LibraryMode::Open)), "there is no library"));
        QVERIFY(!std::filesystem::exists(folder));

        const Library made = must(openLibrary(folder, LibraryMode::OpenOrCreate));
        QVERIFY(made.created);
        QVERIFY(!made.migratedFrom);
        QCOMPARE(made.schemaVersion, kSchemaVersion);
        const Library again = must(openLibrary(folder, LibraryMode::OpenOrCreate));
        QVERIFY(!again.created);
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(folder))
            names.push_back(entry.path().filename().string());
        std::ranges::sort(names);
        QCOMPARE(names, (std::vector<std::string>{"episodes", "library.db", "models"}));
        QCOMPARE(must(must(LibraryReader::open(folder))->count({})), 0);
    }

    void oneOfManyCreatorsWins()
    {
        QTemporaryDir place;
        const std::filesystem::path folder = place.path().toStdString() + "/library";
        std::atomic<int> created{0};
        std::atomic<int> problems{0};
        {
            std::vector<std::jthread> studios;
            for (int i = 0; i < 4; ++i)
                studios.emplace_back([&] {
                    const auto library = openLibrary(folder, LibraryMode::OpenOrCreate);
                    if (!library) {
                        qWarning("%s", library.error().message.c_str());
                        ++problems;
                    } else {
                        created += library->created;
                    }
                });
        }
        QCOMPARE(problems.load(), 0);
        QCOMPARE(created.load(), 1);
    }

    void refusesAndLeavesAsItWas_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("because");
        QTest::newRow("text") << "text"
                              << "it is no database";
        QTest::newRow("empty") << "empty"
                               << "is empty";
        QTest::newRow("folder") << "folder"
                                << "is not a file";
        QTest::newRow("other program") << "other"
                                       << "of another program";
        QTest::newRow("newer") << "newer"
                               << "newer program";
        QTest::newRow("newer in the log") << "newer in the log"
                                          << "newer program";
        QTest::newRow("cut short") << "cut"
                                   << "was cut short";
        QTest::newRow("header only") << "header"
                                     << "was cut short";
        QTest::newRow("damaged") << "damaged"
                                 << "is damaged";
    }
    void refusesAndLeavesAsItWas()
    {
        QFETCH(QString, kind);
        QFETCH(QString, because);
        LibraryFixture library;
        library.episode();
        library.writer.reset();
        const std::filesystem::path file = databaseFile(library.folder());
        std::unique_ptr<Database> keepsLog;
        if (kind == "text") writeText(file, std::string(5000, 'x'));
        if (kind == "empty") writeText(file, "");
        if (kind == "folder") {
            std::filesystem::remove(file);
            std::filesystem::create_directory(file);
        }
        if (kind == "other") writeAt(file, 68, std::string("\0\0\0\0", 4));
        if (kind == "newer") writeAt(file, 60, std::string("\0\0\0\x63", 4));
        if (kind == "newer in the log") {
            keepsLog = must(Database::open(file, Database::Access::Write));
            must(keepsLog->setSchemaVersion(99));
        }
        if (kind == "cut") std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
        if (kind == "header") std::filesystem::resize_file(file, 100);
        // The page that holds the schema.
        if (kind == "damaged") writeAt(file, 100, std::string(3000, '\x7f'));

        const auto before = contentOf(library.folder());
        for (const LibraryMode mode : {LibraryMode::Open, LibraryMode::OpenOrCreate})
            QVERIFY(says(refusal(openLibrary(library.folder(), mode)), because.toStdString()));
        QVERIFY(says(refusal(LibraryReader::open(library.folder())),
                     kind == "newer in the log" ? "Update this program" : because.toStdString()));
        QVERIFY(says(refusal(LibraryWriter::open(library.folder())),
                     kind == "newer in the log" ? "Update this program" : because.toStdString()));
        auto after = contentOf(library.folder());
        // The engine's shared memory is no content, and comes and goes.
        std::erase_if(after, [&](const auto& entry) {
            return !before.contains(entry.first) && (entry.first.ends_with("-shm") || entry.first.ends_with("-wal"));
        });
        for (const auto& [path, content] : before)
            if (!path.ends_with("-shm")) QVERIFY2(after[path] == content, path.c_str());
        QCOMPARE(after.size(), before.size());
    }

    void refusesFoldersThatHoldOtherThings()
    {
        QTemporaryDir place;
        const std::filesystem::path folder = place.path().toStdString();
        writeText(folder / "thesis.docx", "important");
        QVERIFY(says(refusal(openLibrary(folder, LibraryMode::OpenOrCreate)), "holds other files"));
        QCOMPARE(contentOf(folder).size(), 1U);
        writeText(folder / "sub" / "episodes" / "2026-11-22" / "x" / "episode.json", "{}");
        QVERIFY(says(refusal(openLibrary(folder / "sub", LibraryMode::OpenOrCreate)), "has lost its index"));
        QVERIFY(says(refusal(openLibrary(folder / "thesis.docx", LibraryMode::OpenOrCreate)), "thesis.docx"));
        QVERIFY(says(refusal(openLibrary("", LibraryMode::OpenOrCreate)), "--library"));
        // What a fresh disk and a desktop leave does not count.
        std::filesystem::create_directories(folder / "disk" / "lost+found");
        writeText(folder / "disk" / ".DS_Store", "");
        QVERIFY(must(openLibrary(folder / "disk", LibraryMode::OpenOrCreate)).created);
    }

    void readOnlyFolderIsReadAndNotWritten()
    {
        LibraryFixture library;
        const std::string id = library.episode();
        library.writer.reset();
        const std::filesystem::path folder = library.folder();
        std::filesystem::permissions(folder.parent_path(), std::filesystem::perms(0755));
        std::filesystem::permissions(databaseFile(folder), std::filesystem::perms(0444));
        std::filesystem::permissions(folder, std::filesystem::perms(0555));
        {
            const Unprivileged rights;
            QVERIFY(says(refusal(openLibrary(folder, LibraryMode::Open)), "cannot be written"));
            QVERIFY(says(refusal(LibraryWriter::open(folder)), "cannot be written"));
            QVERIFY(
                says(refusal(openLibrary(folder / "episodes" / "new", LibraryMode::OpenOrCreate)), "cannot create"));
            QCOMPARE(must(must(LibraryReader::open(folder))->show(id)).id, id);
        }
        std::filesystem::permissions(databaseFile(folder), std::filesystem::perms(0000));
        {
            const Unprivileged rights;
            QVERIFY(says(refusal(LibraryReader::open(folder)), "right to read"));
        }
        std::filesystem::permissions(folder, std::filesystem::perms(0755));
    }

    /// An index that fills its disk refuses the change in words and loses nothing.
    void fullDiskIsSaid()
    {
        LibraryFixture library;
        const std::string id = library.episode();
        library.writer.reset();
        const auto database = must(Database::open(databaseFile(library.folder()), Database::Access::Write));
        must(database->query("PRAGMA max_page_count = 1", {}, [](const SqlRow&) {}));
        std::string refused;
        for (int i = 0; i < 1000 && refused.empty(); ++i) {
            const Result<void> done = database->transaction([&]() -> Result<void> {
                const auto added = database->execute("INSERT INTO people (id, name) VALUES (?, ?)",
                                                     {newUuid(), std::string(3000, 'n')});
                if (!added) return tl::unexpected(added.error());
                return {};
            });
            if (!done) refused = done.error().message;
        }
        QVERIFY(says(refused, "no space is left"));
        must(database->verify());
        QCOMPARE(must(must(LibraryReader::open(library.folder()))->show(id)).id, id);
    }

    void knowsNetworkFileSystems_data()
    {
        QTest::addColumn<qulonglong>("magic");
        QTest::addColumn<QString>("mountType");
        QTest::addColumn<bool>("remote");
        QTest::newRow("nfs") << 0x6969ULL << "nfs4" << true;
        QTest::newRow("cifs") << 0xFF534D42ULL << "cifs" << true;
        QTest::newRow("smb2") << 0xFE534D42ULL << "cifs" << true;
        QTest::newRow("smbfs") << 0x517BULL << "smbfs" << true;
        QTest::newRow("9p") << 0x01021997ULL << "9p" << true;
        QTest::newRow("ceph") << 0x00C36400ULL << "ceph" << true;
        QTest::newRow("sshfs") << 0x65735546ULL << "fuse.sshfs" << true;
        QTest::newRow("s3fs") << 0x65735546ULL << "fuse.s3fs" << true;
        QTest::newRow("ntfs-3g") << 0x65735546ULL << "fuseblk" << false;
        QTest::newRow("mergerfs") << 0x65735546ULL << "fuse.mergerfs" << false;
        QTest::newRow("ext4") << 0xEF53ULL << "ext4" << false;
        QTest::newRow("xfs") << 0x58465342ULL << "xfs" << false;
        QTest::newRow("btrfs") << 0x9123683EULL << "btrfs" << false;
        QTest::newRow("tmpfs") << 0x01021994ULL << "tmpfs" << false;
        QTest::newRow("overlay") << 0x794C7630ULL << "overlay" << false;
        QTest::newRow("sshfs by name only") << 0xEF53ULL << "fuse.sshfs" << false;
    }
    void knowsNetworkFileSystems()
    {
        QFETCH(qulonglong, magic);
        QFETCH(QString, mountType);
        QFETCH(bool, remote);
        QCOMPARE(!networkFileSystem(magic, mountType.toStdString()).empty(), remote);
    }

    void findsTheMountOfAPath()
    {
        const std::string mounts = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
                                   "30 22 0:40 / /mnt/lab\\040share rw - fuse.sshfs lab:/data rw,user_id=0\n"
                                   "31 22 0:41 / /mnt rw shared:4 master:2 - tmpfs tmpfs rw\n"
                                   "nonsense\n"
                                   "32 31 0:42 / /mnt/a rw - xfs /dev/b rw\n"
                                   "33 32 0:43 / /mnt/a rw - nfs4 host:/a rw\n";
        QCOMPARE(mountTypeOf(mounts, "/home/x"), std::string("ext4"));
        QCOMPARE(mountTypeOf(mounts, "/mnt/lab share/library"), std::string("fuse.sshfs"));
        QCOMPARE(mountTypeOf(mounts, "/mnt/lab sharepoint"), std::string("tmpfs"));
        QCOMPARE(mountTypeOf(mounts, "/mnt/a"), std::string("nfs4"));
        QCOMPARE(mountTypeOf("", "/mnt/a"), std::string());
        must(refuseNetworkFileSystem(QDir::tempPath().toStdString() + "/not/there/yet"));
    }

    /// A library of version 0 is what came before the first migration: an index without tables.
    void migratesAnOlderLibrary()
    {
        QTemporaryDir place;
        const std::filesystem::path folder = place.path().toStdString();
        must(Database::open(databaseFile(folder), Database::Access::Create));
        QVERIFY(says(refusal(LibraryReader::open(folder)), "brings it up to date"));
        QVERIFY(says(refusal(LibraryWriter::open(folder)), "brings it up to date"));
        const Library library = must(openLibrary(folder, LibraryMode::Open));
        QVERIFY(library.migratedFrom);
        QCOMPARE(*library.migratedFrom, 0);
        QVERIFY(!must(openLibrary(folder, LibraryMode::Open)).migratedFrom);
        QCOMPARE(must(must(LibraryReader::open(folder))->people()).size(), 1U);
    }

    void migrationFilesAreNumberedWithoutAGap()
    {
        const std::vector<Migration> all = migrations();
        for (std::size_t i = 0; i < all.size(); ++i) QCOMPARE(all[i].version, static_cast<int>(i) + 1);
        QCOMPARE(std::ssize(all), kSchemaVersion);
    }

    void migrationKeepsContentAndIsWholeOrNothing()
    {
        LibraryFixture library;
        const std::string id = library.episode();
        library.writer.reset();
        const auto database = must(Database::open(databaseFile(library.folder()), Database::Access::Write));
        std::vector<Migration> later = migrations();
        later.push_back(
            {.version = kSchemaVersion + 1,
             .sql = "CREATE TABLE gloves (key INTEGER PRIMARY KEY)\n\n-- a word\nINSERT INTO gloves VALUES (7)"});
        later.push_back({.version = kSchemaVersion + 2,
                         .sql = "CREATE TABLE pedals (key INTEGER PRIMARY KEY)\n\nINSERT INTO nowhere VALUES (1)"});
        QVERIFY(says(refusal(migrate(*database, later)), "stays as it was"));
        QCOMPARE(must(database->schemaVersion()), kSchemaVersion);
        QVERIFY(!database->execute("SELECT * FROM gloves"));

        later.pop_back();
        QCOMPARE(must(migrate(*database, later)), kSchemaVersion);
        QCOMPARE(must(migrate(*database, later)), kSchemaVersion + 1);
        int gloves = 0;
        must(database->query("SELECT key FROM gloves", {},
                             [&](const SqlRow& row) { gloves += static_cast<int>(row.integer(0)); }));
        QCOMPARE(gloves, 7);
        std::string kept;
        must(database->query("SELECT id FROM episodes", {}, [&](const SqlRow& row) { kept = row.text(0); }));
        QCOMPARE(kept, id);
        QVERIFY(says(refusal(migrate(*database, migrations())), "newer program"));
        must(database->verify());
    }

    void verifyFindsDamageInside()
    {
        LibraryFixture library;
        for (int i = 0; i < 50; ++i) library.episode(i);
        library.writer.reset();
        const std::filesystem::path file = databaseFile(library.folder());
        must(must(Database::open(file, Database::Access::Read))->verify());
        const auto size = static_cast<std::streamoff>(std::filesystem::file_size(file));
        for (std::streamoff page = size / 8192 * 4096; page < size; page += 4096)
            writeAt(file, page + 8, std::string(64, '\x55'));
        const auto damaged = Database::open(file, Database::Access::Read);
        QVERIFY(says(damaged ? refusal((*damaged)->verify()) : damaged.error().message, "damaged"));
        // Asking a damaged index is an error, never a crash.
        const auto reader = LibraryReader::open(library.folder());
        if (!reader) {
            QVERIFY(says(reader.error().message, "damaged"));
            return;
        }
        const auto page = (*reader)->list({}, 1000);
        if (!page) QVERIFY(says(page.error().message, "damaged"));
    }

    void folderOfAnEpisode()
    {
        QCOMPARE(episodeFolder("x", kTestDay + 86'399'999'999'999), std::string("episodes/2026-11-22/x"));
        QCOMPARE(episodeFolder("x", kTestDay + 86'400'000'000'000), std::string("episodes/2026-11-23/x"));
    }
};

QTEST_GUILESS_MAIN(TestLibrary)
#include "tst_library.moc"
