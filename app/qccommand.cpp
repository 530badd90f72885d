#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/interrupt.h"
#include "storage/library.h"
#include "storage/quality/qualitylibrary.h"

namespace understudy {
namespace {

constexpr int kPage = 1000;

Result<std::vector<std::string>> wantedEpisodes(LibraryReader& reader, const QcOptions& options)
{
    if (!options.episodes.empty()) return options.episodes;
    std::vector<std::string> ids;
    std::optional<std::int64_t> after;
    const EpisodeFilter everything{.practice = std::nullopt};
    do {
        const Result<EpisodePage> page = reader.list(everything, kPage, after);
        if (!page) return tl::unexpected(page.error());
        for (const EpisodeRow& row : page->episodes)
            if (row.state != EpisodeState::Recording) ids.push_back(row.id);
        after = page->next;
    } while (after);
    // Oldest first: each is compared with those before it.
    std::ranges::reverse(ids);
    return ids;
}

nlohmann::json documentOf(const CheckedEpisode& episode)
{
    nlohmann::json checks = nlohmann::json::array();
    for (const Finding& finding : episode.quality.report.findings) {
        nlohmann::json check{{"name", finding.check},           {"value", finding.value},
                             {"limit", finding.limit},          {"pass", finding.pass},
                             {"reason", finding.reason},        {"unit", finding.unit},
                             {"weight", nameOf(finding.weight)}};
        if (!finding.stream.empty()) check["stream"] = finding.stream;
        if (finding.from != 0 || finding.to != 0) {
            check["from"] = toRfc3339(finding.from);
            check["to"] = toRfc3339(finding.to);
        }
        checks.push_back(std::move(check));
    }
    return {
        {"id", episode.row.id}, {"verdict", nameOf(episode.quality.report.verdict())}, {"checks", std::move(checks)}};
}

void say(const Output& output, const CheckedEpisode& episode)
{
    const QualityVerdict verdict = episode.quality.report.verdict();
    const char* words = verdict == QualityVerdict::Clean  ? "clean"
                        : verdict == QualityVerdict::Look ? "to look at"
                                                          : "unusable";
    output.say(fmt::format("{}  {}", episode.row.id, words));
    for (const Finding& finding : episode.quality.report.findings)
        if (!finding.pass)
            output.say(fmt::format("  {}{}: {}",
                                   finding.weight == CheckWeight::Info ? "(" + finding.check + ")" : finding.check,
                                   finding.stream.empty() ? "" : ", " + finding.stream, finding.reason));
}

}  // namespace

int runQc(const CommandContext& context, const QcOptions& options)
{
    const Output& output = context.output;
    if (const Result<Library> library = openLibrary(context.library, LibraryMode::Open); !library)
        return output.failed(library.error());
    const auto writer = LibraryWriter::open(context.library);
    if (!writer) return output.failed(writer.error());
    const auto reader = LibraryReader::open(context.library);
    if (!reader) return output.failed(reader.error());
    PosixFileSystem files;
    const Result<ChecksFile> checks =
        options.checks.empty() ? checksOf(files, context.library) : ChecksFile::load(files, options.checks);
    if (!checks) return output.failed(checks.error());
    const Result<std::vector<std::string>> ids = wantedEpisodes(**reader, options);
    if (!ids) return output.failed(ids.error());

    const InterruptGuard guard;
    nlohmann::json episodes = nlohmann::json::array();
    std::array<int, 3> counts{};
    for (std::size_t i = 0; i < ids->size() && !guard.interrupted(); ++i) {
        output.progress(fmt::format("{} of {} episodes", i + 1, ids->size()));
        const Result<CheckedEpisode> checked = checkQuality(files, **reader, **writer, *checks, (*ids)[i]);
        if (!checked) return output.failed(checked.error());
        ++counts[static_cast<std::size_t>(checked->quality.report.verdict())];
        say(output, *checked);
        if (output.isJson()) episodes.push_back(documentOf(*checked));
    }
    output.say(fmt::format("{} clean, {} to look at, {} unusable", counts[0], counts[1], counts[2]));
    output.document({{"episodes", std::move(episodes)}});
    return guard.interrupted() ? kFailed : kDone;
}

}  // namespace understudy
