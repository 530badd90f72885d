#include "xr/openxr/headsetreader.h"

#include <algorithm>
#include <cmath>

#include "xr/openxr/frames.h"

namespace understudy {
namespace {

constexpr int kUntrackedAfterMove = 12;  // more than the loop wants tracked in a row before it engages

bool isEngaged(TeleopPhase phase)
{
    switch (phase) {
    case TeleopPhase::Aligning:
    case TeleopPhase::Engaging:
    case TeleopPhase::Active:
    case TeleopPhase::Hold:
    case TeleopPhase::Disengaging:
        return true;
    default:
        return false;
    }
}

}  // namespace

void RoomAlignment::recentre(const Pose& head)
{
    const Eigen::Vector3d forward = head.orientation * Eigen::Vector3d::UnitX();
    if (forward.head<2>().norm() < 0.1) return;
    const Eigen::Quaterniond yaw(Eigen::AngleAxisd(-std::atan2(forward.y(), forward.x()), Eigen::Vector3d::UnitZ()));
    const Eigen::Vector3d floor(head.position.x(), head.position.y(), 0);
    m_room = {.position = -(yaw * floor), .orientation = yaw};
}

void RoomAlignment::apply(TrackedPose& joint) const
{
    if (joint.valid) joint.pose = m_room * joint.pose;
}

HeadsetReader::HeadsetReader(OpenXrSession& session, std::unique_ptr<OpenXrActions> actions)
    : m_session(session),
      m_actions(std::move(actions)),
      m_hands(makeHandTracker(session)),
      m_body(makeBodyTracker(session))
{
}

Result<std::unique_ptr<HeadsetReader>> HeadsetReader::create(OpenXrSession& session,
                                                             const std::vector<std::string>& profiles)
{
    Result<std::unique_ptr<OpenXrActions>> actions = OpenXrActions::create(session, profiles);
    if (!actions) return tl::unexpected(actions.error());
    return std::unique_ptr<HeadsetReader>(new HeadsetReader(session, std::move(*actions)));
}

HeadsetReader::Outcome HeadsetReader::read(Timestamp now, const OperatorFeedback& feedback, OperatorSample& sample)
{
    const SessionEvents events = m_session.poll();
    if (events.lost) return Outcome::Lost;
    if (events.spaceChanged) m_untracked = kUntrackedAfterMove;
    if (!m_session.running()) return Outcome::Nothing;
    if (!m_actions->sync()) return Outcome::Lost;
    const Result<XrTime> time = m_session.timeOf(now);
    if (!time) return Outcome::Lost;

    // Input that the runtime keeps from us, or a headset that nobody wears, holds nothing.
    std::array<ControllerState, kSideCount> controllers{};
    if (m_session.focused() && m_session.worn()) controllers = m_actions->controllers();
    m_buttons.apply(controllers, now, sample);
    readPoses(*time, controllers, sample);
    sample.stamps.device = *time;
    vibrate(feedback, now);

    const bool recentre = sample.isHeld(Button::Recentre);
    if (recentre && !m_recentreHeld && !isEngaged(feedback.phase)) {
        XrSpaceLocation view{XR_TYPE_SPACE_LOCATION};
        if (XR_SUCCEEDED(xrLocateSpace(m_session.view(), m_session.base(), *time, &view))) {
            const TrackedPose head = trackedPose(view.pose, view.locationFlags, tPose().head);
            if (head.tracked) m_alignment.recentre(head.pose);
        }
    }
    m_recentreHeld = recentre;
    return Outcome::Sample;
}

void HeadsetReader::readPoses(XrTime time, const std::array<ControllerState, kSideCount>& controllers,
                              OperatorSample& sample)
{
    sample.body.fill({});
    if (m_body) m_body->locate(time, sample);
    if (m_hands) m_hands->locate(time, sample);

    XrSpaceLocation view{XR_TYPE_SPACE_LOCATION};
    if (XR_SUCCEEDED(xrLocateSpace(m_session.view(), m_session.base(), time, &view)))
        sample.at(BodyJoint::Head) = trackedPose(view.pose, view.locationFlags, tPose().head);

    const std::array<TrackedPose, kSideCount> grips = m_actions->grips(time);
    for (Side side : kSides) {
        const auto index = static_cast<std::size_t>(indexOf(side));
        const TrackedPose& hand = sample.hands[index][static_cast<std::size_t>(indexOf(HandJoint::Wrist))];
        TrackedPose& wrist = sample.at(side == Side::Left ? BodyJoint::LeftWrist : BodyJoint::RightWrist);
        if (controllers[index].active && grips[index].valid)
            wrist = grips[index];
        else if (hand.valid)
            wrist = hand;
    }

    const bool trusted = m_untracked == 0 && m_session.worn();
    m_untracked = std::max(m_untracked - 1, 0);
    const auto finish = [&](TrackedPose& joint) {
        joint.pose.position.z() += joint.valid ? m_session.spaceHeight() : 0;
        joint.tracked = joint.tracked && trusted;
        m_alignment.apply(joint);
    };
    for (TrackedPose& joint : sample.body) finish(joint);
    for (auto& hand : sample.hands)
        for (TrackedPose& joint : hand) finish(joint);
}

void HeadsetReader::vibrate(const OperatorFeedback& feedback, Timestamp now)
{
    const auto pulse = [&](float amplitude, Duration length) {
        for (Side side : kSides) m_actions->vibrate(side, amplitude, length);
    };
    if (feedback.recording != m_recording) pulse(feedback.recording ? 0.8F : 0.5F, 150 * kMillisecond);
    m_recording = feedback.recording;
    if (feedback.phase != TeleopPhase::Hold) {
        m_nextPulse = 0;
    } else if (now >= m_nextPulse) {
        pulse(1, 80 * kMillisecond);
        m_nextPulse = now + 400 * kMillisecond;
    }
}

}  // namespace understudy
