#pragma once

namespace understudy {

/// Parses the command line, runs the command and returns the exit status: 0 done, 1 a failure said in words,
/// 2 wrong usage.
[[nodiscard]] int runCommandLine(int argc, char** argv);

}  // namespace understudy
