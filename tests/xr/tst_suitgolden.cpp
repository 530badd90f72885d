#include <QFloat16>
#include <QTest>

#include <cmath>

#include <nlohmann/json.hpp>

#include "golden.h"
#include "xr/suits/mocopi.h"
#include "xr/suits/noitom.h"
#include "xr/suits/rokoko.h"
#include "xr/suits/vmc.h"
#include "xr/suits/xsens.h"

using namespace understudy;
using enum BodyJoint;
using Eigen::Quaterniond;
using Eigen::Vector3d;

namespace {

bool near(const Vector3d& a, const Vector3d& b, double most = 1e-6) { return (a - b).norm() <= most; }
bool near(const Quaterniond& a, const Quaterniond& b, double most = 1e-6) { return a.angularDistance(b) <= most; }

constexpr double kHalf = 0.70710678118654752;
const char* const kMissing = "the golden vectors of the protocol facts are not beside this checkout";

ParsedPacket give(StreamParser& parser, const std::vector<std::byte>& bytes, OperatorSample& sample)
{
    return parser.parse(bytes, kSecond, sample);
}

}  // namespace

/// Parsers and stand-ins against the same golden bytes, so that the two cannot agree on a mistake.
class TestSuitGolden : public QObject {
    Q_OBJECT

private slots:
    void convertsFrames_data()
    {
        QTest::addColumn<int>("frame");
        QTest::addColumn<QString>("label");
        QTest::newRow("unity yaw") << int(WorldFrame::Unity) << "unity_LH p";
        QTest::newRow("unity pitch") << int(WorldFrame::Unity) << "unity_LH pitch";
        QTest::newRow("unity roll") << int(WorldFrame::Unity) << "unity_LH roll";
        QTest::newRow("bvh") << int(WorldFrame::YUp) << "bvh_Yup";
        QTest::newRow("xsens") << int(WorldFrame::Rep103) << "xsens";
    }
    void convertsFrames()
    {
        QFETCH(int, frame);
        QFETCH(QString, label);
        std::ifstream in(test::shared("facts/protocols/golden/frame_conversion_golden.txt"));
        if (!in) QSKIP(kMissing);
        for (std::string line; std::getline(in, line);) {
            if (!line.starts_with(label.toStdString())) continue;
            const QStringList fields = QString::fromStdString(line).split('|');
            const auto numbers = [&](int field) {
                std::vector<double> values;
                for (const QString& value : fields[field].split(',')) values.push_back(value.toDouble());
                return values;
            };
            const auto p = numbers(1), q = numbers(2), pOut = numbers(3), qOut = numbers(4);
            const auto from = static_cast<WorldFrame>(frame);
            const Vector3d position(p[0], p[1], p[2]);
            const Quaterniond rotation(q[3], q[0], q[1], q[2]);
            QVERIFY(near(toRep103(from, position), {pOut[0], pOut[1], pOut[2]}));
            QVERIFY((toRep103(from, rotation).coeffs() - Eigen::Vector4d(qOut[0], qOut[1], qOut[2], qOut[3])).norm() <
                    1e-9);
            QVERIFY(near(fromRep103(from, toRep103(from, position)), position));
            QVERIFY((fromRep103(from, toRep103(from, rotation)).coeffs() - rotation.coeffs()).norm() < 1e-12);
            return;
        }
        QFAIL("no such line");
    }

