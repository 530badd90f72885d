#include "core/uuid.h"
#include "storage/librarywriterimpl.h"

namespace understudy {
namespace {

EpisodeState stateAfter(Verdict verdict)
{
    switch (verdict) {
    case Verdict::Accepted:
        return EpisodeState::Accepted;
    case Verdict::Returned:
        return EpisodeState::Returned;
    case Verdict::Rejected:
        return EpisodeState::Rejected;
    }
    return EpisodeState::Rejected;
}

}  // namespace

Result<void> LibraryWriter::judge(std::string_view by, std::string_view episode, Verdict verdict,
                                  const std::string& reason, ReturnTo returnTo)
{
    if (Result<void> checked = checkText("the reason", reason); !checked) return checked;
    if (verdict != Verdict::Accepted && reason.empty())
        return fail("say why: an episode is " + std::string(nameOf(verdict)) + " only with a reason");
    if ((verdict == Verdict::Returned) != (returnTo != ReturnTo::Nobody))
        return fail(verdict == Verdict::Returned ? "say to whom the episode is returned: annotator or station"
                                                 : "only a returned episode goes to somebody");
    return m_impl->change(by, [&](const Impl::Change& change) -> Result<void> {
        Result<Impl::Known> known = m_impl->known(episode);
        if (!known) return tl::unexpected(known.error());
        const EpisodeState before = known->state;
        if (before != EpisodeState::InReview)
            if (Result<void> entered = m_impl->setState(change, *known, EpisodeState::InReview); !entered)
                return entered;
        if (Result<void> set = m_impl->setState(change, *known, stateAfter(verdict)); !set) return set;
        const std::string id = newUuid();
        const auto added = m_impl->database->execute(
            "INSERT INTO reviews (id, episode, person, at_ns, verdict, return_to, reason, from_state)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            {id, known->key, change.person, change.atNs, std::string(nameOf(verdict)), std::string(nameOf(returnTo)),
             reason, std::string(nameOf(before))});
        if (!added) return tl::unexpected(added.error());
        return m_impl->note(change, "review", id, known->key, "verdict", "", std::string(nameOf(verdict)));
    });
}

Result<void> LibraryWriter::takeBack(std::string_view by, std::string_view episode)
{
    return m_impl->change(by, [&](const Impl::Change& change) -> Result<void> {
        Result<Impl::Known> known = m_impl->known(episode);
        if (!known) return tl::unexpected(known.error());
        struct Standing {
            std::int64_t key;
            std::string id;
            std::string verdict;
            std::string fromState;
        };
        std::optional<Standing> last;
        Result<void> asked = m_impl->database->query(
            "SELECT key, id, verdict, from_state FROM reviews WHERE episode = ? AND taken_back_ns = 0"
            " ORDER BY key DESC LIMIT 1",
            {known->key}, [&](const SqlRow& row) {
                last = {.key = row.integer(0), .id = row.text(1), .verdict = row.text(2), .fromState = row.text(3)};
            });
        if (!asked) return asked;
        if (!last) return fail("episode " + known->id + " has no verdict that could be taken back");
        if (nameOf(known->state) != last->verdict)
            return fail("episode " + known->id + " was " + last->verdict + " and is " +
                        std::string(nameOf(known->state)) + " by now: that verdict can no longer be taken back");
        const Result<EpisodeState> before = episodeStateFrom(last->fromState);
        if (!before) return tl::unexpected(before.error());
        const auto changed =
            m_impl->database->execute("UPDATE reviews SET taken_back_ns = ?, taken_back_by = ? WHERE key = ?",
                                      {change.atNs, change.person, last->key});
        if (!changed) return tl::unexpected(changed.error());
        Result<void> noted =
            m_impl->note(change, "review", last->id, known->key, "verdict", last->verdict, "taken_back");
        if (!noted) return noted;
        return m_impl->putState(change, *known, *before);
    });
}

}  // namespace understudy
