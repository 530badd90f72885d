#pragma once

#include "storage/quality/episodequality.h"

namespace understudy {

inline constexpr const char* kQualityJson = "quality.json";  ///< beside episode.json

[[nodiscard]] std::string toJson(const EpisodeQuality& quality);
/// The text may be anything. An error names the field and what it should be.
[[nodiscard]] Result<EpisodeQuality> parseQualityJson(std::string_view text);

}  // namespace understudy
