#pragma once

#include <nlohmann/json_fwd.hpp>

#include "storage/read/episode.h"

namespace understudy {

/// An episode as `list` and `show` print it.
[[nodiscard]] nlohmann::json toJsonDocument(const EpisodeRow& row);
[[nodiscard]] nlohmann::json toJsonDocument(const std::vector<StreamRow>& streams);

}  // namespace understudy
