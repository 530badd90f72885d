#include "mockruntime.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "xr/openxr/declared.h"

namespace {

MockRuntime g_state;
std::recursive_mutex g_lock;
std::vector<std::string> g_paths;
std::vector<std::string> g_actions;  // handle - 1
std::vector<std::string> g_spaces;   // handle - 1: "view", "base", "grip 0", "grip 1"
std::deque<XrEventDataBuffer> g_events;

const XrInstance kInstance = reinterpret_cast<XrInstance>(0x10);  // NOLINT
const XrSession kSession = reinterpret_cast<XrSession>(0x20);     // NOLINT

template <typename Handle>
Handle handle(std::size_t number)
{
    return reinterpret_cast<Handle>(number);  // NOLINT
}
template <typename Handle>
std::size_t number(Handle value)
{
    return reinterpret_cast<std::size_t>(value);
}

XrResult alive()
{
    const std::lock_guard guard(g_lock);
    return g_state.lost ? XR_ERROR_SESSION_LOST : XR_SUCCESS;
}

void changeState(XrSessionState state)
{
    XrEventDataBuffer buffer{XR_TYPE_EVENT_DATA_BUFFER};
    XrEventDataSessionStateChanged changed{XR_TYPE_EVENT_DATA_SESSION_STATE_CHANGED, nullptr, kSession, state, 0};
    std::memcpy(&buffer, &changed, sizeof changed);
    g_events.push_back(buffer);
    g_events.push_back(buffer);  // twice, as a real one does
}

void copy(const MockRuntime::Joint& joint, XrPosef& pose, XrSpaceLocationFlags& flags)
{
    pose.position = {joint.position[0], joint.position[1], joint.position[2]};
    pose.orientation = {joint.orientation[0], joint.orientation[1], joint.orientation[2], joint.orientation[3]};
    flags = joint.flags;
}

std::size_t sideOf(XrPath path)
{
    const std::string& text = g_paths.at(static_cast<std::size_t>(path) - 1);
    return text.find("right") != std::string::npos ? 1 : 0;
}

const std::string& nameOf(XrAction action) { return g_actions.at(number(action) - 1); }

XrResult XRAPI_CALL enumerateExtensions(const char*, std::uint32_t capacity, std::uint32_t* count,
                                        XrExtensionProperties* properties)
{
    const std::lock_guard guard(g_lock);
    std::vector<const char*> names{XR_KHR_CONVERT_TIMESPEC_TIME_EXTENSION_NAME, XR_EXT_HAND_TRACKING_EXTENSION_NAME,
                                   XR_EXT_USER_PRESENCE_EXTENSION_NAME};
    if (g_state.hasHeadless) names.push_back(XR_MND_HEADLESS_EXTENSION_NAME);
    if (g_state.hasBody[0]) {
        names.push_back(XR_FB_BODY_TRACKING_EXTENSION_NAME);
        names.push_back(XR_META_BODY_TRACKING_FULL_BODY_EXTENSION_NAME);
    }
    if (g_state.hasBody[1]) names.push_back(XR_BD_BODY_TRACKING_EXTENSION_NAME);
    *count = static_cast<std::uint32_t>(names.size());
    if (capacity == 0) return XR_SUCCESS;
    if (capacity < names.size()) return XR_ERROR_SIZE_INSUFFICIENT;
    for (std::size_t i = 0; i < names.size(); ++i)
        std::strncpy(properties[i].extensionName, names[i], XR_MAX_EXTENSION_NAME_SIZE - 1);
    return XR_SUCCESS;
}

XrResult XRAPI_CALL createInstance(const XrInstanceCreateInfo*, XrInstance* instance)
{
    const std::lock_guard guard(g_lock);
    if (g_state.gone) return XR_ERROR_RUNTIME_FAILURE;
    ++g_state.instances;
    g_state.lost = false;
    g_paths.clear();
    g_actions.clear();
    g_spaces.clear();
    g_events.clear();
    *instance = kInstance;
    return XR_SUCCESS;
}
XrResult XRAPI_CALL destroyInstance(XrInstance) { return XR_SUCCESS; }
XrResult XRAPI_CALL getInstanceProperties(XrInstance, XrInstanceProperties* properties)
{
    std::strncpy(properties->runtimeName, "mock", XR_MAX_RUNTIME_NAME_SIZE - 1);
    return XR_SUCCESS;
}
XrResult XRAPI_CALL resultToString(XrInstance, XrResult result, char buffer[XR_MAX_RESULT_STRING_SIZE])
{
    std::snprintf(buffer, XR_MAX_RESULT_STRING_SIZE, "result %d", static_cast<int>(result));
    return XR_SUCCESS;
}
XrResult XRAPI_CALL getSystem(XrInstance, const XrSystemGetInfo*, XrSystemId* system)
{
    *system = 1;
    return XR_SUCCESS;
}
XrResult XRAPI_CALL getSystemProperties(XrInstance, XrSystemId, XrSystemProperties* properties)
{
    if (auto* hands = static_cast<XrSystemHandTrackingPropertiesEXT*>(properties->next); hands != nullptr)
        hands->supportsHandTracking = XR_TRUE;
    return XR_SUCCESS;
}
XrResult XRAPI_CALL createSession(XrInstance, const XrSessionCreateInfo*, XrSession* session)
{
    const std::lock_guard guard(g_lock);
    *session = kSession;
    changeState(XR_SESSION_STATE_IDLE);
    changeState(XR_SESSION_STATE_READY);
    return XR_SUCCESS;
}
XrResult XRAPI_CALL destroySession(XrSession) { return XR_SUCCESS; }
XrResult XRAPI_CALL beginSession(XrSession, const XrSessionBeginInfo*)
{
    const std::lock_guard guard(g_lock);
    changeState(XR_SESSION_STATE_SYNCHRONIZED);
    changeState(XR_SESSION_STATE_VISIBLE);
    changeState(XR_SESSION_STATE_FOCUSED);
    return alive();
}
XrResult XRAPI_CALL endSession(XrSession) { return alive(); }
XrResult XRAPI_CALL enumerateReferenceSpaces(XrSession, std::uint32_t capacity, std::uint32_t* count,
                                             XrReferenceSpaceType* types)
{
    *count = 3;
    if (capacity >= 3) {
        types[0] = XR_REFERENCE_SPACE_TYPE_VIEW;
        types[1] = XR_REFERENCE_SPACE_TYPE_LOCAL;
        types[2] = XR_REFERENCE_SPACE_TYPE_STAGE;
    }
    return XR_SUCCESS;
}
XrResult XRAPI_CALL createReferenceSpace(XrSession, const XrReferenceSpaceCreateInfo* info, XrSpace* space)
{
    g_spaces.emplace_back(info->referenceSpaceType == XR_REFERENCE_SPACE_TYPE_VIEW ? "view" : "base");
    *space = handle<XrSpace>(g_spaces.size());
    return XR_SUCCESS;
}
XrResult XRAPI_CALL createActionSpace(XrSession, const XrActionSpaceCreateInfo* info, XrSpace* space)
{
    g_spaces.push_back("grip " + std::to_string(sideOf(info->subactionPath)));
    *space = handle<XrSpace>(g_spaces.size());
    return XR_SUCCESS;
}
XrResult XRAPI_CALL destroySpace(XrSpace) { return XR_SUCCESS; }
XrResult XRAPI_CALL locateSpace(XrSpace space, XrSpace, XrTime, XrSpaceLocation* location)
{
    const std::lock_guard guard(g_lock);
    const std::string& name = g_spaces.at(number(space) - 1);
    copy(name == "view" ? g_state.head : g_state.grips[name.back() - '0'], location->pose, location->locationFlags);
    return alive();
}
XrResult XRAPI_CALL pollEvent(XrInstance, XrEventDataBuffer* buffer)
{
    const std::lock_guard guard(g_lock);
    if (g_state.lost) return XR_ERROR_INSTANCE_LOST;
    if (g_state.presence >= 0) {
        XrEventDataBuffer event{XR_TYPE_EVENT_DATA_BUFFER};
        const XrEventDataUserPresenceChangedEXT changed{XR_TYPE_EVENT_DATA_USER_PRESENCE_CHANGED_EXT, nullptr, kSession,
                                                        static_cast<XrBool32>(g_state.presence)};
        std::memcpy(&event, &changed, sizeof changed);
        g_events.push_back(event);
        g_state.presence = -1;
    }
    if (g_state.moveSpace) {
        XrEventDataBuffer event{XR_TYPE_EVENT_DATA_REFERENCE_SPACE_CHANGE_PENDING};
        g_events.push_back(event);
        g_state.moveSpace = false;
    }
    if (g_events.empty()) return XR_EVENT_UNAVAILABLE;
    *buffer = g_events.front();
    g_events.pop_front();
    return XR_SUCCESS;
}
XrResult XRAPI_CALL stringToPath(XrInstance, const char* text, XrPath* path)
{
    const auto found = std::find(g_paths.begin(), g_paths.end(), text);
    *path = static_cast<XrPath>(found - g_paths.begin()) + 1;
    if (found == g_paths.end()) g_paths.emplace_back(text);
    return XR_SUCCESS;
}
XrResult XRAPI_CALL createActionSet(XrInstance, const XrActionSetCreateInfo*, XrActionSet* set)
{
    *set = handle<XrActionSet>(1);
    return XR_SUCCESS;
}
XrResult XRAPI_CALL createAction(XrActionSet, const XrActionCreateInfo* info, XrAction* action)
{
    g_actions.emplace_back(info->actionName);
    *action = handle<XrAction>(g_actions.size());
    return XR_SUCCESS;
}
XrResult XRAPI_CALL suggestBindings(XrInstance, const XrInteractionProfileSuggestedBinding*) { return XR_SUCCESS; }
XrResult XRAPI_CALL attachActionSets(XrSession, const XrSessionActionSetsAttachInfo*) { return XR_SUCCESS; }
XrResult XRAPI_CALL syncActions(XrSession, const XrActionsSyncInfo*)
{
    const auto frozen = [] {
        const std::lock_guard guard(g_lock);
        return g_state.frozen;
    };
    while (frozen()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return alive();
}
XrResult XRAPI_CALL getPose(XrSession, const XrActionStateGetInfo* info, XrActionStatePose* state)
{
    const std::lock_guard guard(g_lock);
    state->isActive = g_state.active[sideOf(info->subactionPath)] ? XR_TRUE : XR_FALSE;
    return alive();
}
XrResult XRAPI_CALL getFloat(XrSession, const XrActionStateGetInfo* info, XrActionStateFloat* state)
{
    const std::lock_guard guard(g_lock);
    const std::size_t side = sideOf(info->subactionPath);
    state->isActive = g_state.active[side] ? XR_TRUE : XR_FALSE;
    state->currentState = nameOf(info->action) == "trigger" ? g_state.trigger[side] : g_state.squeeze[side];
    return alive();
}
XrResult XRAPI_CALL getVector(XrSession, const XrActionStateGetInfo* info, XrActionStateVector2f* state)
{
    const std::lock_guard guard(g_lock);
    const std::size_t side = sideOf(info->subactionPath);
    state->isActive = XR_TRUE;
    state->currentState = {g_state.stick[side][0], g_state.stick[side][1]};
    return alive();
}
XrResult XRAPI_CALL getBoolean(XrSession, const XrActionStateGetInfo* info, XrActionStateBoolean* state)
{
    const std::lock_guard guard(g_lock);
    const std::size_t side = sideOf(info->subactionPath);
    const std::string& name = nameOf(info->action);
    state->isActive = XR_TRUE;
    state->currentState = (name == "upper" && g_state.upper[side]) || (name == "lower" && g_state.lower[side]);
    return alive();
}
XrResult XRAPI_CALL vibrate(XrSession, const XrHapticActionInfo*, const XrHapticBaseHeader*)
{
    const std::lock_guard guard(g_lock);
    ++g_state.pulses;
    return XR_SUCCESS;
}
XrResult XRAPI_CALL toTime(XrInstance, const timespec* time, XrTime* converted)
{
    *converted = time->tv_sec * 1'000'000'000 + time->tv_nsec - 77'000'000'000'000;  // an epoch of its own
    return alive();
}
XrResult XRAPI_CALL createHandTracker(XrSession, const XrHandTrackerCreateInfoEXT* info, XrHandTrackerEXT* tracker)
{
    *tracker = handle<XrHandTrackerEXT>(info->hand == XR_HAND_LEFT_EXT ? 1 : 2);
    return XR_SUCCESS;
}
XrResult XRAPI_CALL destroyHandTracker(XrHandTrackerEXT) { return XR_SUCCESS; }
XrResult XRAPI_CALL locateHand(XrHandTrackerEXT tracker, const XrHandJointsLocateInfoEXT*,
                               XrHandJointLocationsEXT* found)
{
    const std::lock_guard guard(g_lock);
    const std::size_t side = number(tracker) - 1;
    found->isActive = g_state.handActive[side] ? XR_TRUE : XR_FALSE;
    for (std::uint32_t i = 0; i < found->jointCount; ++i)
        copy(g_state.hands[side][i], found->jointLocations[i].pose, found->jointLocations[i].locationFlags);
    return alive();
}
XrResult XRAPI_CALL createBodyFb(XrSession, const XrBodyTrackerCreateInfoFB* info, XrBodyTrackerFB* tracker)
{
    *tracker = handle<XrBodyTrackerFB>(1);
    return info->bodyJointSet == XR_BODY_JOINT_SET_FULL_BODY_META ? XR_SUCCESS : XR_ERROR_VALIDATION_FAILURE;
}
XrResult XRAPI_CALL destroyBodyFb(XrBodyTrackerFB) { return XR_SUCCESS; }
XrResult XRAPI_CALL locateBodyFb(XrBodyTrackerFB, const XrBodyJointsLocateInfoFB*, XrBodyJointLocationsFB* found)
{
    const std::lock_guard guard(g_lock);
    found->isActive = XR_TRUE;
    found->skeletonChangedCount = 1;
    for (std::uint32_t i = 0; i < found->jointCount; ++i)
        copy(g_state.body[i], found->jointLocations[i].pose, found->jointLocations[i].locationFlags);
    return alive();
}
XrResult XRAPI_CALL bodySkeletonFb(XrBodyTrackerFB, XrBodySkeletonFB* skeleton)
{
    const std::lock_guard guard(g_lock);
    for (std::uint32_t i = 0; i < skeleton->jointCount; ++i) {
        XrSpaceLocationFlags ignored = 0;
        copy(g_state.skeleton[i], skeleton->joints[i].pose, ignored);
        skeleton->joints[i].joint = static_cast<std::int32_t>(i);
    }
    return alive();
}
XrResult XRAPI_CALL createBodyBd(XrSession, const XrBodyTrackerCreateInfoBD*, XrBodyTrackerBD* tracker)
{
    *tracker = handle<XrBodyTrackerBD>(1);
    return XR_SUCCESS;
}
XrResult XRAPI_CALL destroyBodyBd(XrBodyTrackerBD) { return XR_SUCCESS; }
XrResult XRAPI_CALL locateBodyBd(XrBodyTrackerBD, const XrBodyJointsLocateInfoBD*, XrBodyJointLocationsBD* found)
{
    const std::lock_guard guard(g_lock);
    for (std::uint32_t i = 0; i < found->jointLocationCount; ++i)
        copy(g_state.body[i], found->jointLocations[i].pose, found->jointLocations[i].locationFlags);
    return alive();
}

XrResult XRAPI_CALL getProcAddr(XrInstance, const char* name, PFN_xrVoidFunction* function)
{
    static const std::map<std::string, PFN_xrVoidFunction> functions = [] {
        std::map<std::string, PFN_xrVoidFunction> table;
        const auto add = [&](const char* key, auto value) { table[key] = reinterpret_cast<PFN_xrVoidFunction>(value); };
        add("xrGetInstanceProcAddr", getProcAddr);
        add("xrEnumerateInstanceExtensionProperties", enumerateExtensions);
        add("xrCreateInstance", createInstance);
        add("xrDestroyInstance", destroyInstance);
        add("xrGetInstanceProperties", getInstanceProperties);
        add("xrResultToString", resultToString);
        add("xrGetSystem", getSystem);
        add("xrGetSystemProperties", getSystemProperties);
        add("xrCreateSession", createSession);
        add("xrDestroySession", destroySession);
        add("xrBeginSession", beginSession);
        add("xrEndSession", endSession);
        add("xrEnumerateReferenceSpaces", enumerateReferenceSpaces);
        add("xrCreateReferenceSpace", createReferenceSpace);
        add("xrCreateActionSpace", createActionSpace);
        add("xrDestroySpace", destroySpace);
        add("xrLocateSpace", locateSpace);
        add("xrPollEvent", pollEvent);
        add("xrStringToPath", stringToPath);
        add("xrCreateActionSet", createActionSet);
        add("xrCreateAction", createAction);
        add("xrSuggestInteractionProfileBindings", suggestBindings);
        add("xrAttachSessionActionSets", attachActionSets);
        add("xrSyncActions", syncActions);
        add("xrGetActionStatePose", getPose);
        add("xrGetActionStateFloat", getFloat);
        add("xrGetActionStateVector2f", getVector);
        add("xrGetActionStateBoolean", getBoolean);
        add("xrApplyHapticFeedback", vibrate);
        add("xrConvertTimespecTimeToTimeKHR", toTime);
        add("xrCreateHandTrackerEXT", createHandTracker);
        add("xrDestroyHandTrackerEXT", destroyHandTracker);
        add("xrLocateHandJointsEXT", locateHand);
        add("xrCreateBodyTrackerFB", createBodyFb);
        add("xrDestroyBodyTrackerFB", destroyBodyFb);
        add("xrLocateBodyJointsFB", locateBodyFb);
        add("xrGetBodySkeletonFB", bodySkeletonFb);
        add("xrCreateBodyTrackerBD", createBodyBd);
        add("xrDestroyBodyTrackerBD", destroyBodyBd);
        add("xrLocateBodyJointsBD", locateBodyBd);
        return table;
    }();
    const auto found = functions.find(name);
    *function = found == functions.end() ? nullptr : found->second;
    return *function != nullptr ? XR_SUCCESS : XR_ERROR_FUNCTION_UNSUPPORTED;
}

/// What the loader and a runtime agree on; the distribution ships no header with it.
struct RuntimeRequest {
    std::uint32_t structType;
    std::uint32_t structVersion;
    std::size_t structSize;
    std::uint32_t runtimeInterfaceVersion;
    XrVersion runtimeApiVersion;
    PFN_xrGetInstanceProcAddr getInstanceProcAddr;
};

}  // namespace

extern "C" {

__attribute__((visibility("default"))) XrResult xrNegotiateLoaderRuntimeInterface(const void*, RuntimeRequest* request)
{
    request->runtimeInterfaceVersion = 1;
    request->runtimeApiVersion = XR_MAKE_VERSION(1, 0, 20);
    request->getInstanceProcAddr = getProcAddr;
    return XR_SUCCESS;
}

__attribute__((visibility("default"))) void mockRuntime(void (*change)(MockRuntime&, void*), void* context)
{
    const std::lock_guard guard(g_lock);
    change(g_state, context);
}
}
