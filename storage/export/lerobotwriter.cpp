#include "storage/export/lerobotwriter.h"

#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "storage/export/exportmanifest.h"
#include "storage/export/lerobotfeatures.h"
#include "storage/export/stagedvideo.h"

namespace understudy {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kEpisodesPerRowGroup = 64;
constexpr std::array<const char*, kQuantiles.size()> kQuantileNames{"q01", "q10", "q50", "q90", "q99"};
constexpr const char* kSegmentTier = "skill";

/// One image feature's or vector feature's statistics under the names of the format.
template <typename Visit>
void visitStatistics(const Statistics& statistics, Visit visit)
{
    visit("min", statistics.min);
    visit("max", statistics.max);
    visit("mean", statistics.mean);
    visit("std", statistics.std);
    for (std::size_t q = 0; q < kQuantiles.size(); ++q) visit(kQuantileNames[q], statistics.quantiles[q]);
}

/// Columns of meta/episodes for the segments of the skill tier, projected onto rows.
std::vector<ParquetColumn> segmentColumns(const ExportEpisode& episode)
{
    std::vector<std::string> names;
    std::vector<double> startTimes;
    std::vector<double> endTimes;
    std::vector<std::int64_t> startFrames;
    std::vector<std::int64_t> endFrames;
    const auto rowAt = [&](std::int64_t time) {
        return static_cast<std::int64_t>(std::ranges::lower_bound(episode.rows, time) - episode.rows.begin());
    };
    std::vector<Segment> segments = episode.segments;
    std::ranges::stable_sort(segments, {}, &Segment::startNs);
    for (const Segment& segment : segments) {
        const std::int64_t start = rowAt(segment.startNs);
        const std::int64_t end = rowAt(segment.endNs);
        if (segment.tier != kSegmentTier || segment.draft || start >= end) continue;
        names.push_back(segment.label.empty() ? segment.textEn : segment.label);
        startTimes.push_back(static_cast<double>(start) / episode.fps);
        endTimes.push_back(static_cast<double>(end) / episode.fps);
        startFrames.push_back(start);
        endFrames.push_back(end);
    }
    return {{"dense_subtask_names", std::vector<std::vector<std::string>>{names}},
            {"dense_subtask_start_times", std::vector<std::vector<double>>{startTimes}},
            {"dense_subtask_end_times", std::vector<std::vector<double>>{endTimes}},
            {"dense_subtask_start_frames", std::vector<std::vector<std::int64_t>>{startFrames}},
            {"dense_subtask_end_frames", std::vector<std::vector<std::int64_t>>{endFrames}}};
}

ParquetColumn number(std::string name, std::int64_t value) { return {std::move(name), std::vector{value}}; }

}  // namespace

struct LeRobotWriter::Impl {
    FileSystem& files;
    std::filesystem::path folder;
    FileLimits limits;
    std::unique_ptr<ExportManifest> manifest;
    LeRobotFeatures features;
    ParquetSeries data;
    ParquetSeries meta;
    std::vector<VideoSeries> videos;
    std::unique_ptr<File> scratchFile;
    std::vector<ParquetColumn> pendingMeta;
    std::size_t pendingEpisodes = 0;
    std::vector<std::string> tasks;
    std::map<std::string, std::int64_t> taskIndex;
    std::vector<std::pair<std::string, RunningStatistics>> statistics;
    std::vector<ImageStatistics> imageStatistics;
    std::int64_t episodes = 0;
    std::int64_t rows = 0;

    Impl(FileSystem& fileSystem, std::filesystem::path root, const FileLimits& fileLimits)
        : files(fileSystem),
          folder(std::move(root)),
          limits(fileLimits),
          data(files, folder / "data", limits),
          meta(files, folder / "meta" / "episodes", limits)
    {
    }

    std::filesystem::path scratchPath() const { return folder / "scratch"; }

    void begin(const ExportEpisode& episode)
    {
        features = featuresOf(episode);
        for (const LeRobotFeatures::Camera& camera : features.cameras)
            videos.emplace_back(files, folder / "videos" / camera.key(), features.fps, limits);
        imageStatistics.resize(features.cameras.size());
    }

    void addStatistics(const std::string& feature, const Statistics& own, bool image, std::vector<ParquetColumn>& row)
    {
        const std::string prefix = "stats/" + feature + "/";
        visitStatistics(own, [&](const char* name, const std::vector<double>& values) {
            if (image)
                row.push_back({prefix + name, ChannelLists{{values}}});
            else
                row.push_back({prefix + name, std::vector<std::vector<double>>{values}});
        });
        row.push_back({prefix + "count", std::vector<std::vector<std::int64_t>>{{own.count}}});
    }

