#include "xr/calibration/alignment.h"

#include <algorithm>

namespace understudy {
namespace {

using Eigen::AngleAxisd;
using Eigen::Quaterniond;
using Eigen::Vector3d;
using enum BodyJoint;

constexpr std::array<BodyJoint, 6> kDrifting{LeftShoulder, RightShoulder, LeftElbow, RightElbow, LeftWrist, RightWrist};

/// Above which point of the floor somebody stands.
Vector3d footprint(const BodyPose& body)
{
    for (const BodyJoint joint : {Pelvis, Head}) {
        const TrackedPose& tracked = body[static_cast<std::size_t>(indexOf(joint))];
        if (tracked.valid) return {tracked.pose.position.x(), tracked.pose.position.y(), 0};
    }
    return Vector3d::Zero();
}

}  // namespace

void Alignment::face(const BodyPose& body, double heading)
{
    m_world.orientation = Quaterniond(AngleAxisd(-heading, Vector3d::UnitZ()));
    m_world.position = -(m_world.orientation * footprint(body));
}

Alignment Alignment::of(const BodyPose& tPose, const BodyPose& neutral)
{
    Alignment alignment;
    alignment.face(tPose, wristHeadingOf(tPose));
    for (std::size_t i = 0; i < tPose.size(); ++i)
        if (tPose[i].valid)
            alignment.m_joints[i] = (alignment.m_world.orientation * tPose[i].pose.orientation).conjugate();
    OperatorSample aligned;
    aligned.body = neutral;
    alignment.apply(aligned);
    alignment.m_neutral = aligned.body;
    return alignment;
}

void Alignment::apply(OperatorSample& sample) const
{
    for (std::size_t i = 0; i < sample.body.size(); ++i) {
        if (!sample.body[i].valid) continue;
        sample.body[i].pose = m_world * sample.body[i].pose;
        sample.body[i].pose.orientation = (sample.body[i].pose.orientation * m_joints[i]).normalized();
    }
    for (const Side side : kSides) {
        const auto wrist = static_cast<std::size_t>(indexOf(side == Side::Left ? LeftWrist : RightWrist));
        for (TrackedPose& joint : sample.hands[static_cast<std::size_t>(indexOf(side))]) {
            if (!joint.valid) continue;
            joint.pose = m_world * joint.pose;
            joint.pose.orientation = (joint.pose.orientation * m_joints[wrist]).normalized();
        }
    }
}

double Alignment::drift(const BodyPose& neutral) const
{
    OperatorSample now;
    now.body = neutral;
    apply(now);
    // Somebody who turned round has not drifted: everything counts against the pelvis.
    const auto pelvis = static_cast<std::size_t>(indexOf(Pelvis));
    const bool known = now.body[pelvis].valid && m_neutral[pelvis].valid;
    const Quaterniond base = known ? now.body[pelvis].pose.orientation : Quaterniond::Identity();
    const Quaterniond before = known ? m_neutral[pelvis].pose.orientation : Quaterniond::Identity();
    double most = 0;
    for (const BodyJoint joint : kDrifting) {
        const auto at = static_cast<std::size_t>(indexOf(joint));
        if (!now.body[at].valid || !m_neutral[at].valid) continue;
        most = std::max(most, (base.conjugate() * now.body[at].pose.orientation)
                                  .angularDistance(before.conjugate() * m_neutral[at].pose.orientation));
    }
    return most;
}

Alignment Alignment::mended(const BodyPose& neutral) const
{
    Alignment mended = *this;
    mended.face(neutral, headingOf(neutral));
    for (std::size_t i = 0; i < neutral.size(); ++i)
        if (neutral[i].valid && m_neutral[i].valid)
            mended.m_joints[i] =
                (mended.m_world.orientation * neutral[i].pose.orientation).conjugate() * m_neutral[i].pose.orientation;
    return mended;
}

Result<Alignment> Alignment::recentred(const OperatorSample& now, bool engaged) const
{
    if (engaged) return fail("recentring waits until hold-to-drive is let go");
    OperatorSample aligned = now;
    apply(aligned);
    Alignment centred = *this;
    const Quaterniond turn(AngleAxisd(-headingOf(aligned.body), Vector3d::UnitZ()));
    const Pose change{.position = -(turn * footprint(aligned.body)), .orientation = turn};
    // The joints' own turns stay: they stand behind the world's.
    centred.m_world = change * m_world;
    return centred;
}

void AlignmentWatch::aligned(Alignment alignment)
{
    m_alignment = std::move(alignment);
    m_state = State::Valid;
    m_drift = 0;
    m_still.reset();
}

void AlignmentWatch::watch(const OperatorSample& sample, bool inTake)
{
    if (m_state == State::Missing) return;
    if (m_last != 0 && sample.stamps.arrival - m_last > kSlept) m_state = State::Slept;
    m_last = sample.stamps.arrival;
    if (inTake || m_state == State::Slept) {
        m_still.reset();
        return;
    }
    const BodyPose* still = m_still.push(sample);
    if (still == nullptr || stanceOf(*still) != Stance::Neutral) return;
    m_drift = m_alignment.drift(*still);
    m_state = m_drift > kDrifted ? State::Drifted : State::Valid;
}

bool AlignmentWatch::mend(const BodyPose& neutral)
{
    if (m_state == State::Missing || m_state == State::Slept || stanceOf(neutral) != Stance::Neutral) return false;
    aligned(m_alignment.mended(neutral));
    return true;
}

std::string AlignmentWatch::advice() const
{
    switch (m_state) {
    case State::Missing:
        return "not aligned yet: stand in the three stances";
    case State::Drifted:
        return "the suit has drifted: stand still for two seconds, arms hanging";
    case State::Slept:
        return "the device slept or was taken off: stand in the three stances again";
    case State::Valid:
        break;
    }
    return {};
}

}  // namespace understudy
