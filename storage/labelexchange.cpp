#include "storage/labelexchange.h"

#include <algorithm>
#include <istream>
#include <ostream>
#include <set>

#include "core/uuid.h"
#include "storage/read/episodejson.h"
#include "storage/read/jsonfields.h"

namespace understudy {
namespace {

constexpr int kPage = 100;

/// One line, or an error where it is longer than any labels.json.
Result<std::optional<std::string>> nextLine(std::istream& from)
{
    std::string line;
    for (int c = from.get(); c != std::istream::traits_type::eof(); c = from.get()) {
        if (c == '\n') return line;
        if (line.size() >= kEpisodeJsonLimit)
            return fail("a line is longer than " + std::to_string(kEpisodeJsonLimit) +
                        " bytes: this is no file of labels, one episode a line");
        line += static_cast<char>(c);
    }
    if (line.empty()) return std::nullopt;
    return line;
}

/// Segments without an id get one; `fresh` are those.
Result<EpisodeLabels> readLine(const std::string& line, std::set<std::string>& fresh)
{
    Result<nlohmann::json> document = parseJsonObject(line, "this line");
    if (!document) return tl::unexpected(document.error());
    if (!document->contains("version")) (*document)["version"] = kLabelsJsonVersion;
    for (const char* part : {"history", "reviews", "people", "state", "outcome"}) document->erase(part);
    if (document->contains("segments") && (*document)["segments"].is_array())
        for (nlohmann::json& segment : (*document)["segments"])
            if (segment.is_object() && !segment.contains("id")) segment["id"] = *fresh.insert(newUuid()).first;
    return parseLabelsJson(dumped(*document, -1));
}

bool saysTheSame(const Segment& a, const Segment& b)
{
    return a.tier == b.tier && a.label == b.label && a.startNs == b.startNs && a.endNs == b.endNs && a.hand == b.hand;
}

class Importer {
public:
    Importer(LibraryReader& reader, LibraryWriter& writer, std::string_view by)
        : m_reader(reader), m_writer(writer), m_by(by)
    {
    }

    [[nodiscard]] Result<LabelImport> run(std::istream& from)
    {
        const Result<std::vector<Person>> people = m_reader.people();
        if (!people) return tl::unexpected(people.error());
        for (const Person& person : *people) m_people.insert(person.id);
        for (std::int64_t number = 1;; ++number) {
            const Result<std::optional<std::string>> line = nextLine(from);
            if (!line) return tl::unexpected(line.error());
            if (!*line) break;
            if ((*line)->find_first_not_of(" \t\r") == std::string::npos) continue;
            if (const Result<void> taken = take(**line); !taken)
                m_import.skipped.push_back({.line = number, .reason = taken.error().message});
        }
        return std::move(m_import);
    }

private:
    [[nodiscard]] Result<void> take(const std::string& line)
    {
        std::set<std::string> fresh;
        Result<EpisodeLabels> labels = readLine(line, fresh);
        if (!labels) return tl::unexpected(labels.error());
        const Result<EpisodeRow> episode = m_reader.show(labels->episodeId);
        if (!episode) return tl::unexpected(episode.error());
        const Result<std::vector<Segment>> known = m_reader.segments(episode->id);
        if (!known) return tl::unexpected(known.error());

        LabelEdit edit;
        std::int64_t added = 0;
        std::set<std::string> tiers;
        for (Segment& segment : labels->segments) {
            if (!m_people.contains(segment.authorId)) segment.authorId.clear();
            const auto same = std::ranges::find_if(*known, [&](const Segment& other) {
                return other.id == segment.id || (fresh.contains(segment.id) && saysTheSame(other, segment));
            });
            if (same == known->end()) {
                ++added;
                edit.push_back({.before = {}, .after = segment});
            } else if (same->id == segment.id && *same != segment) {
                edit.push_back({.before = *same, .after = segment});
            } else {
                continue;
            }
            tiers.insert(segment.tier);
        }
        ++m_import.episodes;
        if (edit.empty()) return {};
        for (const std::string& tier : tiers) {
            const Result<void> made = m_writer.ensureTier(m_by, {.name = tier, .labelZh = tier, .labelEn = tier});
            if (!made) return made;
        }
        Result<LabelEdit> applied = m_writer.edit(m_by, edit);
        if (!applied) {
            --m_import.episodes;
            return tl::unexpected(applied.error());
        }
        m_import.added += added;
        m_import.changed += std::ssize(edit) - added;
        m_import.edits.push_back(std::move(*applied));
        return {};
    }

    LibraryReader& m_reader;
    LibraryWriter& m_writer;
    std::string m_by;
    std::set<std::string> m_people;
    LabelImport m_import;
};

}  // namespace

Result<std::int64_t> exportLabels(LibraryReader& reader, const EpisodeFilter& filter, std::ostream& to)
{
    std::int64_t count = 0;
    std::optional<std::int64_t> after;
    do {
        const Result<EpisodePage> page = reader.list(filter, kPage, after);
        if (!page) return tl::unexpected(page.error());
        for (const EpisodeRow& row : page->episodes) {
            const Result<EpisodeLabels> labels = reader.labels(row.id);
            if (!labels) return tl::unexpected(labels.error());
            to << toJsonLine(*labels) << '\n';
            if (!to) return fail("the labels cannot be written: is the disk full?");
            ++count;
        }
        after = page->next;
    } while (after);
    to.flush();
    if (!to) return fail("the labels cannot be written: is the disk full?");
    return count;
}

Result<LabelImport> importLabels(LibraryReader& reader, LibraryWriter& writer, std::string_view by, std::istream& from)
{
    return Importer(reader, writer, by).run(from);
}

}  // namespace understudy
