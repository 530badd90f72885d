#include "robots/model/retargeter.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "robots/model/armreach.h"

namespace understudy {

namespace {

constexpr double kShortestBone = 0.08;  ///< m
constexpr double kLongestBone = 0.7;
constexpr double kFarthest = 1000.0;  ///< m from the operator's origin
constexpr double kJumpRatio = 3.0;
constexpr double kMostLean = 0.8;  ///< rad of the torso
constexpr double kPinched = 0.02;  ///< m between thumb and index tip
constexpr double kSpread = 0.10;

/// The pose with a quaternion of unit length, if it can be trusted.
std::optional<Pose> trusted(const TrackedPose& tracked)
{
    if (!tracked.valid || !tracked.pose.isFinite()) return std::nullopt;
    if (tracked.pose.position.cwiseAbs().maxCoeff() > kFarthest) return std::nullopt;
    const double norm = tracked.pose.orientation.norm();
    if (norm < 0.9 || norm > 1.1) return std::nullopt;
    Pose pose = tracked.pose;
    pose.orientation.normalize();
    return pose;
}

std::optional<Pose> trustedBody(const OperatorSample& sample, BodyJoint joint) { return trusted(sample.at(joint)); }

/// The hand that drives: measured now, from the body or from the hand's own tracking.
std::optional<Pose> drivingHand(const OperatorSample& sample, Side side)
{
    const TrackedPose& body = sample.at(side == Side::Left ? BodyJoint::LeftWrist : BodyJoint::RightWrist);
    if (body.tracked) {
        if (const auto pose = trusted(body)) return pose;
    }
    const TrackedPose& hand =
        sample.hands[static_cast<std::size_t>(indexOf(side))][static_cast<std::size_t>(indexOf(HandJoint::Wrist))];
    return hand.tracked ? trusted(hand) : std::nullopt;
}

Eigen::Quaterniond turned(const Eigen::Vector3d& rotation)
{
    const double angle = rotation.norm();
    if (angle < 1e-12) return Eigen::Quaterniond::Identity();
    return Eigen::Quaterniond(Eigen::AngleAxisd(angle, rotation / angle));
}

/// A person drives on their feet: upside down, what is tracked is not the person, or not a time to drive. Who bends
/// deep keeps the pelvis up.
bool isUpright(const OperatorSample& sample)
{
    constexpr double kOver = -0.5;
    const auto isOver = [](const std::optional<Pose>& pose) {
        return pose && (pose->orientation * Eigen::Vector3d::UnitZ()).z() < kOver;
    };
    const auto pelvis = trustedBody(sample, BodyJoint::Pelvis);
    const auto chest = trustedBody(sample, BodyJoint::Spine3);
    if (!pelvis && !chest) return !isOver(trustedBody(sample, BodyJoint::Head));
    return (pelvis && !isOver(pelvis)) || (chest && !isOver(chest));
}

bool isBone(double length) { return length >= kShortestBone && length <= kLongestBone; }

}  // namespace

std::string_view nameOf(RetargetMode mode)
{
    static constexpr std::array<std::string_view, 3> kNames{"mirror", "clutch", "joint_direct"};
    return kNames[static_cast<std::size_t>(mode)];
}

Result<Retargeter> Retargeter::create(const RobotModel& model, const RetargetOptions& options)
{
    const auto between = [](double value, double low, double high) { return value >= low && value <= high; };
    if (!between(options.positionScale, 0.25, 1.5) || !between(options.rotationScale, 0.5, 1.5)) {
        return fail("The position scale must lie between 0.25 and 1.5, the rotation scale between 0.5 and 1.5.");
    }
    if (!between(options.reachHard, 0.1, 1.2) || !between(options.reachSoft, 0.05, options.reachHard - 1e-3)) {
        return fail("The soft reach must lie below the hard reach, which lies between 0.1 and 1.2.");
    }
    if (!(options.linearSpeed > 0) || !(options.angularSpeed > 0)) {
        return fail("The speeds beyond which input is a jump must be above zero.");
    }
    Retargeter retargeter(options);
    if (Result<void> measured = retargeter.measureRobot(model); !measured) return tl::unexpected(measured.error());
    if (Result<void> measured = retargeter.measureNeck(model); !measured) return tl::unexpected(measured.error());
    for (const Side side : kSides) {
        auto hand = HandRetargeter::create(model, side);
        if (!hand) return tl::unexpected(hand.error());
        retargeter.m_hands[static_cast<std::size_t>(indexOf(side))] = std::move(*hand);
    }
    if (options.mode == RetargetMode::JointDirect || !options.sourceJoints.empty()) {
        Result<void> mapped = retargeter.mapJoints(model);
        if (!mapped && options.mode == RetargetMode::JointDirect) return tl::unexpected(mapped.error());
        if (!mapped) retargeter.m_channels.clear();
    }
    return retargeter;
}

Result<void> Retargeter::measureRobot(const RobotModel& model)
{
    const RobotProfile& profile = model.profile();
    const auto count = static_cast<Eigen::Index>(model.joints().size());
    m_output.joints.resize(count);
    for (Eigen::Index i = 0; i < count; ++i) {
        m_output.joints[i] = model.joints()[static_cast<std::size_t>(i)].rest;
    }
    bool any = false;
    for (const Side side : kSides) {
        const auto i = static_cast<std::size_t>(indexOf(side));
        for (const ClosureJoint& finger : profile.hands[i]) {
            if (const auto joint = model.jointIndex(finger.joint)) {
                m_fingers[i].push_back({.joint = *joint, .open = finger.open, .closed = finger.closed});
            }
        }
        if (!profile.arms[i]) continue;
        const Result<ArmReach> measured = measureArm(model, *profile.arms[i]);
        if (!measured) return tl::unexpected(measured.error());
        Arm& arm = m_arms[i];
        arm.present = any = true;
        arm.shoulder = measured->shoulder;
        arm.reach = measured->reach;
        arm.upperArm = measured->upperArm;
        arm.hasElbow = measured->upperArm > 0;
        m_workspaces[i] = profile.arms[i]->workspace;
    }
    if (!any && m_options.mode != RetargetMode::JointDirect) {
        return fail(fmt::format("{} has no arm in its profile to retarget to.", model.name()));
    }
    const auto torso = model.bodyIndex(profile.torso);
    if (!torso) return {};
    const std::vector<int> moving = jointsBetween(model, *torso);
    Result<Kinematics> kinematics = Kinematics::create(model, moving, {{.body = profile.torso}});
    if (!kinematics) return tl::unexpected(kinematics.error());
    m_hasTorso = !moving.empty() && !profile.waistJoints.empty();
    Eigen::VectorXd rest = m_output.joints;
    kinematics->update(rest);
    m_torsoRest = kinematics->pose(0);
    m_output.body.torso = m_torsoRest.orientation;
    if (!m_hasTorso) return {};
    FrameJacobian jacobian;
    kinematics->jacobian(0, jacobian);
    for (Eigen::Index i = 0; i < jacobian.cols(); ++i) {
        if (std::abs(jacobian(5, i)) > 0.7) m_waistTurns = true;
    }
    return {};
}

Result<void> Retargeter::mapJoints(const RobotModel& model)
{
    std::vector<JointMapping> mappings = m_options.jointMappings;
    if (mappings.empty()) {
        for (const std::string& name : m_options.sourceJoints) {
            if (model.jointIndex(name)) mappings.push_back({.source = name, .robot = name});
        }
    }
    m_sourceCount = m_options.sourceJoints.size();
    for (const JointMapping& mapping : mappings) {
        const auto& names = m_options.sourceJoints;
        const auto source = std::find(names.begin(), names.end(), mapping.source);
        if (source == names.end()) return fail(fmt::format("The device has no joint {}.", mapping.source));
        const auto robot = model.jointIndex(mapping.robot);
        if (!robot) return fail(fmt::format("{} has no joint {}.", model.name(), mapping.robot));
        if (!std::isfinite(mapping.scale) || !std::isfinite(mapping.offset)) {
            return fail(fmt::format("Scale and offset of joint {} must be finite.", mapping.robot));
        }
        m_channels.push_back({.source = static_cast<int>(source - names.begin()),
                              .robot = *robot,
                              .scale = mapping.scale,
                              .offset = mapping.offset});
    }
    for (const Channel& channel : m_channels) m_mapped.push_back(channel.robot);
    if (m_channels.empty()) return fail(fmt::format("No joint of the device drives a joint of {}.", model.name()));
    return {};
}

bool Retargeter::setMode(RetargetMode mode)
{
    const bool direct = mode == RetargetMode::JointDirect;
    if (direct ? m_channels.empty() : !m_arms[0].present && !m_arms[1].present) return false;
    m_options.mode = mode;
    rearm();
    return true;
}

bool Retargeter::keepInside(std::size_t side, Pose& wrist) const
{
    if (!m_workspaces[side]) return true;
    const Pose torso{.position = m_torsoRest.position, .orientation = m_output.body.torso};
    const BoxedPoint boxed = within(*m_workspaces[side], torso.inverse() * wrist.position);
    wrist.position = torso * boxed.point;
    return !boxed.rejected;
}

void Retargeter::rearm()
{
    for (Arm& arm : m_arms) {
        arm.latched = false;
        arm.compared = false;
    }
    m_seen = false;
}

const RetargetOutput& Retargeter::update(const OperatorSample& sample, bool following,
                                         const std::array<Pose, kSideCount>& wrists)
{
    const double elapsed = m_seen ? toSeconds(sample.stamps.capture - m_capture) : 0.0;
    const double seconds = std::clamp(elapsed, 1e-3, 0.1);
    m_output.jumped = m_output.outside = false;
    updateClosure(sample);
    m_output.fingers.fill(false);
    if (m_options.mode != RetargetMode::JointDirect) {
        updateNeck(sample);
        for (std::size_t i = 0; i < kSideCount; ++i) {
            m_output.fingers[i] = m_hands[i] && m_hands[i]->update(sample.hands[i], m_output.joints);
        }
    }
    if (m_options.mode == RetargetMode::JointDirect) {
        updateDirect(sample);
    } else {
        updateHeading(sample);
        updateTorso(sample);
        const bool upright = isUpright(sample);
        std::array<std::optional<ArmTarget>, kSideCount> targets;
        for (const Side side : kSides) {
            const auto i = static_cast<std::size_t>(indexOf(side));
            targets[i] = m_options.mode == RetargetMode::Mirror ? mirrored(side, sample)
                                                                : clutched(side, sample, following, wrists[i]);
            if (!upright) targets[i].reset();
            if (targets[i] && !keepInside(i, targets[i]->wrist)) m_output.outside = true;
            const Arm& arm = m_arms[i];
            if (targets[i] && arm.compared && isJump(arm, targets[i]->wrist, seconds)) m_output.jumped = true;
        }
        for (std::size_t i = 0; i < kSideCount; ++i) {
            m_output.tracked[i] = targets[i].has_value();
            if (!targets[i]) {
                m_arms[i].compared = false;
                m_output.body.arms[i].active = m_output.body.arms[i].elbowActive = false;
            }
            if (!targets[i] || m_output.jumped) continue;
            m_output.body.arms[i] = *targets[i];
            accept(m_arms[i], targets[i]->wrist, seconds);
        }
    }
    if (!m_output.jumped) {
        m_capture = sample.stamps.capture;
        m_seen = true;
    }
    return m_output;
}

bool Retargeter::isJump(const Arm& arm, const Pose& target, double seconds) const
{
    const Eigen::Vector3d moved = target.position - arm.accepted.position;
    const Eigen::Vector3d turn = rotationVector(target.orientation * arm.accepted.orientation.conjugate());
    const bool leapt = moved.norm() > kJumpRatio * m_options.linearSpeed * seconds &&
                       (moved - seconds * arm.velocity.linear).norm() > m_options.jumpDistance;
    const bool spun = turn.norm() > kJumpRatio * m_options.angularSpeed * seconds &&
                      (turn - seconds * arm.velocity.angular).norm() > m_options.jumpAngle;
    return leapt || spun;
}

void Retargeter::accept(Arm& arm, const Pose& target, double seconds)
{
    arm.velocity = {};
    if (arm.compared) {
        arm.velocity.linear = (target.position - arm.accepted.position) / seconds;
        arm.velocity.angular = rotationVector(target.orientation * arm.accepted.orientation.conjugate()) / seconds;
    }
    arm.compared = true;
    arm.accepted = target;
}

void Retargeter::updateHeading(const OperatorSample& sample)
{
    const BodyJoint preferred = m_waistTurns ? BodyJoint::Pelvis : BodyJoint::Spine3;
    const BodyJoint second = m_waistTurns ? BodyJoint::Spine3 : BodyJoint::Pelvis;
    for (const BodyJoint joint : {preferred, second, BodyJoint::Head}) {
        const auto pose = trustedBody(sample, joint);
        if (!pose) continue;
        const Eigen::Vector3d forward = pose->orientation * Eigen::Vector3d::UnitX();
        // Lying or bent double there is no heading: the last one stays.
        if (forward.head<2>().norm() < 0.3) return;
        const double yaw = std::atan2(forward.y(), forward.x());
        m_heading = Eigen::Quaterniond(Eigen::AngleAxisd(-yaw, Eigen::Vector3d::UnitZ()));
        return;
    }
}

void Retargeter::updateTorso(const OperatorSample& sample)
{
    m_output.body.torsoActive = m_hasTorso;
    m_output.body.torso = m_torsoRest.orientation;
    if (!m_hasTorso || m_options.mode != RetargetMode::Mirror) return;
    const auto chest = trustedBody(sample, BodyJoint::Spine3);
    if (!chest) return;
    const Eigen::Vector3d lean = rotationVector(m_heading * chest->orientation);
    const double angle = lean.norm();
    m_output.body.torso =
        turned(angle > kMostLean ? Eigen::Vector3d(lean * (kMostLean / angle)) : lean) * m_torsoRest.orientation;
}

Eigen::Vector3d Retargeter::shoulderNow(const Arm& arm) const
{
    if (!m_hasTorso) return arm.shoulder;
    const Eigen::Quaterniond turn = m_output.body.torso * m_torsoRest.orientation.conjugate();
    return m_torsoRest.position + turn * (arm.shoulder - m_torsoRest.position);
}

Eigen::Vector3d Retargeter::withinReach(const Arm& arm, const Eigen::Vector3d& shoulder,
                                        const Eigen::Vector3d& wrist) const
{
    const Eigen::Vector3d reach = wrist - shoulder;
    const double distance = reach.norm();
    const double soft = m_options.reachSoft * arm.reach;
    const double room = (m_options.reachHard - m_options.reachSoft) * arm.reach;
    if (distance <= soft) return wrist;
    return shoulder + reach * ((soft + room * std::tanh((distance - soft) / room)) / distance);
}

std::optional<ArmTarget> Retargeter::mirrored(Side side, const OperatorSample& sample)
{
    Arm& arm = m_arms[static_cast<std::size_t>(indexOf(side))];
    const bool left = side == Side::Left;
    const auto hand = drivingHand(sample, side);
    const auto elbow = trustedBody(sample, left ? BodyJoint::LeftElbow : BodyJoint::RightElbow);
    const auto shoulder = trustedBody(sample, left ? BodyJoint::LeftShoulder : BodyJoint::RightShoulder);
    if (!arm.present || !hand || !elbow || !shoulder) return std::nullopt;
    const double upperArm = (elbow->position - shoulder->position).norm();
    const double forearm = (hand->position - elbow->position).norm();
    if (!isBone(upperArm) || !isBone(forearm)) return std::nullopt;
    if (arm.operatorUpperArm == 0.0) {
        arm.operatorUpperArm = upperArm;
        arm.operatorForearm = forearm;
    }
    constexpr double kShare = 0.01;
    arm.operatorUpperArm += kShare * (upperArm - arm.operatorUpperArm);
    arm.operatorForearm += kShare * (forearm - arm.operatorForearm);

    const Eigen::Vector3d centre = shoulderNow(arm);
    const double scale = arm.reach / (arm.operatorUpperArm + arm.operatorForearm);
    ArmTarget target;
    target.active = true;
    target.wrist.position =
        withinReach(arm, centre, centre + scale * (m_heading * (hand->position - shoulder->position)));
    target.wrist.orientation = (m_heading * hand->orientation).normalized();
    target.elbowActive = arm.hasElbow;
    target.elbow =
        centre + (arm.upperArm / arm.operatorUpperArm) * (m_heading * (elbow->position - shoulder->position));
    return target;
}

std::optional<ArmTarget> Retargeter::clutched(Side side, const OperatorSample& sample, bool following,
                                              const Pose& wrist)
{
    Arm& arm = m_arms[static_cast<std::size_t>(indexOf(side))];
    const auto hand = drivingHand(sample, side);
    if (!arm.present || !hand) {
        arm.latched = false;
        return std::nullopt;
    }
    if (!following || !arm.latched) {
        arm.latched = following;
        arm.compared = false;
        arm.handLatch = *hand;
        arm.wristLatch = wrist;
        arm.latchHeading = m_heading;
    }
    const Eigen::Quaterniond turn =
        arm.latchHeading * hand->orientation * arm.handLatch.orientation.conjugate() * arm.latchHeading.conjugate();
    ArmTarget target;
    target.active = true;
    target.wrist.position = arm.wristLatch.position +
                            m_options.positionScale * (arm.latchHeading * (hand->position - arm.handLatch.position));
    target.wrist.position = withinReach(arm, arm.shoulder, target.wrist.position);
    target.wrist.orientation =
        (turned(m_options.rotationScale * rotationVector(turn)) * arm.wristLatch.orientation).normalized();
    return target;
}

Result<void> Retargeter::measureNeck(const RobotModel& model)
{
    const RobotProfile& profile = model.profile();
    if (profile.neckJoints.empty() || !model.bodyIndex(profile.head)) return {};
    std::vector<int> joints;
    for (const std::string& name : profile.neckJoints) {
        if (const auto joint = model.jointIndex(name)) joints.push_back(*joint);
    }
    Result<Kinematics> kinematics = Kinematics::create(model, joints, {{.body = profile.head}});
    if (!kinematics) return tl::unexpected(kinematics.error());
    // At zero, so that the axes are those of the joints and not of a bowed head.
    kinematics->update(Eigen::VectorXd::Zero(m_output.joints.size()));
    FrameJacobian jacobian;
    kinematics->jacobian(0, jacobian);
    for (std::size_t i = 0; i < joints.size(); ++i) {
        const JointInfo& joint = model.joints()[static_cast<std::size_t>(joints[i])];
        const Eigen::Vector3d axis = jacobian.col(static_cast<Eigen::Index>(i)).tail<3>();
        if (axis.norm() < 0.5) continue;
        m_neck.push_back({.joint = joints[i],
                          .axis = axis.normalized(),
                          .rest = joint.rest,
                          .lower = joint.lower.value,
                          .upper = joint.upper.value});
    }
    return {};
}

void Retargeter::updateNeck(const OperatorSample& sample)
{
    if (m_neck.empty()) return;
    const auto head = trustedBody(sample, BodyJoint::Head);
    if (!head) return;
    const auto chest = trustedBody(sample, BodyJoint::Spine3);
    const Eigen::Quaterniond facing = chest ? chest->orientation : m_heading.conjugate();
    const Eigen::Vector3d turn = rotationVector(facing.conjugate() * head->orientation);
    for (const NeckJoint& joint : m_neck) {
        m_output.joints[joint.joint] =
            std::clamp(joint.rest + joint.axis.dot(turn), joint.lower, std::max(joint.lower, joint.upper));
    }
}

void Retargeter::updateClosure(const OperatorSample& sample)
{
    for (std::size_t i = 0; i < kSideCount; ++i) {
        const auto& hand = sample.hands[i];
        float closure = sample.inputs[i].trigger;
        if (!std::isfinite(closure)) closure = m_output.closure[i];
        const auto thumb = trusted(hand[static_cast<std::size_t>(indexOf(HandJoint::ThumbTip))]);
        const auto index = trusted(hand[static_cast<std::size_t>(indexOf(HandJoint::IndexTip))]);
        if (thumb && index) {
            const double gap = (thumb->position - index->position).norm();
            const double aperture = std::clamp((gap - kPinched) / (kSpread - kPinched), 0.0, 1.0);
            closure = std::max(closure, static_cast<float>(1.0 - aperture));
        }
        m_output.closure[i] = std::clamp(closure, 0.0F, 1.0F);
    }
}

void Retargeter::updateDirect(const OperatorSample& sample)
{
    const bool usable = sample.joints.size() == static_cast<Eigen::Index>(m_sourceCount) && sample.joints.allFinite();
    m_output.tracked.fill(usable);
    if (!usable) return;
    for (const Channel& channel : m_channels) {
        m_output.joints[channel.robot] = channel.scale * sample.joints[channel.source] + channel.offset;
    }
}

void Retargeter::applyFingersAndNeck(const std::array<double, kSideCount>& closure, const Eigen::VectorXd& joints,
                                     Eigen::VectorXd& into) const
{
    for (std::size_t i = 0; i < kSideCount; ++i) {
        for (const Finger& finger : m_fingers[i]) {
            into[finger.joint] =
                m_output.fingers[i] ? joints[finger.joint] : finger.open + closure[i] * (finger.closed - finger.open);
        }
    }
    for (const NeckJoint& joint : m_neck) into[joint.joint] = joints[joint.joint];
}

std::vector<int> Retargeter::singleJoints() const
{
    std::vector<int> joints;
    for (const auto& hand : m_fingers) {
        for (const Finger& finger : hand) joints.push_back(finger.joint);
    }
    for (const NeckJoint& joint : m_neck) joints.push_back(joint.joint);
    return joints;
}

}  // namespace understudy
