#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/json.h"
#include "core/timestamp.h"
#include "storage/library.h"
#include "storage/read/libraryreader.h"

namespace understudy {
namespace {

constexpr int kPageSize = 1000;

Result<std::unique_ptr<LibraryReader>> openReader(const std::filesystem::path& folder)
{
    if (const Result<Library> library = openLibrary(folder, LibraryMode::Open); !library)
        return tl::unexpected(library.error());
    return LibraryReader::open(folder);
}

std::string asLine(const EpisodeRow& row)
{
    return fmt::format("{}  {}  {:>7.1f} s  {:<11}  {:<8}  {:<18}  {}", row.id, toRfc3339(row.startedAtNs),
                       toSeconds(row.durationNs), nameOf(row.state), nameOf(row.outcome), row.robot, row.task);
}

}  // namespace

int runList(const CommandContext& context, const std::vector<std::string>& filters)
{
    const Result<EpisodeFilter> filter = parseFilter(filters);
    if (!filter) return context.output.failed(filter.error());
    const auto reader = openReader(context.library);
    if (!reader) return context.output.failed(reader.error());

    nlohmann::json episodes = nlohmann::json::array();
    std::optional<std::int64_t> after;
    std::int64_t total = 0;
    do {
        const Result<EpisodePage> page = (*reader)->list(*filter, kPageSize, after);
        if (!page) return context.output.failed(page.error());
        for (const EpisodeRow& row : page->episodes) {
            ++total;
            if (context.output.isJson())
                episodes.push_back(toJsonDocument(row));
            else
                context.output.say(asLine(row));
        }
        after = page->next;
    } while (after);
    context.output.say(total == 1 ? "1 episode" : fmt::format("{} episodes", total));
    context.output.document({{"total", total}, {"episodes", std::move(episodes)}});
    return kDone;
}

int runShow(const CommandContext& context, const std::string& episode)
{
    const auto reader = openReader(context.library);
    if (!reader) return context.output.failed(reader.error());
    const Result<EpisodeRow> row = (*reader)->show(episode);
    if (!row) return context.output.failed(row.error());
    const Result<std::vector<Segment>> segments = (*reader)->segments(row->id);
    if (!segments) return context.output.failed(segments.error());
    const Result<std::vector<HistoryEntry>> history = (*reader)->history(row->id);
    if (!history) return context.output.failed(history.error());

    nlohmann::json document = toJsonDocument(*row);
    document["streams"] = toJsonDocument(row->streams);
    document["segments"] = nlohmann::json::array();
    for (const Segment& segment : *segments)
        document["segments"].push_back({{"id", segment.id},
                                        {"tier", segment.tier},
                                        {"label", segment.label},
                                        {"start", toRfc3339(segment.startNs)},
                                        {"end", toRfc3339(segment.endNs)},
                                        {"start_ns", segment.startNs},
                                        {"end_ns", segment.endNs},
                                        {"draft", segment.draft}});
    context.output.document(document);
    if (context.output.isJson()) return kDone;

    context.output.say(asLine(*row));
    context.output.say(fmt::format("  folder    {}", (context.library / row->path).string()));
    for (const std::string& instruction : {row->instructionEn, row->instructionZh})
        if (!instruction.empty()) context.output.say("  asked     " + instruction);
    context.output.say(fmt::format("  operator  {} at {}", row->operatorName, row->station));
    context.output.say(fmt::format("  steps     {}, {} missed", row->steps, row->missedTicks));
    for (const StreamRow& stream : row->streams)
        context.output.say(fmt::format("  {:<28} {:>8} at {:7.2f} Hz, {} lost", stream.name, stream.count,
                                       stream.rateHz, stream.dropped));
    for (const Segment& segment : *segments)
        context.output.say(fmt::format("  {:<10} {:<12} {:8.3f} – {:.3f} s", segment.tier, segment.label,
                                       toSeconds(segment.startNs - row->startedAtNs),
                                       toSeconds(segment.endNs - row->startedAtNs)));
    context.output.say(fmt::format("  history   {} changes", history->size()));
    return kDone;
}

}  // namespace understudy
