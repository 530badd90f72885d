#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include "modelfixtures.h"
#include "robots/model/robotmodel.h"
#include "support/shared.h"

using namespace understudy;
namespace fs = std::filesystem;

class TestProfile : public QObject {
    Q_OBJECT

private slots:
    void readsEveryField();
    void toolFrameEqualsTheBaseInTheTPose();
    void refusesWrongProfiles_data();
    void refusesWrongProfiles();
    void refusesWhatTheModelLacks_data();
    void refusesWhatTheModelLacks();
    void narrowsLimitsByPattern();
    void everyShippedProfileIsWellFormed();
    void theTemplateHasEveryKey();
    void matchesPatterns();
};

void TestProfile::readsEveryField()
{
    const Result<RobotProfile> profile = RobotProfile::parse(R"(
name = "r"
models = ["a*", "b"]
torso = "t"
head = "h"
waist = ["w"]
neck = ["n"]
gravity_compensation = true
[base]
body = "pelvis"
held = false
raise = 0.1
[left]
wrist = { body = "hand", position = [1, 2, 3], fingers = [0, 1, 0], back = [0, 0, 1] }
elbow = "e"
shoulder = "s"
joints = ["j1", "j2"]
hand = [{ joint = "grip", open = 0.05, closed = 0.0 }]
[rest]
j1 = 0.5
[[limits]]
joints = "j*"
lower = -1
velocity = 2
[[gains]]
joints = "*"
kp = 10
kd = 1
[[cameras]]
name = "head"
body = "h"
position = [0.1, 0, 0]
rate = 15
width = 320
height = 240
[scene]
file = "scene.xml"
position = [1, 0, 0]
)",
                                                             "/somewhere/r.toml");
    QVERIFY2(profile, profile ? "" : profile.error().message.c_str());
    QCOMPARE(profile->models.size(), std::size_t{2});
    QVERIFY(!profile->baseHeld);
    QCOMPARE(profile->arms[0]->wrist.pose.position, Eigen::Vector3d(1, 2, 3));
    QVERIFY(profile->arms[0]->wrist.pose.orientation.angularDistance(Eigen::Quaterniond::Identity()) < 1e-9);
    QVERIFY(!profile->arms[1].has_value());
    QCOMPARE(profile->hands[0][0].open, 0.05);
    QCOMPARE(profile->limits[0].velocity.value(), 2.0);
    QVERIFY(!profile->limits[0].upper.has_value());
    QCOMPARE(profile->cameras[0].rateHz, 15.0);
    // A camera that is not turned looks along its body's x: its z axis is the body's x, its y points down.
    QVERIFY((profile->cameras[0].mount.pose.orientation * Eigen::Vector3d::UnitZ()).isApprox(Eigen::Vector3d::UnitX()));
    QVERIFY(
        (profile->cameras[0].mount.pose.orientation * Eigen::Vector3d::UnitY()).isApprox(-Eigen::Vector3d::UnitZ()));
    QCOMPARE(profile->scene, fs::path("/somewhere/scene.xml"));
}

void TestProfile::toolFrameEqualsTheBaseInTheTPose()
{
    // Arms hang with fingers along -z and the left back facing +y; raised sideways the tool must be the base.
    const Result<RobotProfile> profile = RobotProfile::load(resourcePath("profiles/understudy_one.toml"));
    QVERIFY2(profile, profile ? "" : profile.error().message.c_str());
    constexpr double kQuarter = 1.5707963267948966;
    for (const Side side : kSides) {
        const double turn = side == Side::Left ? kQuarter : -kQuarter;
        const Eigen::Quaterniond raised(Eigen::AngleAxisd(turn, Eigen::Vector3d::UnitX()));
        const Eigen::Quaterniond tool =
            raised * profile->arms[static_cast<std::size_t>(indexOf(side))]->wrist.pose.orientation;
        QVERIFY(tool.angularDistance(Eigen::Quaterniond::Identity()) < 1e-6);
    }
}

