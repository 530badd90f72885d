#include "storage/export/libraryexport.h"

#include <algorithm>
#include <array>

namespace understudy {
namespace {

constexpr int kPage = 1000;

Result<std::vector<std::string>> idsOf(LibraryReader& library, const EpisodeFilter& filter, ExportKinds kinds)
{
    std::vector<std::string> ids;
    std::array<std::size_t, 2> ofKind{};
    std::optional<std::int64_t> after;
    do {
        const Result<EpisodePage> page = library.list(filter, kPage, after);
        if (!page) return tl::unexpected(page.error());
        for (const EpisodeRow& row : page->episodes) {
            ids.push_back(row.id);
            ++ofKind[row.sim ? 0 : 1];
        }
        after = page->next;
    } while (after);
    if (kinds == ExportKinds::One && ofKind[0] > 0 && ofKind[1] > 0)
        return fail("these episodes are of both kinds, " + std::to_string(ofKind[0]) + " simulated and " +
                    std::to_string(ofKind[1]) +
                    " real, and a dataset holds one: narrow them with kind=sim or kind=real, or ask for both");
    std::ranges::reverse(ids);
    return ids;
}

/// Why an episode that nobody asked for by name stays out; empty when it may go.
std::string unwanted(const EpisodeRow& row, const EpisodeFilter& filter)
{
    const bool unfit = row.state == EpisodeState::Recording || row.state == EpisodeState::Tray ||
                       row.state == EpisodeState::Quarantined || row.state == EpisodeState::Rejected;
    if (unfit && filter.states.empty())
        return "its state is " + std::string(nameOf(row.state)) + "; ask for that state to export it";
    if (row.outcome == Outcome::Failure && filter.outcomes.empty())
        return "it is a failure; ask for that outcome to export it";
    return {};
}

}  // namespace

Result<ExportReport> exportLibrary(FileSystem& files, LibraryReader& library, const LibraryExport& wanted)
{
    if (wanted.filter.practice != false) return fail("practice is never exported: leave practice out of the filter");
    Result<std::vector<std::string>> ids = idsOf(library, wanted.filter, wanted.kinds);
    if (!ids) return tl::unexpected(ids.error());
    LeRobotExport lerobot;
    lerobot.to = wanted.to;
    lerobot.episodes = std::move(*ids);
    lerobot.progress = wanted.progress;
    lerobot.limits = wanted.limits;
    lerobot.load = [&](const std::string& id) -> Result<ExportEpisode> {
        const Result<EpisodeRow> row = library.show(id);
        if (!row) return tl::unexpected(row.error());
        if (const std::string reason = unwanted(*row, wanted.filter); !reason.empty()) return fail(reason);
        Result<std::vector<Segment>> segments = library.segments(id);
        if (!segments) return tl::unexpected(segments.error());
        return loadEpisode(files, library.library() / row->path, *row, std::move(*segments), wanted.load);
    };
    return exportLeRobot(files, lerobot);
}

}  // namespace understudy
