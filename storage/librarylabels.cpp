#include <set>

#include "core/uuid.h"
#include "storage/librarywriterimpl.h"
#include "storage/read/labelquery.h"

namespace understudy {
namespace {

Result<void> checkSegment(const Segment& segment)
{
    if (!isUuid(segment.id)) return fail("the segment's id \"" + segment.id.substr(0, 100) + "\" is no UUIDv7");
    if (segment.startNs < 0 || segment.endNs <= segment.startNs)
        return fail("segment " + segment.id + " must end after it starts; it starts at " +
                    std::to_string(segment.startNs) + " ns and ends at " + std::to_string(segment.endNs) + " ns");
    for (const auto& [what, text] : {std::pair{"the label", &segment.label}, std::pair{"the text", &segment.textZh},
                                     std::pair{"the text", &segment.textEn}})
        if (Result<void> checked = checkText(std::string(what) + " of segment " + segment.id, *text); !checked)
            return checked;
    return {};
}

const Segment& either(const SegmentChange& change) { return change.after ? *change.after : *change.before; }

}  // namespace

Result<void> LibraryWriter::Impl::openForLabels(const Change& change, Known& episode)
{
    using enum EpisodeState;
    switch (episode.state) {
    case Checked:
    case Returned:
        return setState(change, episode, Labelling);
    case Recorded:
    case Labelling:
    case Labelled:
    case InReview:
        return {};
    default:
        return fail("the labels of episode " + episode.id + " cannot be changed while it is " +
                    std::string(nameOf(episode.state)) + "; they can while it is recorded, checked, labelling, " +
                    "labelled, in_review or returned");
    }
}

Result<void> LibraryWriter::Impl::applySegment(const Change& change, const Known& episode, SegmentChange& edit)
{
    const std::string id = either(edit).id;
    const Result<std::optional<Segment>> now = segmentOf(*database, episode.id, id);
    if (!now) return tl::unexpected(now.error());
    if (*now != edit.before)
        return fail("segment " + id + " of episode " + episode.id +
                    (!*now         ? " is no longer there"
                     : edit.before ? " was changed meanwhile"
                                   : " is already there") +
                    "; look at it again and repeat the edit");
    if (!edit.after) {
        const auto removed = database->execute("DELETE FROM segments WHERE episode = ? AND id = ?", {episode.key, id});
        if (!removed) return tl::unexpected(removed.error());
        return note(change, "segment", id, episode.key, "segment", toJson(*edit.before), "");
    }

    Segment& after = *edit.after;
    if (after.authorId.empty()) after.authorId = change.personId;
    if (Result<void> checked = checkSegment(after); !checked) return checked;
    if (episode.durationNs > 0 &&
        (after.endNs <= episode.startedNs || after.startNs >= episode.startedNs + episode.durationNs))
        return fail("segment " + id + " lies outside episode " + episode.id +
                    ": segments are in log time, nanoseconds since 1970, not since the start of the episode");
    const Result<std::int64_t> author = keyOf("people", after.authorId);
    if (!author) return tl::unexpected(author.error());
    const auto tier = find("SELECT position FROM tiers WHERE name = ?", after.tier);
    if (!tier) return tl::unexpected(tier.error());
    if (!*tier) return fail("there is no tier \"" + after.tier.substr(0, 100) + "\" in the library; add it first");
    const auto put = database->execute(
        "INSERT INTO segments (episode, id, tier, label, text_zh, text_en, start_ns, end_ns, hand, draft, author)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (episode, id) DO UPDATE SET tier = excluded.tier,"
        " label = excluded.label, text_zh = excluded.text_zh, text_en = excluded.text_en, start_ns = excluded.start_ns,"
        " end_ns = excluded.end_ns, hand = excluded.hand, draft = excluded.draft, author = excluded.author",
        {episode.key, id, after.tier, after.label, after.textZh, after.textEn, after.startNs, after.endNs,
         std::string(nameOf(after.hand)), std::int64_t{after.draft}, *author});
    if (!put) return tl::unexpected(put.error());
    return note(change, "segment", id, episode.key, "segment", edit.before ? toJson(*edit.before) : std::string(),
                toJson(after));
}

Result<LabelEdit> LibraryWriter::Impl::applyEdit(std::string_view by, const EditMaker& make)
{
    LabelEdit applied;
    const Result<void> done = change(by, [&](const Change& change) -> Result<void> {
        Result<LabelEdit> edit = make();
        if (!edit) return tl::unexpected(edit.error());
        std::set<std::string> opened;
        for (SegmentChange& segment : *edit) {
            if (!segment.before && !segment.after) return fail("a change of a segment needs a before or an after");
            if (segment.before && segment.after &&
                (segment.before->id != segment.after->id || segment.before->episodeId != segment.after->episodeId))
                return fail("a segment keeps its id and its episode");
            Result<Known> episode = known(either(segment).episodeId);
            if (!episode) return tl::unexpected(episode.error());
            if (opened.insert(episode->id).second) {
                if (Result<void> open = openForLabels(change, *episode); !open) return open;
                if (Result<void> due = mirrorDue(episode->key); !due) return due;
            }
            if (Result<void> put = applySegment(change, *episode, segment); !put) return put;
        }
        applied = std::move(*edit);
        return {};
    });
    if (!done) return tl::unexpected(done.error());
    return applied;
}

Result<LabelEdit> LibraryWriter::Impl::changeSegment(std::string_view by, std::string_view episode,
                                                     std::string_view segment,
                                                     const std::function<Result<LabelEdit>(const Segment&)>& make)
{
    const std::string id(segment);
    return applyEdit(by, [&]() -> Result<LabelEdit> {
        const Result<Known> owner = known(episode);
        if (!owner) return tl::unexpected(owner.error());
        const Result<std::optional<Segment>> before = segmentOf(*database, owner->id, id);
        if (!before) return tl::unexpected(before.error());
        if (!*before) return fail("episode " + owner->id + " has no segment \"" + id.substr(0, 100) + "\"");
        return make(**before);
    });
}

Result<LabelEdit> LibraryWriter::edit(std::string_view by, const LabelEdit& edit)
{
    return m_impl->applyEdit(by, [&]() -> Result<LabelEdit> { return edit; });
}

Result<LabelEdit> LibraryWriter::addSegment(std::string_view by, const Segment& segment)
{
    Segment added = segment;
    if (added.id.empty()) added.id = newUuid();
    return edit(by, {{.before = {}, .after = std::move(added)}});
}

Result<LabelEdit> LibraryWriter::moveSegment(std::string_view by, std::string_view episode, std::string_view segment,
                                             std::int64_t startNs, std::int64_t endNs)
{
    return m_impl->changeSegment(by, episode, segment, [&](const Segment& before) -> Result<LabelEdit> {
        Segment after = before;
        after.startNs = startNs;
        after.endNs = endNs;
        after.draft = false;
        after.authorId.clear();
        return LabelEdit{{.before = before, .after = std::move(after)}};
    });
}

Result<LabelEdit> LibraryWriter::splitSegment(std::string_view by, std::string_view episode, std::string_view segment,
                                              std::int64_t atNs)
{
    return m_impl->changeSegment(by, episode, segment, [&](const Segment& before) -> Result<LabelEdit> {
        if (atNs <= before.startNs || atNs >= before.endNs)
            return fail("segment " + before.id + " can be split only inside itself");
        Segment left = before;
        Segment right = before;
        left.endNs = atNs;
        right.startNs = atNs;
        right.id = newUuid();
        left.authorId.clear();
        right.authorId.clear();
        return LabelEdit{{.before = before, .after = std::move(left)}, {.before = {}, .after = std::move(right)}};
    });
}

Result<LabelEdit> LibraryWriter::relabelSegment(std::string_view by, std::string_view episode, std::string_view segment,
                                                const std::string& label)
{
    return m_impl->changeSegment(by, episode, segment, [&](const Segment& before) -> Result<LabelEdit> {
        Segment after = before;
        after.label = label;
        after.draft = false;
        after.authorId.clear();
        return LabelEdit{{.before = before, .after = std::move(after)}};
    });
}

Result<LabelEdit> LibraryWriter::deleteSegment(std::string_view by, std::string_view episode, std::string_view segment)
{
    return m_impl->changeSegment(by, episode, segment, [&](const Segment& before) -> Result<LabelEdit> {
        return LabelEdit{{.before = before, .after = {}}};
    });
}

}  // namespace understudy
