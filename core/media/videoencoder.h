#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/image.h"
#include "core/media/packet.h"

namespace understudy {

/// From cheapest to smallest.
enum class EncoderPreset : std::uint8_t { Ultrafast, Superfast, Veryfast };
[[nodiscard]] std::string_view nameOf(EncoderPreset preset);

struct VideoEncoderOptions {
    int width = 0;                           ///< pixels, even
    int height = 0;                          ///< pixels, even
    PixelFormat format = PixelFormat::Rgb8;  ///< any but H264
    double rateHz = 30;                      ///< announced
    EncoderPreset preset = EncoderPreset::Veryfast;
    std::string hardware;                     ///< FFmpeg's name of an encoder in hardware; empty: x264, as for depth
    int quality = 23;                         ///< x264's constant rate factor, 0 (lossless) to 51
    int keyInterval = 10;                     ///< at least every so many images is a key image …
    Duration keyPeriod = 400 * kMillisecond;  ///< … and at least one in so much capture time
};

/// H.264 encoders in hardware that FFmpeg has and that take images from memory, whether or not this machine has the
/// hardware: chooseEncoder() tries them.
[[nodiscard]] std::vector<std::string> hardwareEncoders();

/// H.264 without look-ahead: one image in, its packet out. Depth is kept to the bit, whatever the quality: a picture of
/// twice the height, the high bytes above the low ones (Mp4Reader::depthAt). Equal images and options give equal bytes.
/// One thread at a time.
class VideoEncoder {
public:
    /// Fails for sizes, formats and rates that cannot be encoded, naming what can.
    [[nodiscard]] static Result<std::unique_ptr<VideoEncoder>> create(const VideoEncoderOptions& options);
    ~VideoEncoder();
    VideoEncoder(const VideoEncoder&) = delete;
    VideoEncoder& operator=(const VideoEncoder&) = delete;

    [[nodiscard]] const VideoEncoderOptions& options() const;
    [[nodiscard]] const VideoParameters& parameters() const;

    /// Fails when the image's size or format differs from the options.
    [[nodiscard]] Result<Packet> encode(const Image& image);

    /// The next image becomes a key image. Any thread.
    void requestKey();

private:
    struct Impl;
    explicit VideoEncoder(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace understudy
