#include "xr/openxr/session.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>

namespace understudy {
namespace {

/// What we use where a runtime has it; headless and the clock are needed.
constexpr std::array kWanted{XR_MND_HEADLESS_EXTENSION_NAME,
                             XR_KHR_CONVERT_TIMESPEC_TIME_EXTENSION_NAME,
                             XR_EXT_HAND_TRACKING_EXTENSION_NAME,
                             XR_EXT_EYE_GAZE_INTERACTION_EXTENSION_NAME,
                             XR_EXT_USER_PRESENCE_EXTENSION_NAME,
                             XR_FB_BODY_TRACKING_EXTENSION_NAME,
                             XR_META_BODY_TRACKING_FULL_BODY_EXTENSION_NAME,
                             XR_BD_BODY_TRACKING_EXTENSION_NAME,
                             XR_HTCX_VIVE_TRACKER_INTERACTION_EXTENSION_NAME};

/// LOCAL has no floor; it lies about where the eyes of a standing person are.
constexpr double kLocalHeight = 1.6;

template <std::size_t N>
void copyText(char (&target)[N], std::string_view text)
{
    const std::size_t length = std::min(text.size(), N - 1);
    std::memcpy(target, text.data(), length);
    target[length] = '\0';
}

Result<std::set<std::string>> offered()
{
    std::uint32_t count = 0;
    XrResult result = xrEnumerateInstanceExtensionProperties(nullptr, 0, &count, nullptr);
    std::vector<XrExtensionProperties> properties(count, {XR_TYPE_EXTENSION_PROPERTIES});
    if (XR_SUCCEEDED(result))
        result = xrEnumerateInstanceExtensionProperties(nullptr, count, &count, properties.data());
    if (XR_FAILED(result))
        return fail(
            "no OpenXR runtime answers: start the headset's (SteamVR, Monado, WiVRn …) and choose it as the active "
            "OpenXR runtime");
    std::set<std::string> names;
    for (const XrExtensionProperties& extension : properties) names.insert(extension.extensionName);
    return names;
}

}  // namespace

std::string nameOf(XrInstance instance, XrResult result)
{
    char text[XR_MAX_RESULT_STRING_SIZE] = {};
    if (instance == XR_NULL_HANDLE || XR_FAILED(xrResultToString(instance, result, text)))
        return fmt::format("OpenXR result {}", static_cast<int>(result));
    return text;
}

Result<void> succeeded(XrInstance instance, XrResult result, std::string_view what)
{
    if (XR_SUCCEEDED(result)) return {};
    return fail(fmt::format("{}: {}", what, nameOf(instance, result)));
}

Result<std::unique_ptr<OpenXrSession>> OpenXrSession::open(const std::string& application)
{
    std::unique_ptr<OpenXrSession> session(new OpenXrSession);
    if (auto created = session->createInstance(application); !created) return tl::unexpected(created.error());
    if (auto created = session->createSession(); !created) return tl::unexpected(created.error());
    if (auto created = session->createSpaces(); !created) return tl::unexpected(created.error());
    return session;
}

Result<void> OpenXrSession::createInstance(const std::string& application)
{
    const Result<std::set<std::string>> names = offered();
    if (!names) return tl::unexpected(names.error());
    std::vector<const char*> enabled;
    for (const char* wanted : kWanted) {
        if (!names->contains(wanted)) continue;
        enabled.push_back(wanted);
        m_extensions.insert(wanted);
    }
    if (!has(XR_MND_HEADLESS_EXTENSION_NAME))
        return fail("this OpenXR runtime gives no poses without a picture (it lacks XR_MND_headless)");
    if (!has(XR_KHR_CONVERT_TIMESPEC_TIME_EXTENSION_NAME))
        return fail("this OpenXR runtime shares no clock (it lacks XR_KHR_convert_timespec_time)");

    // 1.0 and no more: the loader of our oldest distribution refuses 1.1. The rest comes by extension.
    XrInstanceCreateInfo info{XR_TYPE_INSTANCE_CREATE_INFO};
    info.applicationInfo.apiVersion = XR_MAKE_VERSION(1, 0, 0);
    copyText(info.applicationInfo.applicationName, application);
    copyText(info.applicationInfo.engineName, "Understudy");
    info.enabledExtensionCount = static_cast<std::uint32_t>(enabled.size());
    info.enabledExtensionNames = enabled.data();
    XrInstance instance = XR_NULL_HANDLE;
    if (const XrResult result = xrCreateInstance(&info, &instance); XR_FAILED(result))
        return succeeded(XR_NULL_HANDLE, result, "the OpenXR runtime does not start an instance");
    m_instance = XrOwnedInstance(instance);

    XrInstanceProperties properties{XR_TYPE_INSTANCE_PROPERTIES};
    if (XR_SUCCEEDED(xrGetInstanceProperties(instance, &properties))) m_runtimeName = properties.runtimeName;
    m_toTime = function<PFN_xrConvertTimespecTimeToTimeKHR>("xrConvertTimespecTimeToTimeKHR");
    if (m_toTime == nullptr) return fail(m_runtimeName + " promises to convert times and does not");
    return {};
}

Result<void> OpenXrSession::createSession()
{
    XrSystemGetInfo wanted{XR_TYPE_SYSTEM_GET_INFO};
    wanted.formFactor = XR_FORM_FACTOR_HEAD_MOUNTED_DISPLAY;
    XrSystemId system = XR_NULL_SYSTEM_ID;
    if (auto found = succeeded(instance(), xrGetSystem(instance(), &wanted, &system),
                               m_runtimeName + " has no headset: switch it on and put it on");
        !found)
        return found;
    XrSystemHandTrackingPropertiesEXT hands{XR_TYPE_SYSTEM_HAND_TRACKING_PROPERTIES_EXT};
    XrSystemProperties properties{XR_TYPE_SYSTEM_PROPERTIES};
    if (has(XR_EXT_HAND_TRACKING_EXTENSION_NAME)) properties.next = &hands;
    if (auto got = succeeded(instance(), xrGetSystemProperties(instance(), system, &properties),
                             m_runtimeName + " does not describe its headset");
        !got)
        return got;
    m_systemName = properties.systemName;
    m_handTracking = hands.supportsHandTracking == XR_TRUE;

    XrSessionCreateInfo info{XR_TYPE_SESSION_CREATE_INFO};
    info.systemId = system;
    XrSession session = XR_NULL_HANDLE;
    auto created = succeeded(instance(), xrCreateSession(instance(), &info, &session),
                             m_runtimeName + " opens no session without a picture");
    if (created) m_session = XrOwnedSession(session);
    return created;
}

Result<void> OpenXrSession::createSpaces()
{
    std::uint32_t count = 0;
    std::array<XrReferenceSpaceType, 32> types{};
    const XrResult listed =
        xrEnumerateReferenceSpaces(session(), static_cast<std::uint32_t>(types.size()), &count, types.data());
    const bool hasStage = XR_SUCCEEDED(listed) && std::find(types.begin(), types.begin() + count,
                                                            XR_REFERENCE_SPACE_TYPE_STAGE) != types.begin() + count;
    const auto create = [&](XrReferenceSpaceType type, XrOwnedSpace& space) {
        XrReferenceSpaceCreateInfo info{XR_TYPE_REFERENCE_SPACE_CREATE_INFO};
        info.referenceSpaceType = type;
        info.poseInReferenceSpace.orientation.w = 1;
        XrSpace created = XR_NULL_HANDLE;
        auto result = succeeded(instance(), xrCreateReferenceSpace(session(), &info, &created),
                                m_runtimeName + " gives no reference space");
        if (result) space = XrOwnedSpace(created);
        return result;
    };
    m_spaceHeight = hasStage ? 0 : kLocalHeight;
    if (auto created = create(hasStage ? XR_REFERENCE_SPACE_TYPE_STAGE : XR_REFERENCE_SPACE_TYPE_LOCAL, m_base);
        !created)
        return created;
    return create(XR_REFERENCE_SPACE_TYPE_VIEW, m_view);
}

SessionEvents OpenXrSession::poll()
{
    SessionEvents events;
    for (;;) {
        XrEventDataBuffer event{XR_TYPE_EVENT_DATA_BUFFER};
        const XrResult result = xrPollEvent(instance(), &event);
        if (XR_FAILED(result)) events.lost = true;
        if (result != XR_SUCCESS || events.lost) return events;
        switch (static_cast<int>(event.type)) {
        case XR_TYPE_EVENT_DATA_SESSION_STATE_CHANGED:
            changeState(reinterpret_cast<const XrEventDataSessionStateChanged&>(event).state, events);
            break;
        case XR_TYPE_EVENT_DATA_INSTANCE_LOSS_PENDING:
            events.lost = true;
            break;
        case XR_TYPE_EVENT_DATA_REFERENCE_SPACE_CHANGE_PENDING:
            events.spaceChanged = true;
            break;
        case XR_TYPE_EVENT_DATA_USER_PRESENCE_CHANGED_EXT:
            m_worn = reinterpret_cast<const XrEventDataUserPresenceChangedEXT&>(event).isUserPresent == XR_TRUE;
            break;
        default:
            break;
        }
    }
}

void OpenXrSession::changeState(XrSessionState state, SessionEvents& events)
{
    m_state = state;
    if (state == XR_SESSION_STATE_READY && !m_running) {
        XrSessionBeginInfo info{XR_TYPE_SESSION_BEGIN_INFO};
        info.primaryViewConfigurationType = XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO;
        m_running = XR_SUCCEEDED(xrBeginSession(session(), &info));
    } else if (state == XR_SESSION_STATE_STOPPING && m_running) {
        m_running = false;
        (void)xrEndSession(session());
    } else if (state == XR_SESSION_STATE_EXITING || state == XR_SESSION_STATE_LOSS_PENDING) {
        events.lost = true;
    }
}

Result<XrTime> OpenXrSession::timeOf(Timestamp local) const
{
    const timespec time{.tv_sec = local / kSecond, .tv_nsec = local % kSecond};
    XrTime converted = 0;
    if (auto done = succeeded(instance(), m_toTime(instance(), &time, &converted), "the runtime converts no time");
        !done)
        return tl::unexpected(done.error());
    return converted;
}

XrPath OpenXrSession::path(const std::string& text) const
{
    XrPath path = XR_NULL_PATH;
    (void)xrStringToPath(instance(), text.c_str(), &path);
    return path;
}

}  // namespace understudy
