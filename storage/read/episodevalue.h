#pragma once

#include "core/record.h"

namespace understudy {

/// Where one image of a camera's video lies.
struct ImageIndex {
    Stamps stamps;
    std::uint64_t sequence = 0;
    Duration pts = 0;          ///< presentation time in the video
    std::uint64_t offset = 0;  ///< of its packet's bytes in the file
    std::uint32_t size = 0;
    bool key = false;

    bool operator==(const ImageIndex& other) const
    {
        return sequence == other.sequence && pts == other.pts && offset == other.offset && size == other.size &&
               key == other.key && stamps.capture == other.stamps.capture;
    }
};

/// A Record as an episode gives it back: images by their place in the video.
using EpisodeValue = std::variant<OperatorSample, RobotState, Step, ImuSample, WrenchSample, ContactSample, TaxelSample,
                                  TransformSample, Event, ImageIndex>;

[[nodiscard]] Stamps stampsOf(const EpisodeValue& value);
[[nodiscard]] std::uint64_t sequenceOf(const EpisodeValue& value);

}  // namespace understudy
