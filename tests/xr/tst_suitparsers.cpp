#include <QTest>

#include "support/allocationcount.h"
#include "xr/standins/suitstandin.h"
#include "xr/suits/jointstream.h"
#include "xr/suits/jsonscanner.h"
#include "xr/suits/noitom.h"
#include "xr/suits/xsens.h"

using namespace understudy;

namespace {

std::unique_ptr<StreamParser> parserOf(SuitKind kind, const std::string& id = {})
{
    auto parser = makeParser(kind, {.id = id, .jointNames = {kStandInJoints.begin(), kStandInJoints.end()}});
    if (!parser) qFatal("%s", parser.error().message.c_str());
    return std::move(*parser);
}

OperatorSample emptySample(const StreamParser& parser)
{
    OperatorSample sample;
    sample.joints = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(parser.jointNames().size()));
    return sample;
}

ParsedPacket giveAll(StreamParser& parser, const std::vector<std::vector<std::byte>>& packets, OperatorSample& sample)
{
    ParsedPacket last;
    for (const auto& packet : packets)
        if (const ParsedPacket parsed = parser.parse(packet, kSecond, sample);
            parsed.kind == PacketKind::Sample || last.kind != PacketKind::Sample)
            last = parsed;
    return last;
}

void checkSound(const OperatorSample& sample)
{
    const auto check = [](const TrackedPose& joint) {
        QVERIFY(joint.valid || !joint.tracked);
        if (joint.valid) QVERIFY(joint.pose.isFinite() && std::abs(joint.pose.orientation.norm() - 1) < 1e-6);
    };
    for (const TrackedPose& joint : sample.body) check(joint);
    for (const auto& hand : sample.hands)
        for (const TrackedPose& joint : hand) check(joint);
    QVERIFY(sample.joints.allFinite());
}

}  // namespace

class TestSuitParsers : public QObject {
    Q_OBJECT

    void kinds() const
    {
        QTest::addColumn<SuitKind>("kind");
        for (const SuitKind kind : kSuitKinds) QTest::newRow(std::string(nameOf(kind)).c_str()) << kind;
    }

private slots:
    void givesThePoseThatWasSent_data() { kinds(); }
    void givesThePoseThatWasSent()
    {
        QFETCH(SuitKind, kind);
        const auto parser = parserOf(kind);
        OperatorSample sample = emptySample(*parser);
        for (std::uint32_t frame = 0; frame < 5; ++frame) {
            const OperatorPose pose = swayingPose(0.7 * frame);
            const ParsedPacket parsed =
                giveAll(*parser, suitPackets(kind, pose, 5 + 0.7 * frame, frame, defaultRateHz(kind)), sample);
            if (frame == 0) continue;  // VMC knows the end of its first frame when the second begins
            QCOMPARE(parsed.kind, PacketKind::Sample);
            checkSound(sample);
            if (kind == SuitKind::Joints) {
                const double wanted =
                    pose.at(BodyJoint::LeftShoulder)
                        .pose.orientation.angularDistance(pose.at(BodyJoint::LeftElbow).pose.orientation);
                QVERIFY(std::abs(sample.joints[0] - wanted) < 1e-5);
                continue;
            }
            for (int i = 0; i < kBodyJointCount; ++i) {
                const TrackedPose& got = sample.body[static_cast<std::size_t>(i)];
                const Pose& sent = pose.body[static_cast<std::size_t>(i)].pose;
                const std::string name(nameOf(static_cast<BodyJoint>(i)));
                // Rokoko has no middle spine joint, Noitom no toes; the palm is always inferred.
                if (!got.tracked) {
                    QVERIFY2(i >= indexOf(BodyJoint::LeftPalm) ||
                                 (kind == SuitKind::Rokoko && i == indexOf(BodyJoint::Spine2)) ||
                                 (kind == SuitKind::Noitom && name.ends_with("foot")),
                             name.c_str());
                    continue;
                }
                QVERIFY2((got.pose.position - sent.position).norm() < 2e-5, name.c_str());
                QVERIFY2(got.pose.orientation.angularDistance(sent.orientation) < 1e-3, name.c_str());
            }
            if (kind == SuitKind::Mocopi) continue;
            for (const Side side : kSides) {
                const auto at = static_cast<std::size_t>(indexOf(side));
                const TrackedPose& finger = sample.hands[at][indexOf(HandJoint::MiddleDistal)];
                QVERIFY(finger.tracked);
                QVERIFY((finger.pose.position - pose.hands[at][indexOf(HandJoint::MiddleDistal)].pose.position).norm() <
                        2e-5);
                QVERIFY(sample.hands[at][indexOf(HandJoint::MiddleTip)].valid);
                QVERIFY(sample.hands[at][indexOf(HandJoint::Wrist)].valid);
            }
        }
    }