    void xsensPoses()
    {
        const test::Golden golden("xsens_golden.txt");
        if (golden.isMissing()) QSKIP(kMissing);
        XsensParser parser;
        OperatorSample sample;
        const ParsedPacket packet = give(parser, golden["MXTP02_tpose_23"], sample);
        QCOMPARE(packet.kind, PacketKind::Sample);
        QCOMPARE(packet.device, 1234 * kMillisecond);
        QVERIFY(packet.hasClock);
        QVERIFY(near(sample.at(Pelvis).pose.position, {0, 0, 1}));
        QVERIFY(near(sample.at(LeftWrist).pose.position, {0, 0.71875, 1.4375}));
        QVERIFY(near(sample.at(RightElbow).pose.position, {0, -0.46875, 1.4375}));
        QVERIFY(near(sample.at(LeftFoot).pose.position, {0.15625, 0.09375, 0.03125}));
        for (const TrackedPose& joint : sample.body) {
            QVERIFY(joint.valid);
            QVERIFY(near(joint.pose.orientation, Quaterniond::Identity()));
        }
        QVERIFY(sample.at(Spine2).tracked);
        QVERIFY(!sample.at(LeftPalm).tracked);
        QVERIFY(!sample.hands[0][0].valid);

        parser.reset();
        QCOMPARE(give(parser, golden["MXTP02_split_A"], sample).kind, PacketKind::Part);
        OperatorSample assembled;
        QCOMPARE(give(parser, golden["MXTP02_split_B"], assembled).kind, PacketKind::Sample);
        QVERIFY(near(assembled.at(LeftWrist).pose.position, {0, 0.71875, 1.4375}));
        parser.reset();
        QCOMPARE(give(parser, golden["MXTP02_split_B"], sample).kind, PacketKind::Part);
        QCOMPARE(give(parser, golden["MXTP02_split_A"], sample).kind, PacketKind::Sample);

        QCOMPARE(give(parser, golden["MXTP02_cm_units"], sample).kind, PacketKind::Sample);
        QVERIFY(near(sample.at(LeftWrist).pose.position, {0, 0.71875, 1.4375}));
        QCOMPARE(give(parser, golden["MXTP02_rotated_head"], sample).kind, PacketKind::Sample);
        QVERIFY(near(sample.at(Head).pose.orientation, Quaterniond(kHalf, 0, 0, kHalf)));
        QCOMPARE(give(parser, golden["MXTP02_fingers_63"], sample).kind, PacketKind::Sample);
        const auto& left = sample.hands[0];
        QVERIFY(left[indexOf(HandJoint::IndexDistal)].tracked);
        QVERIFY(near(left[indexOf(HandJoint::LittleDistal)].pose.position, {0, 0.75, 1.4375}));
        QVERIFY(near(sample.hands[1][indexOf(HandJoint::ThumbMetacarpal)].pose.position, {0, -0.75, 1.4375}));
        QVERIFY(left[indexOf(HandJoint::IndexTip)].valid && !left[indexOf(HandJoint::IndexTip)].tracked);
        XsensParser fresh;
        OperatorSample two;
        QCOMPARE(give(fresh, golden["MXTP02_legacy_header"], two).kind, PacketKind::Sample);
        QVERIFY(two.at(Pelvis).valid && two.at(Spine1).valid && !two.at(LeftWrist).valid);
        XsensParser other({.character = 3});
        QCOMPARE(give(other, golden["MXTP02_tpose_23"], sample).kind, PacketKind::Ignored);
        for (const char* bad : {"BAD_truncated_item", "BAD_magic", "BAD_size_field_33"})
            QCOMPARE(give(parser, golden[bad], sample).kind, PacketKind::Broken);
    }

    void xsensMore()
    {
        const test::Golden golden("xsens_golden.txt");
        if (golden.isMissing()) QSKIP(kMissing);
        const auto angles = readXsens(golden["MXTP20_28_joints"]);
        QVERIFY(angles);
        std::array<XsensAngle, kXsensJoints> read;
        QCOMPARE(readXsensAngles(*angles, read), std::optional(kXsensJoints));
        QCOMPARE(read[12].parent, 0x0D02U);
        QCOMPARE(read[12].child, 0x0E01U);
        QCOMPARE(read[12].degrees, Eigen::Vector3f(6, -3, 1.5));
        QVERIFY(writeXsensAngles(angles->header, read) == golden["MXTP20_28_joints"]);
        XsensParser parser({.angles = true});
        QCOMPARE(parser.jointNames()[36], std::string("LeftElbow.x"));
        OperatorSample sample;
        sample.joints = Eigen::VectorXd::Zero(3 * kXsensJoints);
        QCOMPARE(give(parser, golden["MXTP20_28_joints"], sample).kind, PacketKind::Sample);
        QVERIFY(std::abs(sample.joints[36] - 6 * M_PI / 180) < 1e-9);

        const auto time = readXsens(golden["MXTP25_timecode"]);
        QVERIFY(time);
        QCOMPARE(readXsensTimeOfDay(*time), std::optional(std::int64_t{45'296'789}));
        const auto meta = readXsens(golden["MXTP12_meta"]);
        QVERIFY(meta);
        QCOMPARE(readXsensName(*meta), std::string_view("Operator A"));
        for (const char* label : {"MXTP24_com_12", "MXTP24_com_36"}) {
            const auto centre = readXsens(golden[label]);
            QVERIFY(centre);
            QCOMPARE(readXsensCentreOfMass(*centre), std::optional(Eigen::Vector3f(0.25, 0, 1)));
        }
        QCOMPARE(give(parser, golden["MXTP01_one_item"], sample).kind, PacketKind::Ignored);
    }

