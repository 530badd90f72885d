#pragma once

#include <Eigen/Core>

namespace understudy {

/// Limits of a vector of joints. rad, rad/s, rad/s² (m … for prismatic); positions may be infinite, the others are
/// finite and positive.
struct JointLimits {
    Eigen::VectorXd lower;
    Eigen::VectorXd upper;
    Eigen::VectorXd velocity;
    Eigen::VectorXd acceleration;
};

/// Limits of one joint; as JointLimits.
struct JointLimit {
    double lower = 0;
    double upper = 0;
    double velocity = 0;
    double acceleration = 0;
};
[[nodiscard]] inline JointLimit limitOf(const JointLimits& limits, Eigen::Index joint)
{
    return {.lower = limits.lower[joint],
            .upper = limits.upper[joint],
            .velocity = limits.velocity[joint],
            .acceleration = limits.acceleration[joint]};
}

/// The moves a joint may make in one period.
struct MoveBounds {
    double lower = 0;
    double upper = 0;
};

/// The largest move (≥ 0) of one period after which a joint can still stop within `distance` (this move included),
/// if each further move may differ from the one before by at most `change` = acceleration · period². Exact for
/// periods, not the limit of continuous time. Infinite distance: infinite.
[[nodiscard]] double largestMove(double distance, double change);

/// What a joint at `position`, whose last move was `previousMove`, may do in the next period of `dt` seconds without
/// breaking velocity or acceleration now and position ever after. Never empty if the last move came from here, or was
/// zero inside the limits. Outside its position limits a joint returns at 0.2 rad/s (m/s) at most.
[[nodiscard]] MoveBounds moveBounds(double position, double previousMove, const JointLimit& limit, double dt);

}  // namespace understudy
