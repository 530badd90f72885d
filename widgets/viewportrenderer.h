#pragma once

#include <memory>

#include <QImage>
#include <QObject>
#include <QSize>

#include "widgets/scene.h"
#include "widgets/viewcamera.h"

namespace understudy {

struct SceneColours {
    QRgb sky = 0xff20262f;
    QRgb horizon = 0xff14181e;
    QRgb floor = 0xff1b2027;
    QRgb line = 0xff303845;
    QRgb shadow = 0xff14181d;
    QRgb ghost = 0xffa98bff;
    QRgb accent = 0xff46b4f0;
    QRgb caution = 0xffe8b34a;
};

/// Draws scenes in a thread and an OpenGL context of its own and hands over finished images, so that no window has
/// to host OpenGL and the GUI thread never waits. While it draws, only the newest request is kept.
/// All calls from the GUI thread; the signals arrive there.
class ViewportRenderer final : public QObject {
    Q_OBJECT

public:
    explicit ViewportRenderer(QObject* parent = nullptr);
    ~ViewportRenderer() override;

    void setModel(SceneModel model);
    void setColours(const SceneColours& colours);
    void request(SceneFrame frame, const ViewCamera& camera, QSize pixels, SceneQuality quality);

signals:
    /// `drawMs`: time inside OpenGL.
    void rendered(const QImage& image, double drawMs);
    /// There is no OpenGL, or it was lost; a sentence. After a loss the renderer tries again by itself.
    void failed(const QString& reason);
    /// The first picture of a context follows; `software`: a processor draws.
    void started(const QString& renderer, bool software);

private:
    class Worker;
    std::unique_ptr<Worker> m_worker;
};

}  // namespace understudy
