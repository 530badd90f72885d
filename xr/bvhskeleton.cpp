#include "xr/bvhskeleton.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "xr/bvhnames.h"

namespace understudy {
namespace {

using Eigen::Quaterniond;
using Eigen::Vector3d;
using enum BodyJoint;

constexpr double kPalmDistance = 0.08;  // m, wrist to the middle of the palm
constexpr double kTiny = 1e-9;

struct Limb {
    BodyJoint root;
    BodyJoint middle;
    BodyJoint end;
    BodyJoint tip;
    double side;  // +1 left, -1 right
};
constexpr std::array<Limb, 2> kArms{Limb{LeftShoulder, LeftElbow, LeftWrist, LeftPalm, 1.0},
                                    Limb{RightShoulder, RightElbow, RightWrist, RightPalm, -1.0}};
constexpr std::array<Limb, 2> kLegs{Limb{LeftHip, LeftKnee, LeftAnkle, LeftFoot, 1.0},
                                    Limb{RightHip, RightKnee, RightAnkle, RightFoot, -1.0}};

std::size_t at(int index) { return static_cast<std::size_t>(index); }

int parentOf(int joint) { return kBodyParents[at(joint)]; }

bool isBelow(const BvhFile& file, int joint, int ancestor)
{
    while (joint > ancestor) joint = file.joints[at(joint)].parent;
    return joint == ancestor;
}

Vector3d unit(Axis axis)
{
    Vector3d direction = Vector3d::Zero();
    const int index = static_cast<int>(axis);
    direction[index / 2] = index % 2 == 0 ? 1.0 : -1.0;
    return direction;
}

/// The signed axis nearest to a direction, or none when it lies between two.
std::optional<Vector3d> nearestAxis(const Vector3d& direction)
{
    int largest = 0;
    const double most = direction.cwiseAbs().maxCoeff(&largest);
    if (most < kTiny || most < 0.8 * direction.norm()) return std::nullopt;
    Vector3d axis = Vector3d::Zero();
    axis[largest] = direction[largest] > 0 ? 1.0 : -1.0;
    return axis;
}

/// The smallest turn that takes one direction to another; opposite ones turn about `axis`.
Quaterniond turn(const Vector3d& from, const Vector3d& to, const Vector3d& axis)
{
    if (from.norm() < kTiny) return Quaterniond::Identity();
    if (from.normalized().dot(to) < -0.9999) return Quaterniond(Eigen::AngleAxisd(std::numbers::pi, axis));
    return Quaterniond::FromTwoVectors(from, to);
}

Quaterniond localRotation(const BvhJoint& joint, std::span<const float> frame)
{
    constexpr double kDegree = std::numbers::pi / 180;
    Quaterniond rotation = Quaterniond::Identity();
    for (int i = 0; i < joint.channelCount; ++i) {
        const int axis = static_cast<int>(joint.channels[at(i)]) - static_cast<int>(BvhChannel::XRotation);
        if (axis < 0) continue;
        const double angle = static_cast<double>(frame[at(joint.firstChannel + i)]) * kDegree;
        rotation = rotation * Quaterniond(Eigen::AngleAxisd(angle, Vector3d::Unit(axis)));
    }
    return rotation;
}

Vector3d localPosition(const BvhJoint& joint, std::span<const float> frame, bool adds)
{
    Vector3d position = joint.offset;
    for (int i = 0; i < joint.channelCount; ++i) {
        const int axis = static_cast<int>(joint.channels[at(i)]);
        if (axis > 2) continue;
        const double value = frame[at(joint.firstChannel + i)];
        position[axis] = adds ? position[axis] + value : value;
    }
    return position;
}

using FilePoses = std::array<Pose, kMaxBvhJoints>;

void forward(const BvhFile& file, std::span<const float> frame, const std::vector<bool>& positionAdds, FilePoses& poses)
{
    for (std::size_t i = 0; i < file.joints.size(); ++i) {
        const BvhJoint& joint = file.joints[i];
        const Pose local{.position = localPosition(joint, frame, positionAdds[i]),
                         .orientation = localRotation(joint, frame)};
        poses[i] = joint.parent < 0 ? local : poses[at(joint.parent)] * local;
    }
}

Vector3d restPosition(const BvhFile& file, int joint)
{
    Vector3d position = Vector3d::Zero();
    for (; joint > 0; joint = file.joints[at(joint)].parent) position += file.joints[at(joint)].offset;
    return position;
}

bool isThumb(const BvhFile& file, int joint)
{
    for (; joint >= 0; joint = file.joints[at(joint)].parent)
        if (plainJointName(file.joints[at(joint)].name).find("thumb") != std::string::npos) return true;
    return false;
}

}  // namespace

Result<BvhSkeleton> BvhSkeleton::of(const BvhFile& file, const BvhOptions& options)
{
    BvhSkeleton skeleton;
    auto done = skeleton.mapNames(file).and_then([&] { return skeleton.chooseUnits(file, options); }).and_then([&] {
        return skeleton.chooseAxes(file, options);
    });
    if (!done) return tl::unexpected(done.error());

    for (std::size_t i = 0; i < file.joints.size(); ++i) {
        const BvhJoint& joint = file.joints[i];
        // The root's channels are its position. Elsewhere some writers repeat the offset in them, others add to it.
        const Vector3d offset = joint.offset;
        const Vector3d first = localPosition(joint, file.frame(0), false);
        skeleton.m_positionAdds.push_back(i > 0 && first != offset && first.norm() < 0.5 * offset.norm());
    }
    for (const Limb& leg : kLegs) {
        const BodyJoint lowest = skeleton.knows(leg.tip) ? leg.tip : leg.end;
        if (!skeleton.knows(lowest)) continue;
        skeleton.m_feet.push_back(skeleton.joint(lowest));
        if (lowest == leg.end)
            for (std::size_t i = 0; i < file.joints.size(); ++i)
                if (file.joints[i].isEndSite && file.joints[i].parent == skeleton.joint(lowest))
                    skeleton.m_feet.push_back(static_cast<int>(i));
    }
    skeleton.deriveTPose(file);
    skeleton.planFillers(file);
    return skeleton;
}

Result<void> BvhSkeleton::mapNames(const BvhFile& file)
{
    m_joint = matchJointNames(file);
    if (!knows(Pelvis)) joint(Pelvis) = 0;
    const bool anyArm = std::ranges::any_of(
        kArms, [this](const Limb& arm) { return knows(arm.root) && knows(arm.middle) && knows(arm.end); });
    if (!anyArm)
        return fail(
            "no arm was recognised by its joint names; expected are for instance LeftShoulder, LeftElbow and "
            "LeftWrist, or LeftArm, LeftForeArm and LeftHand, or LeftUpperArm, LeftLowerArm and LeftHand: rename "
            "the joints of the file");
    // A hand that sits on the wrist carries part of the wrist's turn.
    for (const Limb& arm : kArms) {
        for (std::size_t i = 0; knows(arm.end) && i < file.joints.size(); ++i) {
            const BvhJoint& candidate = file.joints[i];
            if (candidate.parent == joint(arm.end) && !candidate.isEndSite && candidate.offset.norm() < kTiny &&
                plainJointName(candidate.name).find("hand") != std::string::npos)
                joint(arm.end) = static_cast<int>(i);
        }
    }
    mapSpine(file);
    return {};
}

void BvhSkeleton::mapSpine(const BvhFile& file)
{
    // The spine is what leads from the hips to where the arms branch off.
    const auto parentIn = [&](int index) { return file.joints[at(index)].parent; };
    int top = -1;
    if (knows(LeftShoulder) && knows(RightShoulder)) {
        top = parentIn(joint(LeftShoulder));
        while (top >= 0 && !isBelow(file, joint(RightShoulder), top)) top = parentIn(top);
    } else {
        const bool left = knows(LeftShoulder);
        const BodyJoint collar = left ? LeftCollar : RightCollar;
        top = parentIn(joint(knows(collar) ? collar : left ? LeftShoulder : RightShoulder));
    }
    std::vector<int> chain;
    for (int index = top; index >= 0 && index != joint(Pelvis); index = parentIn(index)) chain.push_back(index);
    std::ranges::reverse(chain);
    if (chain.empty()) return;
    joint(Spine3) = chain.back();
    if (chain.size() > 1) joint(Spine1) = chain.front();
    if (chain.size() > 2) joint(Spine2) = chain[chain.size() / 2];
}

Result<void> BvhSkeleton::chooseUnits(const BvhFile& file, const BvhOptions& options)
{
    double arm = 0;
    for (const Limb& limb : kArms) {
        if (!knows(limb.root) || !knows(limb.middle) || !knows(limb.end)) continue;
        arm = std::max(arm, rest(file, joint(limb.root), joint(limb.middle)).norm() +
                                rest(file, joint(limb.middle), joint(limb.end)).norm());
    }
    if (options.metresPerUnit) {
        m_metresPerUnit = *options.metresPerUnit;
        if (!(m_metresPerUnit > 0) || !std::isfinite(m_metresPerUnit))
            return fail("metres per unit must be a positive number");
        return {};
    }
    for (const double scale : {1.0, 0.01, 0.001}) {
        if (arm * scale < 0.3 || arm * scale > 1.0) continue;
        m_metresPerUnit = scale;
        return {};
    }
    return fail(fmt::format("arm and forearm are {:.4g} units long, which is a person's arm neither in metres nor in "
                            "centimetres nor in millimetres: state the metres per unit",
                            arm));
}

Result<void> BvhSkeleton::chooseAxes(const BvhFile& file, const BvhOptions& options)
{
    std::optional<Vector3d> up;
    std::optional<Vector3d> ahead;
    if (options.axes) {
        up = unit(options.axes->up);
        ahead = unit(options.axes->forward);
        if (up->dot(*ahead) != 0) return fail("the axes that point up and forward must differ");
    } else {
        const BodyJoint highest = knows(Head) ? Head : knows(Neck) ? Neck : knows(Spine3) ? Spine3 : Pelvis;
        up = nearestAxis(rest(file, joint(Pelvis), joint(highest)));
        Vector3d left = Vector3d::Zero();
        for (const auto& [l, r] : {std::pair{LeftHip, RightHip}, std::pair{LeftShoulder, RightShoulder}})
            if (knows(l) && knows(r)) left += rest(file, joint(r), joint(l));
        const std::optional<Vector3d> leftAxis = nearestAxis(left);
        if (!up || !leftAxis || up->dot(*leftAxis) != 0)
            return fail("the rest pose (all rotations zero) is not a person upright along one axis with left and right "
                        "along another: state which axes point up and forward");
        ahead = leftAxis->cross(*up);
    }
    Eigen::Matrix3d toRep;
    toRep.row(0) = *ahead;
    toRep.row(1) = up->cross(*ahead);
    toRep.row(2) = *up;
    m_axes = Quaterniond(toRep);

    for (const Limb& leg : kLegs)
        if (knows(leg.root) && knows(leg.middle) && rest(file, joint(leg.root), joint(leg.middle)).z() > 0)
            return fail("in the rest pose (all rotations zero) a leg points upwards, so this file's rest pose is no "
                        "standing person; export it with a T-pose or A-pose at rest");
    return {};
}

Vector3d BvhSkeleton::rest(const BvhFile& file, int from, int to) const
{
    return m_axes * (restPosition(file, to) - restPosition(file, from));
}

Vector3d BvhSkeleton::handDirection(const BvhFile& file, int wrist) const
{
    Vector3d sum = Vector3d::Zero();
    for (std::size_t i = 0; i < file.joints.size(); ++i) {
        const int index = static_cast<int>(i);
        if (file.joints[i].isEndSite && isBelow(file, index, wrist) && !isThumb(file, index))
            sum += rest(file, wrist, index);
    }
    return sum;
}

void BvhSkeleton::deriveTPose(const BvhFile& file)
{
    std::array<Quaterniond, kBodyJointCount> reference;
    reference.fill(Quaterniond::Identity());
    const auto ref = [&](BodyJoint which) -> Quaterniond& { return reference[at(indexOf(which))]; };
    const Vector3d x = Vector3d::UnitX();

    for (const Limb& arm : kArms) {
        const Vector3d outward = arm.side * Vector3d::UnitY();
        Quaterniond soFar = Quaterniond::Identity();
        if (knows(arm.root) && knows(arm.middle))
            soFar = turn(rest(file, joint(arm.root), joint(arm.middle)), outward, x);
        ref(arm.root) = soFar;
        if (knows(arm.middle) && knows(arm.end))
            soFar = turn(soFar * rest(file, joint(arm.middle), joint(arm.end)), outward, x) * soFar;
        ref(arm.middle) = soFar;
        if (!knows(arm.end)) continue;
        soFar = turn(soFar * handDirection(file, joint(arm.end)), outward, x) * soFar;

        // The thumb tells a palm that does not face down; only quarter turns, because thumbs are never quite ahead.
        Vector3d thumb = Vector3d::Zero();
        for (std::size_t i = 0; i < file.joints.size(); ++i)
            if (isBelow(file, static_cast<int>(i), joint(arm.end)) && isThumb(file, static_cast<int>(i)))
                thumb = rest(file, joint(arm.end), static_cast<int>(i));
        thumb = soFar * thumb;
        if (std::hypot(thumb.x(), thumb.z()) > 0.2 * thumb.norm()) {
            const double quarters = std::round(std::atan2(-thumb.z(), thumb.x()) / (std::numbers::pi / 2));
            soFar = Eigen::AngleAxisd(-quarters * std::numbers::pi / 2, Vector3d::UnitY()) * soFar;
        }
        ref(arm.end) = soFar;
        ref(arm.tip) = soFar;
    }

    for (const Limb& leg : kLegs) {
        const Vector3d down = -Vector3d::UnitZ();
        Quaterniond soFar = Quaterniond::Identity();
        if (knows(leg.root) && knows(leg.middle)) soFar = turn(rest(file, joint(leg.root), joint(leg.middle)), down, x);
        ref(leg.root) = soFar;
        if (knows(leg.middle) && knows(leg.end))
            soFar = turn(soFar * rest(file, joint(leg.middle), joint(leg.end)), down, x) * soFar;
        ref(leg.middle) = soFar;
        if (!knows(leg.end)) continue;
        // Feet keep their slope and look ahead.
        Vector3d foot = Vector3d::Zero();
        for (std::size_t i = 0; i < file.joints.size(); ++i)
            if (static_cast<int>(i) != joint(leg.end) && isBelow(file, static_cast<int>(i), joint(leg.end)))
                foot = rest(file, joint(leg.end), static_cast<int>(i));
        foot = soFar * foot;
        if (std::hypot(foot.x(), foot.y()) > 0.3 * foot.norm())
            soFar = Eigen::AngleAxisd(-std::atan2(foot.y(), foot.x()), Vector3d::UnitZ()) * soFar;
        ref(leg.end) = soFar;
        ref(leg.tip) = soFar;
    }
    for (std::size_t i = 0; i < reference.size(); ++i) m_toCanonical[i] = reference[i].conjugate();
}

void BvhSkeleton::planFillers(const BvhFile& file)
{
    for (int index = 1; index < kBodyJointCount; ++index) {
        if (m_joint[at(index)] >= 0) continue;
        Filler filler{.joint = index};
        int up = 1;
        for (filler.from = parentOf(index); m_joint[at(filler.from)] < 0; filler.from = parentOf(filler.from)) ++up;
        // The nearest known joint below: of a chain there is one, of a fork the first in canonical order.
        for (int below = index + 1; below < kBodyJointCount && filler.to < 0; ++below) {
            if (m_joint[at(below)] < 0) continue;
            int down = 0;
            int climb = below;
            for (; climb > index; climb = parentOf(climb)) ++down;
            if (climb != index) continue;
            filler.to = below;
            filler.fraction = static_cast<double>(up) / (up + down);
        }
        if (filler.to < 0) {
            const auto which = static_cast<BodyJoint>(index);
            const auto limb = std::ranges::find_if(kArms, [&](const Limb& arm) { return arm.tip == which; });
            if (up > 1) continue;
            if (limb != kArms.end()) {
                filler.offset = Vector3d(0, limb->side * kPalmDistance, 0);
            } else if (which == LeftFoot || which == RightFoot) {
                const int ankle = m_joint[at(filler.from)];
                const auto site = std::ranges::find_if(
                    file.joints, [&](const BvhJoint& joint) { return joint.isEndSite && joint.parent == ankle; });
                if (site == file.joints.end()) continue;
                filler.offset = m_toCanonical[at(filler.from)].conjugate() * (m_axes * site->offset) * m_metresPerUnit;
            } else {
                continue;
            }
        }
        m_fillers.push_back(filler);
    }
}

void BvhSkeleton::pose(const BvhFile& file, std::span<const float> frame,
                       std::array<TrackedPose, kBodyJointCount>& body) const
{
    FilePoses poses;
    forward(file, frame, m_positionAdds, poses);
    for (std::size_t i = 0; i < body.size(); ++i) {
        const bool known = m_joint[i] >= 0;
        body[i] = {.valid = known, .tracked = known};
        if (!known) continue;
        const Pose& live = poses[at(m_joint[i])];
        body[i].pose.position = m_axes * live.position * m_metresPerUnit;
        body[i].pose.orientation = (m_axes * live.orientation * m_axes.conjugate() * m_toCanonical[i]).normalized();
    }
    for (const Filler& filler : m_fillers) {
        const Pose& from = body[at(filler.from)].pose;
        TrackedPose& filled = body[at(filler.joint)];
        filled.valid = true;
        filled.pose.orientation = from.orientation;
        filled.pose.position =
            filler.to < 0
                ? from * filler.offset
                : Vector3d(from.position + filler.fraction * (body[at(filler.to)].pose.position - from.position));
    }
}

std::optional<double> BvhSkeleton::lowest(const BvhFile& file, std::span<const float> frame) const
{
    if (m_feet.empty()) return std::nullopt;
    FilePoses poses;
    forward(file, frame, m_positionAdds, poses);
    const Vector3d up = m_axes.conjugate() * Vector3d::UnitZ();
    double height = std::numeric_limits<double>::max();
    for (const int joint : m_feet) height = std::min(height, up.dot(poses[at(joint)].position));
    return height * m_metresPerUnit;
}

}  // namespace understudy
