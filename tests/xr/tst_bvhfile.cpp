#include <QTest>

#include "person.h"
#include "xr/bvhfile.h"

using namespace understudy;

namespace {

const std::string kHead = "HIERARCHY\nROOT Hips\n{\n\tOFFSET 0 0 0\n\tCHANNELS 3 Zrotation Xrotation Yrotation\n"
                          "\tEnd Site\n\t{\n\t\tOFFSET 0 1 0\n\t}\n}\n";
const std::string kTiming = "MOTION\nFrames: 2\nFrame Time: 0.01\n";

}  // namespace

class TestBvhFile : public QObject {
    Q_OBJECT

private slots:
    void readsBackWhatItWrites()
    {
        test::Person person = test::Person::standing(test::Person::noitom(), 100, true);
        person.set(2, "LeftArm", BvhChannel::XRotation, 12.345678);
        const auto read = parseBvh(person.text());
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        const BvhFile& wrote = person.file();
        QCOMPARE(read->frameCount, 3);
        QCOMPARE(read->frameTime, wrote.frameTime);
        QCOMPARE(read->values, wrote.values);
        QCOMPARE(read->joints.size(), wrote.joints.size());
        for (std::size_t i = 0; i < wrote.joints.size(); ++i) {
            QCOMPARE(read->joints[i].name, wrote.joints[i].name);
            QCOMPARE(read->joints[i].parent, wrote.joints[i].parent);
            QVERIFY(read->joints[i].offset == wrote.joints[i].offset);
            QCOMPARE(read->joints[i].channels, wrote.joints[i].channels);
            QCOMPARE(read->joints[i].firstChannel, wrote.joints[i].firstChannel);
        }
    }

    void takesLooseWriting()
    {
        const auto read = parseBvh("\xef\xbb\xbfhierarchy\r\nroot My Hips {\r\noffset 0 0 0 channels 1 zrotation\r\n"
                                   "End Site whatever { OFFSET 0 1e0 +0 } }\r\nmotion frames: 2 frame time: .01\r\n\r\n"
                                   " 1 \r\n\r\n\t-2.5e1\r\n\r\n");
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        QCOMPARE(read->joints[0].name, std::string("My Hips"));
        QCOMPARE(read->values, (std::vector<float>{1, -25}));
    }

