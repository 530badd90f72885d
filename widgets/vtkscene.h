#pragma once

#include <memory>

#include <QImage>
#include <QSize>

#include "widgets/scene.h"
#include "widgets/viewportrenderer.h"

namespace understudy {

/// The VTK side of a scene. Lives on one thread, with an OpenGL context current there from construction to
/// destruction.
class VtkScene {
public:
    VtkScene(const SceneModel& model, const SceneColours& colours, bool software);
    ~VtkScene();
    VtkScene(const VtkScene&) = delete;
    VtkScene& operator=(const VtkScene&) = delete;

    [[nodiscard]] QImage render(const SceneFrame& frame, const ViewCamera& camera, QSize pixels);

private:
    struct Parts;
    std::unique_ptr<Parts> m_parts;
};

}  // namespace understudy
