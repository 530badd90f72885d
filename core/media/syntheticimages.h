#pragma once

#include <vector>

#include "core/image.h"

namespace understudy {

/// Pictures of moving shapes with sensor-like noise (σ 3), for measuring encoders. The same for the same arguments.
[[nodiscard]] std::vector<Image> syntheticImages(int width, int height, int count);

}  // namespace understudy
