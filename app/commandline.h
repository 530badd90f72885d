#pragma once

#include "app/commands.h"

namespace understudy {

/// Parses the command line, runs the command and returns the exit status: 0 done, 1 a failure said in words,
/// 2 wrong usage.
[[nodiscard]] int runCommandLine(int argc, char** argv, const OpenWindow& openWindow,
                                 const MeasureStudio& measureStudio);
/// Whether these arguments open the window, so that the program needs a screen.
[[nodiscard]] bool opensWindow(int argc, char** argv);

}  // namespace understudy
