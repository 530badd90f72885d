#pragma once

#include <string>

#include "robots/model/modelbuilder.h"

namespace understudy {

/// The profile (TOML) of a robot nobody described, from its tree, its names and its geometry, read at the posture in
/// which every joint is at zero, facing +x: which limbs are arms, where shoulder, elbow, wrist, hand, torso, head and
/// feet are, how the hand lies, a rest posture with bent elbows, what opens and closes a hand. Limits stay the
/// model's. A person corrects the text; RobotProfile::parse() reads it. Deterministic, some 100 ms.
[[nodiscard]] Result<std::string> proposeProfile(const std::string& modelName, const BuiltModel& model);

}  // namespace understudy
