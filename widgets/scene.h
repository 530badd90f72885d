#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/pose.h"

namespace understudy {

/// One rigid piece of a body: triangles in the body's frame B, metres.
struct SceneShape {
    int body = 0;          ///< index into SceneFrame::bodies
    bool isRobot = false;  ///< part of the robot: drawn again as ghost
    bool isFree = false;   ///< an object that moves about
    std::array<float, 4> colour{0.7F, 0.7F, 0.7F, 1.0F};
    std::vector<Eigen::Vector3f> vertices;
    std::vector<std::array<std::uint32_t, 3>> triangles;
};

/// What does not change while a robot is shown.
struct SceneModel {
    std::vector<SceneShape> shapes;
};

struct SceneFrustum {
    Pose camera;             ///< X_WC: x right, y down, z forward
    double verticalFov = 1;  ///< rad
    double aspect = 4.0 / 3;
};

struct SceneTrail {
    std::vector<Eigen::Vector3d> points;  ///< world, oldest first
    bool isGhost = false;
};

struct SceneContact {
    Eigen::Vector3d position;  ///< world
    Eigen::Vector3d normal;    ///< world, the way the robot is pushed
    float force = 0;           ///< N
};

/// A processor that draws has no time for smooth edges while things move.
enum class SceneQuality { Moving, Still };

/// What is shown in one picture. World frame: REP-103, floor at z = 0.
struct SceneFrame {
    std::vector<Pose> bodies;  ///< X_WB, measured
    std::vector<Pose> ghost;   ///< X_WB of the target; empty: none
    std::vector<Pose> frames;  ///< coordinate frames to mark
    std::vector<SceneContact> contacts;
    std::vector<SceneTrail> trails;
    std::vector<SceneFrustum> frusta;
    bool objects = true;     ///< free bodies are shown
    std::size_t follow = 0;  ///< index into bodies: what a following eye looks at
};

}  // namespace understudy
