#pragma once

#include <functional>
#include <span>

#include "core/media/mp4reader.h"
#include "core/media/videoencoder.h"

namespace understudy {

/// One image of a selection: a packet of the source, or one that was encoded anew.
struct SelectedPacket {
    std::uint64_t offset = 0;  ///< in the source's file or in the scratch file
    std::uint32_t size = 0;
    bool key = false;
    bool encoded = false;  ///< lies in the scratch file
};

/// Images of one video in the order wanted, as packets that can follow one another.
struct VideoSelection {
    VideoParameters parameters;  ///< packets have the form these announce
    std::vector<SelectedPacket> packets;
    std::size_t encodedImages = 0;
};

/// Where encoded packets wait; grows from `size`.
struct Scratch {
    File* file = nullptr;
    std::uint64_t size = 0;
    bool failed = false;  ///< it could not be written: an error is not the source's fault
};

/// Chooses `wanted` images (indices; any may repeat or be left out) of an H.264 video. Runs of neighbours that begin
/// with a key image are copied; only what lies between is decoded and encoded again, with the source's own parameters.
/// Where `rateHz` and our presets cannot reproduce these, or the source is another codec, all of it is encoded.
/// Fails when an image to be encoded cannot be decoded. `cancelled` is asked now and then.
[[nodiscard]] Result<VideoSelection> selectImages(Mp4Reader& source, std::span<const std::uint32_t> wanted,
                                                  double rateHz, Scratch& scratch,
                                                  const std::function<bool()>& cancelled = {});

}  // namespace understudy