    void xsensStandIn()
    {
        const test::Golden golden("xsens_golden.txt");
        if (golden.isMissing()) QSKIP(kMissing);
        for (const char* label : {"MXTP02_one_item", "MXTP02_tpose_23", "MXTP02_split_A", "MXTP02_split_B",
                                  "MXTP02_rotated_head", "MXTP02_fingers_63"}) {
            const auto datagram = readXsens(golden[label]);
            QVERIFY(datagram);
            std::array<XsensSegment, kXsensSegments> segments;
            const auto count = readXsensPose(*datagram, segments);
            QVERIFY(count);
            QVERIFY2(writeXsensPose(datagram->header, std::span(segments).first(*count)) == golden[label], label);
        }
        // From the canonical operator and back to the same bytes.
        const auto whole = readXsens(golden["MXTP02_tpose_23"]);
        std::array<XsensSegment, kXsensSegments> segments;
        const auto count = readXsensPose(*whole, segments);
        QVERIFY(count);
        const auto again = operatorToXsens(xsensToOperator(whole->header, std::span(segments).first(*count), 1));
        QVERIFY(writeXsensPose(whole->header, again) == golden["MXTP02_tpose_23"]);
    }

    void vmc()
    {
        const test::Golden golden("osc_vmc_golden.txt");
        if (golden.isMissing()) QSKIP(kMissing);
        VmcParser parser;
        OperatorSample sample;
        const std::string bundle = "bundle_ok_time_root_hips_lefthand(timetag=1";
        // The first frame ends when the next begins; later ones when all their bones have come.
        QCOMPARE(give(parser, golden[bundle], sample).kind, PacketKind::Part);
        const ParsedPacket packet = give(parser, golden[bundle], sample);
        QCOMPARE(packet.kind, PacketKind::Sample);
        QCOMPARE(packet.device, 1'500 * kMillisecond);
        QVERIFY(near(sample.at(Pelvis).pose.position, {0.25, 0, 1}));
        QVERIFY(near(sample.at(Pelvis).pose.orientation, Quaterniond(kHalf, 0, 0, -kHalf)));
        QVERIFY(sample.at(LeftWrist).tracked);
        QVERIFY(!sample.at(Head).valid);

        int messages = 0;
        QVERIFY(eachOscMessage(golden["nested_bundle"], [&](const OscMessage&) { ++messages; }));
        QCOMPARE(messages, 2);
        for (const char* harmless : {"blend_joy_.5", "blend_apply_noargs", "hmd_pos", "ok_i1", "BAD_truncated_arg"})
            QCOMPARE(give(parser, golden[harmless], sample).kind, PacketKind::Part);
        QCOMPARE(give(parser, golden["BAD_bundle_element_size_too_big"], sample).kind, PacketKind::Broken);
    }

    void vmcStandIn()
    {
        const test::Golden golden("osc_vmc_golden.txt");
        if (golden.isMissing()) QSKIP(kMissing);
        const auto pose = [](const char* address, const char* name, const std::vector<double>& numbers) {
            return OscWriter::message(address, "sfffffff", {name}, numbers);
        };
        const auto ok = OscWriter::message("/VMC/Ext/OK", "i", {}, {1});
        const auto time = OscWriter::message("/VMC/Ext/T", "f", {}, {1.5});
        const auto root = pose("/VMC/Ext/Root/Pos", "root", {0, 0, 0, 0, 0, 0, 1});
        const auto hips = pose("/VMC/Ext/Bone/Pos", "Hips", {0, 1, 0.25, 0, 0.70710678, 0, 0.70710678});
        const auto hand = pose("/VMC/Ext/Bone/Pos", "LeftHand", {-0.25, 0, 0, 0, 0, 0, 1});
        QVERIFY(ok == golden["ok_i1"]);
        QVERIFY(time == golden["time_1.5"]);
        QVERIFY(root == golden["root_identity"]);
        QVERIFY(hips == golden["bone_hips_yaw90_about_unity_Y"]);
        QVERIFY(hand == golden["bone_lefthand"]);
        QVERIFY(OscWriter::bundle({ok, time, root, hips, hand}) ==
                golden["bundle_ok_time_root_hips_lefthand(timetag=1"]);
        VmcPose two;
        two.bones[0] = {.position = {0, 1, 0.25}, .orientation = Quaterniond(0.70710678, 0, 0.70710678, 0)};
        two.bones[17] = {.position = {-0.25, 0, 0}};
        two.known.set(0).set(17);
        const auto packets = writeVmc(two, 1.5);
        QCOMPARE(packets.size(), std::size_t(1));
        QVERIFY(packets[0] == golden["bundle_ok_time_root_hips_lefthand(timetag=1"]);
    }

    void rokoko()
    {
        const test::Golden golden("rokoko_v3_lz4_golden.txt");
        if (golden.isMissing()) QSKIP(kMissing);
        RokokoParser parser("op");
        OperatorSample sample;
        const ParsedPacket packet = give(parser, golden["lz4_frame"], sample);
        QCOMPARE(packet.kind, PacketKind::Sample);
        QCOMPARE(packet.device, 12'500 * kMillisecond);
        QVERIFY(near(sample.at(Pelvis).pose.position, {0.2, -0.1, 0.95}));
        QVERIFY(near(sample.at(LeftWrist).pose.position, {0.2, 0.7, 1.4}));
        QVERIFY(near(sample.at(LeftWrist).pose.orientation, Quaterniond::Identity()));
        QVERIFY(near(sample.at(RightWrist).pose.position, {0.2, -0.7, 1.4}));
        QVERIFY(!sample.at(LeftElbow).valid);
        RokokoParser other("somebody else");
        QCOMPARE(give(other, golden["lz4_frame"], sample).kind, PacketKind::Ignored);

        std::ifstream file(test::shared("facts/protocols/golden/rokoko_v3_example.json"));
        const std::string text((std::istreambuf_iterator<char>(file)), {});
        const auto plain = std::as_bytes(std::span(text));
        OperatorSample same;
        QCOMPARE(parser.parse(plain, 0, same).kind, PacketKind::Sample);
        QVERIFY(near(same.at(Pelvis).pose.position, sample.at(Pelvis).pose.position));

        // The stand-in's text is the same document as far as it carries poses.
        bool foreign = false;
        const auto frame = readRokoko(text, "op", foreign);
        QVERIFY(frame);
        const auto ours = nlohmann::json::parse(writeRokoko(*frame, "op"));
        const auto theirs = nlohmann::json::parse(text);
        QCOMPARE(ours["fps"], theirs["fps"]);
        QCOMPARE(ours["version"], theirs["version"]);
        QCOMPARE(ours["scene"]["timestamp"], theirs["scene"]["timestamp"]);
        QVERIFY(ours["scene"]["actors"][0]["body"] == theirs["scene"]["actors"][0]["body"]);
        OperatorSample unpacked;
        QCOMPARE(parser.parse(compressLz4(text), 0, unpacked).kind, PacketKind::Sample);
    }

    void noitom()
    {
        const test::Golden golden("noitom_bvh_golden.txt");
        if (golden.isMissing()) QSKIP(kMissing);
        for (const char* label : {"with_displacement_354_floats", "without_displacement_180_floats"}) {
            const auto frame = readNoitom(golden[label]);
            QVERIFY(frame);
            QCOMPARE(frame->index, 1000U);
            QCOMPARE(frame->avatar, 0U);
            QCOMPARE(frame->values[3], frame->withDisplacement ? 0.75F : 1.5F);
            QVERIFY2(writeNoitom(*frame) == golden[label], label);
        }
        OperatorSample sample;
        NoitomParser parser(0, 60);
        QCOMPARE(give(parser, golden["with_displacement_354_floats"], sample).kind, PacketKind::Sample);
        // Root at (0, 0.25, 0.5) cm, y up.
        QVERIFY(near(sample.at(Pelvis).pose.position, {0.005, 0, 0.0025}));
        QCOMPARE(give(parser, golden["BAD_tail_token"], sample).kind, PacketKind::Broken);
        QCOMPARE(noitomJointName(1), std::string_view("RightUpLeg"));
        QCOMPARE(noitomJointName(12), std::string_view("Head"));
        QCOMPARE(noitomJointName(16), std::string_view("RightHand"));
        QCOMPARE(noitomJointName(58), std::string_view("LeftHandPinky3"));
    }

    void mocopi()
    {
        const test::Golden golden("mocopi_samples.txt");
        if (golden.isMissing()) QSKIP(kMissing);
        OperatorSample sample;
        MocopiParser parser;
        QCOMPARE(give(parser, golden["mocopi_skdf"], sample).kind, PacketKind::Part);
        const ParsedPacket packet = give(parser, golden["mocopi_fram"], sample);
        QCOMPARE(packet.kind, PacketKind::Sample);
        QVERIFY(packet.hasClock);
        for (const BodyJoint joint : {Pelvis, Head, LeftWrist, RightWrist, LeftFoot, RightFoot})
            QVERIFY(sample.at(joint).valid);
        // A standing person, left on the left.
        QVERIFY(sample.at(Head).pose.position.z() > 1.2 && sample.at(Head).pose.position.z() < 1.8);
        QVERIFY(sample.at(LeftHip).pose.position.y() > sample.at(RightHip).pose.position.y());
        for (const char* label : {"mocopi_skdf", "mocopi_fram"}) {
            const auto read = readMocopi(golden[label]);
            QVERIFY(read);
            QCOMPARE(read->boneCount, kMocopiBones);
            QVERIFY2(writeMocopi(*read) == golden[label], label);
        }
        QVERIFY(near(mocopiToOperator(*readMocopi(golden["mocopi_skdf"])).at(LeftElbow).pose.position,
                     mocopiToOperator(*readMocopi(golden["mocopi_skdf"])).at(LeftShoulder).pose.position +
                         Vector3d(0.0014, 0.29208, 0.0006),
                     1e-4));
    }
};

QTEST_APPLESS_MAIN(TestSuitGolden)
#include "tst_suitgolden.moc"
