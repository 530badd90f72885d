#pragma once

#include <filesystem>

#include "storage/export/canonicallayout.h"

namespace understudy {

/// Forward kinematics of recorded episodes, from the models that their library keeps. Each robot is read once. The
/// functions it gives share what they compute with: one thread.
[[nodiscard]] WristPosesOf wristPosesOf(const std::filesystem::path& library);

}  // namespace understudy
