// Both ways of putting VTK into the window, under the load of a session that records: an image drawn by a thread of its
// own, and a QOpenGLWidget. Prints what each costs; no test. Started as
//   xvfb-run -a -s "-screen 0 1680x1050x24" build/release/tests/viewporthosts [ROBOT]
#include <algorithm>
#include <cstdio>

#include <QApplication>
#include <QElapsedTimer>
#include <QHBoxLayout>
#include <QLabel>
#include <QOpenGLFunctions>
#include <QOpenGLWidget>
#include <QTemporaryDir>
#include <QTimer>
#include <sys/resource.h>

#include "app/commands.h"
#include "app/studio/scenesource.h"
#include "app/studio/sessionimage.h"
#include "app/teleopsession.h"
#include "widgets/imageview.h"
#include "widgets/robotviewport.h"
#include "widgets/statebanner.h"
#include "widgets/theme.h"
#include "widgets/vtkscene.h"

using namespace understudy;

namespace {

constexpr int kFrameMs = 33;
constexpr int kSeconds = 12;

class GlHost final : public QOpenGLWidget {
public:
    GlHost(SceneModel model, QWidget* parent) : QOpenGLWidget(parent), m_model(std::move(model)) {}
    ~GlHost() override
    {
        if (context() == nullptr) return;
        disconnect(context(), nullptr, this, nullptr);
        makeCurrent();
        m_scene.reset();
        doneCurrent();
    }
    void show(SceneFrame frame)
    {
        m_frame = std::move(frame);
        update();
    }
    using QWidget::show;

protected:
    void initializeGL() override
    {
        m_scene = std::make_unique<VtkScene>(m_model, Theme::current().scene(), true, SceneTarget::BoundFramebuffer);
    }
    void paintGL() override
    {
        m_scene->draw(m_frame, ViewCamera{}, size() * devicePixelRatioF(), SceneQuality::Moving);
        QOpenGLFunctions* gl = context()->functions();
        gl->glBindFramebuffer(0x8D40, defaultFramebufferObject());
        gl->glColorMask(false, false, false, true);
        gl->glClearColor(0, 0, 0, 1);
        gl->glClear(0x4000);
        gl->glColorMask(true, true, true, true);
    }

private:
    SceneModel m_model;
    SceneFrame m_frame;
    std::unique_ptr<VtkScene> m_scene;
};

/// Calls after each repaint of a widget, when the window has been put on the screen.
class AfterPaint final : public QObject {
public:
    AfterPaint(std::function<void()> call, QObject* parent) : QObject(parent), m_call(std::move(call)) {}

protected:
    bool eventFilter(QObject* watched, QEvent* event) override
    {
        if (event->type() == QEvent::Paint) QTimer::singleShot(0, this, m_call);
        return QObject::eventFilter(watched, event);
    }

private:
    std::function<void()> m_call;
};

double cpuSeconds()
{
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           1e-6 * static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

double at(std::vector<double> values, double share)
{
    if (values.empty()) return -1;
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

enum class Host { None, Image, OpenGl };

void measure(Host host, TeleopSession& session)
{
    QWidget window;
    window.resize(1680, 1020);
    auto* row = new QHBoxLayout(&window);
    row->addWidget(new QLabel(QStringLiteral("left"), &window), 18);
    QElapsedTimer sinceStart;
    sinceStart.start();
    double startMs = -1;
    std::vector<double> frames;
    QElapsedTimer asked;
    const auto painted = [&] {
        if (startMs < 0) startMs = 1e-6 * static_cast<double>(sinceStart.nsecsElapsed());
        if (asked.isValid()) frames.push_back(1e-6 * static_cast<double>(asked.nsecsElapsed()));
        asked.invalidate();
    };
    QWidget* view = nullptr;
    std::function<void(SceneFrame)> show = [](SceneFrame) {};
    if (host == Host::Image) {
        auto* viewport = new RobotViewport(&window);
        viewport->setColours(Theme::current().scene());
        viewport->setModel(toScene(session.robot()));
        viewport->installEventFilter(new AfterPaint(painted, viewport));
        show = [viewport](SceneFrame frame) { viewport->show(std::move(frame)); };
        view = viewport;
    } else if (host == Host::OpenGl) {
        auto* viewport = new GlHost(toScene(session.robot()), &window);
        QObject::connect(viewport, &QOpenGLWidget::frameSwapped, &window, painted);
        show = [viewport](SceneFrame frame) { viewport->show(std::move(frame)); };
        view = viewport;
    } else {
        view = new QWidget(&window);
    }
    auto* banner = new StateBanner(view);
    banner->setState(TeleopPhase::Active, HoldReason::None);
    banner->setGeometry(16, 16, 460, 100);
    row->addWidget(view, 62);
    auto* cameras = new QVBoxLayout;
    row->addLayout(cameras, 20);
    std::vector<ImageView*> images;
    for (std::size_t i = 0; i < session.cameraCount(); ++i) {
        images.push_back(new ImageView(QString::fromStdString(session.camera(i).name), &window));
        cameras->addWidget(images.back());
    }
    window.show();
    SceneSource source(session.robot());
    QTimer tick;
    QElapsedTimer sinceTick;
    std::vector<double> held;  // how late the GUI thread came back
    QTimer::singleShot(0, &window, [&] { sinceTick.start(); });
    tick.setTimerType(Qt::PreciseTimer);
    tick.setInterval(kFrameMs);
    QObject::connect(&tick, &QTimer::timeout, &window, [&] {
        if (sinceTick.isValid()) held.push_back(1e-6 * static_cast<double>(sinceTick.nsecsElapsed()) - kFrameMs);
        sinceTick.restart();
        for (std::size_t i = 0; i < images.size(); ++i)
            if (const ImageRef image = session.image(i)) images[i]->setImage(toQImage(*image));
        const RobotState* state = session.robotState();
        const TeleopStatus* status = session.teleop();
        if (state == nullptr) return;
        if (!asked.isValid()) asked.start();
        show(source.frame(state->position, status ? status->target : Eigen::VectorXd()));
    });
    tick.start();
    QTimer::singleShot(2000, &window, [&] {
        frames.clear();
        held.clear();
        const double before = cpuSeconds();
        QTimer::singleShot(1000 * kSeconds, &window, [&, before] {
            const double cpu = (cpuSeconds() - before) / kSeconds;
            const std::vector<double> late = held;
            const std::vector<double> drawn = frames;
            std::vector<double> repaints;
            for (int i = 0; i < 60; ++i) {
                QElapsedTimer once;
                once.start();
                window.repaint();
                repaints.push_back(1e-6 * static_cast<double>(once.nsecsElapsed()));
            }
            std::printf("%-22s first picture %6.0f ms; asked to seen p50 %5.1f p99 %5.1f ms, %4.1f pictures/s; "
                        "GUI thread late p50 %5.1f p99 %5.1f ms; whole window p50 %5.1f p99 %5.1f ms; %.2f cores\n",
                        host == Host::None    ? "no 3D view"
                        : host == Host::Image ? "image from a thread"
                                              : "QOpenGLWidget",
                        startMs, at(drawn, 0.5), at(drawn, 0.99), static_cast<double>(drawn.size()) / kSeconds,
                        at(late, 0.5), at(late, 0.99), at(repaints, 0.5), at(repaints, 0.99), cpu);
            std::fflush(stdout);
            QApplication::quit();
        });
    });
    QApplication::exec();
    if (qEnvironmentVariableIsSet("HOSTS_PICTURE"))
        window.grab().save(QStringLiteral("/tmp/host%1.png").arg(static_cast<int>(host)));
}

}  // namespace

int main(int argc, char** argv)
{
    QSurfaceFormat format;
    format.setVersion(3, 2);
    format.setProfile(QSurfaceFormat::CoreProfile);
    format.setDepthBufferSize(24);
    format.setAlphaBufferSize(8);
    QSurfaceFormat::setDefaultFormat(format);
    QApplication app(argc, argv);
    applyTheme(app, ThemeName::Dark);
    const QTemporaryDir folder;
    CommandContext context{.library = folder.path().toStdString()};
    if (argc > 1) context.robot = argv[1];
    const Result<Station> station = stationOf(context, {});
    if (!station) return std::puts(station.error().message.c_str()), 1;
    auto session = TeleopSession::open({.station = *station, .library = context.library});
    if (!session) return std::puts(session.error().message.c_str()), 1;
    if (!(*session)->start() || !(*session)->startTake()) return 1;
    for (const Host host : {Host::None, Host::Image, Host::OpenGl}) measure(host, **session);
    const Result<TakeReport> take = (*session)->endTake(Outcome::Unknown);
    std::uint64_t lost = 0;
    if (take)
        for (const StreamReport& stream : take->streams) lost += stream.dropped;
    std::printf("%zu cameras, %llu samples lost\n", (*session)->cameraCount(), static_cast<unsigned long long>(lost));
    return 0;
}