    void survivesEveryTruncationAndManyFlips_data() { kinds(); }
    void survivesEveryTruncationAndManyFlips()
    {
        QFETCH(SuitKind, kind);
        const auto parser = parserOf(kind);
        OperatorSample sample = emptySample(*parser);
        std::uint64_t random = 1;
        for (const auto& packet : suitPackets(kind, swayingPose(1), 5, 7, 60)) {
            for (std::size_t size = 0; size < packet.size(); size += size < 200 ? 1 : 7) {
                const ParsedPacket parsed = parser->parse(std::span(packet).first(size), 0, sample);
                // Only a line of text may be whole when it is cut.
                if (kind == SuitKind::Xsens || kind == SuitKind::Rokoko || kind == SuitKind::Noitom)
                    QCOMPARE(parsed.kind, PacketKind::Broken);
                checkSound(sample);
            }
            for (int round = 0; round < 2000; ++round) {
                auto bent = packet;
                for (int flips = 0; flips < 3; ++flips) {
                    random = random * 6364136223846793005ULL + 1442695040888963407ULL;
                    bent[(random >> 20U) % bent.size()] = static_cast<std::byte>(random >> 56U);
                }
                (void)parser->parse(bent, 0, sample);
                checkSound(sample);
            }
        }
    }

    void refusesOtherProtocols_data() { kinds(); }
    void refusesOtherProtocols()
    {
        QFETCH(SuitKind, kind);
        const auto parser = parserOf(kind);
        OperatorSample sample = emptySample(*parser);
        for (const SuitKind other : kSuitKinds) {
            if (other == kind) continue;
            for (const auto& packet : suitPackets(other, swayingPose(1), 5, 7, 60))
                QCOMPARE(parser->parse(packet, 0, sample).kind, PacketKind::Broken);
        }
    }

    void neverAllocates_data() { kinds(); }
    void neverAllocates()
    {
        QFETCH(SuitKind, kind);
        const auto parser = parserOf(kind);
        OperatorSample sample = emptySample(*parser);
        std::vector<std::vector<std::vector<std::byte>>> frames;
        for (std::uint32_t frame = 0; frame < 20; ++frame)
            frames.push_back(suitPackets(kind, swayingPose(0.1 * frame), 5 + 0.1 * frame, frame, 60));
        giveAll(*parser, frames[0], sample);
        giveAll(*parser, frames[1], sample);
        const std::size_t before = test::allocationCount();
        for (const auto& packets : frames)
            for (const auto& packet : packets) (void)parser->parse(packet, 0, sample);
        QCOMPARE(test::allocationCount(), before);
    }

    void xsensFragmentsOfTwoPosesDoNotMix()
    {
        const auto part = [](std::uint32_t sample, std::uint8_t datagram, double height) {
            OperatorPose pose = standingPose();
            for (TrackedPose& joint : pose.body) joint.pose.position.z() += height;
            auto segments = operatorToXsens(pose);
            segments.resize(23);
            const auto half = (datagram & 0x7FU) == 0 ? std::span(segments).first(12) : std::span(segments).subspan(12);
            return writeXsensPose({.sample = sample, .datagram = datagram, .timeCode = sample * 10}, half);
        };
        XsensParser parser;
        OperatorSample sample;
        QCOMPARE(parser.parse(part(1, 0x00, 0), 0, sample).kind, PacketKind::Part);
        QCOMPARE(parser.parse(part(2, 0x81, 1), 0, sample).kind, PacketKind::Part);
        QCOMPARE(parser.parse(part(1, 0x81, 0), 0, sample).kind, PacketKind::Part);  // late: its pose was given up
        QCOMPARE(parser.parse(part(2, 0x00, 1), 0, sample).kind, PacketKind::Sample);
        QVERIFY(sample.at(BodyJoint::Pelvis).pose.position.z() > 1.9);
        QVERIFY(sample.at(BodyJoint::LeftAnkle).pose.position.z() > 1);
        // A take that starts anew counts from the beginning.
        QCOMPARE(parser.parse(part(500, 0x80, 0), 0, sample).kind, PacketKind::Sample);
        QCOMPARE(parser.parse(part(1, 0x00, 0), 0, sample).kind, PacketKind::Part);
        QCOMPARE(parser.parse(part(1, 0x81, 0), 0, sample).kind, PacketKind::Sample);
    }

