#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "storage/read/episode.h"
#include "storage/read/robotlayout.h"

namespace understudy {

/// From version 2 on episode.json carries a checksum.
inline constexpr int kEpisodeJsonVersion = 2;
/// A larger episode.json or labels.json is refused.
inline constexpr std::uint64_t kEpisodeJsonLimit = 64ULL << 20;

struct EpisodeDevice {
    std::string name;
    std::string kind;
    std::string serial;
    double rateHz = 0;

    bool operator==(const EpisodeDevice&) const = default;
};

struct EpisodeCamera {
    std::string name;
    std::string file;  ///< beside episode.json, e.g. "head.mp4"
    int width = 0;
    int height = 0;
    double rateHz = 0;
    std::string frame;
    std::array<double, 9> intrinsics{};             ///< row major, pixels
    std::array<double, 3> position{};               ///< of the camera in its frame, m
    std::array<double, 4> orientation{1, 0, 0, 0};  ///< w, x, y, z
    std::string note;

    bool operator==(const EpisodeCamera&) const = default;
};

/// What episode.json holds: everything needed to rebuild the index row, and what a reader far from the library needs
/// to know of the recording.
struct EpisodeFile {
    EpisodeRow row;  ///< path is not stored: it is where the file lies
    std::vector<std::string> script;
    std::vector<std::string> jointNames;  ///< controlled joints of the robot
    RobotLayout layout;                   ///< the same with units, limits and their place in the canonical layout
    double loopHz = 0;
    WallAnchor clock;  ///< Unix time = unixNs + (monotonic - clock.monotonic)
    std::vector<EpisodeDevice> rig;
    std::vector<EpisodeCamera> cameras;
    std::map<std::string, std::string> calibrations;  ///< what was calibrated → its id
    std::map<std::string, std::string> provenance;    ///< how, with what and under which conventions it was made
    std::string software;                             ///< name and version of the program that recorded
    std::map<std::string, std::string> hashes;        ///< file beside this one → SHA-256, hex; empty until hashed
    bool isAsWritten = true;                          ///< false: its checksum says that it was changed; not compared

    bool operator==(const EpisodeFile& other) const;
};

[[nodiscard]] std::string toJson(const EpisodeFile& episode);
/// The text may be anything. An error names the field and what it should be. `row.path` is left empty.
[[nodiscard]] Result<EpisodeFile> parseEpisodeJson(std::string_view text);

}  // namespace understudy
