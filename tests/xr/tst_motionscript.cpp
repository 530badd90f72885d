#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "xr/motionscript.h"

using namespace understudy;

class TestMotionScript : public QObject {
    Q_OBJECT

private slots:
    void readsAllItsParts()
    {
        const auto script = MotionScript::parse(R"(
[[button]]
name = "hold_to_drive"
press = 1
[[button]]
name = "mark"
press = 2.0
release = 2.5
[[trigger]]
hand = "left"
keys = [[0, 0], [1.5, 1.0]]
[[phase]]
name = "reach"
start = 0.5
end = 1.5
[[fault]]
kind = "stall"
at = 3
for = 0.5
[[fault]]
kind = "jump"
at = 4
for = 0.1
jump = [0, 1, 0]
)");
        QVERIFY2(script, script ? "" : script.error().message.c_str());
        QCOMPARE(script->buttons.size(), std::size_t(2));
        QVERIFY(!script->buttons[0].release);
        QVERIFY(script->buttons[1].button == Button::Mark);
        QCOMPARE(*script->buttons[1].release, 2.5);
        QCOMPARE(script->triggers[0].size(), std::size_t(2));
        QVERIFY(script->triggers[1].empty());
        QCOMPARE(script->triggers[0][1].closure, 1.0);
        QCOMPARE(script->phases.at(0).name, std::string("reach"));
        QVERIFY(script->faults.at(0).kind == DeviceFault::Kind::Stall);
        QCOMPARE(script->faults.at(1).jump.y(), 1.0);
    }

    void withoutButtonsHoldToDriveIsHeld()
    {
        for (const auto& script : {MotionScript::parse(""), MotionScript::beside("/nowhere/motion.bvh")}) {
            QVERIFY(script);
            QCOMPARE(script->buttons.size(), std::size_t(1));
            QVERIFY(script->buttons[0].button == Button::HoldToDrive);
            QCOMPARE(script->buttons[0].press, 0.5);
            QVERIFY(!script->buttons[0].release);
        }
    }

    void isFoundBesideItsMotion()
    {
        QTemporaryDir folder;
        QFile file(folder.filePath("wave.toml"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("[[button]]\nname = \"jump\"\npress = 1\n");
        file.close();
        const auto script = MotionScript::beside(folder.filePath("wave.bvh").toStdString());
        QVERIFY(!script);
        const QString message = QString::fromStdString(script.error().message);
        QVERIFY2(message.contains("wave.toml: line 2: button \"jump\" is unknown; hold_to_drive, "),
                 qPrintable(message));
        QVERIFY(!MotionScript::load("/nowhere/x.toml"));
    }

    void refusesInWords_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("message");
        QTest::newRow("no TOML") << "button = ["
                                 << "line 1";
        QTest::newRow("unknown table") << "[[buttons]]\nname = \"mark\"\n"
                                       << "\"buttons\" is unknown here; button, trigger";
        QTest::newRow("unknown key") << "[[button]]\nname = \"mark\"\npress = 1\nhold = 2"
                                     << "line 4: \"hold\" is unknown";
        QTest::newRow("one bracket") << "[button]\nname = \"mark\""
                                     << "must be written [[button]]";
        QTest::newRow("list of numbers") << "phase = [1, 2]"
                                         << "must be written [[phase]]";
        QTest::newRow("no press") << "[[button]]\nname = \"mark\""
                                  << "\"press\" is missing";
        QTest::newRow("press is text") << "[[button]]\nname = \"mark\"\npress = \"now\""
                                       << "line 3: \"press\" must be a number";
        QTest::newRow("press is nan") << "[[button]]\nname = \"mark\"\npress = nan"
                                      << "must be a number";
        QTest::newRow("negative press") << "[[button]]\nname = \"mark\"\npress = -1"
                                        << "must be a number from 0";
        QTest::newRow("no release before") << "[[button]]\nname = \"mark\"\npress = 2\nrelease = 1"
                                           << "at least 0.05 s";
        QTest::newRow("third hand") << "[[trigger]]\nhand = \"both\"\nkeys = [[0, 0]]"
                                    << "left or right";
        QTest::newRow("two triggers")
            << "[[trigger]]\nhand = \"left\"\nkeys = [[0, 0]]\n[[trigger]]\nhand = \"left\"\nkeys = [[0, 0]]"
            << "a second [[trigger]]";
        QTest::newRow("keys fall") << "[[trigger]]\nhand = \"left\"\nkeys = [[1, 0], [1, 1]]"
                                   << "must rise";
        QTest::newRow("closure of two") << "[[trigger]]\nhand = \"left\"\nkeys = [[1, 2]]"
                                        << "closure must be a number from 0 to 1";
        QTest::newRow("flat keys") << "[[trigger]]\nhand = \"left\"\nkeys = [1, 2]"
                                   << "a key is [seconds, closure]";
        QTest::newRow("no keys") << "[[trigger]]\nhand = \"left\"\nkeys = []"
                                 << "list of [seconds, closure]";
        QTest::newRow("phase backwards") << "[[phase]]\nname = \"a\"\nstart = 2\nend = 2"
                                         << "ends after its start";
        QTest::newRow("unknown fault") << "[[fault]]\nkind = \"sleep\"\nat = 1\nfor = 1"
                                       << "silent, stall, jump or repeat";
        QTest::newRow("flat jump") << "[[fault]]\nkind = \"jump\"\nat = 1\nfor = 1\njump = [1]"
                                   << "[x, y, z]";
    }

    void refusesInWords()
    {
        QFETCH(QString, text);
        QFETCH(QString, message);
        const auto script = MotionScript::parse(text.toStdString());
        QVERIFY(!script);
        const QString said = QString::fromStdString(script.error().message);
        QVERIFY2(said.contains(message), qPrintable(said));
        QVERIFY2(said.startsWith("line "), qPrintable(said));
    }
};

QTEST_APPLESS_MAIN(TestMotionScript)
#include "tst_motionscript.moc"