    void aSkeletonMayChangeInMidStream()
    {
        XsensParser parser;
        OperatorSample sample;
        const auto whole = suitPackets(SuitKind::Xsens, standingPose(), 1, 1, 60);
        QCOMPARE(parser.parse(whole[0], 0, sample).kind, PacketKind::Sample);
        QVERIFY(sample.hands[0][indexOf(HandJoint::IndexDistal)].tracked);
        OperatorPose gloveless = standingPose();
        gloveless.hands = {};
        const auto less = suitPackets(SuitKind::Xsens, gloveless, 1.1, 2, 60);
        QCOMPARE(parser.parse(less[0], 0, sample).kind, PacketKind::Sample);
        QVERIFY(!sample.hands[0][indexOf(HandJoint::IndexDistal)].valid);
        QVERIFY(sample.at(BodyJoint::LeftWrist).tracked);
    }

    void jointLines_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<PacketKind>("kind");
        QTest::newRow("whole") << QByteArray("joints/1 exo 12.5 left=0.5 right=-1e-1 other=3 +hold_to_drive")
                               << PacketKind::Sample;
        QTest::newRow("one joint") << QByteArray("joints/1 exo 12.5 left=0.5 +hold_to_drive\n") << PacketKind::Sample;
        QTest::newRow("another device") << QByteArray("joints/1 glove 12.5 left=0.5") << PacketKind::Ignored;
        QTest::newRow("another version") << QByteArray("joints/2 exo 12.5 left=0.5") << PacketKind::Broken;
        QTest::newRow("no time") << QByteArray("joints/1 exo left=0.5") << PacketKind::Broken;
        QTest::newRow("not a number") << QByteArray("joints/1 exo 12.5 left=nan") << PacketKind::Broken;
        QTest::newRow("half a number") << QByteArray("joints/1 exo 12.5 left=0.5x") << PacketKind::Broken;
        QTest::newRow("huge") << QByteArray("joints/1 exo 12.5 left=1e300") << PacketKind::Broken;
        QTest::newRow("empty") << QByteArray() << PacketKind::Broken;
    }
    void jointLines()
    {
        QFETCH(QByteArray, line);
        QFETCH(PacketKind, kind);
        JointStreamParser parser("exo", {"left", "right"});
        OperatorSample sample = emptySample(parser);
        sample.joints << 7, 8;
        const ParsedPacket parsed =
            parser.parse(std::as_bytes(std::span(line.constData(), size_t(line.size()))), 0, sample);
        QCOMPARE(parsed.kind, kind);
        if (kind != PacketKind::Sample) {
            QCOMPARE(sample.joints[0], 7.0);
            return;
        }
        QCOMPARE(parsed.device, 12'500 * kMillisecond);
        QCOMPARE(sample.joints[0], 0.5);
        QCOMPARE(sample.joints[1], line.contains("right") ? -0.1 : 8.0);
        QVERIFY(sample.isHeld(Button::HoldToDrive));
        QCOMPARE(sample.presses[0], std::uint16_t(1));
        const QByteArray released = "joints/1 exo 12.6";
        (void)parser.parse(std::as_bytes(std::span(released.constData(), size_t(released.size()))), 0, sample);
        QVERIFY(!sample.isHeld(Button::HoldToDrive));
    }

    void deepJsonEndsTheWalk()
    {
        const std::string deep(100'000, '[');
        JsonScanner json(deep);
        QVERIFY(!json.skip());
        QVERIFY(!json.atEnd());
        JsonScanner sound(" {\"a\": [1, -2.5e3, \"x\\\"y\", true, null, {}], \"b\": []} ");
        QVERIFY(sound.skip());
        QVERIFY(sound.atEnd());
    }

    void wrongIdsAreRefusedInWords()
    {
        const auto wrong = makeParser(SuitKind::Xsens, {.id = "Anna"});
        QVERIFY(!wrong);
        QVERIFY(wrong.error().message.find("Anna") != std::string::npos);
        QVERIFY(!makeParser(SuitKind::Joints, {}));
    }
};

QTEST_APPLESS_MAIN(TestSuitParsers)
#include "tst_suitparsers.moc"
