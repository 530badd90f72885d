#include "core/media/videoencoder.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>

#include "core/media/libav.h"

extern "C" {
#include <libavutil/opt.h>
}

namespace understudy {
namespace {

constexpr int kMaxSide = 8192;
constexpr int kNeverByItself = 1 << 20;

tl::unexpected<Error> unable(const std::string& why) { return fail("cannot encode video: " + why); }

/// In which an encoder takes images from memory.
AVPixelFormat memoryFormat(const AVCodec& codec)
{
    for (const AVPixelFormat* format = codec.pix_fmts; format != nullptr && *format != AV_PIX_FMT_NONE; ++format)
        if (*format == AV_PIX_FMT_YUV420P || *format == AV_PIX_FMT_NV12) return *format;
    return AV_PIX_FMT_NONE;
}

/// The high bytes above the low ones, as brightness.
void stackDepth(const Image& image, AVFrame& frame)
{
    const auto* from = reinterpret_cast<const std::uint8_t*>(image.data.data());
    for (int y = 0; y < image.height; ++y) {
        std::uint8_t* high = frame.data[0] + static_cast<std::ptrdiff_t>(y) * frame.linesize[0];
        std::uint8_t* low = high + static_cast<std::ptrdiff_t>(image.height) * frame.linesize[0];
        for (int x = 0; x < image.width; ++x, from += 2) {
            low[x] = from[0];
            high[x] = from[1];
        }
    }
    for (const int plane : {1, 2})
        std::memset(frame.data[plane], 128, static_cast<std::size_t>(frame.linesize[plane] * image.height));
}

}  // namespace

std::vector<std::string> hardwareEncoders()
{
    std::vector<std::string> names;
    for (const char* name : {"h264_nvenc", "h264_qsv", "h264_v4l2m2m"})
        if (const AVCodec* codec = avcodec_find_encoder_by_name(name);
            codec != nullptr && memoryFormat(*codec) != AV_PIX_FMT_NONE)
            names.emplace_back(name);
    return names;
}

std::string_view nameOf(EncoderPreset preset)
{
    switch (preset) {
    case EncoderPreset::Ultrafast:
        return "ultrafast";
    case EncoderPreset::Superfast:
        return "superfast";
    case EncoderPreset::Veryfast:
        return "veryfast";
    }
    return "";
}

struct VideoEncoder::Impl {
    VideoEncoderOptions options;
    VideoParameters parameters;
    libav::CodecContext codec;
    libav::Frame frame;
    libav::PacketRef packet;
    libav::Scaler scaler;
    Duration period = 0;
    std::int64_t encoded = 0;
    int sinceKey = 0;
    Timestamp keyCapture = 0;
    std::atomic<bool> keyWanted{true};

