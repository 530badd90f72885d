#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "robots/model/robotmodel.h"
#include "robots/teleop/teleoploop.h"

namespace understudy {

struct ErrorSummary {
    double mean = 0;
    double p95 = 0;
};

/// How well one wrist followed, over the steps in which it was driven.
struct TargetTracking {
    std::string body;
    std::uint64_t steps = 0;
    ErrorSummary position;     ///< m
    ErrorSummary orientation;  ///< rad
    /// The same over the steps in which what was asked for moved within the joints' limits itself.
    ErrorSummary followablePosition;
    ErrorSummary followableOrientation;
    /// To the nearest pose the arm can take at all, over the steps in which that one moves within the limits.
    ErrorSummary reachablePosition;
    ErrorSummary reachableOrientation;
    /// The same, to the nearest pose that also keeps bodies apart.
    ErrorSummary clearPosition;
    ErrorSummary clearOrientation;
};

struct JointLimitUse {
    std::string joint;
    double velocity = 0;      ///< rad/s (m/s)
    double acceleration = 0;  ///< rad/s² (m/s²)
    LimitSource velocitySource = LimitSource::Default;
    LimitSource accelerationSource = LimitSource::Default;
};

struct RetargetReport {
    std::string robot;
    std::uint64_t steps = 0;            ///< of the motion, at the loop's rate
    std::uint64_t heldSteps = 0;        ///< in which the robot did not follow
    std::uint64_t followableSteps = 0;  ///< in which the goal configuration kept every velocity and acceleration limit
    std::uint64_t reachableSteps = 0;   ///< in which the nearest reachable pose moved within the limits
    std::uint64_t clearSteps = 0;       ///< the same, of the nearest pose that also keeps bodies apart
    std::vector<TargetTracking> targets;
    std::vector<JointLimitUse> limits;
    std::uint64_t jointLimitViolations = 0;  ///< joints times steps
    std::uint64_t velocityLimitViolations = 0;
    std::uint64_t accelerationLimitViolations = 0;
    std::uint64_t selfCollisionSteps = 0;
    std::vector<std::pair<std::string, std::string>> colliding;       ///< bodies that met, each pair once
    std::vector<std::pair<std::string, std::string>> touchingAtRest;  ///< bodies whose contact does not count
    double solveP50Us = 0;
    double solveP99Us = 0;
};

/// Drives the teleoperation loop itself over a recorded motion, with a robot that does as it is told, and judges the
/// commands it sent with code of its own. The samples rise in capture time; between them poses are interpolated, so
/// that no device's delay counts. The first pose is approached before the motion begins and before anything counts.
/// Some seconds of work per minute of motion. Fails in words for fewer than two samples or times that do not rise.
[[nodiscard]] Result<RetargetReport> retarget(const RobotModel& model, std::span<const OperatorSample> samples,
                                              const TeleopOptions& options = {});

}  // namespace understudy
