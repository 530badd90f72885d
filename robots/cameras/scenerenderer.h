#pragma once

#include <memory>
#include <string>
#include <variant>

#include "core/image.h"
#include "robots/model/robotmodel.h"

namespace understudy {

/// Full: shadows and smoothed edges. Plain: neither. Coarse: plain, and primitives of fewer triangles.
enum class Shading : std::uint8_t { Full, Plain, Coarse };

struct RenderQuality {
    Shading shading = Shading::Plain;
    int maxWidth = 640;
    int maxHeight = 480;
};

/// A camera that stands in the world and looks at a point.
struct LookAt {
    Eigen::Vector3d point = Eigen::Vector3d::Zero();
    double distance = 2;      ///< m
    double azimuthDeg = 180;  ///< 0: from behind, looking along +x
    double elevationDeg = -20;
};

/// A camera by its name in the model, or a view of our own.
using View = std::variant<std::string, LookAt>;

/// Draws a robot model in its scene into images. One thread at a time; bind() first in each thread.
class SceneRenderer {
public:
    /// The model outlives the renderer.
    [[nodiscard]] static Result<std::unique_ptr<SceneRenderer>> create(const RobotModel& model,
                                                                       const RenderQuality& quality);
    ~SceneRenderer();
    SceneRenderer(const SceneRenderer&) = delete;
    SceneRenderer& operator=(const SceneRenderer&) = delete;

    /// Makes this thread the one that draws.
    [[nodiscard]] Result<void> bind();
    /// Lets another thread bind.
    void release();

    /// Places everything; qpos as RobotModel::restQpos().
    void pose(const Eigen::VectorXd& qpos);
    /// Draws the posed scene into an Rgb8 image of its own size, at most the quality's.
    [[nodiscard]] Result<void> draw(const View& view, Image& image);

    [[nodiscard]] const std::string& rendererName() const;
    [[nodiscard]] bool isSoftware() const;

private:
    struct Data;
    explicit SceneRenderer(std::unique_ptr<Data> data);

    std::unique_ptr<Data> m_data;
};

}  // namespace understudy
