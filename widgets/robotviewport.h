#pragma once

#include <QColor>
#include <QImage>
#include <QTimer>
#include <QWidget>

#include <Eigen/Geometry>

#include "widgets/scene.h"
#include "widgets/viewportrenderer.h"

namespace understudy {

/// What is drawn beside the measured robot.
struct SceneLayers {
    bool ghost = true;
    bool frames = true;
    bool contacts = true;
    bool trails = true;
    bool frusta = true;
    bool objects = true;

    bool operator==(const SceneLayers&) const = default;
};

/// A place in the scene that a person may take hold of, e.g. the target of a hand.
struct ViewportHandle {
    Eigen::Vector3d position;  ///< world
    QColor colour;
    bool chosen = false;
};

/// The robot in 3D: measured solid, target as a ghost, objects, frames, contacts, trails, camera frusta.
/// Left drag orbits, right or Shift+drag pans, the wheel zooms, a double click goes home. A drag that begins on a
/// handle moves the handle in the plane of the picture, the wheel meanwhile away and closer.
class RobotViewport final : public QWidget {
    Q_OBJECT

public:
    explicit RobotViewport(QWidget* parent = nullptr);

    void setModel(SceneModel model);
    void setColours(const SceneColours& colours);
    /// Shows a frame as soon as the renderer is free; only the newest counts.
    void show(SceneFrame frame);
    using QWidget::show;
    void setLayers(const SceneLayers& layers);
    [[nodiscard]] const SceneLayers& layers() const { return m_layers; }

    void setHandles(std::vector<ViewportHandle> handles);
    /// Where a handle is seen; outside the view when it is not.
    [[nodiscard]] QPoint handleAt(int index) const;
    /// Moves the chosen handle by metres in the axes of the view: right, up, away from the eye.
    void nudge(const Eigen::Vector3d& metres);

    void setFollow(bool follow);
    [[nodiscard]] bool follows() const { return m_follow; }
    [[nodiscard]] const ViewCamera& camera() const { return m_camera; }
    void setCamera(const ViewCamera& camera);
    /// Shows the whole robot; found when a model is first placed.
    [[nodiscard]] const ViewCamera& home() const { return m_home; }
    /// Bodies in the picture that is on the screen.
    [[nodiscard]] std::size_t shownBodies() const { return m_shownBodies; }
    /// Pixels of the picture that is on the screen.
    [[nodiscard]] QSize shownPixels() const { return m_image.size(); }
    /// Why there is no picture; empty while there is one.
    [[nodiscard]] const QString& problem() const { return m_problem; }

    [[nodiscard]] QSize sizeHint() const override { return {960, 640}; }

public slots:
    void goHome();

signals:
    /// A picture of the newest frame is on the screen.
    void painted();
    void followChanged(bool follow);
    void handleChosen(int index);
    /// By metres in the world.
    void handleMoved(int index, const Eigen::Vector3d& metres);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override;

private:
    /// A box round each shape of the robot, in its body.
    struct Extent {
        std::size_t body;
        Eigen::AlignedBox3f box;
    };

    void redraw();
    void request(SceneQuality quality);
    void findHome();
    void pan(QPointF pixels);
    void drawHandles(QPainter& painter) const;
    [[nodiscard]] int handleUnder(QPointF place) const;
    [[nodiscard]] int chosen() const;

    ViewportRenderer m_renderer;
    SceneFrame m_frame;
    SceneLayers m_layers;
    std::vector<ViewportHandle> m_handles;
    std::vector<Extent> m_extents;
    ViewCamera m_camera;
    ViewCamera m_home;
    Eigen::Vector3d m_homeFromRobot = Eigen::Vector3d::Zero();  ///< from the followed body to the focus of m_home
    QTimer m_still;                                             ///< runs out when nothing moved for a while
    QSize m_requestedPixels;
    QImage m_image;
    QString m_problem;
    QPointF m_lastMouse;
    std::size_t m_requestedBodies = 0;
    std::size_t m_shownBodies = 0;
    int m_dragged = -1;      ///< handle
    bool m_panning = false;  ///< the drag that began last
    bool m_follow = false;
    bool m_placed = false;  ///< the model has been shown, m_home is its
    bool m_busy = false;
    bool m_stale = false;
};

}  // namespace understudy
