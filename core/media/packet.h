#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/result.h"
#include "core/timestamp.h"

namespace understudy {

enum class VideoCodec : std::uint8_t { H264, Hevc, Av1, Vp9 };

/// What a decoder must know before the first packet.
struct VideoParameters {
    VideoCodec codec = VideoCodec::H264;
    int width = 0;
    int height = 0;
    /// H.264: parameter sets with start codes (from an encoder) or an avcC record (from an MP4).
    std::vector<std::byte> extradata;

    bool operator==(const VideoParameters&) const = default;
};

/// One encoded image. Presentation follows decoding order: no image refers to a later one.
struct Packet {
    Stamps stamps;  ///< of the image
    std::uint64_t sequence = 0;
    bool key = false;  ///< decodable on its own
    std::vector<std::byte> data;
};

/// Where an image lies in its video.
struct PacketLocation {
    Stamps stamps;
    std::uint64_t sequence = 0;
    Duration pts = 0;          ///< ns in the video; whole microseconds
    std::uint64_t offset = 0;  ///< of its first byte in the file
    std::uint32_t size = 0;
    bool key = false;
    /// CRC-32 (zlib's) from the end of the image before it, or the start of the file, to its own end: with those of all
    /// images every byte of the video is covered. 0: not known.
    std::uint32_t crc = 0;
};

/// The H.264 parameter sets in either form of extradata, for comparing streams. Fails for broken extradata.
[[nodiscard]] Result<std::vector<std::vector<std::byte>>> parameterSets(const VideoParameters& parameters);

/// True when packets of both may follow each other in one file under one set of parameters.
[[nodiscard]] bool canShareFile(const VideoParameters& a, const VideoParameters& b);

/// H.264 NAL units with start codes, rewritten with four-byte lengths as an avcC record announces them.
[[nodiscard]] std::vector<std::byte> toLengthPrefixed(const std::vector<std::byte>& annexB);

}  // namespace understudy
