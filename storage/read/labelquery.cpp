#include "storage/read/labelquery.h"

#include <set>

namespace understudy {

namespace {

const std::string kSegments =
    "SELECT segments.id, tier, label, text_zh, text_en, start_ns, end_ns, hand, draft, people.id FROM segments"
    " JOIN people ON people.key = segments.author WHERE episode = (SELECT key FROM episodes WHERE id = ?)";

Segment segmentFrom(const SqlRow& row)
{
    return {.id = row.text(0),
            .episodeId = {},
            .tier = row.text(1),
            .label = row.text(2),
            .textZh = row.text(3),
            .textEn = row.text(4),
            .startNs = row.integer(5),
            .endNs = row.integer(6),
            .hand = handFrom(row.text(7)).value_or(Hand::None),
            .draft = row.integer(8) != 0,
            .authorId = row.text(9)};
}

}  // namespace

Result<std::vector<Segment>> segmentsOf(Database& database, const std::string& episodeId)
{
    Result<std::vector<Segment>> segments =
        rowsOf<Segment>(database, kSegments + " ORDER BY start_ns, tier, segments.id", {episodeId}, &segmentFrom);
    if (segments)
        for (Segment& segment : *segments) segment.episodeId = episodeId;
    return segments;
}

Result<std::optional<Segment>> segmentOf(Database& database, const std::string& episodeId, const std::string& segmentId)
{
    const Result<std::vector<Segment>> found =
        rowsOf<Segment>(database, kSegments + " AND segments.id = ?", {episodeId, segmentId}, &segmentFrom);
    if (!found) return tl::unexpected(found.error());
    if (found->empty()) return std::nullopt;
    Segment segment = found->front();
    segment.episodeId = episodeId;
    return segment;
}

Result<std::vector<Review>> reviewsOf(Database& database, const std::string& episodeId)
{
    return rowsOf<Review>(
        database,
        "SELECT reviews.id, people.id, at_ns, verdict, return_to, reason, from_state, taken_back_ns, undoer.id"
        " FROM reviews JOIN people ON people.key = reviews.person"
        " LEFT JOIN people AS undoer ON undoer.key = reviews.taken_back_by"
        " WHERE episode = (SELECT key FROM episodes WHERE id = ?) ORDER BY reviews.key",
        {episodeId}, [](const SqlRow& row) {
            return Review{.id = row.text(0),
                          .reviewerId = row.text(1),
                          .atNs = row.integer(2),
                          .verdict = verdictFrom(row.text(3)).value_or(Verdict::Rejected),
                          .returnTo = returnToFrom(row.text(4)).value_or(ReturnTo::Nobody),
                          .reason = row.text(5),
                          .fromState = episodeStateFrom(row.text(6)).value_or(EpisodeState::InReview),
                          .takenBackAtNs = row.integer(7),
                          .takenBackBy = row.text(8)};
        });
}

Result<std::vector<HistoryEntry>> historyOf(Database& database, const std::string& episodeId)
{
    Result<std::vector<HistoryEntry>> entries = rowsOf<HistoryEntry>(
        database,
        "SELECT act, at_ns, people.id, subject, subject_id, field, from_value, to_value FROM history"
        " JOIN people ON people.key = history.person WHERE episode = (SELECT key FROM episodes WHERE id = ?)"
        " ORDER BY history.key",
        {episodeId}, [](const SqlRow& row) {
            return HistoryEntry{.act = row.text(0),
                                .atNs = row.integer(1),
                                .personId = row.text(2),
                                .subject = row.text(3),
                                .subjectId = row.text(4),
                                .episodeId = {},
                                .field = row.text(5),
                                .from = row.text(6),
                                .to = row.text(7)};
        });
    if (entries)
        for (HistoryEntry& entry : *entries) entry.episodeId = episodeId;
    return entries;
}

Result<EpisodeLabels> labelsOf(Database& database, const std::string& episodeId)
{
    Result<std::vector<EpisodeLabels>> found = rowsOf<EpisodeLabels>(
        database,
        "SELECT episodes.id, state, outcome, cause, tasks.id, tasks.name, episodes.instruction_zh,"
        " episodes.instruction_en FROM episodes JOIN tasks ON tasks.key = episodes.task WHERE episodes.id = ?",
        {episodeId}, [](const SqlRow& row) {
            EpisodeLabels labels;
            labels.episodeId = row.text(0);
            labels.state = episodeStateFrom(row.text(1)).value_or(EpisodeState::Quarantined);
            labels.outcome = outcomeFrom(row.text(2)).value_or(Outcome::Unknown);
            labels.cause = row.text(3);
            labels.taskId = row.text(4);
            labels.task = row.text(5);
            labels.instructionZh = row.text(6);
            labels.instructionEn = row.text(7);
            return labels;
        });
    if (!found) return tl::unexpected(found.error());
    if (found->empty()) return fail("there is no episode " + episodeId);
    EpisodeLabels labels = std::move(found->front());

    auto segments = segmentsOf(database, episodeId);
    if (!segments) return tl::unexpected(segments.error());
    auto reviews = reviewsOf(database, episodeId);
    if (!reviews) return tl::unexpected(reviews.error());
    auto history = historyOf(database, episodeId);
    if (!history) return tl::unexpected(history.error());
    labels.segments = std::move(*segments);
    labels.reviews = std::move(*reviews);
    labels.history = std::move(*history);

    std::set<std::string> named;
    for (const Segment& segment : labels.segments) named.insert(segment.authorId);
    for (const Review& review : labels.reviews) named.insert({review.reviewerId, review.takenBackBy});
    for (const HistoryEntry& entry : labels.history) named.insert(entry.personId);
    for (const std::string& id : named) {
        const Result<void> asked =
            database.query("SELECT id, name FROM people WHERE id = ?", {id}, [&](const SqlRow& row) {
                labels.people.push_back({.id = row.text(0), .name = row.text(1)});
            });
        if (!asked) return tl::unexpected(asked.error());
    }
    return labels;
}

}  // namespace understudy
