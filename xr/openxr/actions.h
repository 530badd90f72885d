#pragma once

#include <array>
#include <memory>

#include "xr/openxr/controllerbuttons.h"
#include "xr/openxr/session.h"

namespace understudy {

/// What the operator presses and where the controllers are, on every profile in common use. One thread, that of the
/// session; the session outlives it.
class OpenXrActions {
public:
    /// `profiles`: suggest only these interaction profiles; empty: every one we know.
    [[nodiscard]] static Result<std::unique_ptr<OpenXrActions>> create(const OpenXrSession& session,
                                                                       const std::vector<std::string>& profiles);

    /// False: the session is lost.
    [[nodiscard]] bool sync();
    [[nodiscard]] std::array<ControllerState, kSideCount> controllers() const;
    /// The grip poses as canonical wrists; not valid where the runtime has none.
    [[nodiscard]] std::array<TrackedPose, kSideCount> grips(XrTime time) const;
    /// A pulse on one side; refused silently by a controller without a motor.
    void vibrate(Side side, float amplitude, Duration length) const;
    /// The profile in use, e.g. "/interaction_profiles/valve/index_controller"; empty while there is none.
    [[nodiscard]] std::string profile(Side side) const;

private:
    enum Act { Grip, Trigger, Squeeze, Stick, Lower, Upper, StickClick, Menu, Vibrate, kActs };

    explicit OpenXrActions(const OpenXrSession& session) : m_session(session) {}
    [[nodiscard]] Result<void> createActions();
    [[nodiscard]] Result<void> suggest(const std::vector<std::string>& profiles);
    [[nodiscard]] Result<void> attach();
    [[nodiscard]] float scalar(Act act, std::size_t side) const;
    [[nodiscard]] bool pressed(Act act, std::size_t side) const;

    const OpenXrSession& m_session;
    XrActionSet m_set = XR_NULL_HANDLE;  ///< the instance owns it and its actions
    std::array<XrAction, kActs> m_actions{};
    std::array<XrPath, kSideCount> m_hands{};
    std::array<XrOwnedSpace, kSideCount> m_grips;
};

}  // namespace understudy
