#pragma once

#include "app/benchfigure.h"

namespace understudy {

/// Opens the studio on a session that records and measures what its user waits for. Needs a QApplication with a screen
/// and no event loop that runs.
[[nodiscard]] Result<Figures> measureStudio(const Bench& bench);

}  // namespace understudy
