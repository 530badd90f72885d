#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"

namespace understudy {

/// A file that a description names, under the name the description has for it now.
struct Asset {
    std::string name;  ///< "assets/…", unique
    std::filesystem::path path;
};

/// joint = offset + multiplier · leader.
struct MimicJoint {
    std::string joint;
    std::string leader;
    double multiplier = 1;
    double offset = 0;
};

/// What URDF says of a joint and MuJoCo's importer drops.
struct UrdfJointLimit {
    std::optional<double> velocity;  ///< rad/s or m/s
    std::optional<double> effort;    ///< N·m or N
};

enum class DescriptionFormat : std::uint8_t { Mjcf, Urdf };

/// One self-contained text (includes are spliced in) and the files it needs, whose names it now carries. Reading the
/// stored form again gives the same.
struct Description {
    DescriptionFormat format = DescriptionFormat::Mjcf;
    std::string modelName;
    std::string xml;
    std::vector<Asset> assets;
    std::map<std::string, UrdfJointLimit> limits;
    std::vector<MimicJoint> mimics;
};

/// Reads MJCF or URDF. Every file it names must be there.
[[nodiscard]] Result<Description> readDescription(const std::filesystem::path& file);

}  // namespace understudy
