#include "storage/read/labelsjson.h"

#include "core/uuid.h"
#include "storage/read/jsonfields.h"

namespace understudy {
namespace {

nlohmann::json jsonOf(const Segment& segment)
{
    return {{"id", segment.id},          {"tier", segment.tier},         {"label", segment.label},
            {"text_zh", segment.textZh}, {"text_en", segment.textEn},    {"start_ns", segment.startNs},
            {"end_ns", segment.endNs},   {"hand", nameOf(segment.hand)}, {"draft", segment.draft},
            {"author", segment.authorId}};
}

nlohmann::json jsonOf(const Review& review)
{
    return {{"id", review.id},
            {"reviewer", review.reviewerId},
            {"at_ns", review.atNs},
            {"verdict", nameOf(review.verdict)},
            {"return_to", nameOf(review.returnTo)},
            {"reason", review.reason},
            {"from_state", nameOf(review.fromState)},
            {"taken_back_at_ns", review.takenBackAtNs},
            {"taken_back_by", review.takenBackBy}};
}

nlohmann::json jsonOf(const HistoryEntry& entry)
{
    return {{"act", entry.act},
            {"at_ns", entry.atNs},
            {"person", entry.personId},
            {"subject", entry.subject},
            {"subject_id", entry.subjectId},
            {"field", entry.field},
            {"from", entry.from},
            {"to", entry.to}};
}

nlohmann::json jsonOf(const EpisodeLabels& labels)
{
    nlohmann::json document{{"version", kLabelsJsonVersion},
                            {"episode", labels.episodeId},
                            {"state", nameOf(labels.state)},
                            {"outcome", nameOf(labels.outcome)},
                            {"cause", labels.cause},
                            {"task", {{"id", labels.taskId}, {"name", labels.task}}},
                            {"instruction_zh", labels.instructionZh},
                            {"instruction_en", labels.instructionEn},
                            {"people", nlohmann::json::array()},
                            {"segments", nlohmann::json::array()},
                            {"reviews", nlohmann::json::array()},
                            {"history", nlohmann::json::array()}};
    for (const Person& person : labels.people) document["people"].push_back({{"id", person.id}, {"name", person.name}});
    for (const Segment& segment : labels.segments) document["segments"].push_back(jsonOf(segment));
    for (const Review& review : labels.reviews) document["reviews"].push_back(jsonOf(review));
    for (const HistoryEntry& entry : labels.history) document["history"].push_back(jsonOf(entry));
    return document;
}

void wantId(JsonFields& fields, const char* field, const std::string& id)
{
    if (!isUuid(id)) fields.complain(std::string(field) + " \"" + id.substr(0, 60) + "\" is no UUIDv7");
}

Segment segmentFrom(JsonFields& fields, const std::string& episodeId)
{
    Segment segment{.episodeId = episodeId};
    fields.read("id", segment.id);
    fields.read("tier", segment.tier);
    fields.read("label", segment.label);
    fields.read("text_zh", segment.textZh);
    fields.read("text_en", segment.textEn);
    fields.read("start_ns", segment.startNs);
    fields.read("end_ns", segment.endNs);
    fields.readNamed("hand", segment.hand, &handFrom);
    fields.read("draft", segment.draft);
    fields.read("author", segment.authorId);
    wantId(fields, "the id of a segment", segment.id);
    if (segment.endNs <= segment.startNs) fields.complain("segment " + segment.id + " ends before it starts");
    return segment;
}

Review reviewFrom(JsonFields& fields)
{
    Review review;
    fields.read("id", review.id);
    fields.read("reviewer", review.reviewerId);
    fields.read("at_ns", review.atNs);
    fields.readNamed("verdict", review.verdict, &verdictFrom);
    fields.readNamed("return_to", review.returnTo, &returnToFrom);
    fields.read("reason", review.reason);
    fields.readNamed("from_state", review.fromState, &episodeStateFrom);
    fields.read("taken_back_at_ns", review.takenBackAtNs);
    fields.read("taken_back_by", review.takenBackBy);
    wantId(fields, "the id of a review", review.id);
    return review;
}

HistoryEntry historyEntryFrom(JsonFields& fields, const std::string& episodeId)
{
    HistoryEntry entry;
    entry.episodeId = episodeId;
    fields.read("act", entry.act);
    fields.read("at_ns", entry.atNs);
    fields.read("person", entry.personId);
    fields.read("subject", entry.subject);
    fields.read("subject_id", entry.subjectId);
    fields.read("field", entry.field);
    fields.read("from", entry.from);
    fields.read("to", entry.to);
    return entry;
}

}  // namespace

std::string toJson(const Segment& segment) { return dumped(jsonOf(segment), -1); }

std::string toJson(const EpisodeLabels& labels) { return dumped(jsonOf(labels), 1) + "\n"; }

std::string toJsonLine(const EpisodeLabels& labels) { return dumped(jsonOf(labels), -1); }

Result<EpisodeLabels> parseLabelsJson(std::string_view text)
{
    const Result<nlohmann::json> document = parseJsonObject(text, "labels.json");
    if (!document) return tl::unexpected(document.error());
    JsonFields fields(*document, "labels.json");
    EpisodeLabels labels;
    int version = 0;
    fields.read("version", version);
    if (version < 1 || version > kLabelsJsonVersion)
        fields.complain("labels.json has version " + std::to_string(version) + ", this program reads 1 to " +
                        std::to_string(kLabelsJsonVersion));
    fields.read("episode", labels.episodeId);
    wantId(fields, "labels.json.episode", labels.episodeId);
    fields.readNamed("state", labels.state, &episodeStateFrom);
    fields.readNamed("outcome", labels.outcome, &outcomeFrom);
    fields.read("cause", labels.cause);
    fields.readObject("task", [&](JsonFields& task) {
        task.read("id", labels.taskId);
        task.read("name", labels.task);
    });
    fields.read("instruction_zh", labels.instructionZh);
    fields.read("instruction_en", labels.instructionEn);
    fields.readObjects("people", [&](JsonFields& person) {
        Person& read = labels.people.emplace_back();
        person.read("id", read.id);
        person.read("name", read.name);
        wantId(person, "the id of a person", read.id);
        if (read.name.empty()) person.complain("person " + read.id + " has no name");
    });
    fields.readObjects("segments",
                       [&](JsonFields& segment) { labels.segments.push_back(segmentFrom(segment, labels.episodeId)); });
    fields.readObjects("reviews", [&](JsonFields& review) { labels.reviews.push_back(reviewFrom(review)); });
    fields.readObjects("history",
                       [&](JsonFields& entry) { labels.history.push_back(historyEntryFrom(entry, labels.episodeId)); });
    if (fields.error()) return tl::unexpected(*fields.error());
    return labels;
}

}  // namespace understudy
