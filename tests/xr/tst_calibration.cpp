#include <QTest>

#include <cmath>

#include "support/shared.h"
#include "xr/bvhmotion.h"
#include "xr/calibration/calibrationrun.h"
#include "xr/standins/suitstandin.h"

using namespace understudy;
using enum BodyJoint;
using Eigen::AngleAxisd;
using Eigen::Quaterniond;
using Eigen::Vector3d;

namespace {

void turn(BodyPose& body, BodyJoint joint, const Quaterniond& rotation)
{
    const Vector3d centre = body[static_cast<std::size_t>(indexOf(joint))].pose.position;
    for (int i = 0; i < kBodyJointCount; ++i) {
        int above = i;
        while (above > indexOf(joint)) above = kBodyParents[static_cast<std::size_t>(above)];
        if (above != indexOf(joint)) continue;
        Pose& pose = body[static_cast<std::size_t>(i)].pose;
        pose.position = centre + rotation * (pose.position - centre);
        pose.orientation = rotation * pose.orientation;
    }
}

/// A person of 1.75 m in one of the stances.
BodyPose stance(Stance which)
{
    BodyPose body = standingPose().body;
    if (which == Stance::TPose) return body;
    for (const double side : {1.0, -1.0}) {
        turn(body, side > 0 ? LeftShoulder : RightShoulder,
             Quaterniond(AngleAxisd(-side * M_PI / 2, Vector3d::UnitX())));
        if (which == Stance::ElbowsBent)
            turn(body, side > 0 ? LeftElbow : RightElbow, Quaterniond(AngleAxisd(-M_PI / 2, Vector3d::UnitY())));
    }
    return body;
}

/// As a device sees it that stands turned and away, and whose sensors sit askew.
BodyPose seen(BodyPose body, double yaw, double askew = 0)
{
    const Pose world{.position = {2, -1, 0}, .orientation = Quaterniond(AngleAxisd(yaw, Vector3d::UnitZ()))};
    for (std::size_t i = 0; i < body.size(); ++i) {
        body[i].pose = world * body[i].pose;
        body[i].pose.orientation =
            body[i].pose.orientation *
            Quaterniond(AngleAxisd(askew * (i % 3 == 0 ? 1 : -1), Vector3d(1, i % 2, 0.5).normalized()));
    }
    return body;
}

OperatorSample sampleOf(const BodyPose& body, Timestamp now, double tremor = 0)
{
    OperatorSample sample;
    sample.stamps = {.device = now, .capture = now, .arrival = now};
    sample.body = body;
    const double shake = tremor * std::sin(50 * toSeconds(now));
    for (TrackedPose& joint : sample.body) joint.pose.position += Vector3d(shake, -shake, shake);
    return sample;
}

constexpr Duration kPeriod = kSecond / 60;

}  // namespace

class TestCalibration : public QObject {
    Q_OBJECT

private slots:
    void knowsTheStances_data()
    {
        QTest::addColumn<int>("which");
        QTest::addColumn<double>("yaw");
        for (const Stance each : kStances)
            for (const double yaw : {0.0, 1.0, -2.5})
                QTest::addRow("%d turned %.1f", int(each), yaw) << int(each) << yaw;
    }
    void knowsTheStances()
    {
        QFETCH(int, which);
        QFETCH(double, yaw);
        const auto found = stanceOf(seen(stance(static_cast<Stance>(which)), yaw));
        QVERIFY(found.has_value());
        QCOMPARE(int(*found), which);
        BodyPose headless = stance(static_cast<Stance>(which));
        headless[static_cast<std::size_t>(indexOf(Head))].valid = false;
        QVERIFY(!stanceOf(headless));
    }

