#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"

namespace understudy {

/// One servo of a leader arm, as [[device.joint]] says.
struct StationJoint {
    std::string name;
    int id = 1;
    int sign = 1;
    double zero = 0;  ///< rad of the raw scale
    std::optional<double> lowest;
    std::optional<double> highest;
    std::optional<double> open;  ///< rad of the raw scale; with `closed` the joint is a range from 0 to 1
    std::optional<double> closed;
};

/// One device of the rig. Keys that do not belong to the kind are left alone.
struct StationDevice {
    std::string name = "motion";
    std::string kind = "motion";
    std::string motion;  ///< motion: file, or the name of a motion that ships with the studio

    std::string listen = "lo";        ///< network: interface or address of this machine
    std::optional<int> port;          ///< the kind's own when left out
    std::string sender;               ///< IPv4 address of the paired sender; empty: nobody is obeyed yet
    std::string id;                   ///< character, actor, avatar or device within one stream
    std::optional<double> rateHz;     ///< the kind's own when left out
    std::vector<std::string> joints;  ///< kind joints: their names
    bool jointAngles = false;         ///< xsens: deliver its joint angles, too

    std::string serialPort;  ///< dynamixel
    int baud = 1'000'000;
    std::vector<StationJoint> servos;

    std::string smoothing = "auto";  ///< auto: network devices; none; all
    bool spare = false;
    std::array<double, 3> offset{};  ///< m, from its world to the rig's
    double yawDeg = 0;
};

/// The kinds a [[device]] may have.
[[nodiscard]] const std::vector<std::string>& deviceKinds();

/// [rig]: per part the names of its sources in the order of preference.
using RigSources = std::map<std::string, std::vector<std::string>>;
/// Names are each given once and every source is one of them; at least one device is no spare.
[[nodiscard]] Result<void> checkRig(const std::vector<StationDevice>& devices, const RigSources& sources,
                                    const std::string& origin);

}  // namespace understudy
