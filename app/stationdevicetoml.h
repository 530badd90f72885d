#pragma once

#include <toml++/toml.h>

#include "app/stationdevice.h"

namespace understudy {

/// Unknown keys, wrong types and impossible values are errors that name key, line and valid choices.
[[nodiscard]] Result<StationDevice> readStationDevice(const toml::table& table, const std::string& origin);
[[nodiscard]] toml::table toTable(const StationDevice& device);
[[nodiscard]] Result<RigSources> readRigSources(const toml::table& table, const std::string& origin);

}  // namespace understudy
