#pragma once

#include "robots/model/description.h"
#include "robots/model/mujoco.h"
#include "robots/model/robotmodel.h"

namespace understudy {

/// What compiling a description with a profile gives; the content of a RobotModel without its files.
struct BuiltModel {
    MjModelPtr model;
    std::vector<JointInfo> joints;
    std::vector<BodyInfo> bodies;
    int base = 0;
    bool rootWasFixed = false;  ///< the description gives the root no free joint
    std::vector<std::pair<std::string, std::string>> touchingAtRest;
    Eigen::VectorXd restQpos;
    std::vector<std::string> warnings;
};

struct BuildInputs {
    const Description& description;
    const Description* scene = nullptr;
    const RobotProfile& profile;
    int trianglesPerLink = 2000;
};

/// Edits the description as the profile says (held base, position actuators, cameras, scene extras, decimated meshes,
/// hidden collision twins) and compiles it.
[[nodiscard]] Result<BuiltModel> buildModel(const BuildInputs& inputs);

/// Every visible geometry of a compiled model as triangles in its body's frame.
[[nodiscard]] std::vector<VisualMesh> visualsOf(const mjModel& model);

}  // namespace understudy
