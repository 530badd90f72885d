#include "storage/export/exportmanifest.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace understudy {
namespace {

using Json = nlohmann::ordered_json;

/// Foreign text may be no UTF-8; it is shown with replacement characters rather than not at all.
std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// [row, image, count] for every run of rows that shows neighbouring images.
Json imageRuns(const ExportCamera& camera)
{
    Json runs = Json::array();
    std::size_t begin = 0;
    for (std::size_t row = 1; row <= camera.rows.size(); ++row) {
        if (row < camera.rows.size() && camera.rows[row].index == camera.rows[row - 1].index + 1) continue;
        runs.push_back({begin, camera.rows[begin].index, row - begin});
        begin = row;
    }
    return runs;
}

Json invalidRows(const std::vector<std::uint8_t>& valid)
{
    Json rows = Json::array();
    for (std::size_t row = 0; row < valid.size(); ++row)
        if (valid[row] == 0) rows.push_back(row);
    return rows;
}

Json describe(const ExportCamera& camera, const VideoSelection& selection)
{
    std::vector<std::uint8_t> valid;
    for (const ExportImage& image : camera.rows) valid.push_back(image.valid ? 1 : 0);
    return {{"name", camera.name},
            {"source", camera.video.filename().string()},
            {"tolerance_ns", camera.toleranceNs},
            {"images_copied", selection.packets.size() - selection.encodedImages},
            {"images_encoded", selection.encodedImages},
            {"row_image_count", imageRuns(camera)},
            {"invalid_rows", invalidRows(valid)}};
}

Json describe(const Segment& segment)
{
    return {{"id", segment.id},          {"tier", segment.tier},         {"label", segment.label},
            {"text_zh", segment.textZh}, {"text_en", segment.textEn},    {"start_ns", segment.startNs},
            {"end_ns", segment.endNs},   {"hand", nameOf(segment.hand)}, {"draft", segment.draft}};
}

constexpr const char* kHead = R"({"format":"lerobot","codebase_version":"v3.0","software":"Understudy",
"rows":"row i of an episode is the world at its observation.capture_time_ns (Unix ns); timestamp is i/fps, the dataset's own clock",
"images":"the image nearest in capture time; valid.<camera> is false where none lay within the tolerance, and the nearest is shown",
"joints":"state is interpolated between its two neighbours, action is the command nearest in time; valid.* is false where no sample lay within the tolerance",
"segments":"half-open, Unix ns; projected onto rows as dense_subtask_* in meta/episodes: from the first row not before the start to the first not before the end",
"episodes":[)";

}  // namespace

Result<std::unique_ptr<ExportManifest>> ExportManifest::create(FileSystem& files, const std::filesystem::path& path)
{
    Result<std::unique_ptr<File>> file = files.open(path, OpenMode::Create);
    if (!file) return tl::unexpected(file.error());
    std::unique_ptr<ExportManifest> manifest(new ExportManifest(std::move(*file)));
    if (const Result<void> put = manifest->append(kHead); !put) return tl::unexpected(put.error());
    return manifest;
}

Result<void> ExportManifest::append(const std::string& text)
{
    if (Result<void> put = m_file->write(m_size, std::as_bytes(std::span(text))); !put) return put;
    m_size += text.size();
    return {};
}

Result<void> ExportManifest::add(std::int64_t index, const ExportEpisode& episode,
                                 const std::vector<VideoSelection>& selections)
{
    Json json{{"episode_index", index},
              {"id", episode.id},
              {"task", episode.task},
              {"robot", episode.embodiment.empty() ? episode.robot : episode.embodiment},
              {"outcome", episode.outcome},
              {"cause", episode.cause},
              {"fps", episode.fps},
              {"reference", episode.reference},
              {"rows", episode.rows.size()},
              {"first_row_ns", episode.rows.front()},
              {"last_row_ns", episode.rows.back()},
              {"joint_tolerance_ns", episode.jointToleranceNs},
              {"invalid_state_rows", invalidRows(episode.state.valid)},
              {"invalid_action_rows", invalidRows(episode.action.valid)},
              {"cameras", Json::array()},
              {"segments", Json::array()}};
    for (std::size_t i = 0; i < episode.cameras.size(); ++i)
        json["cameras"].push_back(describe(episode.cameras[i], selections[i]));
    for (const Segment& segment : episode.segments) json["segments"].push_back(describe(segment));
    const std::string separator = m_any ? ",\n" : "\n";
    m_any = true;
    return append(separator + dumped(json));
}

Result<void> ExportManifest::finish()
{
    Json leftOut = Json::array();
    for (const auto& [id, reason] : m_leftOut) leftOut.push_back({{"id", id}, {"reason", reason}});
    if (Result<void> put = append("\n],\"skipped\":" + dumped(leftOut) + "}\n"); !put) return put;
    return m_file->sync();
}

}  // namespace understudy
