#include "widgets/robotviewport.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>

namespace understudy {
namespace {

constexpr double kRadiansPerPixel = 0.006;
constexpr double kZoomPerStep = 0.88;
constexpr double kNearest = 0.3;
constexpr double kFarthest = 12;

}  // namespace

RobotViewport::RobotViewport(QWidget* parent) : QWidget(parent)
{
    setAttribute(Qt::WA_OpaquePaintEvent);
    setAttribute(Qt::WA_InputMethodEnabled, false);
    setFocusPolicy(Qt::ClickFocus);
    setMinimumSize(240, 180);
    setMouseTracking(false);
    setAccessibleName(tr("Robot in 3D"));
    connect(&m_renderer, &ViewportRenderer::rendered, this, [this](const QImage& image, double) {
        m_image = image;
        m_problem.clear();
        m_busy = false;
        update();
        if (m_stale)
            redraw();
        else
            emit painted();
    });
    connect(&m_renderer, &ViewportRenderer::failed, this, [this](const QString& reason) {
        m_problem = reason;
        m_busy = false;
        update();
    });
    connect(&m_renderer, &ViewportRenderer::started, this, [this] { redraw(); });
}

void RobotViewport::setModel(SceneModel model)
{
    m_renderer.setModel(std::move(model));
    redraw();
}

void RobotViewport::setColours(const SceneColours& colours)
{
    m_renderer.setColours(colours);
    redraw();
}

void RobotViewport::show(SceneFrame frame)
{
    m_frame = std::move(frame);
    if (m_follow && !m_frame.bodies.empty()) m_camera.focus = m_frame.bodies.front().position;
    redraw();
}

void RobotViewport::setFollow(bool follow)
{
    if (m_follow == follow) return;
    m_follow = follow;
    emit followChanged(follow);
    redraw();
}

void RobotViewport::setCamera(const ViewCamera& camera)
{
    m_camera = camera;
    redraw();
}

void RobotViewport::goHome() { setCamera(ViewCamera{}); }

void RobotViewport::redraw()
{
    m_stale = m_busy;
    if (m_busy || !isVisible() || width() < 2 || height() < 2) return;
    m_busy = true;
    m_renderer.request(m_frame, m_camera, size() * devicePixelRatioF());
}

void RobotViewport::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    if (!m_problem.isEmpty() || m_image.isNull()) {
        painter.fillRect(rect(), palette().window());
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap,
                         m_problem.isEmpty() ? tr("Preparing the 3D view …") : m_problem);
        return;
    }
    const QSize wanted = size() * devicePixelRatioF();
    if (m_image.size() == wanted) {
        m_image.setDevicePixelRatio(devicePixelRatioF());
        painter.drawImage(0, 0, m_image);
    } else {
        painter.drawImage(rect(), m_image);
    }
}

void RobotViewport::resizeEvent(QResizeEvent*) { redraw(); }

bool RobotViewport::event(QEvent* event)
{
    if (event->type() == QEvent::Show || event->type() == QEvent::ScreenChangeInternal) redraw();
    return QWidget::event(event);
}

void RobotViewport::mousePressEvent(QMouseEvent* event) { m_lastMouse = event->position(); }

void RobotViewport::mouseMoveEvent(QMouseEvent* event)
{
    const QPointF moved = event->position() - m_lastMouse;
    m_lastMouse = event->position();
    const bool panning = (event->buttons() & (Qt::RightButton | Qt::MiddleButton)) ||
                         ((event->buttons() & Qt::LeftButton) && (event->modifiers() & Qt::ShiftModifier));
    if (panning) {
        pan(moved);
    } else if (event->buttons() & Qt::LeftButton) {
        m_camera.azimuth = std::remainder(m_camera.azimuth - kRadiansPerPixel * moved.x(), 2 * std::numbers::pi);
        m_camera.elevation = std::clamp(m_camera.elevation + kRadiansPerPixel * moved.y(), -0.3, 1.5);
    }
    redraw();
}

void RobotViewport::pan(QPointF pixels)
{
    setFollow(false);
    const double metresPerPixel = m_camera.distance * std::tan(0.5 * 38 * std::numbers::pi / 180) * 2 / height();
    const Eigen::Vector3d right(-std::sin(m_camera.azimuth), std::cos(m_camera.azimuth), 0);
    const Eigen::Vector3d back(std::cos(m_camera.elevation) * std::cos(m_camera.azimuth),
                               std::cos(m_camera.elevation) * std::sin(m_camera.azimuth), std::sin(m_camera.elevation));
    const Eigen::Vector3d up = back.cross(right);
    m_camera.focus += metresPerPixel * (-pixels.x() * right + pixels.y() * up);
}

void RobotViewport::wheelEvent(QWheelEvent* event)
{
    const double steps = event->angleDelta().y() / 120.0;
    m_camera.distance = std::clamp(m_camera.distance * std::pow(kZoomPerStep, steps), kNearest, kFarthest);
    redraw();
    event->accept();
}

void RobotViewport::mouseDoubleClickEvent(QMouseEvent*) { goHome(); }

void RobotViewport::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_H)
        goHome();
    else if (event->key() == Qt::Key_F)
        setFollow(!m_follow);
    else
        QWidget::keyPressEvent(event);
}

}  // namespace understudy