    /// Measured in capture time: whether the image after this one would come too late to be the key image.
    bool keyIsDue(Timestamp capture) const
    {
        return sinceKey >= options.keyInterval || capture + period - keyCapture > options.keyPeriod;
    }
};

VideoEncoder::VideoEncoder(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
VideoEncoder::~VideoEncoder() = default;
const VideoEncoderOptions& VideoEncoder::options() const { return m_impl->options; }
const VideoParameters& VideoEncoder::parameters() const { return m_impl->parameters; }
void VideoEncoder::requestKey() { m_impl->keyWanted.store(true, std::memory_order_relaxed); }

Result<std::unique_ptr<VideoEncoder>> VideoEncoder::create(const VideoEncoderOptions& options)
{
    libav::quiet();
    const std::string size = std::to_string(options.width) + "×" + std::to_string(options.height);
    if (options.width < 16 || options.height < 16 || options.width > kMaxSide || options.height > kMaxSide ||
        options.width % 2 != 0 || options.height % 2 != 0)
        return unable("an image of " + size + " pixels; both sides must be even and between 16 and 8192");
    if (options.format == PixelFormat::H264)
        return unable("images that a camera has encoded already; they are stored as they come");
    if (!(options.rateHz >= 0.1 && options.rateHz <= 1000))
        return unable("a rate of " + std::to_string(options.rateHz) + " Hz; it must lie between 0.1 and 1000");
    if (options.quality < 0 || options.quality > 51) return unable("the quality must lie between 0 and 51");
    if (options.keyInterval < 1 || options.keyPeriod <= 0) return unable("the key interval must be positive");

    auto impl = std::make_unique<Impl>();
    impl->options = options;
    impl->period = static_cast<Duration>(std::llround(1e9 / options.rateHz));
    const bool isDepth = options.format == PixelFormat::Depth16Mm;
    const bool isHardware = !options.hardware.empty() && !isDepth;
    const std::string name = isHardware ? options.hardware : "libx264";
    const AVCodec* h264 = avcodec_find_encoder_by_name(name.c_str());
    if (h264 == nullptr) return unable("this FFmpeg has no " + name + "; install an FFmpeg that brings it");
    impl->codec.reset(avcodec_alloc_context3(h264));
    impl->frame.reset(av_frame_alloc());
    impl->packet.reset(av_packet_alloc());
    if (!impl->codec || !impl->frame || !impl->packet) return unable("out of memory");

    const int height = isDepth ? 2 * options.height : options.height;
    AVCodecContext& codec = *impl->codec;
    codec.width = options.width;
    codec.height = height;
    codec.pix_fmt = isHardware ? memoryFormat(*h264) : AV_PIX_FMT_YUV420P;
    codec.colorspace = AVCOL_SPC_SMPTE170M;
    codec.color_range = isDepth ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    // Rate control sees evenly spaced images: equal images give equal bytes whatever their times were.
    codec.framerate = av_d2q(options.rateHz, 100'000);
    codec.time_base = av_inv_q(codec.framerate);
    codec.max_b_frames = 0;
    codec.thread_count = 1;
    codec.gop_size = kNeverByItself;
    codec.flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
    if (isHardware) {
        // Each maker reads its own words and leaves the others' alone.
        codec.global_quality = options.quality * FF_QP2LAMBDA;
        for (const auto& [key, value] : {std::pair{"preset", "p1"},
                                         {"tune", "ull"},
                                         {"zerolatency", "1"},
                                         {"delay", "0"},
                                         {"async_depth", "1"},
                                         {"low_delay_brc", "1"}})
            av_opt_set(codec.priv_data, key, value, 0);
        av_opt_set_int(codec.priv_data, "cq", options.quality, 0);
    } else {
        av_opt_set(codec.priv_data, "preset", nameOf(options.preset).data(), 0);
        av_opt_set(codec.priv_data, "tune", "zerolatency", 0);
        av_opt_set(codec.priv_data, "x264-params", "scenecut=0", 0);
    }
    if (isDepth)
        av_opt_set_int(codec.priv_data, "qp", 0, 0);  // lossless
    else
        av_opt_set_double(codec.priv_data, "crf", options.quality, 0);
    av_opt_set(codec.priv_data, "forced-idr", "1", 0);
    if (const int opened = avcodec_open2(&codec, h264, nullptr); opened < 0)
        return unable(size + " pixels: " + libav::errorText(opened));
    if (codec.extradata_size == 0) return unable(name + " gives no parameter sets");

    const AVPixelFormat source = options.format == PixelFormat::Rgb8 ? AV_PIX_FMT_RGB24 : AV_PIX_FMT_GRAY8;
    if (!isDepth)
        impl->scaler.reset(sws_getContext(options.width, options.height, source, options.width, options.height,
                                          codec.pix_fmt, SWS_BILINEAR | SWS_ACCURATE_RND, nullptr, nullptr, nullptr));
    impl->frame->format = codec.pix_fmt;
    impl->frame->width = options.width;
    impl->frame->height = height;
    if ((!impl->scaler && !isDepth) || av_frame_get_buffer(impl->frame.get(), 0) < 0) return unable("out of memory");

    impl->parameters.width = options.width;
    impl->parameters.height = height;
    const auto* extradata = reinterpret_cast<const std::byte*>(codec.extradata);
    impl->parameters.extradata.assign(extradata, extradata + codec.extradata_size);
    return std::unique_ptr<VideoEncoder>(new VideoEncoder(std::move(impl)));
}

Result<Packet> VideoEncoder::encode(const Image& image)
{
    Impl& d = *m_impl;
    const std::size_t stride = image.bytesPerRow();
    if (image.width != d.options.width || image.height != d.options.height || image.format != d.options.format ||
        image.data.size() < stride * static_cast<std::size_t>(image.height))
        return unable("an image of " + std::to_string(image.width) + "×" + std::to_string(image.height) +
                      " pixels came where " + std::to_string(d.options.width) + "×" + std::to_string(d.options.height) +
                      " were announced");
    if (av_frame_make_writable(d.frame.get()) < 0) return unable("out of memory");

    const auto* rows = reinterpret_cast<const std::uint8_t*>(image.data.data());
    const int strides = static_cast<int>(stride);
    if (image.format == PixelFormat::Depth16Mm)
        stackDepth(image, *d.frame);
    else
        sws_scale(d.scaler.get(), &rows, &strides, 0, image.height, d.frame->data, d.frame->linesize);

    const bool key =
        d.keyWanted.exchange(false, std::memory_order_relaxed) || d.encoded == 0 || d.keyIsDue(image.stamps.capture);
    d.frame->pict_type = key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    d.frame->pts = d.encoded;
    int status = avcodec_send_frame(d.codec.get(), d.frame.get());
    if (status >= 0) status = avcodec_receive_packet(d.codec.get(), d.packet.get());
    if (status < 0) {
        d.keyWanted.store(true, std::memory_order_relaxed);
        return unable("image " + std::to_string(image.sequence) + ": " + libav::errorText(status));
    }

    Packet packet;
    packet.stamps = image.stamps;
    packet.sequence = image.sequence;
    packet.key = (d.packet->flags & AV_PKT_FLAG_KEY) != 0;
    const auto* bytes = reinterpret_cast<const std::byte*>(d.packet->data);
    packet.data.assign(bytes, bytes + d.packet->size);
    av_packet_unref(d.packet.get());
    ++d.encoded;
    ++d.sinceKey;
    if (packet.key) {
        d.sinceKey = 1;
        d.keyCapture = image.stamps.capture;
    }
    return packet;
}

}  // namespace understudy
