#pragma once

#include "app/benchfigure.h"

namespace understudy {

/// The recorder alone, with pictures made beforehand.
[[nodiscard]] Result<Figures> benchRecord(const Bench& bench);
/// How soon the next take can begin, in a small and in a large library.
[[nodiscard]] Result<Figures> benchReady(const Bench& bench);

}  // namespace understudy
