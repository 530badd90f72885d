#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/timestamp.h"
#include "xr/openxr/declared.h"

namespace understudy {

/// Words for an XrResult, e.g. "XR_ERROR_RUNTIME_FAILURE".
[[nodiscard]] std::string nameOf(XrInstance instance, XrResult result);

/// Fails with `what` and the result's name unless it succeeded.
[[nodiscard]] Result<void> succeeded(XrInstance instance, XrResult result, std::string_view what);

/// Destroys an OpenXR handle at the end of its life.
template <typename Handle, XrResult (*Destroy)(Handle)>
class XrOwned {
public:
    XrOwned() = default;
    explicit XrOwned(Handle handle) : m_handle(handle) {}
    ~XrOwned() { reset(); }
    XrOwned(XrOwned&& other) noexcept : m_handle(std::exchange(other.m_handle, XR_NULL_HANDLE)) {}
    XrOwned& operator=(XrOwned&& other) noexcept
    {
        if (this != &other) {
            reset();
            m_handle = std::exchange(other.m_handle, XR_NULL_HANDLE);
        }
        return *this;
    }
    [[nodiscard]] Handle get() const { return m_handle; }
    [[nodiscard]] explicit operator bool() const { return m_handle != XR_NULL_HANDLE; }

private:
    void reset()
    {
        if (m_handle != XR_NULL_HANDLE) (void)Destroy(m_handle);
        m_handle = XR_NULL_HANDLE;
    }
    Handle m_handle = XR_NULL_HANDLE;
};
using XrOwnedInstance = XrOwned<XrInstance, xrDestroyInstance>;
using XrOwnedSession = XrOwned<XrSession, xrDestroySession>;
using XrOwnedSpace = XrOwned<XrSpace, xrDestroySpace>;

/// What poll() found out.
struct SessionEvents {
    bool lost = false;          ///< destroy this session and open another
    bool spaceChanged = false;  ///< the runtime moved its reference space
};

/// One OpenXR instance and one session without a picture of its own (XR_MND_headless), from creation to loss. Used by
/// one thread; every call may block for as long as the runtime is frozen.
class OpenXrSession {
public:
    /// Fails in words when there is no runtime, no headset, no headless mode or no clock to share with it.
    [[nodiscard]] static Result<std::unique_ptr<OpenXrSession>> open(const std::string& application);
    ~OpenXrSession() = default;
    OpenXrSession(const OpenXrSession&) = delete;
    OpenXrSession& operator=(const OpenXrSession&) = delete;

    /// Handles every event that waits; each handler may be called twice for one change.
    [[nodiscard]] SessionEvents poll();

    /// The runtime's time of a time of the local monotonic clock.
    [[nodiscard]] Result<XrTime> timeOf(Timestamp local) const;

    [[nodiscard]] bool has(std::string_view extension) const { return m_extensions.contains(std::string(extension)); }
    /// A function of an extension, null when the runtime lacks it.
    template <typename Function>
    [[nodiscard]] Function function(const char* name) const
    {
        PFN_xrVoidFunction found = nullptr;
        if (XR_FAILED(xrGetInstanceProcAddr(m_instance.get(), name, &found))) return nullptr;
        return reinterpret_cast<Function>(found);
    }

    [[nodiscard]] XrInstance instance() const { return m_instance.get(); }
    [[nodiscard]] XrSession session() const { return m_session.get(); }
    [[nodiscard]] XrSpace view() const { return m_view.get(); }
    /// STAGE where the runtime has one, else LOCAL: `spaceHeight()` above its floor.
    [[nodiscard]] XrSpace base() const { return m_base.get(); }
    [[nodiscard]] double spaceHeight() const { return m_spaceHeight; }
    [[nodiscard]] bool running() const { return m_running; }
    /// The runtime gives us input.
    [[nodiscard]] bool focused() const { return m_state == XR_SESSION_STATE_FOCUSED; }
    /// The headset is worn, as far as the runtime can tell.
    [[nodiscard]] bool worn() const { return m_worn; }
    [[nodiscard]] const std::string& runtimeName() const { return m_runtimeName; }
    [[nodiscard]] const std::string& systemName() const { return m_systemName; }
    [[nodiscard]] bool handTracking() const { return m_handTracking; }

    [[nodiscard]] XrPath path(const std::string& text) const;

private:
    OpenXrSession() = default;
    [[nodiscard]] Result<void> createInstance(const std::string& application);
    [[nodiscard]] Result<void> createSession();
    [[nodiscard]] Result<void> createSpaces();
    void changeState(XrSessionState state, SessionEvents& events);

    std::set<std::string> m_extensions;
    XrOwnedInstance m_instance;
    XrOwnedSession m_session;
    XrOwnedSpace m_view;
    XrOwnedSpace m_base;
    double m_spaceHeight = 0;
    XrSessionState m_state = XR_SESSION_STATE_UNKNOWN;
    bool m_running = false;
    bool m_worn = true;
    bool m_handTracking = false;
    std::string m_runtimeName;
    std::string m_systemName;
    PFN_xrConvertTimespecTimeToTimeKHR m_toTime = nullptr;
};

}  // namespace understudy
