#include "storage/export/lerobotfeatures.h"

#include <nlohmann/json.hpp>

namespace understudy {
namespace {

using Json = nlohmann::ordered_json;

Json feature(const char* dtype, std::size_t width = 1, Json names = nullptr)
{
    return {{"dtype", dtype}, {"shape", {width}}, {"names", std::move(names)}};
}

Json videoFeature(const LeRobotFeatures::Camera& camera, int fps)
{
    return {{"dtype", "video"},
            {"shape", {camera.height, camera.width, 3}},
            {"names", {"height", "width", "channels"}},
            {"info",
             {{"video.height", camera.height},
              {"video.width", camera.width},
              {"video.codec", "h264"},
              {"video.pix_fmt", "yuv420p"},
              {"video.is_depth_map", false},
              {"video.fps", fps},
              {"video.channels", 3},
              {"has_audio", false}}}};
}

ParquetColumn vectorColumn(const std::string& name, const ExportVector& vector)
{
    if (vector.names.size() == 1) return {name, vector.values};
    return {name, FloatLists{static_cast<int>(vector.names.size()), vector.values}};
}

/// The same in every row of an episode: 1 where the robot has what the column of that place says.
ParquetColumn maskColumn(const std::string& name, const ExportVector& vector, std::size_t rows)
{
    FloatLists lists{static_cast<int>(vector.names.size()), {}};
    lists.values.reserve(rows * vector.names.size());
    for (std::size_t row = 0; row < rows; ++row)
        lists.values.insert(lists.values.end(), vector.mask.begin(), vector.mask.end());
    return {name, std::move(lists)};
}

std::vector<bool> flags(const std::vector<std::uint8_t>& valid) { return {valid.begin(), valid.end()}; }

std::string listed(const std::vector<std::string>& names)
{
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

}  // namespace

LeRobotFeatures featuresOf(const ExportEpisode& episode)
{
    LeRobotFeatures features{episode.fps, episode.robot, episode.state.names, episode.action.names, {}};
    for (const ExportCamera& camera : episode.cameras)
        features.cameras.push_back({camera.name, camera.width, camera.height});
    features.masked = !episode.state.mask.empty();
    return features;
}

std::string mismatch(const LeRobotFeatures& features, const ExportEpisode& episode)
{
    if (episode.fps != features.fps)
        return "it has " + std::to_string(episode.fps) + " rows per second, the dataset " +
               std::to_string(features.fps);
    if (episode.robot != features.robot)
        return "its robot is " + episode.robot + ", the dataset's " + features.robot +
               ": export each robot on its own, or all in the canonical layout";
    if (episode.state.names != features.state)
        return "its state has the joints " + listed(episode.state.names) + ", the dataset's " + listed(features.state);
    if (episode.action.names != features.action)
        return "its action has the joints " + listed(episode.action.names) + ", the dataset's " +
               listed(features.action);
    if (episode.cameras.size() != features.cameras.size())
        return "it has " + std::to_string(episode.cameras.size()) + " cameras, the dataset " +
               std::to_string(features.cameras.size());
    for (std::size_t i = 0; i < features.cameras.size(); ++i) {
        const LeRobotFeatures::Camera& wanted = features.cameras[i];
        const ExportCamera& camera = episode.cameras[i];
        if (camera.name != wanted.name)
            return "it has a camera " + camera.name + " where the dataset has " + wanted.name;
        if (camera.width != wanted.width || camera.height != wanted.height)
            return "its camera " + camera.name + " has " + std::to_string(camera.width) + "×" +
                   std::to_string(camera.height) + " pixels, the dataset's " + std::to_string(wanted.width) + "×" +
                   std::to_string(wanted.height);
    }
    return {};
}

Json describe(const LeRobotFeatures& features)
{
    Json json = Json::object();
    json["observation.state"] = feature("float32", features.state.size(), features.state);
    json["action"] = feature("float32", features.action.size(), features.action);
    for (const LeRobotFeatures::Camera& camera : features.cameras)
        json[camera.key()] = videoFeature(camera, features.fps);
    json["observation.capture_time_ns"] = feature("int64");
    // Names that begin with "observation" or "action" would become inputs and outputs of policies.
    json["valid.state"] = feature("bool");
    json["valid.action"] = feature("bool");
    if (features.masked) {
        json["mask.state"] = feature("float32", features.state.size(), features.state);
        json["mask.action"] = feature("float32", features.action.size(), features.action);
    }
    for (const LeRobotFeatures::Camera& camera : features.cameras) {
        json["valid." + camera.name] = feature("bool");
        json["capture_time_ns." + camera.name] = feature("int64");
    }
    json["timestamp"] = feature("float32");
    for (const char* name : {"frame_index", "episode_index", "index", "task_index"}) json[name] = feature("int64");
    return json;
}

std::vector<ParquetColumn> dataColumns(const LeRobotFeatures& features, const ExportEpisode& episode,
                                       const LeRobotPlace& place)
{
    const std::size_t rows = episode.rows.size();
    std::vector<float> timestamps(rows);
    std::vector<std::int64_t> frames(rows);
    std::vector<std::int64_t> indices(rows);
    for (std::size_t row = 0; row < rows; ++row) {
        timestamps[row] = static_cast<float>(static_cast<double>(row) / features.fps);
        frames[row] = static_cast<std::int64_t>(row);
        indices[row] = place.firstRow + static_cast<std::int64_t>(row);
    }
    std::vector<ParquetColumn> columns{vectorColumn("observation.state", episode.state),
                                       vectorColumn("action", episode.action),
                                       {"observation.capture_time_ns", episode.rows},
                                       {"valid.state", flags(episode.state.valid)},
                                       {"valid.action", flags(episode.action.valid)}};
    if (features.masked) {
        columns.push_back(maskColumn("mask.state", episode.state, rows));
        columns.push_back(maskColumn("mask.action", episode.action, rows));
    }
    for (const ExportCamera& camera : episode.cameras) {
        std::vector<bool> valid;
        std::vector<std::int64_t> captures;
        for (const ExportImage& image : camera.rows) {
            valid.push_back(image.valid);
            captures.push_back(image.captureNs);
        }
        columns.push_back({"valid." + camera.name, std::move(valid)});
        columns.push_back({"capture_time_ns." + camera.name, std::move(captures)});
    }
    columns.push_back({"timestamp", std::move(timestamps)});
    columns.push_back({"frame_index", std::move(frames)});
    columns.push_back({"episode_index", std::vector<std::int64_t>(rows, place.episode)});
    columns.push_back({"index", std::move(indices)});
    columns.push_back({"task_index", std::vector<std::int64_t>(rows, place.task)});
    return columns;
}

ColumnNumbers numbersOf(const ParquetColumn& column)
{
    ColumnNumbers numbers;
    if (const auto* lists = std::get_if<FloatLists>(&column.values)) {
        numbers.width = static_cast<std::size_t>(lists->width);
        numbers.values.assign(lists->values.begin(), lists->values.end());
    } else if (const auto* floats = std::get_if<std::vector<float>>(&column.values)) {
        numbers.values.assign(floats->begin(), floats->end());
    } else if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&column.values)) {
        for (const std::int64_t value : *integers) numbers.values.push_back(static_cast<double>(value));
    } else if (const auto* booleans = std::get_if<std::vector<bool>>(&column.values)) {
        for (const bool value : *booleans) numbers.values.push_back(value ? 1 : 0);
    }
    return numbers;
}

}  // namespace understudy