    Result<void> write(const ExportEpisode& episode, std::vector<StagedVideo>& staged, const Scratch& scratch)
    {
        const auto length = static_cast<std::int64_t>(episode.rows.size());
        const auto [task, isNew] = taskIndex.try_emplace(episode.task, static_cast<std::int64_t>(tasks.size()));
        if (isNew) tasks.push_back(episode.task);
        const Result<FilePlace> place = data.place(length);
        if (!place) return tl::unexpected(place.error());
        const std::vector<ParquetColumn> columns = dataColumns(features, episode, {episodes, rows, task->second});
        if (Result<void> written = data.write(columns); !written) return written;

        std::vector<ParquetColumn> row{number("episode_index", episodes),
                                       {"tasks", std::vector<std::vector<std::string>>{{episode.task}}},
                                       number("length", length),
                                       number("data/chunk_index", place->chunk),
                                       number("data/file_index", place->file),
                                       number("dataset_from_index", rows),
                                       number("dataset_to_index", rows + length)};
        for (std::size_t i = 0; i < staged.size(); ++i) {
            const Result<VideoSpan> span = videos[i].append(staged[i].selection, *staged[i].source, scratch);
            if (!span) return tl::unexpected(span.error());
            const std::string prefix = "videos/" + features.cameras[i].key() + "/";
            row.push_back(number(prefix + "chunk_index", span->place.chunk));
            row.push_back(number(prefix + "file_index", span->place.file));
            row.push_back({prefix + "from_timestamp", std::vector{span->from}});
            row.push_back({prefix + "to_timestamp", std::vector{span->to}});
        }
        for (ParquetColumn& column : segmentColumns(episode)) row.push_back(std::move(column));

        for (std::size_t i = 0; i < columns.size(); ++i) {
            const ColumnNumbers numbers = numbersOf(columns[i]);
            if (statistics.size() == i) statistics.emplace_back(columns[i].name, RunningStatistics(numbers.width));
            statistics[i].second.add(numbers.values);
            addStatistics(columns[i].name, statisticsOf(numbers.values, numbers.width), false, row);
        }
        for (std::size_t i = 0; i < staged.size(); ++i) {
            imageStatistics[i].add(staged[i].statistics);
            addStatistics(features.cameras[i].key(), staged[i].statistics.statistics(), true, row);
        }
        if (Result<void> kept = keepMeta(std::move(row)); !kept) return kept;

        std::vector<VideoSelection> selections;
        for (StagedVideo& one : staged) selections.push_back(std::move(one.selection));
        if (Result<void> told = manifest->add(episodes, episode, selections); !told) return told;
        ++episodes;
        rows += length;
        return {};
    }

    Result<void> keepMeta(std::vector<ParquetColumn> row)
    {
        if (pendingEpisodes == 0) {
            const Result<FilePlace> place = meta.place(kEpisodesPerRowGroup);
            if (!place) return tl::unexpected(place.error());
            metaPlace = *place;
        }
        row.push_back(number("meta/episodes/chunk_index", metaPlace.chunk));
        row.push_back(number("meta/episodes/file_index", metaPlace.file));
        appendRows(pendingMeta, row);
        return ++pendingEpisodes == kEpisodesPerRowGroup ? flushMeta() : Result<void>{};
    }
    FilePlace metaPlace;

    Result<void> flushMeta()
    {
        if (pendingEpisodes == 0) return {};
        pendingEpisodes = 0;
        return meta.write(std::exchange(pendingMeta, {}));
    }

    Result<void> writeText(const std::filesystem::path& path, const std::string& text)
    {
        return replaceFile(files, path, std::as_bytes(std::span(text)));
    }

    Json info() const
    {
        return {{"codebase_version", "v3.0"},
                {"robot_type", features.robot},
                {"total_episodes", episodes},
                {"total_frames", rows},
                {"total_tasks", tasks.size()},
                {"chunks_size", limits.filesPerChunk},
                {"data_files_size_in_mb", std::max<std::uint64_t>(limits.dataBytes >> 20U, 1)},
                {"video_files_size_in_mb", std::max<std::uint64_t>(limits.videoBytes >> 20U, 1)},
                {"fps", features.fps},
                {"splits", {{"train", "0:" + std::to_string(episodes)}}},
                {"data_path", "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"},
                {"video_path", features.cameras.empty()
                                   ? Json(nullptr)
                                   : Json("videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4")},
                {"features", describe(features)}};
    }

    Json globalStatistics() const
    {
        Json all = Json::object();
        for (const auto& [name, running] : statistics) {
            const Statistics own = running.statistics();
            Json& one = all[name];
            visitStatistics(own, [&](const char* key, const std::vector<double>& values) { one[key] = values; });
            one["count"] = {own.count};
        }
        for (std::size_t i = 0; i < imageStatistics.size(); ++i) {
            const Statistics own = imageStatistics[i].statistics();
            Json& one = all[features.cameras[i].key()];
            visitStatistics(own, [&](const char* key, const std::vector<double>& values) {
                Json channels = Json::array();
                for (const double value : values) channels.push_back(Json::array({Json::array({value})}));
                one[key] = std::move(channels);
            });
            one["count"] = {own.count};
        }
        return all;
    }

