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

}  // namespace

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
    if (options.format != PixelFormat::Rgb8 && options.format != PixelFormat::Gray8)
        return unable("only RGB and grey images of 8 bits are encoded");
    if (!(options.rateHz >= 0.1 && options.rateHz <= 1000))
        return unable("a rate of " + std::to_string(options.rateHz) + " Hz; it must lie between 0.1 and 1000");
    if (options.quality < 0 || options.quality > 51) return unable("the quality must lie between 0 and 51");
    if (options.keyInterval < 1 || options.keyPeriod <= 0) return unable("the key interval must be positive");

    auto impl = std::make_unique<Impl>();
    impl->options = options;
    impl->period = static_cast<Duration>(std::llround(1e9 / options.rateHz));
    const AVCodec* h264 = avcodec_find_encoder_by_name("libx264");
    if (h264 == nullptr) return unable("this FFmpeg has no libx264; install an FFmpeg that brings it");
    impl->codec.reset(avcodec_alloc_context3(h264));
    impl->frame.reset(av_frame_alloc());
    impl->packet.reset(av_packet_alloc());
    if (!impl->codec || !impl->frame || !impl->packet) return unable("out of memory");

    AVCodecContext& codec = *impl->codec;
    codec.width = options.width;
    codec.height = options.height;
    codec.pix_fmt = AV_PIX_FMT_YUV420P;
    codec.colorspace = AVCOL_SPC_SMPTE170M;
    codec.color_range = AVCOL_RANGE_MPEG;
    // Rate control sees evenly spaced images: equal images give equal bytes whatever their times were.
    codec.framerate = av_d2q(options.rateHz, 100'000);
    codec.time_base = av_inv_q(codec.framerate);
    codec.max_b_frames = 0;
    codec.thread_count = 1;
    codec.gop_size = kNeverByItself;
    codec.flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
    av_opt_set(codec.priv_data, "preset", nameOf(options.preset).data(), 0);
    av_opt_set(codec.priv_data, "tune", "zerolatency", 0);
    av_opt_set_double(codec.priv_data, "crf", options.quality, 0);
    av_opt_set(codec.priv_data, "forced-idr", "1", 0);
    av_opt_set(codec.priv_data, "x264-params", "scenecut=0", 0);
    if (const int opened = avcodec_open2(&codec, h264, nullptr); opened < 0)
        return unable(size + " pixels: " + libav::errorText(opened));

    const AVPixelFormat source = options.format == PixelFormat::Rgb8 ? AV_PIX_FMT_RGB24 : AV_PIX_FMT_GRAY8;
    impl->scaler.reset(sws_getContext(options.width, options.height, source, options.width, options.height,
                                      AV_PIX_FMT_YUV420P, SWS_BILINEAR | SWS_ACCURATE_RND, nullptr, nullptr, nullptr));
    impl->frame->format = AV_PIX_FMT_YUV420P;
    impl->frame->width = options.width;
    impl->frame->height = options.height;
    if (!impl->scaler || av_frame_get_buffer(impl->frame.get(), 0) < 0) return unable("out of memory");

    impl->parameters.width = options.width;
    impl->parameters.height = options.height;
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
