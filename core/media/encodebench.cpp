#include "core/media/encodebench.h"

#include <cmath>

#include "core/media/libav.h"
#include "core/processusage.h"

extern "C" {
#include <libavutil/opt.h>
}

namespace understudy {
namespace {

using Luma = std::vector<std::uint8_t>;

/// Forth and back: no cut where the pictures begin again.
std::size_t pictureOf(int image, std::size_t count)
{
    if (count < 2) return 0;
    const std::size_t at = static_cast<std::size_t>(image) % (2 * count - 2);
    return at < count ? at : 2 * count - 2 - at;
}

/// RGB to the planes that encoders take.
class Converter {
public:
    Converter(int width, int height)
        : m_width(width),
          m_height(height),
          m_scaler(sws_getContext(width, height, AV_PIX_FMT_RGB24, width, height, AV_PIX_FMT_YUV420P,
                                  SWS_BILINEAR | SWS_ACCURATE_RND, nullptr, nullptr, nullptr))
    {
    }
    [[nodiscard]] libav::Frame frameOf(const Image& image) const
    {
        libav::Frame frame(av_frame_alloc());
        frame->format = AV_PIX_FMT_YUV420P;
        frame->width = m_width;
        frame->height = m_height;
        if (av_frame_get_buffer(frame.get(), 0) < 0) return nullptr;
        const auto* rows = reinterpret_cast<const std::uint8_t*>(image.data.data());
        const int stride = static_cast<int>(image.bytesPerRow());
        sws_scale(m_scaler.get(), &rows, &stride, 0, m_height, frame->data, frame->linesize);
        return frame;
    }

private:
    int m_width;
    int m_height;
    libav::Scaler m_scaler;
};

Luma lumaOf(const AVFrame& frame)
{
    Luma luma;
    for (int y = 0; y < frame.height; ++y) {
        const std::uint8_t* row = frame.data[0] + static_cast<std::ptrdiff_t>(y) * frame.linesize[0];
        luma.insert(luma.end(), row, row + frame.width);
    }
    return luma;
}

struct Encoded {
    AVCodecID codec = AV_CODEC_ID_NONE;
    std::vector<std::byte> extradata;
    std::vector<std::vector<std::byte>> packets;
    double cpu = 0;
};

Result<Encoded> encodeOurs(std::span<const Image> pictures, EncoderPreset preset, int images)
{
    Encoded encoded{.codec = AV_CODEC_ID_H264, .extradata = {}, .packets = {}};
    VideoEncoderOptions options;
    options.width = pictures[0].width;
    options.height = pictures[0].height;
    options.preset = preset;
    const double begin = processCpuSeconds();
    const Result<std::unique_ptr<VideoEncoder>> encoder = VideoEncoder::create(options);
    if (!encoder) return tl::unexpected(encoder.error());
    for (int i = 0; i < images; ++i) {
        Result<Packet> packet = (*encoder)->encode(pictures[pictureOf(i, pictures.size())]);
        if (!packet) return tl::unexpected(packet.error());
        encoded.packets.push_back(std::move(packet->data));
    }
    encoded.cpu = processCpuSeconds() - begin;
    encoded.extradata = (*encoder)->parameters().extradata;
    return encoded;
}

/// Without packets where FFmpeg has no such encoder.
Result<Encoded> encodeSvtAv1(std::span<const Image> pictures, const Converter& converter, int images)
{
    Encoded encoded{.codec = AV_CODEC_ID_AV1, .extradata = {}, .packets = {}};
    const AVCodec* encoder = avcodec_find_encoder_by_name("libsvtav1");
    if (encoder == nullptr) return encoded;
    setenv("SVT_LOG", "1", 0);
    const double begin = processCpuSeconds();
    const libav::CodecContext codec(avcodec_alloc_context3(encoder));
    const libav::PacketRef packet(av_packet_alloc());
    if (!codec || !packet) return fail("out of memory");
    codec->width = pictures[0].width;
    codec->height = pictures[0].height;
    codec->pix_fmt = AV_PIX_FMT_YUV420P;
    codec->time_base = {1, 30};
    codec->framerate = {30, 1};
    codec->gop_size = 2;
    av_opt_set(codec->priv_data, "preset", "12", 0);
    av_opt_set(codec->priv_data, "crf", "30", 0);
    if (const int opened = avcodec_open2(codec.get(), encoder, nullptr); opened < 0)
        return fail("cannot start SVT-AV1: " + libav::errorText(opened));
    for (int i = 0; i <= images; ++i) {
        libav::Frame frame;
        if (i < images) {
            frame = converter.frameOf(pictures[pictureOf(i, pictures.size())]);
            if (!frame) return fail("out of memory");
            frame->pts = i;
        }
        if (const int sent = avcodec_send_frame(codec.get(), frame.get()); sent < 0)
            return fail("SVT-AV1: " + libav::errorText(sent));
        while (avcodec_receive_packet(codec.get(), packet.get()) >= 0) {
            const auto* bytes = reinterpret_cast<const std::byte*>(packet->data);
            encoded.packets.emplace_back(bytes, bytes + packet->size);
            av_packet_unref(packet.get());
        }
    }
    encoded.cpu = processCpuSeconds() - begin;
    return encoded;
}

/// Decodes and compares.
Result<EncodeCost> costOf(const Encoded& encoded, std::span<const Luma> wanted, int images)
{
    EncodeCost cost{.imagesPerCpuSecond = images / encoded.cpu};
    const AVCodec* decoder = avcodec_find_decoder(encoded.codec);
    if (decoder == nullptr) return fail("this FFmpeg cannot decode what it encoded");
    const libav::CodecContext codec(avcodec_alloc_context3(decoder));
    const libav::PacketRef packet(av_packet_alloc());
    const libav::Frame frame(av_frame_alloc());
    if (!codec || !packet || !frame || !libav::setExtradata(*codec, encoded.extradata)) return fail("out of memory");
    if (avcodec_open2(codec.get(), decoder, nullptr) < 0) return fail("the decoder cannot be opened");
    double squares = 0;
    double pixels = 0;
    int decoded = 0;
    const auto receive = [&] {
        while (avcodec_receive_frame(codec.get(), frame.get()) >= 0) {
            const Luma luma = lumaOf(*frame);
            const Luma& source = wanted[pictureOf(decoded++, wanted.size())];
            for (std::size_t i = 0; i < std::min(luma.size(), source.size()); ++i) {
                const double difference = static_cast<double>(luma[i]) - source[i];
                squares += difference * difference;
            }
            pixels += static_cast<double>(luma.size());
        }
    };
    for (const std::vector<std::byte>& data : encoded.packets) {
        cost.bytesPerImage += static_cast<double>(data.size()) / images;
        if (av_new_packet(packet.get(), static_cast<int>(data.size())) < 0) return fail("out of memory");
        std::copy(data.begin(), data.end(), reinterpret_cast<std::byte*>(packet->data));
        const int sent = avcodec_send_packet(codec.get(), packet.get());
        av_packet_unref(packet.get());
        if (sent < 0) return fail("cannot decode what was encoded: " + libav::errorText(sent));
        receive();
    }
    avcodec_send_packet(codec.get(), nullptr);
    receive();
    if (decoded != images)
        return fail("of " + std::to_string(images) + " images " + std::to_string(decoded) + " came back");
    cost.psnrDb = 10 * std::log10(255.0 * 255.0 * pixels / std::max(squares, 1.0));
    return cost;
}

}  // namespace

Result<EncodeFigures> measureEncoding(std::span<const Image> pictures, EncoderPreset preset, int images)
{
    if (pictures.empty()) return fail("there are no pictures to encode");
    libav::quiet();
    const Converter converter(pictures[0].width, pictures[0].height);
    std::vector<Luma> wanted;
    for (const Image& picture : pictures) {
        const libav::Frame frame = converter.frameOf(picture);
        if (!frame) return fail("out of memory");
        wanted.push_back(lumaOf(*frame));
    }
    const Result<Encoded> ours = encodeOurs(pictures, preset, images);
    if (!ours) return tl::unexpected(ours.error());
    const Result<EncodeCost> cost = costOf(*ours, wanted, images);
    if (!cost) return tl::unexpected(cost.error());
    EncodeFigures figures{.ours = *cost, .svtAv1 = std::nullopt};
    const Result<Encoded> svtAv1 = encodeSvtAv1(pictures, converter, images);
    if (!svtAv1) return tl::unexpected(svtAv1.error());
    if (svtAv1->packets.empty()) return figures;
    const Result<EncodeCost> reference = costOf(*svtAv1, wanted, images);
    if (!reference) return tl::unexpected(reference.error());
    figures.svtAv1 = *reference;
    return figures;
}

}  // namespace understudy