    /// pandas restores the index, by which readers look a task up, from this description.
    Result<void> writeTasks()
    {
        const auto column = [](const char* name, const char* pandas, const char* numpy) {
            return Json{{"name", name},
                        {"field_name", name},
                        {"pandas_type", pandas},
                        {"numpy_type", numpy},
                        {"metadata", nullptr}};
        };
        const Json pandas{{"index_columns", {"task"}},
                          {"column_indexes", Json::array()},
                          {"columns", {column("task_index", "int64", "int64"), column("task", "unicode", "object")}},
                          {"creator", {{"library", "understudy"}, {"version", "1"}}},
                          {"pandas_version", "2.2.0"}};
        auto file = ParquetFile::create(files, folder / "meta" / "tasks.parquet", {{"pandas", pandas.dump()}});
        if (!file) return tl::unexpected(file.error());
        std::vector<std::int64_t> indices;
        for (std::size_t i = 0; i < tasks.size(); ++i) indices.push_back(static_cast<std::int64_t>(i));
        if (Result<void> put = (*file)->writeRowGroup({{"task_index", indices}, {"task", tasks}}); !put) return put;
        return (*file)->close();
    }
};

LeRobotWriter::LeRobotWriter(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
LeRobotWriter::~LeRobotWriter() = default;
std::int64_t LeRobotWriter::episodes() const { return m_impl->episodes; }
std::int64_t LeRobotWriter::rows() const { return m_impl->rows; }

Result<std::unique_ptr<LeRobotWriter>> LeRobotWriter::create(FileSystem& files, std::filesystem::path folder,
                                                             const FileLimits& limits)
{
    auto impl = std::make_unique<Impl>(files, std::move(folder), limits);
    if (const Result<void> made = files.createDirectories(impl->folder / "meta"); !made)
        return tl::unexpected(made.error());
    Result<std::unique_ptr<ExportManifest>> manifest =
        ExportManifest::create(files, impl->folder / "meta" / "export.json");
    if (!manifest) return tl::unexpected(manifest.error());
    impl->manifest = std::move(*manifest);
    Result<std::unique_ptr<File>> scratch = files.open(impl->scratchPath(), OpenMode::Create);
    if (!scratch) return tl::unexpected(scratch.error());
    impl->scratchFile = std::move(*scratch);
    return std::unique_ptr<LeRobotWriter>(new LeRobotWriter(std::move(impl)));
}

Result<std::string> LeRobotWriter::add(const ExportEpisode& episode, const std::function<bool()>& cancelled)
{
    Impl& d = *m_impl;
    std::string reason = contradiction(episode);
    if (reason.empty() && d.episodes > 0) reason = mismatch(d.features, episode);
    if (!reason.empty()) return reason;

    if (const Result<void> emptied = d.scratchFile->truncate(0); !emptied) return tl::unexpected(emptied.error());
    Scratch scratch{d.scratchFile.get(), 0};
    std::vector<StagedVideo> staged;
    for (const ExportCamera& camera : episode.cameras) {
        Result<StagedVideo> video = stageVideo(d.files, camera, scratch, cancelled);
        if (cancelled && cancelled()) return fail("cancelled");
        if (scratch.failed) return tl::unexpected(video.error());
        // What cannot be read or decoded is the episode's fault.
        if (!video) return video.error().message;
        staged.push_back(std::move(*video));
    }
    if (d.episodes == 0) d.begin(episode);
    if (const Result<void> written = d.write(episode, staged, scratch); !written)
        return tl::unexpected(written.error());
    return std::string();
}

void LeRobotWriter::leaveOut(const std::string& id, const std::string& reason)
{
    m_impl->manifest->leaveOut(id, reason);
}

Result<void> LeRobotWriter::finish()
{
    Impl& d = *m_impl;
    if (d.episodes == 0) return fail("a dataset needs at least one episode");
    if (Result<void> flushed = d.flushMeta(); !flushed) return flushed;
    if (Result<void> closed = d.data.close(); !closed) return closed;
    if (Result<void> closed = d.meta.close(); !closed) return closed;
    for (VideoSeries& series : d.videos)
        if (Result<void> closed = series.close(); !closed) return closed;
    d.scratchFile.reset();
    if (Result<void> removed = d.files.remove(d.scratchPath()); !removed) return removed;
    if (Result<void> written = d.writeTasks(); !written) return written;
    const std::filesystem::path meta = d.folder / "meta";
    if (Result<void> put = d.writeText(meta / "stats.json", d.globalStatistics().dump(2)); !put) return put;
    if (Result<void> told = d.manifest->finish(); !told) return told;
    // Last: a dataset without info.json is none.
    return d.writeText(meta / "info.json", d.info().dump(4));
}

}  // namespace understudy