void TestProfile::refusesWrongProfiles_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("says");
    QTest::newRow("not toml") << "name = "
                              << "line 1";
    QTest::newRow("no name") << "models = []"
                             << "name";
    QTest::newRow("unknown key") << "name = 'r'\ntorsoo = 't'"
                                 << "torsoo";
    QTest::newRow("valid choices") << "name = 'r'\ntorsoo = 't'"
                                   << "gravity_compensation";
    QTest::newRow("line") << "name = 'r'\ntorsoo = 't'"
                          << "line 2";
    QTest::newRow("unknown nested key") << "name = 'r'\n[base]\nbodi = 'p'"
                                        << "[base]";
    QTest::newRow("wrong type") << "name = 3"
                                << "text";
    QTest::newRow("not finite") << "name = 'r'\n[rest]\nj = nan"
                                << "finite";
    QTest::newRow("table for list") << "name = 'r'\n[limits]\njoints = '*'"
                                    << "[[limits]]";
    QTest::newRow("negative limit") << "name = 'r'\n[[limits]]\njoints='*'\nvelocity=-1"
                                    << "above 0";
    QTest::newRow("lower above upper") << "name = 'r'\n[[limits]]\njoints='*'\nlower=2\nupper=1"
                                       << "lower";
    QTest::newRow("same camera twice") << "name = 'r'\n[[cameras]]\nname='c'\nbody='b'\n[[cameras]]\nname='c'\nbody='b'"
                                       << "second camera";
    QTest::newRow("camera name") << "name = 'r'\n[[cameras]]\nname='../c'\nbody='b'"
                                 << "letters";
    QTest::newRow("camera size") << "name = 'r'\n[[cameras]]\nname='c'\nbody='b'\nwidth=999999"
                                 << "width";
    QTest::newRow("arm without wrist") << "name = 'r'\n[left]\njoints=['a']"
                                       << "wrist";
    QTest::newRow("parallel hand axes")
        << "name = 'r'\n[left]\njoints=['a']\nwrist={body='b',fingers=[1,0,0],back=[1,0,0]}"
        << "across";
}

void TestProfile::refusesWrongProfiles()
{
    QFETCH(QString, text);
    QFETCH(QString, says);
    const Result<RobotProfile> profile = RobotProfile::parse(text.toStdString(), "r.toml");
    QVERIFY(!profile);
    const QString message = QString::fromStdString(profile.error().message);
    QVERIFY2(message.contains("r.toml"), qPrintable(message));
    QVERIFY2(message.contains(says), qPrintable(message));
}

void TestProfile::refusesWhatTheModelLacks_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("says");
    QTest::newRow("base") << "[base]\nbody='nobody'"
                          << "b0";
    QTest::newRow("torso") << "torso='nobody'"
                           << "b1";
    QTest::newRow("rest") << "[rest]\nnothing=1"
                          << "j1";
    QTest::newRow("gain") << "[[gains]]\njoints='x*'\nkp=1"
                          << "j1";
    QTest::newRow("camera") << "[[cameras]]\nname='c'\nbody='nobody'"
                            << "nobody";
    QTest::newRow("wrist") << "[left]\njoints=['j0']\nwrist={body='nobody',fingers=[1,0,0],back=[0,0,1]}"
                           << "b2";
    QTest::newRow("scene") << "[scene]\nfile='gone.xml'"
                           << "gone.xml";
}

void TestProfile::refusesWhatTheModelLacks()
{
    QFETCH(QString, text);
    QFETCH(QString, says);
    const QTemporaryDir folder;
    const fs::path path = folder.path().toStdString();
    test::writeText(path / "chain.xml", test::chainMjcf(3));
    test::writeText(path / "p.toml", "name = 'chain'\n" + text.toStdString());
    const Result<RobotModel> model = RobotModel::load(path / "chain.xml", path / "p.toml");
    QVERIFY(!model);
    const QString message = QString::fromStdString(model.error().message);
    QVERIFY2(message.contains(says), qPrintable(message));
}

