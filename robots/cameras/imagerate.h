#pragma once

#include "robots/cameras/scenerenderer.h"

namespace understudy {

struct ImageRate {
    double perSecond = 0;
    std::string renderer;
};

/// Draws the robot's first camera for about two seconds, on this thread alone: images a second, pose and read-back
/// included. Fails in words without a camera or OpenGL.
[[nodiscard]] Result<ImageRate> measureImageRate(const RobotModel& model, const RenderQuality& quality);

}  // namespace understudy
