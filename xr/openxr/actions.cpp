#include "xr/openxr/actions.h"

#include <algorithm>

#include <fmt/format.h>

#include "xr/openxr/frames.h"

namespace understudy {
namespace {

constexpr std::array kHandPaths{"/user/hand/left", "/user/hand/right"};

/// The inputs of one profile, per side, in the order of the acts; an empty one is not there.
struct Profile {
    const char* path;
    std::array<std::array<const char*, 7>, kSideCount>
        inputs;  ///< trigger, squeeze, stick, lower, upper, stick click, menu
};

constexpr std::array<const char*, 7> kBothSimple{"select/click", "", "", "", "menu/click", "", ""};
constexpr std::array<const char*, 7> kTouchLeft{"trigger/value", "squeeze/value",    "thumbstick", "x/click",
                                                "y/click",       "thumbstick/click", "menu/click"};
constexpr std::array<const char*, 7> kTouchRight{
    "trigger/value", "squeeze/value", "thumbstick", "a/click", "b/click", "thumbstick/click", ""};
constexpr std::array<const char*, 7> kIndex{
    "trigger/value", "squeeze/value", "thumbstick", "a/click", "b/click", "thumbstick/click", ""};
constexpr std::array<const char*, 7> kVive{"trigger/value", "squeeze/click",  "trackpad", "",
                                           "menu/click",    "trackpad/click", ""};
constexpr std::array<const char*, 7> kWindows{
    "trigger/value", "squeeze/click", "thumbstick", "trackpad/click", "menu/click", "thumbstick/click", ""};

constexpr std::array kProfiles{
    Profile{"/interaction_profiles/khr/simple_controller", {kBothSimple, kBothSimple}},
    Profile{"/interaction_profiles/oculus/touch_controller", {kTouchLeft, kTouchRight}},
    Profile{"/interaction_profiles/valve/index_controller", {kIndex, kIndex}},
    Profile{"/interaction_profiles/htc/vive_controller", {kVive, kVive}},
    Profile{"/interaction_profiles/microsoft/motion_controller", {kWindows, kWindows}},
};

}  // namespace

Result<std::unique_ptr<OpenXrActions>> OpenXrActions::create(const OpenXrSession& session,
                                                             const std::vector<std::string>& profiles)
{
    std::unique_ptr<OpenXrActions> actions(new OpenXrActions(session));
    if (auto done = actions->createActions(); !done) return tl::unexpected(done.error());
    if (auto done = actions->suggest(profiles); !done) return tl::unexpected(done.error());
    if (auto done = actions->attach(); !done) return tl::unexpected(done.error());
    return actions;
}

Result<void> OpenXrActions::createActions()
{
    for (std::size_t side = 0; side < m_hands.size(); ++side) m_hands[side] = m_session.path(kHandPaths[side]);
    XrActionSetCreateInfo set{XR_TYPE_ACTION_SET_CREATE_INFO};
    fmt::format_to_n(set.actionSetName, sizeof set.actionSetName - 1, "understudy");
    fmt::format_to_n(set.localizedActionSetName, sizeof set.localizedActionSetName - 1, "Understudy");
    if (auto done = succeeded(m_session.instance(), xrCreateActionSet(m_session.instance(), &set, &m_set),
                              "the runtime takes no action set");
        !done)
        return done;
    struct Wanted {
        const char* name;
        const char* words;
        XrActionType type;
    };
    constexpr std::array<Wanted, kActs> kWanted{{{"grip", "Hand", XR_ACTION_TYPE_POSE_INPUT},
                                                 {"trigger", "Gripper", XR_ACTION_TYPE_FLOAT_INPUT},
                                                 {"squeeze", "Hold to drive, clutch", XR_ACTION_TYPE_FLOAT_INPUT},
                                                 {"stick", "Choose", XR_ACTION_TYPE_VECTOR2F_INPUT},
                                                 {"lower", "Start, success", XR_ACTION_TYPE_BOOLEAN_INPUT},
                                                 {"upper", "Stop request", XR_ACTION_TYPE_BOOLEAN_INPUT},
                                                 {"stick_click", "Failure, mark", XR_ACTION_TYPE_BOOLEAN_INPUT},
                                                 {"menu", "Home", XR_ACTION_TYPE_BOOLEAN_INPUT},
                                                 {"vibrate", "Feedback", XR_ACTION_TYPE_VIBRATION_OUTPUT}}};
    for (std::size_t act = 0; act < kWanted.size(); ++act) {
        XrActionCreateInfo info{XR_TYPE_ACTION_CREATE_INFO};
        info.actionType = kWanted[act].type;
        fmt::format_to_n(info.actionName, sizeof info.actionName - 1, "{}", kWanted[act].name);
        fmt::format_to_n(info.localizedActionName, sizeof info.localizedActionName - 1, "{}", kWanted[act].words);
        info.countSubactionPaths = static_cast<std::uint32_t>(m_hands.size());
        info.subactionPaths = m_hands.data();
        if (auto done = succeeded(m_session.instance(), xrCreateAction(m_set, &info, &m_actions[act]),
                                  fmt::format("the runtime takes no action '{}'", kWanted[act].name));
            !done)
            return done;
    }
    return {};
}

Result<void> OpenXrActions::suggest(const std::vector<std::string>& profiles)
{
    int taken = 0;
    for (const Profile& profile : kProfiles) {
        if (!profiles.empty() && std::ranges::find(profiles, profile.path) == profiles.end()) continue;
        std::vector<XrActionSuggestedBinding> bindings;
        for (std::size_t side = 0; side < m_hands.size(); ++side) {
            const auto bind = [&](Act act, const std::string& input) {
                bindings.push_back({m_actions[act], m_session.path(std::string(kHandPaths[side]) + input)});
            };
            bind(Grip, "/input/grip/pose");
            bind(Vibrate, "/output/haptic");
            for (std::size_t input = 0; input < profile.inputs[side].size(); ++input)
                if (*profile.inputs[side][input] != '\0')
                    bind(static_cast<Act>(Trigger + static_cast<int>(input)),
                         std::string("/input/") + profile.inputs[side][input]);
        }
        XrInteractionProfileSuggestedBinding suggestion{XR_TYPE_INTERACTION_PROFILE_SUGGESTED_BINDING};
        suggestion.interactionProfile = m_session.path(profile.path);
        suggestion.suggestedBindings = bindings.data();
        suggestion.countSuggestedBindings = static_cast<std::uint32_t>(bindings.size());
        if (XR_SUCCEEDED(xrSuggestInteractionProfileBindings(m_session.instance(), &suggestion))) ++taken;
    }
    if (taken == 0) return fail("the runtime takes none of the controllers' profiles");
    return {};
}

Result<void> OpenXrActions::attach()
{
    XrSessionActionSetsAttachInfo info{XR_TYPE_SESSION_ACTION_SETS_ATTACH_INFO};
    info.countActionSets = 1;
    info.actionSets = &m_set;
    if (auto done = succeeded(m_session.instance(), xrAttachSessionActionSets(m_session.session(), &info),
                              "the runtime attaches no actions");
        !done)
        return done;
    for (std::size_t side = 0; side < m_hands.size(); ++side) {
        XrActionSpaceCreateInfo create{XR_TYPE_ACTION_SPACE_CREATE_INFO};
        create.action = m_actions[Grip];
        create.subactionPath = m_hands[side];
        create.poseInActionSpace.orientation.w = 1;
        XrSpace space = XR_NULL_HANDLE;
        if (auto done = succeeded(m_session.instance(), xrCreateActionSpace(m_session.session(), &create, &space),
                                  "the runtime gives no space of a hand");
            !done)
            return done;
        m_grips[side] = XrOwnedSpace(space);
    }
    return {};
}

bool OpenXrActions::sync()
{
    const XrActiveActionSet active{m_set, XR_NULL_PATH};
    XrActionsSyncInfo info{XR_TYPE_ACTIONS_SYNC_INFO};
    info.countActiveActionSets = 1;
    info.activeActionSets = &active;
    return XR_SUCCEEDED(xrSyncActions(m_session.session(), &info));
}

float OpenXrActions::scalar(Act act, std::size_t side) const
{
    const XrActionStateGetInfo info{XR_TYPE_ACTION_STATE_GET_INFO, nullptr, m_actions[act], m_hands[side]};
    XrActionStateFloat state{XR_TYPE_ACTION_STATE_FLOAT};
    const bool known =
        XR_SUCCEEDED(xrGetActionStateFloat(m_session.session(), &info, &state)) && state.isActive == XR_TRUE;
    return known && state.currentState > 0 ? std::min(state.currentState, 1.0F) : 0.0F;
}

bool OpenXrActions::pressed(Act act, std::size_t side) const
{
    const XrActionStateGetInfo info{XR_TYPE_ACTION_STATE_GET_INFO, nullptr, m_actions[act], m_hands[side]};
    XrActionStateBoolean state{XR_TYPE_ACTION_STATE_BOOLEAN};
    return XR_SUCCEEDED(xrGetActionStateBoolean(m_session.session(), &info, &state)) && state.isActive == XR_TRUE &&
           state.currentState == XR_TRUE;
}

std::array<ControllerState, kSideCount> OpenXrActions::controllers() const
{
    std::array<ControllerState, kSideCount> states;
    for (std::size_t side = 0; side < states.size(); ++side) {
        const XrActionStateGetInfo grip{XR_TYPE_ACTION_STATE_GET_INFO, nullptr, m_actions[Grip], m_hands[side]};
        XrActionStatePose pose{XR_TYPE_ACTION_STATE_POSE};
        const XrActionStateGetInfo stick{XR_TYPE_ACTION_STATE_GET_INFO, nullptr, m_actions[Stick], m_hands[side]};
        XrActionStateVector2f tilt{XR_TYPE_ACTION_STATE_VECTOR2F};
        const bool tilted = XR_SUCCEEDED(xrGetActionStateVector2f(m_session.session(), &stick, &tilt)) && tilt.isActive;
        const auto bounded = [](float value) { return value >= -1 && value <= 1 ? value : 0.0F; };
        states[side] = {.active = XR_SUCCEEDED(xrGetActionStatePose(m_session.session(), &grip, &pose)) &&
                                  pose.isActive == XR_TRUE,
                        .trigger = scalar(Trigger, side),
                        .squeeze = scalar(Squeeze, side),
                        .stickX = tilted ? bounded(tilt.currentState.x) : 0.0F,
                        .stickY = tilted ? bounded(tilt.currentState.y) : 0.0F,
                        .lower = pressed(Lower, side),
                        .upper = pressed(Upper, side),
                        .stick = pressed(StickClick, side),
                        .menu = pressed(Menu, side)};
    }
    return states;
}

std::array<TrackedPose, kSideCount> OpenXrActions::grips(XrTime time) const
{
    std::array<TrackedPose, kSideCount> poses;
    for (std::size_t side = 0; side < poses.size(); ++side) {
        XrSpaceLocation location{XR_TYPE_SPACE_LOCATION};
        if (XR_SUCCEEDED(xrLocateSpace(m_grips[side].get(), m_session.base(), time, &location)))
            poses[side] = trackedPose(location.pose, location.locationFlags, tPose().grip[side]);
    }
    return poses;
}

void OpenXrActions::vibrate(Side side, float amplitude, Duration length) const
{
    const auto index = static_cast<std::size_t>(indexOf(side));
    const XrHapticActionInfo info{XR_TYPE_HAPTIC_ACTION_INFO, nullptr, m_actions[Vibrate], m_hands[index]};
    XrHapticVibration pulse{XR_TYPE_HAPTIC_VIBRATION};
    pulse.amplitude = amplitude;
    pulse.duration = length;
    pulse.frequency = XR_FREQUENCY_UNSPECIFIED;
    (void)xrApplyHapticFeedback(m_session.session(), &info, reinterpret_cast<const XrHapticBaseHeader*>(&pulse));
}

std::string OpenXrActions::profile(Side side) const
{
    XrInteractionProfileState state{XR_TYPE_INTERACTION_PROFILE_STATE};
    const auto index = static_cast<std::size_t>(indexOf(side));
    if (XR_FAILED(xrGetCurrentInteractionProfile(m_session.session(), m_hands[index], &state)) ||
        state.interactionProfile == XR_NULL_PATH)
        return {};
    std::uint32_t length = 0;
    char text[XR_MAX_PATH_LENGTH] = {};
    if (XR_FAILED(xrPathToString(m_session.instance(), state.interactionProfile, sizeof text, &length, text)))
        return {};
    return text;
}

}  // namespace understudy
