#include <QTest>

#include <numbers>

#include "core/operatorsample.h"
#include "person.h"
#include "support/allocationcount.h"
#include "support/shared.h"
#include "xr/bvhmotion.h"

using namespace understudy;
using Eigen::Quaterniond;
using Eigen::Vector3d;
using enum BodyJoint;

namespace {

constexpr double kDegree = std::numbers::pi / 180;

BvhMotion parsed(const std::string& text, const BvhOptions& options = {})
{
    auto motion = BvhMotion::parse(text, "person.bvh", options);
    if (!motion) qFatal("%s", motion.error().message.c_str());
    return std::move(*motion);
}

bool near(const Vector3d& a, const Vector3d& b, double tolerance = 1e-5) { return (a - b).norm() < tolerance; }

bool near(const Quaterniond& a, const Quaterniond& b, double tolerance = 1e-5)
{
    return a.angularDistance(b) < tolerance;
}

Quaterniond about(const Vector3d& axis, double degrees)
{
    return Quaterniond(Eigen::AngleAxisd(degrees * kDegree, axis));
}

const Vector3d kX = Vector3d::UnitX();
const Vector3d kY = Vector3d::UnitY();
const Vector3d kZ = Vector3d::UnitZ();

}  // namespace

class TestBvhMotion : public QObject {
    Q_OBJECT

private slots:
    void realMotionsStartUprightAtTheOriginFacingForward_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("frames");
        QTest::newRow("131_01") << "motions/cmu_131_01.bvh" << 995;
        QTest::newRow("131_02") << "motions/cmu_131_02.bvh" << 1248;
    }

    void realMotionsStartUprightAtTheOriginFacingForward()
    {
        QFETCH(QString, file);
        QFETCH(int, frames);
        const auto path = test::shared(file.toStdString());
        if (!std::filesystem::exists(path)) QSKIP("the shared motions are not on this machine");
        const auto motion = BvhMotion::load(path);
        QVERIFY2(motion, motion ? "" : motion.error().message.c_str());
        QCOMPARE(motion->rate(), 120.0);
        QCOMPARE(motion->frameCount(), frames);
        QCOMPARE(motion->duration(), (frames - 1) / 120.0);
        QCOMPARE(motion->skeleton().metresPerUnit(), 1.0);

        const OperatorSample first = motion->sampleAt(0);
        const Pose& pelvis = first.at(Pelvis).pose;
        QVERIFY(pelvis.position.head<2>().norm() < 1e-9);
        QVERIFY(pelvis.position.z() > 0.7 && pelvis.position.z() < 1.1);
        const Vector3d ahead = pelvis.orientation * Vector3d::UnitX();
        QVERIFY(std::abs(std::atan2(ahead.y(), ahead.x())) < 1e-9);
        QVERIFY(first.at(LeftShoulder).pose.position.y() > first.at(RightShoulder).pose.position.y() + 0.2);
        QVERIFY(first.at(Head).pose.position.z() > 1.3);

        double lowest = 1;
        for (int frame = 0; frame < motion->frameCount(); ++frame) {
            const OperatorSample sample = motion->sampleAt(frame / motion->rate());
            for (const BodyJoint toe : {LeftFoot, RightFoot})
                lowest = std::min(lowest, sample.at(toe).pose.position.z());
            for (const TrackedPose& joint : sample.body) {
                QVERIFY(joint.valid);
                QVERIFY(joint.pose.isFinite());
            }
            QVERIFY(!sample.at(LeftPalm).tracked);
            QVERIFY(sample.at(LeftWrist).tracked);
        }
        QVERIFY(std::abs(lowest) < 0.1);
    }

    void aTPoseAtRestIsTheIdentity_data()
    {
        QTest::addColumn<test::Person::Names>("names");
        QTest::addColumn<double>("unitsPerMetre");
        using Names = test::Person::Names;
        const Names noitom = test::Person::noitom();
        QTest::newRow("Noitom, cm") << noitom << 100.0;
        QTest::newRow("Mixamo, cm") << Names{{"mixamorig:Hips", "mixamorig:Spine", "mixamorig:Spine1",
                                              "mixamorig:Head"},
                                             noitom.sided,
                                             {"mixamorig:Left", "mixamorig:Right"}}
                                    << 100.0;
        QTest::newRow("Biovision, m") << Names{{"Hips", "Chest", "Chest2", "Head"},
                                               {"Hip", "Knee", "Ankle", "Collar", "Shoulder", "Elbow", "Wrist"}}
                                      << 1.0;
        QTest::newRow("Rokoko, m") << Names{{"hip", "spine", "chest", "head"},
                                            {"UpLeg", "Leg", "Foot", "Shoulder", "UpperArm", "LowerArm", "Hand"},
                                            {"left", "right"}}
                                   << 1.0;
        QTest::newRow("Unity, mm") << Names{{"Hips", "Spine", "Chest", "Head"},
                                            {"UpperLeg", "LowerLeg", "Foot", "Shoulder", "UpperArm", "LowerArm",
                                             "Hand"}}
                                   << 1000.0;
        QTest::newRow("Biped, cm") << Names{{"Bip01", "Bip01 Spine", "Bip01 Spine1", "Bip01 Head"},
                                            {" Thigh", " Calf", " Foot", " Clavicle", " UpperArm", " Forearm", " Hand"},
                                            {"Bip01 L", "Bip01 R"}}
                                   << 100.0;
        QTest::newRow("ours, m") << Names{{"pelvis", "spine1", "spine3", "head"},
                                          {"_hip", "_knee", "_ankle", "_collar", "_shoulder", "_elbow", "_wrist"},
                                          {"left", "right"}}
                                 << 1.0;
        QTest::newRow("anatomical, m") << Names{{"root", "lowerback", "thorax", "head"},
                                                {"femur", "tibia", "foot", "clavicle", "humerus", "radius", "hand"},
                                                {"l", "r"}}
                                       << 1.0;
    }

    void aTPoseAtRestIsTheIdentity()
    {
        QFETCH(test::Person::Names, names);
        QFETCH(double, unitsPerMetre);
        const BvhMotion motion = parsed(test::Person::standing(names, unitsPerMetre, false).text());
        QVERIFY(std::abs(motion.skeleton().metresPerUnit() * unitsPerMetre - 1) < 1e-9);
        const OperatorSample sample = motion.sampleAt(0);
        for (int i = 0; i < kBodyJointCount; ++i) {
            const TrackedPose& joint = sample.body[static_cast<std::size_t>(i)];
            const std::string name(nameOf(static_cast<BodyJoint>(i)));
            QVERIFY2(joint.valid, name.c_str());
            QVERIFY2(near(joint.pose.orientation, Quaterniond::Identity()), name.c_str());
        }
        QVERIFY(near(sample.at(LeftWrist).pose.position - sample.at(RightWrist).pose.position, 2 * 0.71 * kY));
        QVERIFY(near(sample.at(LeftPalm).pose.position - sample.at(LeftWrist).pose.position, 0.08 * kY));
        QVERIFY(near(sample.at(LeftFoot).pose.position - sample.at(LeftAnkle).pose.position, {0.15, 0, -0.05}));
        QVERIFY(near(sample.at(Head).pose.position - sample.at(Pelvis).pose.position, 0.6 * kZ));
        // The lowest of the feet stands on the floor, the pelvis above the origin.
        QVERIFY(std::abs(sample.at(LeftFoot).pose.position.z()) < 1e-5);
        QVERIFY(near(sample.at(Pelvis).pose.position, {0, 0, 0.95}));
        // Joints that the file lacks lie between their neighbours, and nobody measured them.
        for (const BodyJoint between : {Neck, Spine2, LeftPalm, RightFoot}) QVERIFY(!sample.at(between).tracked);
        for (const BodyJoint measured : {Pelvis, Spine3, LeftWrist, RightElbow, Head})
            QVERIFY(sample.at(measured).tracked);
        QVERIFY(near(sample.at(Neck).pose.position,
                     0.5 * (sample.at(Spine3).pose.position + sample.at(Head).pose.position)));
    }

    void armsThatHangAtRestStillHaveTheTPoseAsIdentity()
    {
        test::Person person = test::Person::standing(test::Person::noitom(), 100, true);
        // Frame 1 lifts both arms into the T-pose, frame 2 flexes the left elbow of hanging arms by 90 degrees.
        person.set(1, "Hips", BvhChannel::YPosition, 95);
        person.set(1, "LeftArm", BvhChannel::ZRotation, 90);
        person.set(1, "RightArm", BvhChannel::ZRotation, -90);
        person.set(2, "Hips", BvhChannel::YPosition, 95);
        person.set(2, "LeftForeArm", BvhChannel::XRotation, -90);
        const BvhMotion motion = parsed(person.text());
        const OperatorSample hanging = motion.sampleAt(0);
        QVERIFY(near(hanging.at(LeftWrist).pose.orientation, about(kX, -90)));
        QVERIFY(near(hanging.at(RightWrist).pose.orientation, about(kX, 90)));
        QVERIFY(near(hanging.at(LeftPalm).pose.position - hanging.at(LeftWrist).pose.position, -0.08 * kZ));
        const OperatorSample spread = motion.sampleAt(1 / motion.rate());
        for (const BodyJoint joint : {LeftShoulder, LeftElbow, LeftWrist, RightShoulder, RightElbow, RightWrist})
            QVERIFY(near(spread.at(joint).pose.orientation, Quaterniond::Identity()));
        QVERIFY(near(spread.at(LeftWrist).pose.position - spread.at(LeftShoulder).pose.position, 0.53 * kY));
        const OperatorSample flexed = motion.sampleAt(2 / motion.rate());
        QVERIFY(near(flexed.at(LeftWrist).pose.position - flexed.at(LeftElbow).pose.position, 0.25 * kX));
        // The forearm points ahead, thumb up, palm to the right: what was +y in the T-pose is +x, what was +x is +z.
        QVERIFY(near(flexed.at(LeftWrist).pose.orientation * kY, kX));
        QVERIFY(near(flexed.at(LeftWrist).pose.orientation * kX, kZ));
    }

    void aThumbSaysThatThePalmsLookAhead()
    {
        test::Person person = test::Person::standing(test::Person::noitom(), 100, false);
        BvhFile& file = person.file();
        const auto hand = std::ranges::find(file.joints, "LeftHand", &BvhJoint::name);
        const int left = static_cast<int>(hand - file.joints.begin());
        // Appended after everything else, which only a test may do; thumb up means that the palm faces ahead.
        file.joints.push_back(
            {.name = "LeftHandThumb1", .parent = left, .offset = {3, 4, 1}, .firstChannel = file.channelCount});
        auto skeleton = BvhSkeleton::of(file, {});
        QVERIFY(skeleton);
        std::array<TrackedPose, kBodyJointCount> body;
        skeleton->pose(file, file.frame(0), body);
        // Palm ahead and thumb up is a quarter turn of the arm away from palm down and thumb ahead.
        QVERIFY(near(body[static_cast<std::size_t>(indexOf(LeftWrist))].pose.orientation, about(kY, -90)));
        QVERIFY(near(body[static_cast<std::size_t>(indexOf(LeftElbow))].pose.orientation, Quaterniond::Identity()));
        QVERIFY(near(body[static_cast<std::size_t>(indexOf(RightWrist))].pose.orientation, Quaterniond::Identity()));
    }

    void everyOrderOfChannelsIsFollowed()
    {
        using enum BvhChannel;
        for (std::array<BvhChannel, 3> order : {std::array{XRotation, YRotation, ZRotation},
                                                {YRotation, XRotation, ZRotation},
                                                {ZRotation, XRotation, YRotation}}) {
            test::Person person = test::Person::standing(test::Person::noitom(), 1, false);
            for (BvhJoint& joint : person.file().joints)
                if (joint.name == "LeftArm") std::ranges::copy(order, joint.channels.begin());
            person.set(0, "LeftArm", XRotation, 20);
            person.set(0, "LeftArm", YRotation, 30);
            person.set(0, "LeftArm", ZRotation, -40);
            // In REP-103 the file's x is y, its y is z, its z is x.
            Quaterniond expected = Quaterniond::Identity();
            for (const BvhChannel channel : order)
                expected = expected * (channel == XRotation   ? about(kY, 20)
                                       : channel == YRotation ? about(kZ, 30)
                                                              : about(kX, -40));
            QVERIFY(near(parsed(person.text()).sampleAt(0).at(LeftShoulder).pose.orientation, expected));
        }
    }

    void otherAxesComeFromTheSkeletonOrFromTheCaller()
    {
        // z up, facing -y: what some exporters write.
        test::Person person = test::Person::standing(test::Person::noitom(), 1, false);
        const auto turned = [](const Vector3d& v) { return Vector3d(v.x(), -v.z(), v.y()); };
        for (BvhJoint& joint : person.file().joints) joint.offset = turned(joint.offset);
        person.set(0, "Hips", BvhChannel::YPosition, 0);
        person.set(0, "Hips", BvhChannel::ZPosition, 0.95);
        person.set(0, "LeftArm", BvhChannel::YRotation, 45);
        const std::string text = person.text();
        for (const BvhOptions& options :
             {BvhOptions{}, BvhOptions{.axes = BvhOptions::Axes{.up = Axis::PlusZ, .forward = Axis::MinusY}}}) {
            const OperatorSample sample = parsed(text, options).sampleAt(0);
            QVERIFY(near(sample.at(LeftFoot).pose.position - sample.at(LeftAnkle).pose.position, {0.15, 0, -0.05}));
            QVERIFY(near(sample.at(RightWrist).pose.orientation, Quaterniond::Identity()));
            QVERIFY(near(sample.at(LeftShoulder).pose.orientation, about(kX, -45)));
        }
        const auto refused =
            BvhMotion::parse(text, "x", {.axes = BvhOptions::Axes{.up = Axis::PlusZ, .forward = Axis::MinusZ}});
        QVERIFY(!refused && refused.error().message.find("must differ") != std::string::npos);
    }

    void placeAndHeadingOfTheFirstFrameAreTakenAway()
    {
        test::Person person = test::Person::standing(test::Person::noitom(), 100, false);
        for (const int frame : {0, 1}) {
            person.set(frame, "Hips", BvhChannel::XPosition, 300);
            person.set(frame, "Hips", BvhChannel::YPosition, 500);
            person.set(frame, "Hips", BvhChannel::ZPosition, -200 + 100 * frame);
            person.set(frame, "Hips", BvhChannel::YRotation, 120);
        }
        const BvhMotion motion = parsed(person.text());
        const OperatorSample first = motion.sampleAt(0);
        QVERIFY(near(first.at(Pelvis).pose.position, {0, 0, 0.95}));
        QVERIFY(near(first.at(Pelvis).pose.orientation, Quaterniond::Identity()));
        QVERIFY(first.at(LeftWrist).pose.position.y() > 0.5);
        // A metre along the file's +z, which is 120 degrees to the right of where the person looks.
        const Vector3d moved = motion.sampleAt(motion.duration()).at(Pelvis).pose.position;
        QVERIFY(near(moved, {std::cos(120 * kDegree), -std::sin(120 * kDegree), 0.95}));
    }

    void betweenFramesItInterpolatesAndOutsideItHolds()
    {
        test::Person person = test::Person::standing(test::Person::noitom(), 100, false);
        person.set(1, "Hips", BvhChannel::YPosition, 105);
        person.set(1, "LeftArm", BvhChannel::ZRotation, 60);
        const BvhMotion motion = parsed(person.text());
        QCOMPARE(motion.rate(), 60.0);
        const OperatorSample half = motion.sampleAt(0.5 / 60);
        QVERIFY(near(half.at(LeftShoulder).pose.orientation, about(kX, 30)));
        QVERIFY(std::abs(half.at(Pelvis).pose.position.z() - motion.sampleAt(0).at(Pelvis).pose.position.z() - 0.05) <
                1e-5);
        for (const double outside : {5.0, 1e300, std::numeric_limits<double>::infinity()})
            if (std::isfinite(outside))
                QVERIFY(near(motion.sampleAt(outside).at(LeftShoulder).pose.orientation, about(kX, 60)));
        for (const double outside : {-5.0, std::nan("")})
            QVERIFY(near(motion.sampleAt(outside).at(LeftShoulder).pose.orientation, Quaterniond::Identity()));
    }

    void positionsOfJointsReplaceTheOffsetOrAddToIt()
    {
        for (const bool adds : {false, true}) {
            test::Person person = test::Person::standing(test::Person::noitom(), 100, false);
            BvhFile& file = person.file();
            // Noitom writes positions for every joint.
            BvhFile wide;
            wide.frameTime = file.frameTime;
            wide.frameCount = 1;
            for (BvhJoint joint : file.joints) {
                joint.firstChannel = wide.channelCount;
                if (!joint.isEndSite) {
                    joint.channels = {BvhChannel::XPosition, BvhChannel::YPosition, BvhChannel::ZPosition,
                                      BvhChannel::YRotation, BvhChannel::XRotation, BvhChannel::ZRotation};
                    joint.channelCount = 6;
                    for (int axis = 0; axis < 3; ++axis)
                        wide.values.push_back(adds ? 0.0F : static_cast<float>(joint.offset[axis]));
                    wide.values.insert(wide.values.end(), 3, 0.0F);
                }
                wide.channelCount += joint.channelCount;
                wide.joints.push_back(joint);
            }
            const OperatorSample sample = parsed(writeBvh(wide)).sampleAt(0);
            QVERIFY(near(sample.at(LeftWrist).pose.position - sample.at(RightWrist).pose.position, 2 * 0.71 * kY));
        }
    }

    void oneArmAloneIsEnough()
    {
        BvhFile file;
        file.frameTime = 0.01;
        file.frameCount = 1;
        const auto add = [&](const char* name, int parent, const Vector3d& offset) {
            file.joints.push_back(
                {.name = name, .parent = parent, .offset = offset, .firstChannel = file.channelCount});
            file.joints.back().channels[0] = BvhChannel::XRotation;
            file.joints.back().channelCount = 1;
            ++file.channelCount;
        };
        add("Hips", -1, Vector3d::Zero());
        add("Spine", 0, {0, 0.4, 0});
        add("RightArm", 1, {-0.2, 0, 0});
        add("RightForeArm", 2, {-0.3, 0, 0});
        add("RightHand", 3, {-0.25, 0, 0});
        file.values.assign(static_cast<std::size_t>(file.channelCount), 0.0F);
        const auto undecided = BvhMotion::parse(writeBvh(file), "arm.bvh");
        QVERIFY(!undecided && undecided.error().message.find("state which axes") != std::string::npos);
        const BvhMotion motion = parsed(writeBvh(file), {.axes = BvhOptions::Axes{}});
        const OperatorSample sample = motion.sampleAt(0);
        QVERIFY(sample.at(RightWrist).tracked);
        QVERIFY(near(sample.at(RightWrist).pose.position, {0, -0.75, 0.4}));
        for (const BodyJoint missing : {LeftWrist, LeftHip, RightAnkle, Head, LeftPalm})
            QVERIFY(!sample.at(missing).valid);
        QVERIFY(sample.at(RightCollar).valid && !sample.at(RightCollar).tracked);
    }

    void refusesWhatIsNoPersonInWords()
    {
        using Names = test::Person::Names;
        const auto refusal = [](const std::string& text, const BvhOptions& options = {}) {
            const auto motion = BvhMotion::parse(text, "x.bvh", options);
            return QString::fromStdString(motion ? std::string("accepted") : motion.error().message);
        };
        const Names machine{{"base", "mast", "boom", "camera"}, {"A", "B", "C", "D", "E", "F", "G"}};
        QVERIFY(refusal(test::Person::standing(machine, 1, false).text()).contains("no arm was recognised"));
        // An inch file: neither metres nor centimetres.
        const std::string inches = test::Person::standing(test::Person::noitom(), 1 / 0.0254, false).text();
        QVERIFY(refusal(inches).contains("state the metres per unit"));
        QVERIFY(std::abs(parsed(inches, {.metresPerUnit = 0.0254}).sampleAt(0).at(Pelvis).pose.position.z() - 0.95) <
                1e-4);
        QVERIFY(refusal(inches, {.metresPerUnit = -1}).contains("positive"));
        // Every bone along one axis, as some pipelines write it.
        test::Person rod = test::Person::standing(test::Person::noitom(), 1, false);
        for (BvhJoint& joint : rod.file().joints) joint.offset = {joint.offset.norm(), 0, 0};
        QVERIFY(refusal(rod.text()).contains("rest pose"));
        test::Person handstand = test::Person::standing(test::Person::noitom(), 1, false);
        for (BvhJoint& joint : handstand.file().joints)
            if (joint.name.ends_with("Leg")) joint.offset.y() = -joint.offset.y();
        QVERIFY(refusal(handstand.text()).contains("a leg points upwards"));
        const auto absent = BvhMotion::load("/nowhere/at all.bvh");
        QVERIFY(!absent && absent.error().message.find("/nowhere/at all.bvh") != std::string::npos);
    }

    void samplingNeverAllocates()
    {
        test::Person person = test::Person::standing(test::Person::noitom(), 100, true);
        person.set(100, "LeftArm", BvhChannel::ZRotation, 90);
        const BvhMotion motion = parsed(person.text());
        const std::size_t before = test::allocationCount();
        for (int i = 0; i < 100; ++i) QVERIFY(motion.sampleAt(i * 0.0123).at(Pelvis).valid);
        QCOMPARE(test::allocationCount(), before);
    }
};

QTEST_APPLESS_MAIN(TestBvhMotion)
#include "tst_bvhmotion.moc"
