#pragma once

#include <QElapsedTimer>
#include <QImage>
#include <QWidget>

#include "widgets/scene.h"
#include "widgets/viewportrenderer.h"

namespace understudy {

/// The robot in 3D: measured solid, target as a ghost, objects, frames, contacts, trails, camera frusta.
/// Left drag orbits, right or Shift+drag pans, the wheel zooms, H goes home, F follows the robot.
class RobotViewport final : public QWidget {
    Q_OBJECT

public:
    explicit RobotViewport(QWidget* parent = nullptr);

    void setModel(SceneModel model);
    void setColours(const SceneColours& colours);
    /// Shows a frame as soon as the renderer is free; only the newest counts.
    void show(SceneFrame frame);
    using QWidget::show;

    void setFollow(bool follow);
    [[nodiscard]] bool follows() const { return m_follow; }
    [[nodiscard]] const ViewCamera& camera() const { return m_camera; }
    void setCamera(const ViewCamera& camera);

    [[nodiscard]] QSize sizeHint() const override { return {960, 640}; }

public slots:
    void goHome();

signals:
    /// A picture of the newest frame is on the screen.
    void painted();
    void followChanged(bool follow);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    void redraw();
    void pan(QPointF pixels);

    ViewportRenderer m_renderer;
    SceneFrame m_frame;
    ViewCamera m_camera;
    QImage m_image;
    QString m_problem;
    QPointF m_lastMouse;
    bool m_follow = false;
    bool m_busy = false;
    bool m_stale = false;
};

}  // namespace understudy
