#include "storage/read/episode.h"

#include "storage/read/names.h"

namespace understudy {
namespace {

constexpr std::array<std::string_view, kEpisodeStateCount> kStates{"recording", "recorded", "checked",   "quarantined",
                                                                   "labelling", "labelled", "in_review", "accepted",
                                                                   "returned",  "rejected", "tray"};
constexpr std::array<std::string_view, 3> kOutcomes{"unknown", "success", "failure"};

}  // namespace

std::string_view nameOf(EpisodeState state) { return kStates[static_cast<std::size_t>(state)]; }

Result<EpisodeState> episodeStateFrom(std::string_view name)
{
    return valueNamed<EpisodeState>(kStates, name, "state");
}

std::string_view nameOf(Outcome outcome) { return kOutcomes[static_cast<std::size_t>(outcome)]; }

Result<Outcome> outcomeFrom(std::string_view name) { return valueNamed<Outcome>(kOutcomes, name, "outcome"); }

}  // namespace understudy
