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
constexpr double kReach = 24;            ///< pixels round a handle that take hold of it
constexpr double kHomeShare = 0.66;      ///< of the height of the view that a robot fills
constexpr int kStillMs = 250;            ///< after which a picture may take its time
constexpr double kMetresPerStep = 0.02;  ///< of the wheel, away and closer

}  // namespace

RobotViewport::RobotViewport(QWidget* parent) : QWidget(parent)
{
    setAttribute(Qt::WA_OpaquePaintEvent);
    setAttribute(Qt::WA_InputMethodEnabled, false);
    setFocusPolicy(Qt::ClickFocus);
    setMinimumSize(240, 180);
    setMouseTracking(false);
    setAccessibleName(tr("Robot in 3D"));
    m_still.setSingleShot(true);
    m_still.setInterval(kStillMs);
    connect(&m_still, &QTimer::timeout, this, [this] {
        if (m_busy)
            m_still.start();
        else
            request(SceneQuality::Still);
    });
    connect(&m_renderer, &ViewportRenderer::rendered, this, [this](const QImage& image, double) {
        m_image = image;
        m_shownBodies = m_requestedBodies;
        m_problem.clear();
        m_busy = false;
        update();
        if (m_stale)
            request(SceneQuality::Moving);
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
    m_extents.clear();
    for (const SceneShape& shape : model.shapes) {
        if (!shape.isRobot) continue;
        Extent extent{.body = static_cast<std::size_t>(shape.body), .box = {}};
        for (const Eigen::Vector3f& vertex : shape.vertices) extent.box.extend(vertex);
        if (!extent.box.isEmpty()) m_extents.push_back(extent);
    }
    m_placed = false;
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
    if (!m_placed && !m_frame.bodies.empty()) findHome();
    if (m_follow && m_frame.follow < m_frame.bodies.size())
        m_camera.focus = m_frame.bodies[m_frame.follow].position + m_homeFromRobot;
    redraw();
}

/// An eye that nobody has moved comes along to the new home.
void RobotViewport::findHome()
{
    m_placed = true;
    Eigen::AlignedBox3d robot;
    for (const Extent& extent : m_extents) {
        if (extent.body >= m_frame.bodies.size()) continue;
        for (const auto corner : {Eigen::AlignedBox3f::BottomLeftFloor, Eigen::AlignedBox3f::BottomRightFloor,
                                  Eigen::AlignedBox3f::TopLeftFloor, Eigen::AlignedBox3f::TopRightFloor,
                                  Eigen::AlignedBox3f::BottomLeftCeil, Eigen::AlignedBox3f::BottomRightCeil,
                                  Eigen::AlignedBox3f::TopLeftCeil, Eigen::AlignedBox3f::TopRightCeil})
            robot.extend(m_frame.bodies[extent.body] * extent.box.corner(corner).cast<double>().eval());
    }
    if (robot.isEmpty()) return;
    const bool isAtHome = m_camera == m_home;
    m_home = ViewCamera::home(robot.center(), robot.sizes().z() / kHomeShare);
    if (m_frame.follow < m_frame.bodies.size())
        m_homeFromRobot = m_home.focus - m_frame.bodies[m_frame.follow].position;
    if (isAtHome) m_camera = m_home;
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

void RobotViewport::goHome() { setCamera(m_home); }

void RobotViewport::redraw()
{
    m_still.start();
    request(SceneQuality::Moving);
}

void RobotViewport::request(SceneQuality quality)
{
    m_stale = m_busy;
    if (m_busy || !isVisible() || width() < 2 || height() < 2) return;
    m_busy = true;
    SceneFrame shown = m_frame;
    if (!m_layers.ghost) shown.ghost.clear();
    if (!m_layers.frames) shown.frames.clear();
    if (!m_layers.contacts) shown.contacts.clear();
    if (!m_layers.trails) shown.trails.clear();
    if (!m_layers.frusta) shown.frusta.clear();
    shown.objects = m_layers.objects;
    m_requestedBodies = shown.bodies.size();
    m_requestedPixels = size() * devicePixelRatioF();
    m_renderer.request(std::move(shown), m_camera, m_requestedPixels, quality);
}

void RobotViewport::setLayers(const SceneLayers& layers)
{
    m_layers = layers;
    redraw();
}

void RobotViewport::setHandles(std::vector<ViewportHandle> handles)
{
    m_handles = std::move(handles);
    if (m_dragged >= static_cast<int>(m_handles.size())) m_dragged = -1;
    update();
}

QPoint RobotViewport::handleAt(int index) const
{
    const auto place = m_camera.project(m_handles[static_cast<std::size_t>(index)].position, size());
    return place ? place->toPoint() : QPoint(-1, -1);
}

int RobotViewport::handleUnder(QPointF place) const
{
    int nearest = -1;
    double least = kReach;
    for (int i = 0; i < static_cast<int>(m_handles.size()); ++i) {
        const QPointF away = handleAt(i) - place;
        const double distance = std::hypot(away.x(), away.y());
        if (distance < least) {
            least = distance;
            nearest = i;
        }
    }
    return nearest;
}

int RobotViewport::chosen() const
{
    const auto found = std::find_if(m_handles.begin(), m_handles.end(), [](const auto& each) { return each.chosen; });
    return found == m_handles.end() ? -1 : static_cast<int>(found - m_handles.begin());
}

void RobotViewport::nudge(const Eigen::Vector3d& metres)
{
    const int handle = m_dragged >= 0 ? m_dragged : chosen();
    if (handle < 0) return;
    emit handleMoved(handle, metres.x() * m_camera.right() + metres.y() * m_camera.up() - metres.z() * m_camera.back());
}

void RobotViewport::drawHandles(QPainter& painter) const
{
    painter.setRenderHint(QPainter::Antialiasing);
    for (int i = 0; i < static_cast<int>(m_handles.size()); ++i) {
        const ViewportHandle& handle = m_handles[static_cast<std::size_t>(i)];
        const QPointF place = handleAt(i);
        const bool held = i == m_dragged;
        const double radius = handle.chosen ? 15 : 10;
        QColor fill = handle.colour;
        fill.setAlpha(held ? 120 : handle.chosen ? 60 : 0);
        painter.setBrush(fill);
        painter.setPen(QPen(QColor(0, 0, 0, 110), 4.5));
        painter.drawEllipse(place, radius, radius);
        painter.setPen(QPen(handle.colour, handle.chosen ? 2.5 : 1.5));
        painter.drawEllipse(place, radius, radius);
        if (!handle.chosen) continue;
        for (const QPointF& way : {QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1)})
            painter.drawLine(place + way * radius, place + way * (radius + 6));
    }
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
    if (wanted != m_requestedPixels) redraw();  // the screen has another scale than when the picture was asked for
    if (m_image.size() == wanted) {
        m_image.setDevicePixelRatio(devicePixelRatioF());
        painter.drawImage(0, 0, m_image);
    } else {
        painter.drawImage(rect(), m_image);
    }
    drawHandles(painter);
}

void RobotViewport::resizeEvent(QResizeEvent*) { redraw(); }

bool RobotViewport::event(QEvent* event)
{
    if (event->type() == QEvent::Show || event->type() == QEvent::ScreenChangeInternal) redraw();
    return QWidget::event(event);
}

void RobotViewport::mousePressEvent(QMouseEvent* event)
{
    m_lastMouse = event->position();
    m_dragged = event->button() == Qt::LeftButton && !(event->modifiers() & Qt::ShiftModifier)
                    ? handleUnder(event->position())
                    : -1;
    m_panning = event->button() != Qt::LeftButton || (event->modifiers() & Qt::ShiftModifier);
    if (m_dragged >= 0) emit handleChosen(m_dragged);
    update();
}

void RobotViewport::mouseMoveEvent(QMouseEvent* event)
{
    const QPointF moved = event->position() - m_lastMouse;
    m_lastMouse = event->position();
    if (m_dragged >= 0 && (event->buttons() & Qt::LeftButton)) {
        const double depth = m_camera.depthOf(m_handles[static_cast<std::size_t>(m_dragged)].position);
        const double scale = ViewCamera::metresPerPixel(std::max(depth, kNearest), height());
        nudge({scale * moved.x(), -scale * moved.y(), 0});
        return;
    }
    if (m_panning) {
        pan(moved);
    } else {
        m_camera.azimuth = std::remainder(m_camera.azimuth - kRadiansPerPixel * moved.x(), 2 * std::numbers::pi);
        m_camera.elevation = std::clamp(m_camera.elevation + kRadiansPerPixel * moved.y(), -0.3, 1.5);
    }
    redraw();
}

void RobotViewport::mouseReleaseEvent(QMouseEvent*)
{
    m_dragged = -1;
    update();
}

void RobotViewport::pan(QPointF pixels)
{
    setFollow(false);
    const double scale = ViewCamera::metresPerPixel(m_camera.distance, height());
    m_camera.focus += scale * (-pixels.x() * m_camera.right() + pixels.y() * m_camera.up());
}

void RobotViewport::wheelEvent(QWheelEvent* event)
{
    const double steps = event->angleDelta().y() / 120.0;
    event->accept();
    if (m_dragged >= 0) {
        nudge({0, 0, kMetresPerStep * steps});
        return;
    }
    m_camera.distance = std::clamp(m_camera.distance * std::pow(kZoomPerStep, steps), kNearest, kFarthest);
    redraw();
}

void RobotViewport::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (handleUnder(event->position()) < 0) goHome();
}

}  // namespace understudy
