#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include "support/shared.h"

namespace test = understudy::test;

namespace {

const QString kSource = QString::fromStdString(test::source("").string());
const QString kBinary = QStringLiteral(UNDERSTUDY_BINARY_DIR);

/// One CMake target of ours and the flags its sources are compiled with.
struct Target {
    QString name;
    QString folder;  ///< of its sources, relative to the checkout: "robots/model"
    QStringList flags;
};

struct Compilation {
    bool accepted = false;
    QString message;
};

/// Drops what names the one file: launcher, source, output and dependency file.
QStringList flagsOf(const QString& command)
{
    QStringList words = QProcess::splitCommand(command);
    while (!words.isEmpty() && words.first().endsWith("ccache")) words.removeFirst();
    QStringList flags;
    for (qsizetype i = 0; i < words.size(); ++i) {
        if (words[i] == "-o" || words[i] == "-c" || words[i] == "-MF" || words[i] == "-MT")
            ++i;
        else if (words[i] != "-MD")
            flags << words[i];
    }
    return flags;
}

/// Those below one folder, or all that are no tests.
QList<Target> targetsOfThisBuild(const QString& below = {})
{
    QFile file(kBinary + "/compile_commands.json");
    if (!file.open(QIODevice::ReadOnly)) return {};
    QMap<QString, Target> targets;
    for (const QJsonValue& entry : QJsonDocument::fromJson(file.readAll()).array()) {
        const QString command = entry["command"].toString();
        const QString source = QDir(kSource).relativeFilePath(entry["file"].toString());
        const qsizetype end = command.indexOf(".dir/");
        const qsizetype begin = command.lastIndexOf("CMakeFiles/", end) + int(sizeof("CMakeFiles/")) - 1;
        if (source.startsWith("..") || source.startsWith("build/") || end < 0) continue;
        if (below.isEmpty() ? source.startsWith("tests/") : !source.startsWith(below + '/')) continue;
        const QString name = command.mid(begin, end - begin);
        if (!targets.contains(name)) targets[name] = {name, QFileInfo(source).path(), flagsOf(command)};
    }
    return targets.values();
}

bool isInside(const QString& path, const QString& folder) { return path == folder || path.startsWith(folder + '/'); }

/// Headers of the folder, as they are written after #include; of those below it too unless its name ends in '/'.
QStringList headersOf(const QString& folder)
{
    QStringList headers;
    const auto depth = folder.endsWith('/') ? QDirIterator::NoIteratorFlags : QDirIterator::Subdirectories;
    QDirIterator it(kSource + '/' + folder, {"*.h"}, QDir::Files, depth);
    while (it.hasNext()) headers << QDir(kSource).relativeFilePath(it.next());
    headers.sort();
    return headers;
}

}  // namespace

/// The arrows between the folders are CMake links. Here a line that crosses them the wrong way is compiled with the
/// very flags of the target that must not see the header, and must be refused for that reason and no other.
class WallsTest : public QObject {
    Q_OBJECT

    QList<Target> m_targets = targetsOfThisBuild();
    QMap<QString, QString> m_headers;  ///< by folder, the one that stands for it
    QTemporaryDir m_scratch;

