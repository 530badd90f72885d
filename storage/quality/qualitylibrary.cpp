#include "storage/quality/qualitylibrary.h"

#include <algorithm>

#include "storage/quality/qualityjson.h"

namespace understudy {
namespace {

constexpr int kHistory = 50;
constexpr std::uint64_t kLargestJson = 16U << 20U;

}  // namespace

Result<ChecksFile> checksOf(FileSystem& files, const std::filesystem::path& library)
{
    return ChecksFile::load(files, library / "checks.toml");
}

std::optional<EpisodeQuality> storedQuality(FileSystem& files, const std::filesystem::path& folder)
{
    std::error_code ignored;
    const std::filesystem::path file = folder / kQualityJson;
    if (!std::filesystem::exists(file, ignored)) return std::nullopt;
    const Result<std::vector<std::byte>> content = readAll(files, file, kLargestJson);
    if (!content) return std::nullopt;
    Result<EpisodeQuality> quality =
        parseQualityJson({reinterpret_cast<const char*>(content->data()), content->size()});
    if (!quality) return std::nullopt;
    return std::move(*quality);
}

Result<QualityHistory> historyOf(FileSystem& files, LibraryReader& library, const EpisodeRow& row)
{
    EpisodeFilter filter;
    filter.robots = {row.robot};
    if (!row.station.empty()) filter.stations = {row.station};
    if (row.startedAtNs > 0) filter.untilNs = row.startedAtNs;
    const Result<EpisodePage> page = library.list(filter, kHistory);
    if (!page) return tl::unexpected(page.error());
    QualityHistory history;
    std::map<std::string, std::vector<double>> sharpness;
    for (const EpisodeRow& other : page->episodes) {
        if (other.id == row.id) continue;
        const std::optional<EpisodeQuality> known = storedQuality(files, library.library() / other.path);
        if (!known || known->report.verdict() == QualityVerdict::Unusable) continue;
        // Another task is another table in front of the cameras.
        if (other.taskId != row.taskId) continue;
        for (const auto& [camera, value] : known->measures.sharpness) sharpness[camera].push_back(value);
        history.seconds.push_back(known->measures.seconds);
        history.paths.push_back(known->measures.path);
    }
    for (auto& [camera, values] : sharpness) {
        // Of few episodes nobody knows what is usual.
        if (values.size() < 3) continue;
        const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
        std::ranges::nth_element(values, middle);
        history.sharpness[camera] = *middle;
    }
    return history;
}

Result<void> storeQuality(FileSystem& files, LibraryWriter& writer, const std::filesystem::path& folder,
                          const EpisodeQuality& quality)
{
    const std::optional<EpisodeQuality> before = storedQuality(files, folder);
    const std::string text = toJson(quality);
    if (Result<void> written = replaceFile(files, folder / kQualityJson, std::as_bytes(std::span(text))); !written)
        return written;
    const Finding* worst = quality.report.worst();
    return writer.setQuality({}, quality.episode, before ? std::string(nameOf(before->report.verdict())) : "",
                             std::string(nameOf(quality.report.verdict())), worst ? worst->reason : "");
}

Result<CheckedEpisode> checkQuality(FileSystem& files, LibraryReader& reader, LibraryWriter& writer,
                                    const ChecksFile& checks, std::string_view episode, const std::stop_token& stop)
{
    Result<EpisodeRow> row = reader.show(episode);
    if (!row) return tl::unexpected(row.error());
    if (row->state == EpisodeState::Recording)
        return fail("episode " + row->id + " is being recorded, or was cut short: run understudy check first");
    const Result<std::vector<Task>> cards = reader.tasks();
    if (!cards) return tl::unexpected(cards.error());
    const Result<QualityHistory> history = historyOf(files, reader, *row);
    if (!history) return tl::unexpected(history.error());
    const std::filesystem::path folder = reader.library() / row->path;
    Result<EpisodeQuality> quality = checkEpisodeQuality(
        files, folder, {.row = *row, .cards = *cards, .history = *history, .settings = checks.settingsFor(row->task)},
        stop);
    if (!quality && stop.stop_requested()) return tl::unexpected(quality.error());
    if (!quality) {
        // It cannot even be opened: that is what is wrong with it.
        const std::string reason = quality.error().message;
        quality = EpisodeQuality{.episode = row->id, .report = {}, .measures = {}};
        quality->report.findings.push_back({.check = "file_damage",
                                            .value = 1,
                                            .unit = "places",
                                            .pass = false,
                                            .weight = CheckWeight::Integrity,
                                            .reason = reason});
    }
    if (const Result<void> stored = storeQuality(files, writer, folder, *quality); !stored)
        return tl::unexpected(stored.error());
    return CheckedEpisode{std::move(*row), std::move(*quality)};
}

}  // namespace understudy
