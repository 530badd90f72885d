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
    IkTimes solver;     ///< all of one tick: the goal, the command under every limit, and that it can be braked out of
    IkTimes goal;       ///< of it the goal: kinematics, Jacobians and the programme
    IkTimes reference;  ///< the same kinematics with damped least squares and clamping
    IkTimes contact;    ///< as `solver`, while both hands are pressed against one another
    int nearPairs = 0;  ///< pairs of bodies that were measured in the last tick of it
};

/// What a tick solves for both arms and the waist after moving targets, and beside it plain damped least squares on the
/// same targets in the same run.
[[nodiscard]] Result<IkBenchmark> benchmarkIk(const RobotModel& model, int steps = 5000);

}  // namespace understudy
