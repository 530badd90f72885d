#pragma once

#include <filesystem>
#include <string>

#include "core/result.h"

namespace understudy {

/// The file of that name, or the one that ships with the studio under it. Fails in words when there is neither.
[[nodiscard]] Result<std::filesystem::path> findRobot(const std::string& name);
/// The same for a human motion; an empty name means the one the demo plays.
[[nodiscard]] Result<std::filesystem::path> findMotion(const std::string& name);

}  // namespace understudy
