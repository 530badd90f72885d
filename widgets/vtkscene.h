#pragma once

#include <memory>

#include <QImage>
#include <QSize>

#include "widgets/scene.h"
#include "widgets/viewportrenderer.h"

namespace understudy {

enum class SceneTarget { Image, BoundFramebuffer };

/// The VTK side of a scene. Lives on one thread, with an OpenGL context current there from construction to
/// destruction.
class VtkScene {
public:
    /// `software`: a processor draws, so edges are smoothed in still pictures only.
    VtkScene(const SceneModel& model, const SceneColours& colours, bool software,
             SceneTarget target = SceneTarget::Image);
    ~VtkScene();
    VtkScene(const VtkScene&) = delete;
    VtkScene& operator=(const VtkScene&) = delete;

    /// Into the target; an image is taken by render().
    void draw(const SceneFrame& frame, const ViewCamera& camera, QSize pixels, SceneQuality quality);
    /// Null when the context drew nothing.
    [[nodiscard]] QImage render(const SceneFrame& frame, const ViewCamera& camera, QSize pixels, SceneQuality quality);

private:
    struct Parts;
    std::unique_ptr<Parts> m_parts;
};

}  // namespace understudy
