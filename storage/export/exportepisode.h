#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "storage/read/label.h"

namespace understudy {

/// Joint values on the rows of a grid.
struct ExportVector {
    std::vector<std::string> names;
    std::vector<float> values;        ///< rows × names; rad, or m for prismatic joints
    std::vector<std::uint8_t> valid;  ///< per row: a sample lay within the tolerance
    std::vector<std::uint8_t> mask;   ///< per name: the robot has it; empty: all of them
};

/// Which image a row shows.
struct ExportImage {
    std::uint32_t index = 0;     ///< in the video
    std::int64_t captureNs = 0;  ///< Unix ns, of the image itself
    bool valid = false;          ///< it lay within the tolerance of the row's time
};

struct ExportCamera {
    std::string name;
    std::filesystem::path video;
    int width = 0;
    int height = 0;
    double rateHz = 0;  ///< announced
    std::int64_t toleranceNs = 0;
    std::vector<ExportImage> rows;
};

/// One episode on the grid of a dataset: the input of every exporter.
struct ExportEpisode {
    std::string id;
    std::string task;        ///< the instruction, as text
    std::string robot;       ///< whose joints these are; of a layout that robots share, its name
    std::string embodiment;  ///< the robot's own name where `robot` is a layout's, else empty
    std::string outcome;
    std::string cause;  ///< of a failure
    int fps = 0;
    std::string reference;           ///< what the rows follow: a camera's name, or "fps"
    std::vector<std::int64_t> rows;  ///< Unix ns, rising: the true time of each row
    ExportVector state;              ///< what the robot measured
    ExportVector action;             ///< what it was sent
    std::int64_t jointToleranceNs = 0;
    std::vector<ExportCamera> cameras;
    std::vector<Segment> segments;
};

/// The first thing in it that contradicts the rest; empty when it can be exported.
[[nodiscard]] std::string contradiction(const ExportEpisode& episode);

}  // namespace understudy
