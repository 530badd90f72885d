#include <QtTest>

#include <fstream>

#include "app/station.h"

using namespace understudy;

class TestStation : public QObject {
    Q_OBJECT

private slots:
    void readsWhatItWrites()
    {
        Station station;
        station.name = "bench 3";
        station.robotModel = "unitree_g1";
        station.robotProfile = "g1.toml";
        station.cameras = {{.name = "head", .kind = "pattern", .width = 320, .height = 240, .rateHz = 15}};
        station.camerasFromProfile = false;
        station.loopHz = 250;
        station.mode = "clutch";
        station.task = "叠毛巾";
        station.faults = {.robotSilentAfter = 2, .robotSilentFor = 0.5, .camera = "head", .cameraSilentAfter = 3};
        const Result<Station> read = parseStation(toToml(station), "test");
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        QCOMPARE(toToml(*read), toToml(station));
        QCOMPARE(read->cameras.size(), std::size_t(1));
        QCOMPARE(read->task, station.task);
    }

    void anEmptyFileIsTheDemoStation()
    {
        const Result<Station> read = parseStation("", "test");
        QVERIFY(read);
        QCOMPARE(toToml(*read), toToml(Station{}));
    }

    void noCamerasIsAChoice()
    {
        const Result<Station> read = parseStation("camera = []", "test");
        QVERIFY(read);
        QVERIFY(read->cameras.empty());
        QVERIFY(!read->camerasFromProfile);
    }

    void complainsInWords_data()
    {
        QTest::addColumn<QString>("toml");
        QTest::addColumn<QString>("named");
        QTest::newRow("syntax") << "name = "
                                << "line 1";
        QTest::newRow("unknown key") << "[robot]\nmodle = \"x\""
                                     << "modle";
        QTest::newRow("unknown top key") << "nam = \"x\""
                                         << "nam";
        QTest::newRow("wrong type") << "[robot]\nmodel = 3"
                                    << "model";
        QTest::newRow("wrong kind") << "[robot]\nkind = \"toaster\""
                                    << "simulator";
        QTest::newRow("zero rate") << "[teleop]\nrate_hz = 0"
                                   << "rate_hz";
        QTest::newRow("infinite rate") << "[teleop]\nrate_hz = inf"
                                       << "rate_hz";
        QTest::newRow("nameless camera") << "[[camera]]\nkind = \"pattern\""
                                         << "name";
        QTest::newRow("huge camera") << "[[camera]]\nname = \"a\"\nwidth = 100000"
                                     << "width";
        QTest::newRow("twins") << "[[camera]]\nname = \"a\"\n[[camera]]\nname = \"a\""
                               << "\"a\"";
        QTest::newRow("camera is no table") << "camera = 3"
                                            << "[[camera]]";
        QTest::newRow("fault in the past") << "[fault]\ncamera_silent_after_s = -1"
                                           << "camera_silent_after_s";
        QTest::newRow("two devices") << "[[device]]\n[[device]]"
                                     << "[[device]]";
    }
    void complainsInWords()
    {
        QFETCH(QString, toml);
        QFETCH(QString, named);
        const Result<Station> read = parseStation(toml.toStdString(), "station.toml");
        QVERIFY(!read);
        const QString message = QString::fromStdString(read.error().message);
        QVERIFY2(message.contains(named), qPrintable(message));
        QVERIFY2(message.contains("station.toml"), qPrintable(message));
    }

    void takesFilesFromBesideTheStation()
    {
        QTemporaryDir dir;
        const std::filesystem::path folder = dir.path().toStdString();
        std::ofstream(folder / "robot.xml") << "x";
        std::ofstream(folder / "station.toml") << "[robot]\nmodel = \"robot.xml\"\n";
        const Result<Station> read = loadStation(folder / "station.toml");
        QVERIFY(read);
        QCOMPARE(read->robotModel, (folder / "robot.xml").string());
        QVERIFY(!loadStation(folder / "missing.toml"));
    }
};

QTEST_APPLESS_MAIN(TestStation)
#include "tst_station.moc"
