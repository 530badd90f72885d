#include <QTemporaryDir>
#include <QTest>

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

    void keepsEveryKindOfDevice()
    {
        Station station;
        station.rig = {{.name = "suit",
                        .kind = "xsens",
                        .listen = "eth0",
                        .port = 9764,
                        .sender = "192.168.1.20",
                        .id = "2",
                        .rateHz = 120,
                        .jointAngles = true,
                        .offset = {0.5, 0, -1},
                        .yawDeg = 90},
                       {.name = "exo", .kind = "joints", .sender = "192.168.1.30", .joints = {"a", "b"}},
                       {.name = "leader",
                        .kind = "dynamixel",
                        .serialPort = "/dev/ttyUSB0",
                        .baud = 57600,
                        .servos = {{.name = "elbow", .id = 3, .sign = -1, .zero = 3.14, .lowest = -1, .highest = 2},
                                   {.name = "gripper", .id = 4, .open = 3.2, .closed = 2.0}},
                        .smoothing = "all"},
                       {.name = "suit 2", .kind = "xsens", .spare = true}};
        station.rigSources = {{"head", {"suit"}}, {"buttons", {"exo", "suit"}}};
        const std::string text = toToml(station);
        const Result<Station> read = parseStation(text, "test");
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        QCOMPARE(toToml(*read), text);
        QCOMPARE(read->rig.size(), std::size_t(4));
        QCOMPARE(*read->rig[0].port, 9764);
        QCOMPARE(read->rig[0].offset[2], -1.0);
        QCOMPARE(read->rig[2].servos[1].closed, std::optional(2.0));
        QVERIFY(read->rig[3].spare);
        QCOMPARE(read->rigSources.at("buttons").size(), std::size_t(2));
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
        QTest::newRow("two devices of one name") << "[[device]]\n[[device]]"
                                                 << "[[device]]";
        QTest::newRow("unknown device kind") << "[[device]]\nkind = \"toaster\""
                                             << "xsens";
        QTest::newRow("unknown device key") << "[[device]]\nkind = \"xsens\"\nprot = 9763"
                                            << "prot";
        QTest::newRow("impossible port") << "[[device]]\nkind = \"xsens\"\nport = 70000"
                                         << "65535";
        QTest::newRow("impossible rate") << "[[device]]\nkind = \"xsens\"\nrate_hz = 0"
                                         << "rate_hz";
        QTest::newRow("nameless servo") << "[[device]]\nkind = \"dynamixel\"\n[[device.joint]]\nid = 1"
                                        << "device.joint";
        QTest::newRow("half a range") << "[[device]]\nkind = \"dynamixel\"\n[[device.joint]]\nname = \"g\"\nopen = 1.0"
                                      << "closed";
        QTest::newRow("half an offset") << "[[device]]\noffset = [1, 2]"
                                        << "three numbers";
        QTest::newRow("unknown part") << "[rig]\nnose = [\"a\"]"
                                      << "left_arm";
        QTest::newRow("part of nobody") << "[rig]\nhead = [\"headset\"]"
                                        << "headset";
        QTest::newRow("only spares") << "[[device]]\nspare = true"
                                     << "spare";
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
