#include <QTemporaryDir>
#include <QTest>

#include <fstream>

#include "storage/modelstore.h"

using namespace understudy;

namespace {
const std::string kHash(64, 'a');

std::vector<std::byte> bytes(const std::string& text)
{
    const auto view = std::as_bytes(std::span(text.data(), text.size()));
    return {view.begin(), view.end()};
}
}  // namespace

class TestModelStore : public QObject {
    Q_OBJECT

private slots:
    void storesOnceAndKeeps()
    {
        QTemporaryDir dir;
        const std::filesystem::path library = dir.path().toStdString();
        std::filesystem::create_directories(library / "models");
        std::ofstream(library / "mesh.stl") << "mesh";
        PosixFileSystem files;
        const std::vector<ModelContent> content{{.name = "robot.xml", .path = {}, .bytes = bytes("<mujoco/>")},
                                                {.name = "meshes/a.stl", .path = library / "mesh.stl", .bytes = {}}};
        QVERIFY(storeModel(files, library, kHash, content));
        QCOMPARE(readAll(files, library / "models" / kHash / "meshes/a.stl", 100)->size(), std::size_t(4));
        const std::vector<ModelContent> other{{.name = "robot.xml", .path = {}, .bytes = bytes("changed")}};
        QVERIFY(storeModel(files, library, kHash, other));
        QCOMPARE(readAll(files, library / "models" / kHash / "robot.xml", 100)->size(), std::size_t(9));
        QCOMPARE(std::distance(std::filesystem::directory_iterator(library / "models"), {}), std::ptrdiff_t(1));
    }

    void refusesWhatLeavesTheFolder_data()
    {
        QTest::addColumn<QString>("name");
        for (const char* name : {"../x", "/etc/x", "a/../../x", ""}) QTest::newRow(name) << name;
    }
    void refusesWhatLeavesTheFolder()
    {
        QFETCH(QString, name);
        QTemporaryDir dir;
        const std::filesystem::path library = dir.path().toStdString();
        PosixFileSystem files;
        const std::vector<ModelContent> content{{.name = name.toStdString(), .path = {}, .bytes = bytes("x")}};
        QVERIFY(!storeModel(files, library, kHash, content));
        QVERIFY(!std::filesystem::exists(library / "models" / kHash));
    }

    void refusesAHashThatIsNone()
    {
        PosixFileSystem files;
        QVERIFY(!storeModel(files, "/nonexistent", "../..", {}));
        QVERIFY(!storeModel(files, "/nonexistent", "", {}));
    }

    void aMissingMeshLeavesNothing()
    {
        QTemporaryDir dir;
        const std::filesystem::path library = dir.path().toStdString();
        PosixFileSystem files;
        const std::vector<ModelContent> content{{.name = "a", .path = library / "missing", .bytes = {}}};
        QVERIFY(!storeModel(files, library, kHash, content));
        QVERIFY(!std::filesystem::exists(library / "models" / kHash));
    }
};

QTEST_APPLESS_MAIN(TestModelStore)
#include "tst_modelstore.moc"
