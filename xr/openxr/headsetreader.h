#pragma once

#include <memory>

#include "core/devicesource.h"
#include "xr/openxr/actions.h"
#include "xr/openxr/bodytracker.h"

namespace understudy {

/// Turns the operator's room about its vertical axis and moves it on the floor, so that the head looks along +x from
/// above the origin. Pure.
class RoomAlignment {
public:
    /// `head` as the runtime gives it, before apply(). One that looks straight up or down has no yaw and changes
    /// nothing.
    void recentre(const Pose& head);
    void apply(TrackedPose& joint) const;

private:
    Pose m_room;  ///< X_WO: the runtime's space in the operator's world
};

/// Reads one session into operator samples: head, controllers, hands, body, buttons. One thread.
class HeadsetReader {
public:
    [[nodiscard]] static Result<std::unique_ptr<HeadsetReader>> create(OpenXrSession& session,
                                                                       const std::vector<std::string>& profiles);

    enum class Outcome { Sample, Nothing, Lost };
    /// Changes `sample` into what is so at `now`, and gives the runtime's time of it in `sample.stamps.device`.
    [[nodiscard]] Outcome read(Timestamp now, const OperatorFeedback& feedback, OperatorSample& sample);

private:
    HeadsetReader(OpenXrSession& session, std::unique_ptr<OpenXrActions> actions);
    void readPoses(XrTime time, const std::array<ControllerState, kSideCount>& controllers, OperatorSample& sample);
    void vibrate(const OperatorFeedback& feedback, Timestamp now);

    OpenXrSession& m_session;
    std::unique_ptr<OpenXrActions> m_actions;
    std::unique_ptr<JointTracker> m_hands;
    std::unique_ptr<JointTracker> m_body;
    ControllerButtons m_buttons;
    RoomAlignment m_alignment;
    int m_untracked = 0;  ///< samples still called untracked, after the runtime moved its space
    bool m_recentreHeld = false;
    bool m_recording = false;
    Timestamp m_nextPulse = 0;
};

}  // namespace understudy
