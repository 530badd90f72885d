#pragma once

#include <array>
#include <string>
#include <vector>

#include "robots/teleop/teleoploop.h"

namespace understudy {

/// What a recorded take says of its control loop: every value in the order of its sequence.
struct RecordedDrive {
    std::vector<OperatorSample> samples;
    std::vector<RobotState> states;
    std::vector<Step> steps;
};

struct Difference {
    double largest = 0;
    double rms = 0;
};

struct JointDifference {
    std::string joint;
    Difference position;  ///< rad, m
};

struct WristDifference {
    Difference position;     ///< m
    Difference orientation;  ///< rad
};

struct ResolveReport {
    std::string robot;
    std::uint64_t steps = 0;    ///< solved anew and compared
    bool fromTheStart = false;  ///< the take begins with the loop; else its memory before the take is not known
    bool identical = false;     ///< every command, bit by bit
    std::uint64_t unequal = 0;  ///< steps whose commands differ
    std::uint64_t phases = 0;   ///< steps whose phases differ
    std::uint64_t missing = 0;  ///< steps whose operator sample or robot state is not in the take
    std::vector<JointDifference> joints;
    std::vector<JointDifference> settled;  ///< the same from two seconds after the first step on
    std::array<WristDifference, kSideCount> wrists{};
};

/// Gives the recorded operator samples and robot states to today's loop, tick by tick at the recorded times, and
/// compares what it would have sent with what was sent. Deterministic: the same take gives the same report.
///
/// A take that begins in the middle of a session starts from its first steps' commands; what the loop remembered from
/// before (measured arm lengths, heading, clutch latch, glide between samples) is not in the take, so that such a take
/// differs a little at first. Fails in words for takes without steps, or of another robot.
[[nodiscard]] Result<ResolveReport> resolve(const RobotModel& model, const RecordedDrive& drive,
                                            const TeleopOptions& options = {});

}  // namespace understudy
