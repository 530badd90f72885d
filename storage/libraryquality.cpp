#include "storage/episodestates.h"
#include "storage/librarywriterimpl.h"

namespace understudy {

Result<void> LibraryWriter::setQuality(std::string_view by, std::string_view episode, const std::string& before,
                                       const std::string& verdict, const std::string& reason)
{
    if (Result<void> checked = checkText("the reason", reason); !checked) return checked;
    return m_impl->change(by, [&](const Impl::Change& change) -> Result<void> {
        Result<Impl::Known> known = m_impl->known(episode);
        if (!known) return tl::unexpected(known.error());
        const bool unusable = verdict == "unusable";
        const EpisodeState wanted = unusable ? EpisodeState::Quarantined : EpisodeState::Checked;
        const bool moves = known->state == EpisodeState::Recorded || (unusable && mayFollow(known->state, wanted));
        if (moves)
            if (Result<void> set = m_impl->setState(change, *known, wanted); !set) return set;
        if (before == verdict && !moves) return {};
        Result<void> noted = m_impl->note(change, "episode", known->id, known->key, "quality", before, verdict);
        if (!noted || reason.empty()) return noted;
        return m_impl->note(change, "episode", known->id, known->key, "reason", "", reason);
    });
}

}  // namespace understudy