void TestProfile::narrowsLimitsByPattern()
{
    const QTemporaryDir folder;
    const fs::path path = folder.path().toStdString();
    test::writeText(path / "chain.xml", test::chainMjcf(3));
    test::writeText(path / "p.toml",
                    "name='chain'\n[[limits]]\njoints='*'\nvelocity=2\nlower=-5\n[[limits]]\njoints='j1'\n"
                    "velocity=1\nlower=-0.5\n[[gains]]\njoints='*'\nkp=7\nkd=3\n");
    const Result<RobotModel> model = RobotModel::load(path / "chain.xml", path / "p.toml");
    QVERIFY2(model, model ? "" : model.error().message.c_str());
    QCOMPARE(model->joints()[0].velocity.value, 2.0);
    QCOMPARE(model->joints()[1].velocity.value, 1.0);
    QCOMPARE(model->joints()[1].lower.value, -0.5);
    QVERIFY2(model->joints()[0].lower.value == -1.0, "a profile narrows the model's range and never widens it");
    QCOMPARE(model->joints()[0].kp, 7.0);
}

void TestProfile::everyShippedProfileIsWellFormed()
{
    int count = 0;
    for (const auto& entry : fs::directory_iterator(resourcePath("profiles"))) {
        const Result<RobotProfile> profile = RobotProfile::load(entry.path());
        QVERIFY2(profile, profile ? "" : profile.error().message.c_str());
        QVERIFY(!profile->models.empty());
        ++count;
    }
    QVERIFY(count >= 3);
}

void TestProfile::theTemplateHasEveryKey()
{
    const Result<RobotProfile> profile = RobotProfile::load(test::source("docs/add-a-robot.toml"));
    QVERIFY2(profile, profile ? "" : profile.error().message.c_str());
    for (const auto& arm : profile->arms) {
        QVERIFY(arm.has_value());
        QCOMPARE(arm->joints.size(), std::size_t{5});
    }
    QVERIFY(profile->arms[0]->workspace.has_value());
    QCOMPARE(profile->hands[1].size(), std::size_t{1});
    QCOMPARE(profile->feet.size(), std::size_t{2});
    QCOMPARE(profile->limits.size(), std::size_t{2});
    QCOMPARE(profile->limits[0].contact.value(), 12.0);
    QCOMPARE(profile->gains.size(), std::size_t{1});
    QCOMPARE(profile->cameras.size(), std::size_t{1});
    QVERIFY(!profile->scene.empty());
    // The page that explains keys names every one of the template's.
    QFile text(QString::fromStdString(test::source("docs/add-a-robot.toml").string()));
    QVERIFY(text.open(QIODevice::ReadOnly));
    const QByteArray written = text.readAll();
    for (const char* key :
         {"torso",    "head",     "waist",        "neck",    "feet",    "contact_window", "held",      "raise",
          "shoulder", "elbow",    "wrist",        "fingers", "back",    "hand",           "workspace", "fingertips",
          "rest",     "velocity", "acceleration", "effort",  "contact", "gains",          "cameras",   "scene"}) {
        QVERIFY2(written.contains(key), key);
    }
}

void TestProfile::matchesPatterns()
{
    QVERIFY(matches("*", ""));
    QVERIFY(matches("left_*_joint", "left_elbow_joint"));
    QVERIFY(!matches("left_*_joint", "right_elbow_joint"));
    QVERIFY(matches("j?", "j1"));
    QVERIFY(!matches("j?", "j12"));
    QVERIFY(matches("*a*b", "xxayyab"));
    QVERIFY(!matches("", "a"));
}

QTEST_APPLESS_MAIN(TestProfile)
#include "tst_profile.moc"
