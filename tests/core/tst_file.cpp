#include <atomic>
#include <thread>

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include "core/file.h"

using namespace understudy;

namespace {
std::span<const std::byte> bytes(const std::string& text) { return std::as_bytes(std::span(text.data(), text.size())); }
}  // namespace

class TestFile : public QObject {
    Q_OBJECT

private slots:
    void writesReadsAndShortens()
    {
        QTemporaryDir dir;
        const std::filesystem::path path = dir.filePath("a").toStdString();
        PosixFileSystem files;
        auto file = files.open(path, OpenMode::Create);
        QVERIFY(file);
        QVERIFY((*file)->write(0, bytes("hello")));
        QVERIFY((*file)->write(5, bytes(" world")));
        QVERIFY((*file)->sync());
        QCOMPARE(*(*file)->size(), std::uint64_t(11));
        QVERIFY((*file)->truncate(5));
        std::array<std::byte, 16> buffer{};
        QCOMPARE(*(*file)->read(1, buffer), std::size_t(4));
        QCOMPARE(char(buffer[0]), 'e');
        QVERIFY(!files.open(path, OpenMode::Create));
    }

    void errorsNameTheFile()
    {
        PosixFileSystem files;
        const auto file = files.open("/nonexistent/file", OpenMode::Read);
        QVERIFY(!file);
        QVERIFY(file.error().message.find("/nonexistent/file") != std::string::npos);
    }

    void replacesWhole()
    {
        QTemporaryDir dir;
        const std::filesystem::path path = dir.filePath("a").toStdString();
        PosixFileSystem files;
        QVERIFY(replaceFile(files, path, bytes("one")));
        QVERIFY(replaceFile(files, path, bytes("three")));
        QCOMPARE(readAll(files, path, 100)->size(), std::size_t(5));
        QVERIFY(!readAll(files, path, 4));
        QCOMPARE(QDir(dir.path()).entryList(QDir::Files), QStringList{"a"});
    }

    void twoWhoReplaceAtOnceNeverMix()
    {
        QTemporaryDir dir;
        const std::filesystem::path path = dir.filePath("a").toStdString();
        PosixFileSystem files;
        QVERIFY(replaceFile(files, path, bytes("one")));
        std::atomic<int> failures{0};
        const auto replace = [&](const char* content) {
            for (int i = 0; i < 200; ++i) {
                if (!replaceFile(files, path, bytes(content))) ++failures;
                const auto whole = readAll(files, path, 100);
                if (!whole || (whole->size() != 3 && whole->size() != 5)) ++failures;
            }
        };
        {
            const std::jthread other([&] { replace("three"); });
            replace("one");
        }
        QCOMPARE(failures.load(), 0);
        QCOMPARE(QDir(dir.path()).entryList(QDir::Files), QStringList{"a"});
    }
};

QTEST_APPLESS_MAIN(TestFile)
#include "tst_file.moc"