    Compilation compile(const Target& target, const QString& line) const
    {
        const QString source = m_scratch.filePath("probe.cpp");
        QFile file(source);
        if (!file.open(QIODevice::WriteOnly)) return {false, "cannot write " + source};
        file.write(line.toUtf8() + '\n');
        file.close();
        QProcess compiler;
        compiler.setProcessChannelMode(QProcess::MergedChannels);
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("LC_ALL", "C");
        compiler.setProcessEnvironment(environment);
        compiler.start(target.flags.first(), target.flags.mid(1) + QStringList{"-fsyntax-only", source});
        if (!compiler.waitForFinished(60'000)) return {false, "the compiler did not finish"};
        const bool accepted = compiler.exitStatus() == QProcess::NormalExit && compiler.exitCode() == 0;
        return {accepted, QString::fromLocal8Bit(compiler.readAll())};
    }

    QList<Target> targetsIn(const QString& folder) const
    {
        QList<Target> found;
        for (const Target& target : m_targets) {
            if (isInside(target.folder, folder)) found << target;
        }
        return found;
    }

    /// For each folder with headers, at or below the given one, the first that its own target compiles: without it a
    /// refusal would prove nothing.
    QStringList headersThatExist(const QString& folder)
    {
        QMap<QString, QStringList> byFolder;
        for (const QString& header : headersOf(folder)) byFolder[QFileInfo(header).path()] << header;
        QStringList found;
        for (const auto& [owner, headers] : byFolder.asKeyValueRange()) {
            if (!m_headers.contains(owner)) m_headers[owner] = firstThatCompiles(owner, headers);
            found << m_headers[owner];
        }
        return found;
    }

    QString firstThatCompiles(const QString& owner, const QStringList& headers) const
    {
        for (const Target& target : targetsIn(owner)) {
            for (const QString& header : headers) {
                if (compile(target, "#include \"" + header + '"').accepted) return header;
            }
        }
        return {};
    }

private slots:
    void forbiddenFolder_data()
    {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        const QList<std::pair<QString, QStringList>> walls{
            {"core", {"xr", "robots", "storage", "widgets", "app"}},
            {"xr", {"robots", "storage", "widgets", "app"}},
            {"robots", {"xr", "storage", "widgets", "app"}},
            {"robots/envelope", {"robots/model", "robots/teleop", "robots/links", "robots/cameras"}},
            {"robots/model", {"robots/teleop", "robots/links", "robots/cameras"}},
            {"robots/teleop", {"robots/links", "robots/cameras"}},
            {"robots/links", {"robots/cameras"}},
            {"storage", {"xr", "robots", "widgets", "app"}},
            {"storage/read", {"storage/"}},
            {"widgets", {"xr", "robots/teleop", "robots/links", "robots/cameras", "storage/", "app"}},
        };
        for (const auto& [from, targets] : walls) {
            for (const QString& to : targets) QTest::newRow(qPrintable(from + " -> " + to)) << from << to;
        }
    }

    void forbiddenFolder()
    {
        QFETCH(QString, from);
        QFETCH(QString, to);
        const QList<Target> guarded = targetsIn(from);
        if (guarded.isEmpty() || headersOf(to).isEmpty()) QSKIP("one of the two folders holds nothing yet");
        for (const QString& header : headersThatExist(to)) {
            QVERIFY2(!header.isEmpty(),
                     qPrintable("a folder of " + to + " has no header that its own target compiles"));
            for (const Target& target : guarded) {
                const Compilation result = compile(target, "#include \"" + header + '"');
                QVERIFY2(!result.accepted,
                         qPrintable(target.name + " may include " + header + " although DESIGN §2 forbids it"));
                QVERIFY2(result.message.contains("fatal error: " + header + ": No such file"),
                         qPrintable(result.message));
            }
        }
    }

    void forbiddenQt_data()
    {
        QTest::addColumn<QString>("folder");
        for (const char* folder : {"core", "xr", "robots"}) QTest::newRow(folder) << folder;
    }

    void forbiddenQt()
    {
        QFETCH(QString, folder);
        const QList<Target> guarded = targetsIn(folder);
        if (guarded.isEmpty()) QSKIP("the folder holds nothing yet");
        for (const Target& target : guarded) {
            const Compilation result = compile(target, "#include <QString>");
            QVERIFY2(!result.accepted, qPrintable(target.name + " sees Qt, which " + folder + " must not"));
            QVERIFY2(result.message.contains("fatal error: QString: No such file"), qPrintable(result.message));
        }
    }

    /// A path that climbs out of its folder would pass below the walls.
    void noIncludeClimbs()
    {
        int seen = 0;
        for (const char* folder : {"core", "xr", "robots", "storage", "widgets", "app"}) {
            QDirIterator it(kSource + '/' + folder, {"*.h", "*.cpp"}, QDir::Files, QDirIterator::Subdirectories);
            while (it.hasNext()) {
                QFile file(it.next());
                QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(file.fileName()));
                ++seen;
                QVERIFY2(!file.readAll().contains("#include \"../"),
                         qPrintable(file.fileName() + " includes a path with .."));
            }
        }
        QVERIFY(seen > 0);
    }

    void permittedIncludesCompile()
    {
        QVERIFY2(!m_targets.isEmpty(), "compile_commands.json names no target of ours");
        QVERIFY2(!targetsIn("core").isEmpty(), "core has no target");
        for (const Target& target : m_targets) {
            const Compilation result = compile(target, "#include \"core/result.h\"");
            QVERIFY2(result.accepted, qPrintable(target.name + " cannot include core: " + result.message));
        }
        // Of Qt: this test itself sees it, so that the refusals above mean something.
        const QList<Target> all = targetsOfThisBuild("tests/build");
        QVERIFY(!all.isEmpty());
        const Compilation result = compile(all.first(), "#include <QString>");
        QVERIFY2(result.accepted, qPrintable(result.message));
    }
};

QTEST_GUILESS_MAIN(WallsTest)
#include "tst_walls.moc"