    void stillnessNeedsTime()
    {
        StillnessDetector detector;
        Timestamp now = kSecond;
        int captures = 0;
        for (int i = 0; i < 30; ++i, now += kPeriod)
            captures += detector.push(sampleOf(stance(Stance::Neutral), now, 0.002)) ? 1 : 0;
        QCOMPARE(captures, 0);
        for (int i = 0; i < 30; ++i, now += kPeriod)
            captures += detector.push(sampleOf(stance(Stance::Neutral), now, 0.002)) ? 1 : 0;
        QCOMPARE(captures, 1);
        detector.reset();
        for (int i = 0; i < 300; ++i, now += kPeriod) {
            BodyPose moving = stance(Stance::Neutral);
            moving[static_cast<std::size_t>(indexOf(LeftWrist))].pose.position.x() +=
                0.3 * std::sin(3 * toSeconds(now));
            QVERIFY(detector.push(sampleOf(moving, now)) == nullptr);
        }
    }

    void measures()
    {
        std::array<BodyPose, kStanceCount> stances;
        for (const Stance each : kStances) stances[static_cast<std::size_t>(each)] = seen(stance(each), 0.7);
        const auto measured = measureBody(stances);
        QVERIFY2(measured, measured ? "" : measured.error().message.c_str());
        QVERIFY(std::abs(measured->height - 1.75) < 0.01);
        for (const Side side : kSides) {
            QVERIFY(std::abs(measured->arm(side) - 0.53) < 1e-6);
            QVERIFY(std::abs(measured->forearm[static_cast<std::size_t>(indexOf(side))] - 0.25) < 1e-6);
        }
        QVERIFY(std::abs(measured->shoulderWidth - 0.36) < 1e-6);
        stances[1] = stances[0];
        const auto wrong = measureBody(stances);
        QVERIFY(!wrong && wrong.error().message.find("T-pose") != std::string::npos);
    }

    void aRunTakesAFewSeconds()
    {
        CalibrationRun run;
        Timestamp now = kSecond;
        std::vector<CalibrationRun::Event> events;
        const auto hold = [&](Stance which, int samples) {
            for (int i = 0; i < samples; ++i, now += kPeriod) {
                const auto event = run.push(sampleOf(seen(stance(which), 0.4, 0.2), now, 0.001));
                if (event != CalibrationRun::Event::None && run.wanted() != Stance::Neutral) events.push_back(event);
                if (event == CalibrationRun::Event::Done) return;
            }
        };
        // A stance that is not asked for yet counts for nothing.
        hold(Stance::TPose, 60);
        QVERIFY(events.empty());
        hold(Stance::Neutral, 60);
        hold(Stance::TPose, 60);
        hold(Stance::ElbowsBent, 60);
        QCOMPARE(events.back(), CalibrationRun::Event::Done);
        QVERIFY(toSeconds(now) < 1 + 20);
        QVERIFY(std::abs(run.measures().arm(Side::Left) - 0.53) < 0.01);
        OperatorSample aligned = sampleOf(seen(stance(Stance::TPose), 0.4, 0.2), now);
        run.alignment().apply(aligned);
        for (const TrackedPose& joint : aligned.body)
            QVERIFY(joint.pose.orientation.angularDistance(Quaterniond::Identity()) < 0.01);
    }

    void theTPoseIsTheIdentityAndFacesForward()
    {
        const BodyPose tPose = seen(stance(Stance::TPose), 1.3, 0.3);
        const Alignment alignment = Alignment::of(tPose, seen(stance(Stance::Neutral), 1.3, 0.3));
        OperatorSample sample = sampleOf(tPose, kSecond);
        alignment.apply(sample);
        for (int i = 0; i < kBodyJointCount; ++i) {
            const Pose& got = sample.body[static_cast<std::size_t>(i)].pose;
            QVERIFY(got.orientation.angularDistance(Quaterniond::Identity()) < 1e-6);
            QVERIFY((got.position - standingPose().body[static_cast<std::size_t>(i)].pose.position).norm() < 1e-6);
        }
        // Any other pose comes out as if the sensors sat straight.
        OperatorSample bent = sampleOf(seen(stance(Stance::ElbowsBent), 1.3, 0.3), kSecond);
        alignment.apply(bent);
        const BodyPose wanted = stance(Stance::ElbowsBent);
        for (std::size_t i = 0; i < wanted.size(); ++i)
            QVERIFY(bent.body[i].pose.orientation.angularDistance(wanted[i].pose.orientation) < 1e-6);
    }

