#pragma once

#include "robots/links/simulation.h"
#include "support/qualityfixture.h"
#include "xr/motionplayback.h"

namespace understudy::test {

/// What one simulated take is drawn from.
struct SimulatedTakeOptions {
    const RobotModel* model = nullptr;
    const MotionPlayback* motion = nullptr;
    std::string task;
    std::string instruction;
    double seconds = 7;
};

/// A take that a person drives through the control loop on the simulated robot, under physics, on a clock that is
/// turned by hand: no thread, no file, some times faster than real time. The seed draws the person (size within 4 %,
/// place, unrest of the hands), the objects' places, when the take begins (0.2 to 4 s after driving began), wake-up and
/// transmission times of every sample and the light. Pictures are a texture of 40×30 that moves as the wrists do, not
/// renderings. Fails when the loop does not come to drive.
[[nodiscard]] Result<RecordedTake> simulatedTake(const SimulatedTakeOptions& options, unsigned seed);

}  // namespace understudy::test
