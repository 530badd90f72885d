#include "core/gl/offscreencontext.h"

#include <array>

#include <EGL/egl.h>
#include <EGL/eglext.h>

namespace understudy {
namespace {

constexpr unsigned kGlRenderer = 0x1F01;
using GetString = const unsigned char* (*)(unsigned);

EGLDisplay openDisplay()
{
    const auto platformDisplay =
        reinterpret_cast<PFNEGLGETPLATFORMDISPLAYEXTPROC>(eglGetProcAddress("eglGetPlatformDisplayEXT"));
    if (platformDisplay == nullptr) return EGL_NO_DISPLAY;
    EGLDisplay display = platformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr);
    if (display != EGL_NO_DISPLAY && eglInitialize(display, nullptr, nullptr)) return display;

    const auto queryDevices = reinterpret_cast<PFNEGLQUERYDEVICESEXTPROC>(eglGetProcAddress("eglQueryDevicesEXT"));
    if (queryDevices == nullptr) return EGL_NO_DISPLAY;
    std::array<EGLDeviceEXT, 8> devices{};
    EGLint count = 0;
    if (!queryDevices(static_cast<EGLint>(devices.size()), devices.data(), &count)) return EGL_NO_DISPLAY;
    for (EGLint i = 0; i < count; ++i) {
        display = platformDisplay(EGL_PLATFORM_DEVICE_EXT, devices[static_cast<std::size_t>(i)], nullptr);
        if (display != EGL_NO_DISPLAY && eglInitialize(display, nullptr, nullptr)) return display;
    }
    return EGL_NO_DISPLAY;
}

}  // namespace

OffscreenContext::OffscreenContext(void* display, void* context) : m_display(display), m_context(context)
{
    const auto getString = reinterpret_cast<GetString>(eglGetProcAddress("glGetString"));
    const unsigned char* name = getString ? getString(kGlRenderer) : nullptr;
    m_renderer = name ? reinterpret_cast<const char*>(name) : "unknown";
}

OffscreenContext::~OffscreenContext()
{
    eglMakeCurrent(m_display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    eglDestroyContext(m_display, m_context);
    eglReleaseThread();
}

Result<std::unique_ptr<OffscreenContext>> OffscreenContext::create(GlProfile profile)
{
    const EGLDisplay display = openDisplay();
    if (display == EGL_NO_DISPLAY)
        return fail("this machine offers no OpenGL (EGL finds no device): install Mesa's EGL and DRI drivers");
    if (!eglBindAPI(EGL_OPENGL_API)) return fail("the EGL driver knows OpenGL ES only; desktop OpenGL is needed");

    constexpr std::array<EGLint, 7> kConfig{EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE,
                                            EGL_OPENGL_BIT,   EGL_CONFORMANT,  EGL_OPENGL_BIT,
                                            EGL_NONE};
    EGLConfig config = nullptr;
    EGLint found = 0;
    if (!eglChooseConfig(display, kConfig.data(), &config, 1, &found) || found == 0)
        return fail("the EGL driver has no configuration for off-screen OpenGL");

    constexpr std::array<EGLint, 7> kCore{
        EGL_CONTEXT_MAJOR_VERSION,           3,       EGL_CONTEXT_MINOR_VERSION, 2, EGL_CONTEXT_OPENGL_PROFILE_MASK,
        EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT, EGL_NONE};
    constexpr std::array<EGLint, 3> kCompatibility{EGL_CONTEXT_OPENGL_PROFILE_MASK,
                                                   EGL_CONTEXT_OPENGL_COMPATIBILITY_PROFILE_BIT, EGL_NONE};
    const EGLContext context = eglCreateContext(display, config, EGL_NO_CONTEXT,
                                                profile == GlProfile::Core ? kCore.data() : kCompatibility.data());
    if (context == EGL_NO_CONTEXT) return fail("the OpenGL driver is too old: version 3.2 is needed");
    if (!eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, context)) {
        eglDestroyContext(display, context);
        return fail("the OpenGL driver cannot draw without a window (EGL_KHR_surfaceless_context is missing)");
    }
    return std::unique_ptr<OffscreenContext>(new OffscreenContext(display, context));
}

bool OffscreenContext::isSoftware() const
{
    return m_renderer.find("llvmpipe") != std::string::npos || m_renderer.find("softpipe") != std::string::npos ||
           m_renderer.find("SWR") != std::string::npos;
}

bool OffscreenContext::isCurrent() const { return eglGetCurrentContext() == m_context; }

}  // namespace understudy
