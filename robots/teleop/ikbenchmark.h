#pragma once

#include "robots/model/robotmodel.h"

namespace understudy {

struct IkTimes {
    double p50Us = 0;
    double p99Us = 0;
    double maxUs = 0;
    double meanError = 0;  ///< m between wrists and targets
};

struct IkBenchmark {
    std::string robot;
    int joints = 0;  ///< solved for
    int steps = 0;
    IkTimes solver;     ///< both stages of one tick: the goal, and the command under every limit
    IkTimes goal;       ///< of it the goal: kinematics, Jacobians and the programme
    IkTimes reference;  ///< the same kinematics with damped least squares and clamping
};

/// What a tick solves for both arms and the waist after moving targets, and beside it plain damped least squares on the
/// same targets in the same run.
[[nodiscard]] Result<IkBenchmark> benchmarkIk(const RobotModel& model, int steps = 5000);

}  // namespace understudy
