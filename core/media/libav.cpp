#include "core/media/libav.h"

#include <array>
#include <cstdarg>
#include <cstring>
#include <mutex>

#include <spdlog/spdlog.h>

extern "C" {
#include <libavutil/opt.h>
}

namespace understudy::libav {
namespace {

constexpr int kIoBuffer = 64 * 1024;

void forwardLog(void* source, int level, const char* format, va_list arguments)
{
    if (level > AV_LOG_WARNING || !spdlog::should_log(spdlog::level::debug)) return;
    std::array<char, 512> line{};
    int prefix = 0;
    av_log_format_line2(source, level, format, arguments, line.data(), static_cast<int>(line.size()), &prefix);
    std::string_view text(line.data());
    while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    spdlog::debug("video: {}", text);
}

}  // namespace

void quiet()
{
    static std::once_flag once;
    std::call_once(once, [] { av_log_set_callback(forwardLog); });
}

std::string errorText(int code)
{
    std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
    av_strerror(code, text.data(), text.size());
    return text.data();
}

bool setExtradata(AVCodecParameters& parameters, const std::vector<std::byte>& extradata)
{
    parameters.extradata = static_cast<std::uint8_t*>(
        av_mallocz(extradata.size() + static_cast<std::size_t>(AV_INPUT_BUFFER_PADDING_SIZE)));
    if (parameters.extradata == nullptr) return false;
    if (!extradata.empty()) std::memcpy(parameters.extradata, extradata.data(), extradata.size());
    parameters.extradata_size = static_cast<int>(extradata.size());
    return true;
}

bool setExtradata(AVCodecContext& context, const std::vector<std::byte>& extradata)
{
    context.extradata = static_cast<std::uint8_t*>(
        av_mallocz(extradata.size() + static_cast<std::size_t>(AV_INPUT_BUFFER_PADDING_SIZE)));
    if (context.extradata == nullptr) return false;
    if (!extradata.empty()) std::memcpy(context.extradata, extradata.data(), extradata.size());
    context.extradata_size = static_cast<int>(extradata.size());
    return true;
}

AVCodecID codecId(VideoCodec codec)
{
    switch (codec) {
    case VideoCodec::H264:
        return AV_CODEC_ID_H264;
    case VideoCodec::Hevc:
        return AV_CODEC_ID_HEVC;
    case VideoCodec::Av1:
        return AV_CODEC_ID_AV1;
    case VideoCodec::Vp9:
        return AV_CODEC_ID_VP9;
    }
    return AV_CODEC_ID_NONE;
}

Muxer::~Muxer()
{
    if (m_context == nullptr) return;
    if (m_context->pb != nullptr) {
        av_freep(&m_context->pb->buffer);
        avio_context_free(&m_context->pb);
    }
    avformat_free_context(m_context);
}

Result<void> Muxer::open(const VideoParameters& parameters, int timescale, double rateHz,
                         const std::vector<std::pair<const char*, const char*>>& options, void* opaque, Write onWrite,
                         Seek onSeek)
{
    quiet();
    m_packet.reset(av_packet_alloc());
    if (!m_packet || avformat_alloc_output_context2(&m_context, nullptr, "mp4", nullptr) < 0)
        return fail("this FFmpeg cannot write MP4: install libavformat with the mp4 muxer");
    auto* buffer = static_cast<std::uint8_t*>(av_malloc(kIoBuffer));
    if (buffer == nullptr) return fail("out of memory for a video file");
    m_context->pb = avio_alloc_context(buffer, kIoBuffer, 1, opaque, nullptr, onWrite, onSeek);
    if (m_context->pb == nullptr) {
        av_free(buffer);
        return fail("out of memory for a video file");
    }
    m_context->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
    AVStream* stream = avformat_new_stream(m_context, nullptr);
    if (stream == nullptr) return fail("out of memory for a video file");
    AVCodecParameters& codec = *stream->codecpar;
    codec.codec_type = AVMEDIA_TYPE_VIDEO;
    codec.codec_id = codecId(parameters.codec);
    codec.width = parameters.width;
    codec.height = parameters.height;
    codec.format = AV_PIX_FMT_YUV420P;
    if (!setExtradata(codec, parameters.extradata)) return fail("out of memory for a video file");
    stream->time_base = {1, timescale};
    stream->avg_frame_rate = av_d2q(rateHz, 1'000'000);

    AVDictionary* dictionary = nullptr;
    for (const auto& [key, value] : options) av_dict_set(&dictionary, key, value, 0);
    const int begun = avformat_write_header(m_context, &dictionary);
    av_dict_free(&dictionary);
    if (begun < 0) return fail("cannot write the head of a video file: " + errorText(begun));
    if (stream->time_base.num != 1 || stream->time_base.den != timescale)
        return fail("this FFmpeg does not write " + std::to_string(timescale) + " ticks per second into MP4");
    return {};
}

Result<void> Muxer::write(const std::vector<std::byte>& data, bool key, std::int64_t pts, std::int64_t duration)
{
    // The muxer copies the bytes of a packet that owns none.
    m_packet->data = reinterpret_cast<std::uint8_t*>(const_cast<std::byte*>(data.data()));
    m_packet->size = static_cast<int>(data.size());
    m_packet->pts = pts;
    m_packet->dts = pts;
    m_packet->duration = duration;
    m_packet->flags = key ? AV_PKT_FLAG_KEY : 0;
    m_packet->stream_index = 0;
    const int written = av_write_frame(m_context, m_packet.get());
    av_packet_unref(m_packet.get());
    if (written < 0) return fail("cannot write an image into the video: " + errorText(written));
    return {};
}

Result<void> Muxer::flushFragment()
{
    const int flushed = av_write_frame(m_context, nullptr);
    if (flushed < 0) return fail("cannot write a fragment of the video: " + errorText(flushed));
    avio_flush(m_context->pb);
    // Else the next fragment would begin where the durations so far end, and not at its first image's time.
    av_opt_set(m_context->priv_data, "movflags", "+frag_discont", 0);
    return {};
}

Result<void> Muxer::writeTrailer()
{
    const int written = av_write_trailer(m_context);
    if (written < 0) return fail("cannot end the video file: " + errorText(written));
    avio_flush(m_context->pb);
    if (m_context->pb->error < 0) return fail("cannot end the video file: " + errorText(m_context->pb->error));
    return {};
}

}  // namespace understudy::libav
