#include "storage/episodestates.h"

#include <algorithm>
#include <array>
#include <vector>

namespace understudy {

std::span<const EpisodeState> transitions(EpisodeState from)
{
    using enum EpisodeState;
    static const std::array<std::vector<EpisodeState>, kEpisodeStateCount> kNext{{
        /* Recording   */ {Recorded, Tray},
        /* Recorded    */ {Checked, Quarantined, Tray},
        /* Checked     */ {Quarantined, Labelling, InReview, Tray},
        /* Quarantined */ {Checked, Rejected, Tray},
        /* Labelling   */ {Checked, Quarantined, Labelled},
        /* Labelled    */ {Quarantined, Labelling, InReview},
        /* InReview    */ {Quarantined, Labelled, Accepted, Returned, Rejected},
        /* Accepted    */ {Quarantined, InReview},
        /* Returned    */ {Quarantined, Labelling, Rejected, Tray},
        /* Rejected    */ {InReview},
        /* Tray        */ {Recorded},
    }};
    return kNext[static_cast<std::size_t>(from)];
}

bool mayFollow(EpisodeState from, EpisodeState to)
{
    return std::ranges::find(transitions(from), to) != transitions(from).end();
}

}  // namespace understudy
