#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <Eigen/Core>

#include "core/result.h"

namespace understudy {

enum class BvhChannel : std::uint8_t { XPosition, YPosition, ZPosition, XRotation, YRotation, ZRotation };

/// A joint of the hierarchy, or an End Site (no channels, its name empty).
struct BvhJoint {
    std::string name;
    int parent = -1;  ///< index into BvhFile::joints, always smaller than its own; -1: the root
    Eigen::Vector3d offset = Eigen::Vector3d::Zero();  ///< file units, in the parent
    std::array<BvhChannel, 6> channels{};              ///< in the file's order
    int channelCount = 0;
    int firstChannel = 0;  ///< of a frame's values
    bool isEndSite = false;
};

/// A Biovision Hierarchy file as it is written: file units, degrees, the file's own axes.
struct BvhFile {
    std::vector<BvhJoint> joints;
    double frameTime = 0;  ///< s
    int frameCount = 0;
    int channelCount = 0;       ///< values per frame
    std::vector<float> values;  ///< frame by frame

    [[nodiscard]] std::span<const float> frame(int index) const
    {
        return std::span(values).subspan(static_cast<std::size_t>(index) * static_cast<std::size_t>(channelCount),
                                         static_cast<std::size_t>(channelCount));
    }
};

inline constexpr int kMaxBvhJoints = 256;  ///< End Sites counted

/// Reads hostile text too: depth, counts and values are bounded. An error names the line.
[[nodiscard]] Result<BvhFile> parseBvh(std::string_view text);

/// The text that parseBvh() reads back.
[[nodiscard]] std::string writeBvh(const BvhFile& file);

}  // namespace understudy
