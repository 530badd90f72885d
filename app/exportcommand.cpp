#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/interrupt.h"
#include "app/wristposes.h"
#include "storage/export/libraryexport.h"
#include "storage/library.h"

namespace understudy {
int runExport(const CommandContext& context, const ExportOptions& options)
{
    const Output& output = context.output;
    Result<EpisodeFilter> filter = parseFilter(options.filters);
    if (!filter) return output.failed(filter.error());
    if (options.kind == "sim" || options.kind == "real") filter->sim = options.kind == "sim";
    if (const Result<Library> library = openLibrary(context.library, LibraryMode::Open); !library)
        return output.failed(library.error());
    const auto reader = LibraryReader::open(context.library);
    if (!reader) return output.failed(reader.error());
    PosixFileSystem files;
    const InterruptGuard guard;
    LibraryExport wanted{.filter = *filter, .to = options.to};
    if (options.kind == "both") wanted.kinds = ExportKinds::Both;
    wanted.load.grid.fps = static_cast<int>(options.fps);
    if (options.layout == "canonical") {
        wanted.load.layout = JointLayout::Canonical;
        wanted.load.wristPoses = wristPosesOf(context.library);
    }
    wanted.progress = [&](const ExportProgress& progress) {
        output.progress(fmt::format("{} of {} episodes, {} rows", progress.done, progress.total, progress.rows));
        return guard.interrupted() ? ExportControl::Cancel : ExportControl::Continue;
    };
    const Result<ExportReport> report = exportLibrary(files, **reader, wanted);
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
