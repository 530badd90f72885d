#pragma once

#include <filesystem>
#include <functional>

#include "core/result.h"

namespace understudy {

struct CheckFigures {
    int episodes = 0;
    double rebuildSeconds = 0;  ///< the index anew from the files
    double checkPerSecond = 0;  ///< episodes, every byte read, states set
    double grownMiB = 0;        ///< resident memory at its greatest while it checked, less that after a tenth
    int found = 0;              ///< of `planted` damaged episodes, those that were named
    int planted = 0;
    bool isRight = false;  ///< and no other
};

/// Makes small episodes in `folder`, which must be empty and keeps them, damages one in a thousand, makes the index
/// from the files and checks them all. A QCoreApplication must exist.
[[nodiscard]] Result<CheckFigures> measureCheck(const std::filesystem::path& folder, int episodes,
                                                const std::function<void(const std::string&)>& progress = {});

}  // namespace understudy
