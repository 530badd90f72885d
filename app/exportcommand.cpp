#include <csignal>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/interrupt.h"
#include "storage/export/episodesource.h"
#include "storage/export/lerobotexport.h"
#include "storage/library.h"

namespace understudy {
namespace {

constexpr int kPageSize = 1000;

/// Oldest first, so that a dataset grows at its end.
Result<std::vector<std::string>> idsOf(LibraryReader& reader, const EpisodeFilter& filter)
{
    std::vector<std::string> ids;
    std::optional<std::int64_t> after;
    do {
        const Result<EpisodePage> page = reader.list(filter, kPageSize, after);
        if (!page) return tl::unexpected(page.error());
        for (const EpisodeRow& row : page->episodes) ids.push_back(row.id);
        after = page->next;
    } while (after);
    std::reverse(ids.begin(), ids.end());
    return ids;
}

}  // namespace

int runExport(const CommandContext& context, const ExportOptions& options)
{
    const Output& output = context.output;
    const Result<EpisodeFilter> filter = parseFilter(options.filters);
    if (!filter) return output.failed(filter.error());
    if (const Result<Library> library = openLibrary(context.library, LibraryMode::Open); !library)
        return output.failed(library.error());
    const auto reader = LibraryReader::open(context.library);
    if (!reader) return output.failed(reader.error());
    const Result<std::vector<std::string>> ids = idsOf(**reader, *filter);
    if (!ids) return output.failed(ids.error());
    if (ids->empty()) return output.failed(Error{"no episode fits; see what there is with: understudy list"});

    PosixFileSystem files;
    const GridOptions grid{.fps = static_cast<int>(options.fps), .reference = {}};
    const InterruptGuard guard;
    LeRobotExport wanted{.to = options.to, .episodes = *ids};
    wanted.load = [&](const std::string& id) { return loadForExport(files, **reader, id, grid); };
    wanted.progress = [&](const ExportProgress& progress) {
        output.progress(fmt::format("{} of {} episodes, {} rows", progress.done, progress.total, progress.rows));
        return guard.interrupted() ? ExportControl::Cancel : ExportControl::Continue;
    };
    const Result<ExportReport> report = exportLeRobot(files, wanted);
    if (!report) return output.failed(report.error());

    nlohmann::json skipped = nlohmann::json::array();
    for (const SkippedEpisode& episode : report->skipped) {
        skipped.push_back({{"id", episode.id}, {"reason", episode.reason}});
        output.say(fmt::format("{}  left out: {}", episode.id, episode.reason));
    }
    output.say(fmt::format("{} episodes, {} rows in {}", report->episodes, report->rows, options.to.string()));
    output.document({{"format", options.format},
                     {"to", options.to.string()},
                     {"episodes", report->episodes},
                     {"rows", report->rows},
                     {"skipped", std::move(skipped)}});
    return kDone;
}

}  // namespace understudy
