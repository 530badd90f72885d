#include <atomic>
#include <cstring>

#include <EGL/egl.h>
#include <QTest>
#include <dlfcn.h>

#include "widgets/robotviewport.h"

namespace {

std::atomic<bool> g_refuses{false};  ///< no context can be made current
std::atomic<bool> g_wasReset{false};

unsigned resetStatus() { return g_wasReset ? 0x8253 : 0; }  // GL_GUILTY_CONTEXT_RESET

template <typename Function>
Function realOne(const char* name)
{
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

// A driver that fails on demand: this program's own functions stand before those of the EGL library.
extern "C" {

EGLBoolean eglMakeCurrent(EGLDisplay display, EGLSurface draw, EGLSurface read, EGLContext context)
{
    if (g_refuses && context != EGL_NO_CONTEXT) return EGL_FALSE;
    return realOne<decltype(&eglMakeCurrent)>("eglMakeCurrent")(display, draw, read, context);
}

__eglMustCastToProperFunctionPointerType eglGetProcAddress(const char* name)
{
    if (std::strcmp(name, "glGetGraphicsResetStatus") == 0)
        return reinterpret_cast<__eglMustCastToProperFunctionPointerType>(&resetStatus);
    return realOne<decltype(&eglGetProcAddress)>("eglGetProcAddress")(name);
}
}

using namespace understudy;

/// Drivers that fail while the window is open.
class TestGraphicsFaults : public QObject {
    Q_OBJECT

    static constexpr int kPatience = 30'000;

    static SceneModel model()
    {
        SceneModel made;
        made.shapes.push_back({.isRobot = true,
                               .colour = {0.8F, 0.05F, 0.05F, 1},
                               .vertices = {{0, -1, -1}, {0, 1, -1}, {0, 0, 1}},
                               .triangles = {{0, 1, 2}}});
        return made;
    }

    static int reds(const RobotViewport& viewport)
    {
        const QImage image = const_cast<RobotViewport&>(viewport).grab().toImage();
        int count = 0;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x) {
                const QColor colour = image.pixelColor(x, y);
                count += colour.red() > 100 && colour.green() < 60 && colour.blue() < 60;
            }
        return count;
    }

    static void open(RobotViewport& viewport)
    {
        viewport.resize(400, 300);
        viewport.setModel(model());
        viewport.QWidget::show();
        viewport.show(SceneFrame{.bodies = {Pose{.position = {0, 0, 1}}}});
    }

private slots:
    void cleanup()
    {
        g_refuses = false;
        g_wasReset = false;
    }

    void aLostContextIsSaidAndReplaced()
    {
        RobotViewport viewport;
        open(viewport);
        QTRY_VERIFY_WITH_TIMEOUT(reds(viewport) > 1000, kPatience);
        for (int round = 0; round < 2; ++round) {
            g_wasReset = true;
            viewport.show(SceneFrame{.bodies = {Pose{.position = {0, 0, 1}}}});
            QTRY_VERIFY_WITH_TIMEOUT(viewport.problem().contains("lost its graphics context"), kPatience);
            QCOMPARE(reds(viewport), 0);  // the words stand where the picture was
            g_wasReset = false;
            QTRY_VERIFY_WITH_TIMEOUT(viewport.problem().isEmpty() && reds(viewport) > 1000, kPatience);
        }
    }

    void aDriverThatRefusesIsSaidAndTriedAgain()
    {
        g_refuses = true;
        RobotViewport viewport;
        open(viewport);
        QTRY_VERIFY_WITH_TIMEOUT(viewport.problem().startsWith("No 3D view"), kPatience);
        QCOMPARE(viewport.shownBodies(), std::size_t(0));
        g_refuses = false;
        QTRY_VERIFY_WITH_TIMEOUT(viewport.problem().isEmpty() && reds(viewport) > 1000, kPatience);
    }

    void aViewportThatGoesWhileItsDriverFailsIsNoMatter()
    {
        g_refuses = true;
        {
            RobotViewport viewport;
            open(viewport);
        }
        g_refuses = false;
        g_wasReset = true;
        RobotViewport viewport;
        open(viewport);
        QTRY_VERIFY_WITH_TIMEOUT(!viewport.problem().isEmpty(), kPatience);
    }
};

QTEST_MAIN(TestGraphicsFaults)
#include "tst_graphicsfaults.moc"
