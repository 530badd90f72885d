#include "xr/suits/canonical.h"

#include <cmath>

namespace understudy {
namespace {

using Eigen::Quaterniond;
using Eigen::Vector3d;
using enum BodyJoint;

constexpr double kFarthest = 1000;      // m
constexpr double kPalmDistance = 0.08;  // m, wrist to the middle of the palm
constexpr double kTipDistance = 0.02;   // m, last joint of a finger to its tip

double outward(Side side) { return side == Side::Left ? 1 : -1; }

TrackedPose inferred(const Pose& pose) { return {.pose = pose, .valid = true, .tracked = false}; }

void between(OperatorPose& pose, BodyJoint joint, BodyJoint from, BodyJoint to)
{
    if (pose.at(joint).valid || !pose.at(from).valid || !pose.at(to).valid) return;
    const Pose& a = pose.at(from).pose;
    const Pose& b = pose.at(to).pose;
    pose.at(joint) =
        inferred({.position = (a.position + b.position) / 2, .orientation = a.orientation.slerp(0.5, b.orientation)});
}

void completeHand(OperatorPose& pose, Side side)
{
    const auto& hand = pose.hands[static_cast<std::size_t>(indexOf(side))];
    bool any = false;
    for (const TrackedPose& joint : hand) any = any || joint.valid;
    if (!any) return;
    TrackedPose& wrist = pose.at(side, HandJoint::Wrist);
    if (!wrist.valid) wrist = pose.at(side == Side::Left ? LeftWrist : RightWrist);
    TrackedPose& palm = pose.at(side, HandJoint::Palm);
    if (!palm.valid && wrist.valid)
        palm = inferred(wrist.pose * Pose{.position = {0, outward(side) * kPalmDistance, 0}});
    for (int finger = 0; finger < 5; ++finger) {
        // Thumb joints 2 to 5, then five for each finger.
        const auto tip = static_cast<HandJoint>(5 + finger * 5);
        const auto last = static_cast<HandJoint>(4 + finger * 5);
        if (pose.at(side, tip).valid || !pose.at(side, last).valid) continue;
        pose.at(side, tip) =
            inferred(pose.at(side, last).pose * Pose{.position = {0, outward(side) * kTipDistance, 0}});
    }
}

OperatorPose makeStandingPose()
{
    OperatorPose pose;
    const auto put = [&](BodyJoint joint, double x, double y, double z) {
        pose.at(joint) = {.pose = {.position = {x, y, z}}, .valid = true, .tracked = true};
    };
    put(Pelvis, 0, 0, 0.95);
    put(Spine1, 0, 0, 1.05);
    put(Spine2, 0, 0, 1.17);
    put(Spine3, 0, 0, 1.29);
    put(Neck, 0, 0, 1.47);
    put(Head, 0, 0, 1.56);
    for (const double s : {1.0, -1.0}) {
        const auto sided = [&](BodyJoint left) { return static_cast<BodyJoint>(indexOf(left) + (s > 0 ? 0 : 1)); };
        put(sided(LeftHip), 0, s * 0.09, 0.91);
        put(sided(LeftKnee), 0, s * 0.09, 0.49);
        put(sided(LeftAnkle), 0, s * 0.09, 0.08);
        put(sided(LeftFoot), 0.14, s * 0.09, 0.02);
        put(sided(LeftCollar), 0, s * 0.05, 1.42);
        put(sided(LeftShoulder), 0, s * 0.18, 1.42);
        put(sided(LeftElbow), 0, s * 0.46, 1.42);
        put(sided(LeftWrist), 0, s * 0.71, 1.42);
        put(sided(LeftPalm), 0, s * 0.79, 1.42);
        const Side side = s > 0 ? Side::Left : Side::Right;
        const auto putHand = [&](int joint, double x, double y) {
            pose.at(side, static_cast<HandJoint>(joint)) = {
                .pose = {.position = {x, s * (0.71 + y), 1.42}}, .valid = true, .tracked = true};
        };
        putHand(0, 0, 0.08);
        putHand(1, 0, 0);
        for (int joint = 0; joint < 4; ++joint) putHand(2 + joint, 0.03 + 0.012 * joint, 0.03 + 0.03 * joint);
        constexpr std::array<double, 5> kAlong{0.02, 0.09, 0.13, 0.155, 0.175};
        for (int finger = 0; finger < 4; ++finger)
            for (int joint = 0; joint < 5; ++joint)
                putHand(6 + 5 * finger + joint, 0.03 - 0.02 * finger, kAlong[static_cast<std::size_t>(joint)]);
    }
    return pose;
}

}  // namespace

Vector3d toRep103(WorldFrame from, const Vector3d& p)
{
    switch (from) {
    case WorldFrame::Unity:
        return {p.z(), -p.x(), p.y()};
    case WorldFrame::YUp:
        return {p.z(), p.x(), p.y()};
    case WorldFrame::Rep103:
        break;
    }
    return p;
}

Quaterniond toRep103(WorldFrame from, const Quaterniond& q)
{
    switch (from) {
    case WorldFrame::Unity:
        return {q.w(), -q.z(), q.x(), -q.y()};
    case WorldFrame::YUp:
        return {q.w(), q.z(), q.x(), q.y()};
    case WorldFrame::Rep103:
        break;
    }
    return q;
}

Vector3d fromRep103(WorldFrame to, const Vector3d& p)
{
    switch (to) {
    case WorldFrame::Unity:
        return {-p.y(), p.z(), p.x()};
    case WorldFrame::YUp:
        return {p.y(), p.z(), p.x()};
    case WorldFrame::Rep103:
        break;
    }
    return p;
}

Quaterniond fromRep103(WorldFrame to, const Quaterniond& q)
{
    switch (to) {
    case WorldFrame::Unity:
        return {q.w(), q.y(), -q.z(), -q.x()};
    case WorldFrame::YUp:
        return {q.w(), q.y(), q.z(), q.x()};
    case WorldFrame::Rep103:
        break;
    }
    return q;
}

TrackedPose measured(const Vector3d& position, const Quaterniond& orientation)
{
    const double norm = orientation.norm();
    if (!position.allFinite() || position.cwiseAbs().maxCoeff() > kFarthest || !(std::abs(norm - 1) < 0.2)) return {};
    return {.pose = {.position = position, .orientation = Quaterniond(orientation.coeffs() / norm)},
            .valid = true,
            .tracked = true};
}

void completePose(OperatorPose& pose)
{
    between(pose, Spine2, Spine1, Spine3);
    between(pose, Spine1, Pelvis, Spine2);
    between(pose, Spine1, Pelvis, Spine3);
    between(pose, Spine2, Spine1, Spine3);
    between(pose, Spine3, Spine2, Neck);
    between(pose, Neck, Spine3, Head);
    between(pose, LeftCollar, Neck, LeftShoulder);
    between(pose, RightCollar, Neck, RightShoulder);
    for (const Side side : kSides) {
        const TrackedPose& wrist = pose.at(side == Side::Left ? LeftWrist : RightWrist);
        TrackedPose& palm = pose.at(side == Side::Left ? LeftPalm : RightPalm);
        if (wrist.valid && !palm.valid)
            palm = inferred(wrist.pose * Pose{.position = {0, outward(side) * kPalmDistance, 0}});
        completeHand(pose, side);
    }
}

const OperatorPose& standingPose()
{
    static const OperatorPose kStanding = makeStandingPose();
    return kStanding;
}

}  // namespace understudy
