#pragma once

#include <cstdint>

#include "core/pose.h"
#include "core/timestamp.h"

namespace understudy {

/// At most this many joints are controlled.
inline constexpr int kMaxJoints = 128;

/// What a robot measured of itself. Vectors have the length and order of RobotInfo::jointNames; a link sizes
/// them once, before it starts.
struct RobotState {
    Stamps stamps;
    std::uint64_t sequence = 0;

    Eigen::VectorXd position;  ///< rad, or m for prismatic
    Eigen::VectorXd velocity;  ///< rad/s or m/s
    Eigen::VectorXd effort;    ///< N·m or N
    Pose base;                 ///< X_WB of the floating base, identity where there is none
};

/// What a robot is asked to do. `Position` follows the vectors, `Hold` keeps the last safe posture, `Damping`
/// lets the joints sink against viscous damping.
enum class CommandMode : std::uint8_t { Position, Hold, Damping };

struct JointCommand {
    Timestamp time = 0;
    std::uint64_t sequence = 0;
    CommandMode mode = CommandMode::Hold;
    Eigen::VectorXd position;  ///< rad or m; length and order of RobotInfo::jointNames
    Eigen::VectorXd velocity;  ///< feed-forward, rad/s or m/s
};

}  // namespace understudy
