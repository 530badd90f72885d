#pragma once

#include <nlohmann/json_fwd.hpp>

#include "storage/export/exportepisode.h"
#include "storage/export/parquetfile.h"

namespace understudy {

/// What every episode of one LeRobot dataset has in common, taken from its first.
struct LeRobotFeatures {
    struct Camera {
        std::string name;
        int width = 0;
        int height = 0;

        [[nodiscard]] std::string key() const { return "observation.images." + name; }
    };

    int fps = 0;
    std::string robot;
    std::vector<std::string> state;
    std::vector<std::string> action;
    std::vector<Camera> cameras;
    bool masked = false;  ///< robots differ in what they have: mask.state and mask.action say it per row
};

/// The place of an episode in its dataset.
struct LeRobotPlace {
    std::int64_t episode = 0;
    std::int64_t firstRow = 0;
    std::int64_t task = 0;
};

[[nodiscard]] LeRobotFeatures featuresOf(const ExportEpisode& episode);

/// Why the episode cannot join the dataset; empty when it can.
[[nodiscard]] std::string mismatch(const LeRobotFeatures& features, const ExportEpisode& episode);

/// The object `features` of info.json.
[[nodiscard]] nlohmann::ordered_json describe(const LeRobotFeatures& features);

/// The data rows: one column per feature that is no video. The time of a row on the dataset's own, even clock is
/// `timestamp`; when the world was so is `observation.capture_time_ns` and, per camera, `capture_time_ns.<camera>`.
[[nodiscard]] std::vector<ParquetColumn> dataColumns(const LeRobotFeatures& features, const ExportEpisode& episode,
                                                     const LeRobotPlace& place);

/// A column's numbers for statistics, and how many make a row.
struct ColumnNumbers {
    std::vector<double> values;
    std::size_t width = 1;
};
[[nodiscard]] ColumnNumbers numbersOf(const ParquetColumn& column);

}  // namespace understudy