    void onARecordedMotion()
    {
        const auto motion = BvhMotion::load(test::source("resources/motions/reach_grasp_lift_place.bvh"));
        if (!motion) QSKIP(motion.error().message.c_str());
        const Alignment alignment =
            Alignment::of(seen(stance(Stance::TPose), -2.1, 0.25), seen(stance(Stance::Neutral), -2.1, 0.25));
        for (double t = 0; t < motion->duration(); t += 0.37) {
            const OperatorSample original = motion->sampleAt(t);
            OperatorSample worn = original;
            worn.body = seen(original.body, -2.1, 0.25);
            alignment.apply(worn);
            for (std::size_t i = 0; i < worn.body.size(); ++i) {
                if (!original.body[i].valid) continue;
                QVERIFY((worn.body[i].pose.position - original.body[i].pose.position).norm() < 1e-6);
                QVERIFY(worn.body[i].pose.orientation.angularDistance(original.body[i].pose.orientation) < 1e-6);
            }
        }
    }

    void driftIsSeenAndMended()
    {
        AlignmentWatch watch;
        QVERIFY(watch.advice().find("three stances") != std::string::npos);
        watch.aligned(Alignment::of(stance(Stance::TPose), stance(Stance::Neutral)));
        Timestamp now = kSecond;
        const auto stand = [&](const BodyPose& body, bool inTake) {
            for (int i = 0; i < 60; ++i, now += kPeriod) watch.watch(sampleOf(body, now, 0.001), inTake);
        };
        stand(stance(Stance::Neutral), false);
        QCOMPARE(watch.state(), AlignmentWatch::State::Valid);
        // Turning round is no drift.
        stand(seen(stance(Stance::Neutral), 0.8), false);
        QCOMPARE(watch.state(), AlignmentWatch::State::Valid);
        BodyPose drifted = stance(Stance::Neutral);
        Pose& forearm = drifted[static_cast<std::size_t>(indexOf(LeftElbow))].pose;
        forearm.orientation = Quaterniond(AngleAxisd(0.3, Vector3d::UnitZ())) * forearm.orientation;
        stand(drifted, true);
        QCOMPARE(watch.state(), AlignmentWatch::State::Valid);
        stand(drifted, false);
        QCOMPARE(watch.state(), AlignmentWatch::State::Drifted);
        QVERIFY(std::abs(watch.drift() - 0.3) < 0.01);
        QVERIFY(!watch.mend(stance(Stance::TPose)));
        QVERIFY(watch.mend(drifted));
        stand(drifted, false);
        QCOMPARE(watch.state(), AlignmentWatch::State::Valid);
        QVERIFY(watch.drift() < 0.01);
        // Asleep, or taken off.
        now += 3 * kSecond;
        stand(drifted, false);
        QCOMPARE(watch.state(), AlignmentWatch::State::Slept);
        QVERIFY(!watch.mend(drifted));
        QVERIFY(!watch.advice().empty());
    }

    void recentringKeepsYawOnlyAndNeverActsWhileEngaged()
    {
        const Alignment alignment = Alignment::of(stance(Stance::TPose), stance(Stance::Neutral));
        BodyPose body = stance(Stance::Neutral);
        const Quaterniond leaning(AngleAxisd(0.2, Vector3d::UnitY()));
        for (TrackedPose& joint : body) joint.pose.orientation = leaning * joint.pose.orientation;
        const OperatorSample now = sampleOf(seen(body, 1.1), kSecond);
        QVERIFY(!alignment.recentred(now, true));
        const auto centred = alignment.recentred(now, false);
        QVERIFY(centred);
        OperatorSample sample = now;
        centred->apply(sample);
        QVERIFY(std::abs(headingOf(sample.body)) < 1e-9);
        QVERIFY(sample.at(Pelvis).pose.position.head<2>().norm() < 1e-9);
        // Height and lean are as they were.
        QVERIFY(std::abs(sample.at(Pelvis).pose.position.z() - now.at(Pelvis).pose.position.z()) < 1e-9);
        QVERIFY(sample.at(Pelvis).pose.orientation.angularDistance(leaning) < 1e-9);
    }
};

QTEST_APPLESS_MAIN(TestCalibration)
#include "tst_calibration.moc"