    void refusesInWords_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("message");
        const auto row = [](const char* name, const std::string& text, const char* message) {
            QTest::newRow(name) << QByteArray::fromStdString(text) << QString(message);
        };
        row("empty", "", "line 1: a BVH file begins with HIERARCHY");
        row("another kind", "PK\x03\x04", "begins with HIERARCHY");
        row("no root", "HIERARCHY\nJOINT a\n", "line 2: ROOT");
        row("cut in the hierarchy", kHead.substr(0, kHead.find("CHANNELS")), "cut short");
        row("no name", "HIERARCHY\nROOT\n{\n", "line 2: a joint has no name");
        row("no offset", "HIERARCHY\nROOT a\n{\nCHANNELS 1 Xrotation\n}\n", "line 5: joint \"a\" has no OFFSET");
        row("two offsets", "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nOFFSET 0 0 0\n}\n",
            "line 5: joint \"a\" has two OFFSETs");
        row("offset is text", "HIERARCHY\nROOT a\n{\nOFFSET 0 x 0\n", "line 4: \"x\" is not a usable number");
        row("offset is nan", "HIERARCHY\nROOT a\n{\nOFFSET 0 nan 0\n", "line 4: \"nan\" is not a usable number");
        row("offset is huge", "HIERARCHY\nROOT a\n{\nOFFSET 0 1e300 0\n", "line 4: \"1e300\"");
        row("seven channels", "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nCHANNELS 7 Xrotation\n", "from 0 to 6");
        row("missing channel", "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nCHANNELS 2 Xrotation\n}\n",
            "line 6: \"}\" is no channel");
        row("channel twice", "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nCHANNELS 2 Xrotation Xrotation\n}\n",
            "Xrotation twice");
        row("channels of an end", "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nEnd Site\n{\nCHANNELS 0\n",
            "line 7: an End Site has no CHANNELS");
        row("joint in an end", "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nEnd Site\n{\nJOINT b\n",
            "line 7: an End Site has no children");
        row("nothing moves", "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\n}\nMOTION\n", "nothing can move");
        row("two roots", kHead + "ROOT b\n", "line 11: a second ROOT");
        row("no motion", kHead, "the file ends before MOTION");
        row("no frames", kHead + "MOTION\nFrame Time: 1\n", "line 12: Frames: is expected");
        row("zero frames", kHead + "MOTION\nFrames: 0\n", "from 1 to 1000000");
        row("negative frames", kHead + "MOTION\nFrames: -1\n", "from 1 to 1000000");
        row("half a frame", kHead + "MOTION\nFrames: 1.5\n", "whole number");
        row("frame time zero", kHead + "MOTION\nFrames: 1\nFrame Time: 0\n", "line 13: Frame Time: is 0 s");
        row("a million frames", kHead + "MOTION\nFrames: 1000000\nFrame Time: 0.01\n1 2 3\n",
            "more than the file can hold");
        row("frames missing", kHead + kTiming + "1.00 2.00 3.00\n\n\n\n", "announces 2 but 1 follow");
        row("frames too many", kHead + kTiming + "1 2 3\n1 2 3\n1 2 3\n",
            "line 16: Frames: announces 2 but more follow");
        row("value missing", kHead + kTiming + "1 2\n1 2 3\n", "line 14: frame 1 has 2 values; its channels are 3");
        row("value too many", kHead + kTiming + "1 2 3 4\n1 2 3\n", "line 14: frame 1 has more values");
        row("cut in a frame", kHead + kTiming + "1 2 3\n1 2     ", "frame 2 ends after 2 of 3");
        row("value is nan", kHead + kTiming + "1 2 3\n1 nan 3\n", "line 15: \"nan\" in frame 2, value 2");
        row("value is infinite", kHead + kTiming + "1 2 3\n1 -inf 3\n", "\"-inf\" in frame 2");
        row("value is a comma number", kHead + kTiming + "1 2 3\n1 2,5 3\n", "\"2,5\" in frame 2");
        row("binary", kHead + kTiming + std::string("1 2 3\n1 \0\x01 3\n", 14), "\"\?\?\" in frame 2");

        std::string deep = "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\n";
        for (int i = 0; i < 100; ++i) deep += "JOINT b\n{\nOFFSET 0 0 0\n";
        row("too deep", deep, "deeper than 64");
        std::string wide = "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\n";
        for (int i = 0; i < 300; ++i) wide += "JOINT b\n{\nOFFSET 0 0 0\n}\n";
        row("too many", wide, "more than 256 joints");
        row("endless name", "HIERARCHY\nROOT " + std::string(1000, 'a') + "\n{", "name exceeds 128");
    }

    void refusesInWords()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, message);
        const auto read = parseBvh({text.constData(), static_cast<std::size_t>(text.size())});
        QVERIFY(!read);
        const QString said = QString::fromStdString(read.error().message);
        QVERIFY2(said.contains(message), qPrintable(said));
        QVERIFY(said.startsWith("line "));
        QVERIFY(said.size() < 300);
    }

    void survivesEveryTruncation()
    {
        const std::string text = test::Person::standing(test::Person::noitom(), 1, true).text();
        for (std::size_t length = 0; length + 2 < text.size(); ++length)
            QVERIFY2(!parseBvh(std::string_view(text).substr(0, length)) || length + 60 > text.size(),
                     qPrintable(QString::number(length)));
    }
};

QTEST_APPLESS_MAIN(TestBvhFile)
#include "tst_bvhfile.moc"
