#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/file.h"
#include "core/media/packet.h"

namespace understudy {

/// One image of a video, in presentation order.
struct VideoSample {
    Duration pts = 0;          ///< ns, rounded to nearest
    std::uint64_t offset = 0;  ///< of its first byte in the file
    std::uint32_t size = 0;
    std::uint32_t decodeOrder = 0;
    bool key = false;
};

/// The first video track of an MP4, fragmented or not.
struct Mp4Index {
    VideoParameters parameters;
    std::uint32_t timescale = 0;  ///< ticks per second of the track
    bool fragmented = false;
    std::vector<VideoSample> samples;
    Duration duration = 0;  ///< ns, end of the last image's presentation
    /// Bytes from the start that hold whole fragments; truncating the file to it keeps exactly `samples`.
    std::uint64_t intactSize = 0;
    std::string damage;  ///< why the rest of the file was not used; empty when all of it was
};

/// Reads the sample table without touching the images. A cut or damaged tail of a fragmented file ends the table and
/// is described; anything without a readable head is an error. All counts and sizes are checked against the file.
[[nodiscard]] Result<Mp4Index> readMp4Index(File& file);

/// The images of one fragment held in memory (moof and mdat), as at `offset` of a file whose track has `timescale`.
[[nodiscard]] Result<std::vector<VideoSample>> readMp4Fragment(std::span<const std::byte> fragment,
                                                               std::uint64_t offset, std::uint32_t timescale);

}  // namespace understudy
