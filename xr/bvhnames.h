#pragma once

#include <array>

#include "core/operatorsample.h"
#include "xr/bvhfile.h"

namespace understudy {

/// The file joint that each canonical joint is called after, -1 where the file has none. Spine joints are left
/// out. The naming convention that explains most joints wins.
[[nodiscard]] std::array<int, kBodyJointCount> matchJointNames(const BvhFile& file);

/// Lower case, without blanks, punctuation and any "prefix:".
[[nodiscard]] std::string plainJointName(std::string_view name);

}  // namespace understudy
