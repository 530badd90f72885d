#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/media/packet.h"

/// The boxes of ISO/IEC 14496-12 that hold a video track's table; every read is checked against its box.
namespace understudy::mp4 {

using Bytes = std::span<const std::byte>;

constexpr std::uint32_t fourcc(const char (&name)[5])
{
    return static_cast<std::uint32_t>(static_cast<unsigned char>(name[0])) << 24U |
           static_cast<std::uint32_t>(static_cast<unsigned char>(name[1])) << 16U |
           static_cast<std::uint32_t>(static_cast<unsigned char>(name[2])) << 8U |
           static_cast<std::uint32_t>(static_cast<unsigned char>(name[3]));
}

/// Reads big-endian numbers; past the end it gives zeros and says so.
class Cursor {
public:
    explicit Cursor(Bytes bytes) : m_rest(bytes) {}

    std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
    std::uint64_t u64() { return number(8); }
    std::int32_t i32() { return static_cast<std::int32_t>(u32()); }
    void skip(std::size_t count);
    [[nodiscard]] Bytes rest() const { return m_rest; }
    [[nodiscard]] bool overran() const { return m_overran; }

private:
    std::uint64_t number(std::size_t width);

    Bytes m_rest;
    bool m_overran = false;
};

struct Box {
    std::uint32_t type = 0;
    Bytes payload;
};

/// The next box inside `rest`, which moves past it; nothing at the end or at a box that does not fit.
[[nodiscard]] std::optional<Box> takeBox(Bytes& rest);
/// The first child of a type; empty when there is none.
[[nodiscard]] std::optional<Bytes> child(Bytes parent, std::uint32_t type);

/// One sample as the tables give it, in decoding order, times in the track's ticks.
struct TrackSample {
    std::int64_t pts = 0;
    std::uint64_t offset = 0;
    std::uint32_t size = 0;
    std::uint32_t duration = 0;
    bool key = false;
};

struct SampleDefaults {
    std::uint32_t duration = 0;
    std::uint32_t size = 0;
    std::uint32_t flags = 0;
};

struct Track {
    std::uint32_t id = 0;
    std::uint32_t timescale = 0;
    VideoParameters parameters;
    std::int64_t shift = 0;  ///< of the edit list, ticks
    bool fragmented = false;
    SampleDefaults defaults;
    std::vector<TrackSample> samples;  ///< of the head; fragments add theirs
};

/// The first video track described by the content of a `moov`. A table of more samples than `fileSize` has bytes is
/// broken.
[[nodiscard]] Result<Track> readTrack(Bytes moov, std::uint64_t fileSize);

struct Fragment {
    std::vector<TrackSample> samples;
    std::int64_t end = 0;  ///< decoding time after the last sample, ticks
};

/// The samples of one `moof` at `offset` in its file. `track` 0 takes the first; `start` is the decoding time where
/// the fragment states none. No samples when the fragment holds other tracks only. Samples that are empty or reach
/// beyond `fileSize` are broken.
[[nodiscard]] Result<Fragment> readFragment(Bytes moof, std::uint64_t offset, std::uint32_t track, std::int64_t start,
                                            const SampleDefaults& defaults, std::uint64_t fileSize);

/// More samples than any recording has: a table that claims so is broken.
inline constexpr std::size_t kMaxSamples = 20'000'000;

}  // namespace understudy::mp4
