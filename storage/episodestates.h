#pragma once

#include <span>

#include "storage/read/episode.h"

namespace understudy {

/// The states that may follow this one.
[[nodiscard]] std::span<const EpisodeState> transitions(EpisodeState from);
[[nodiscard]] bool mayFollow(EpisodeState from, EpisodeState to);

}  // namespace understudy
