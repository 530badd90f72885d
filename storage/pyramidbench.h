#pragma once

#include <filesystem>

#include "core/result.h"

namespace understudy {

struct PyramidFigures {
    double makeSeconds = 0;
    double megabytes = 0;
    double openAndDrawMs = 0;  ///< the episode and its pyramid opened, the whole of every signal 1,900 wide
    double drawP50 = 0;        ///< ms: one signal, anywhere, 1,900 wide
    double drawP99 = 0;
};

/// Records `seconds` of one stream of so many signals straight into an episode in `folder`, which must be empty.
[[nodiscard]] Result<PyramidFigures> measurePyramid(const std::filesystem::path& folder, int seconds, int signalCount,
                                                    double rateHz);

}  // namespace understudy
