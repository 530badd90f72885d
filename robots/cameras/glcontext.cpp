#include "robots/cameras/glcontext.h"

#include <array>
#include <cstring>
#include <vector>

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <fmt/format.h>

namespace understudy {
namespace {

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
    const auto queryDevices = extension<PFNEGLQUERYDEVICESEXTPROC>("eglQueryDevicesEXT");
    const auto queryString = extension<PFNEGLQUERYDEVICESTRINGEXTPROC>("eglQueryDeviceStringEXT");
    if (queryDevices != nullptr && queryString != nullptr) {
        std::array<EGLDeviceEXT, 16> devices{};
        EGLint count = 0;
        if (queryDevices(static_cast<EGLint>(devices.size()), devices.data(), &count) != EGL_TRUE) count = 0;
        for (int i = 0; i < count; ++i) {
            const char* abilities = queryString(devices[static_cast<std::size_t>(i)], EGL_EXTENSIONS);
            if (abilities != nullptr && std::strstr(abilities, "EGL_MESA_device_software") != nullptr) continue;
            displays.push_back(platformDisplay(EGL_PLATFORM_DEVICE_EXT, devices[static_cast<std::size_t>(i)], nullptr));
        }
    }
    displays.push_back(platformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr));
    return displays;
}

EGLContext createContext(EGLDisplay display)
{
    if (display == EGL_NO_DISPLAY || eglInitialize(display, nullptr, nullptr) != EGL_TRUE) return EGL_NO_CONTEXT;
    if (eglBindAPI(EGL_OPENGL_API) != EGL_TRUE) return EGL_NO_CONTEXT;
    const std::array<EGLint, 5> wanted{EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT,
                                       EGL_NONE};
    EGLConfig config = nullptr;
    EGLint count = 0;
    if (eglChooseConfig(display, wanted.data(), &config, 1, &count) != EGL_TRUE || count < 1) return EGL_NO_CONTEXT;
    // Without a version asked for, drivers give the newest compatibility profile, which MuJoCo's renderer needs.
    return eglCreateContext(display, config, EGL_NO_CONTEXT, nullptr);
}

}  // namespace

Result<std::unique_ptr<GlContext>> GlContext::create()
{
    for (const EGLDisplay display : candidates()) {
        const EGLContext context = createContext(display);
        if (context == EGL_NO_CONTEXT) continue;
        auto made = std::unique_ptr<GlContext>(new GlContext(display, context));
        if (!made->makeCurrent()) continue;
        const auto* renderer = reinterpret_cast<const char*>(glGetString(GL_RENDERER));
        made->m_renderer = renderer == nullptr ? "unknown" : renderer;
        made->release();
        return made;
    }
    return fail(
        "No OpenGL renderer without a display was found, so there are no simulated camera images. Install Mesa's "
        "EGL (libegl-mesa0 and libgl1-mesa-dri) or the graphics driver.");
}

GlContext::~GlContext()
{
    release();
    eglDestroyContext(m_display, m_context);
}

Result<void> GlContext::makeCurrent()
{
    if (eglMakeCurrent(m_display, EGL_NO_SURFACE, EGL_NO_SURFACE, m_context) == EGL_TRUE) return {};
    return fail(fmt::format("The OpenGL context cannot be used in this thread (EGL error {:#x}).", eglGetError()));
}

void GlContext::release() { eglMakeCurrent(m_display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT); }

bool GlContext::isSoftware() const
{
    for (const char* name : {"llvmpipe", "softpipe", "swrast", "SwiftShader"}) {
        if (m_renderer.find(name) != std::string::npos) return true;
    }
    return false;
}

}  // namespace understudy
