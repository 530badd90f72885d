#pragma once

#include <Eigen/Core>

#include "core/timestamp.h"

namespace understudy {

/// Everything a camera needs to know of a simulation. qpos is RobotModel::mujoco()'s.
struct SceneState {
    Stamps stamps;
    std::uint64_t sequence = 0;
    Eigen::VectorXd qpos;
};

}  // namespace understudy
