#include "core/gl/offscreencontext.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include <EGL/egl.h>
#include <EGL/eglext.h>

namespace understudy {
namespace {

constexpr unsigned kGlRenderer = 0x1F01;
using GetString = const unsigned char* (*)(unsigned);

template <typename Function>
Function extension(const char* name)
{
    return reinterpret_cast<Function>(eglGetProcAddress(name));
}

/// Real graphics cards first: on a machine with one, the surfaceless platform may still mean software.
std::vector<EGLDisplay> candidates()
{
    std::vector<EGLDisplay> displays;
    const auto platformDisplay = extension<PFNEGLGETPLATFORMDISPLAYEXTPROC>("eglGetPlatformDisplayEXT");
    if (platformDisplay == nullptr) return displays;
    std::array<EGLDeviceEXT, 16> devices{};
    EGLint count = 0;
    const auto queryDevices = extension<PFNEGLQUERYDEVICESEXTPROC>("eglQueryDevicesEXT");
    const auto queryString = extension<PFNEGLQUERYDEVICESTRINGEXTPROC>("eglQueryDeviceStringEXT");
    if (queryDevices == nullptr || !queryDevices(static_cast<EGLint>(devices.size()), devices.data(), &count))
        count = 0;
    const auto cards = std::stable_partition(devices.begin(), devices.begin() + count, [&](EGLDeviceEXT device) {
        const char* abilities = queryString == nullptr ? nullptr : queryString(device, EGL_EXTENSIONS);
        return abilities != nullptr && std::strstr(abilities, "EGL_MESA_device_software") == nullptr;
    });
    for (auto device = devices.begin(); device != cards; ++device)
        displays.push_back(platformDisplay(EGL_PLATFORM_DEVICE_EXT, *device, nullptr));
    displays.push_back(platformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr));
    for (auto device = cards; device != devices.begin() + count; ++device)
        displays.push_back(platformDisplay(EGL_PLATFORM_DEVICE_EXT, *device, nullptr));
    return displays;
}

EGLContext createContext(EGLDisplay display, GlProfile profile)
{
    if (display == EGL_NO_DISPLAY || !eglInitialize(display, nullptr, nullptr)) return EGL_NO_CONTEXT;
    if (!eglBindAPI(EGL_OPENGL_API)) return EGL_NO_CONTEXT;
    constexpr std::array<EGLint, 5> kConfig{EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT,
                                            EGL_NONE};
    EGLConfig config = nullptr;
    EGLint found = 0;
    if (!eglChooseConfig(display, kConfig.data(), &config, 1, &found) || found == 0) return EGL_NO_CONTEXT;
    // Without a version asked for, drivers give the newest compatibility profile, which MuJoCo's renderer needs.
    std::vector<EGLint> attributes;
    if (profile == GlProfile::Core)
        attributes = {EGL_CONTEXT_MAJOR_VERSION,       3,
                      EGL_CONTEXT_MINOR_VERSION,       2,
                      EGL_CONTEXT_OPENGL_PROFILE_MASK, EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT};
    // Asked to, a driver tells that it was reset; one that cannot refuses the context.
    std::vector<EGLint> telling = attributes;
    telling.insert(telling.end(), {EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY, EGL_LOSE_CONTEXT_ON_RESET});
    for (std::vector<EGLint>* asked : {&telling, &attributes}) {
        asked->push_back(EGL_NONE);
        const EGLContext context = eglCreateContext(display, config, EGL_NO_CONTEXT, asked->data());
        if (context != EGL_NO_CONTEXT) return context;
    }
    return EGL_NO_CONTEXT;
}

}  // namespace

OffscreenContext::~OffscreenContext()
{
    if (isCurrent()) release();
    eglDestroyContext(m_display, m_context);
    if (eglGetCurrentContext() == EGL_NO_CONTEXT) eglReleaseThread();
}

Result<std::unique_ptr<OffscreenContext>> OffscreenContext::create(GlProfile profile)
{
    for (const EGLDisplay display : candidates()) {
        const EGLContext context = createContext(display, profile);
        if (context == EGL_NO_CONTEXT) continue;
        auto made = std::unique_ptr<OffscreenContext>(new OffscreenContext(display, context));
        if (!made->makeCurrent()) continue;
        const auto getString = extension<GetString>("glGetString");
        const unsigned char* name = getString ? getString(kGlRenderer) : nullptr;
        for (const char* ask :
             {"glGetGraphicsResetStatus", "glGetGraphicsResetStatusKHR", "glGetGraphicsResetStatusARB"})
            if (made->m_resetStatus == nullptr) made->m_resetStatus = extension<ResetStatus>(ask);
        made->m_renderer = name ? reinterpret_cast<const char*>(name) : "unknown";
        return made;
    }
    return fail("this machine offers no OpenGL 3.2 without a display: install Mesa's EGL (libegl-mesa0 and "
                "libgl1-mesa-dri) or the driver of the graphics card");
}

Result<void> OffscreenContext::makeCurrent()
{
    if (eglBindAPI(EGL_OPENGL_API) && eglMakeCurrent(m_display, EGL_NO_SURFACE, EGL_NO_SURFACE, m_context)) return {};
    return fail("the OpenGL context cannot be used in this thread (EGL error " + std::to_string(eglGetError()) + ")");
}

void OffscreenContext::release() { eglMakeCurrent(m_display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT); }

bool OffscreenContext::isSoftware() const
{
    return std::ranges::any_of(std::array{"llvmpipe", "softpipe", "swrast", "SWR", "SwiftShader"},
                               [&](const char* name) { return m_renderer.find(name) != std::string::npos; });
}

bool OffscreenContext::isCurrent() const { return eglGetCurrentContext() == m_context; }

bool OffscreenContext::isLost() const { return !isCurrent() || (m_resetStatus != nullptr && m_resetStatus() != 0); }

}  // namespace understudy
