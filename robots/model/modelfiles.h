#pragma once

#include "robots/model/description.h"
#include "robots/model/robotmodel.h"

namespace understudy {

/// Everything models/<hash>/ holds so that loading its first file gives the same model again.
[[nodiscard]] Result<std::vector<ModelFile>> filesOf(const Description& description, const Description* scene,
                                                     const RobotProfile& profile, const std::string& proposal);

/// SHA-256, hex, over names and contents in order.
[[nodiscard]] std::string hashOf(const std::vector<ModelFile>& files);

}  // namespace understudy
