#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

#include <memory>
#include <string>
#include <vector>

#include "core/image.h"
#include "core/media/packet.h"

/// What the wrappers of this folder share; seen by their .cpp files only.
namespace understudy::libav {

struct FreeCodec {
    void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
};
struct FreeFrame {
    void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};
struct FreePacket {
    void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
struct FreeScaler {
    void operator()(SwsContext* context) const { sws_freeContext(context); }
};
using CodecContext = std::unique_ptr<AVCodecContext, FreeCodec>;
using Frame = std::unique_ptr<AVFrame, FreeFrame>;
using PacketRef = std::unique_ptr<AVPacket, FreePacket>;
using Scaler = std::unique_ptr<SwsContext, FreeScaler>;

/// Sends the libraries' chatter to the log at debug level. Every create and open calls it.
void quiet();

[[nodiscard]] std::string errorText(int code);

/// Extradata with the zeroed padding that libavcodec reads past the end.
[[nodiscard]] bool setExtradata(AVCodecParameters& parameters, const std::vector<std::byte>& extradata);
[[nodiscard]] bool setExtradata(AVCodecContext& context, const std::vector<std::byte>& extradata);

[[nodiscard]] AVCodecID codecId(VideoCodec codec);

/// A muxer of one video stream that writes into memory or a file through `AVIOContext` callbacks.
class Muxer {
public:
    using Write = int (*)(void* opaque, std::uint8_t* data, int size);
    using Seek = std::int64_t (*)(void* opaque, std::int64_t offset, int whence);

    Muxer() = default;
    ~Muxer();
    Muxer(const Muxer&) = delete;
    Muxer& operator=(const Muxer&) = delete;

    /// `onSeek` may be null for output that only grows. `timescale` in ticks per second. The options are those of
    /// the mp4 muxer.
    [[nodiscard]] Result<void> open(const VideoParameters& parameters, int timescale, double rateHz,
                                    const std::vector<std::pair<const char*, const char*>>& options, void* opaque,
                                    Write onWrite, Seek onSeek);
    /// The packet's bytes are not copied.
    [[nodiscard]] Result<void> write(const std::vector<std::byte>& data, bool key, std::int64_t pts,
                                     std::int64_t duration);
    /// Makes the muxer write the open fragment.
    [[nodiscard]] Result<void> flushFragment();
    [[nodiscard]] Result<void> writeTrailer();

private:
    AVFormatContext* m_context = nullptr;
    PacketRef m_packet;
};

}  // namespace understudy::libav
