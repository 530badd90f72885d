#pragma once

#include "app/benchfigure.h"

namespace understudy {

/// The recorder alone, with pictures made beforehand.
[[nodiscard]] Result<Figures> benchRecord(const Bench& bench);
/// How soon the next take can begin, in a small and in a large library.
[[nodiscard]] Result<Figures> benchReady(const Bench& bench);

/// `understudy check` on a library of 100,000 small episodes.
[[nodiscard]] Result<Figures> benchCheck(const Bench& bench);
/// Opening an hour of 200 signals at 1 kHz.
[[nodiscard]] Result<Figures> benchPyramid(const Bench& bench);

}  // namespace understudy
