#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/stationdevice.h"
#include "core/result.h"

namespace understudy {

struct StationCamera {
    std::string name;
    std::string kind = "simulated";  ///< simulated, pattern
    int width = 640;
    int height = 480;
    double rateHz = 30;
};

/// What shall go wrong, to rehearse it. Times count from the start of the session; none: never.
struct StationFaults {
    std::optional<double> robotSilentAfter;  ///< s
    std::optional<double> robotSilentFor;    ///< s; none: for good
    std::string camera;                      ///< the one that goes silent
    std::optional<double> cameraSilentAfter;
};

/// One operator place, as its TOML file says: robot, rig, cameras, safety, recording.
struct Station {
    std::string name = "demo";
    std::string robotKind = "simulator";
    std::string robotModel = "understudy_one";  ///< file, or the name of a robot that ships with the studio
    std::string robotProfile;                   ///< file; empty: found by the model's name
    std::vector<StationDevice> rig{StationDevice{}};
    RigSources rigSources;               ///< [rig]; empty: every part from whatever device gives it
    std::vector<StationCamera> cameras;  ///< empty: those of the robot's profile
    bool camerasFromProfile = true;
    double loopHz = 500;
    std::string mode = "mirror";  ///< mirror, clutch
    bool realTime = true;         ///< ask for real-time scheduling
    /// What the operator steers by: a camera's name, whose late pictures make the robot hold, or "direct": the robot
    /// itself, or nobody watches.
    std::string view = "direct";
    std::string operatorName = "operator";
    std::string task = "Put the red block in the tray";
    std::string instructionZh = "把红色积木放进托盘";
    std::string instructionEn = "Put the red block in the tray.";
    double takeSeconds = 12;
    StationFaults faults;
};

/// Unknown keys, wrong types and impossible values are errors that name the key, the line
/// and the valid choices.
[[nodiscard]] Result<Station> loadStation(const std::filesystem::path& path);
[[nodiscard]] Result<Station> parseStation(std::string_view toml, const std::string& origin);
/// The same file a person can edit.
[[nodiscard]] std::string toToml(const Station& station);

}  // namespace understudy
