#pragma once

#include "app/benchfigure.h"

namespace understudy {

/// The control loop while a session records its cameras.
[[nodiscard]] Result<Figures> benchTick(const Bench& bench);
/// Resident memory of such a session, and whether it grows.
[[nodiscard]] Result<Figures> benchMemory(const Bench& bench);

}  // namespace understudy
