#include "core/media/mediabench.h"

#include <algorithm>
#include <chrono>
#include <random>

#include "core/media/fragmentedmp4writer.h"
#include "core/media/libav.h"
#include "core/media/mp4reader.h"
#include "core/media/syntheticimages.h"

namespace understudy {
namespace {

constexpr int kWidth = 640;
constexpr int kHeight = 480;
constexpr int kDistinct = 60;

double milliseconds()
{
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double percentile(std::vector<double>& values, double share)
{
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

/// What a program without our table of images does.
class PlainReader {
public:
    static Result<std::unique_ptr<PlainReader>> open(const std::filesystem::path& path)
    {
        std::unique_ptr<PlainReader> reader(new PlainReader);
        if (avformat_open_input(&reader->m_format, path.c_str(), nullptr, nullptr) < 0 ||
            avformat_find_stream_info(reader->m_format, nullptr) < 0)
            return fail("FFmpeg cannot open " + path.string());
        const AVCodecParameters* parameters = reader->m_format->streams[0]->codecpar;
        const AVCodec* decoder = avcodec_find_decoder(parameters->codec_id);
        reader->m_codec.reset(avcodec_alloc_context3(decoder));
        reader->m_packet.reset(av_packet_alloc());
        reader->m_frame.reset(av_frame_alloc());
        if (!reader->m_codec || avcodec_parameters_to_context(reader->m_codec.get(), parameters) < 0)
            return fail("FFmpeg cannot decode " + path.string());
        reader->m_codec->thread_count = 1;
        if (avcodec_open2(reader->m_codec.get(), decoder, nullptr) < 0)
            return fail("FFmpeg cannot decode " + path.string());
        return reader;
    }
    ~PlainReader() { avformat_close_input(&m_format); }

    bool show(Duration pts)
    {
        const AVRational base = m_format->streams[0]->time_base;
        const std::int64_t wanted = av_rescale_q(pts, {1, 1'000'000'000}, base);
        if (av_seek_frame(m_format, 0, wanted, AVSEEK_FLAG_BACKWARD) < 0) return false;
        avcodec_flush_buffers(m_codec.get());
        while (av_read_frame(m_format, m_packet.get()) >= 0) {
            avcodec_send_packet(m_codec.get(), m_packet.get());
            av_packet_unref(m_packet.get());
            while (avcodec_receive_frame(m_codec.get(), m_frame.get()) >= 0)
                if (m_frame->pts >= wanted) return toRgb();
        }
        return false;
    }

private:
    PlainReader() = default;

    bool toRgb()
    {
        m_rgb.resize(static_cast<std::size_t>(m_frame->width) * static_cast<unsigned>(m_frame->height) * 3);
        m_scaler.reset(sws_getCachedContext(
            m_scaler.release(), m_frame->width, m_frame->height, static_cast<AVPixelFormat>(m_frame->format),
            m_frame->width, m_frame->height, AV_PIX_FMT_RGB24, SWS_BILINEAR, nullptr, nullptr, nullptr));
        std::uint8_t* rows = m_rgb.data();
        const int stride = m_frame->width * 3;
        return sws_scale(m_scaler.get(), m_frame->data, m_frame->linesize, 0, m_frame->height, &rows, &stride) > 0;
    }

    AVFormatContext* m_format = nullptr;
    libav::CodecContext m_codec;
    libav::PacketRef m_packet;
    libav::Frame m_frame;
    libav::Scaler m_scaler;
    std::vector<std::uint8_t> m_rgb;
};

/// One after another on this thread, as many as there are files.
Result<SeekTimes> timeSeeks(FileSystem& files, std::span<const std::filesystem::path> paths, int seeks)
{
    std::vector<std::unique_ptr<Mp4Reader>> readers;
    std::vector<std::unique_ptr<PlainReader>> plains;
    for (const std::filesystem::path& path : paths) {
        Result<std::unique_ptr<Mp4Reader>> reader = Mp4Reader::open(files, path);
        if (!reader) return tl::unexpected(reader.error());
        readers.push_back(std::move(*reader));
        Result<std::unique_ptr<PlainReader>> plain = PlainReader::open(path);
        if (!plain) return tl::unexpected(plain.error());
        plains.push_back(std::move(*plain));
    }
    std::mt19937 random(1);
    std::uniform_int_distribution<std::size_t> anywhere(0, readers.front()->size() - 1);
    std::vector<double> ours;
    std::vector<double> theirs;
    SeekTimes times;
    times.seeks = seeks;
    for (int i = -10; i < seeks; ++i) {
        const std::size_t wanted = anywhere(random);
        bool isExact = true;
        double begin = milliseconds();
        for (const auto& reader : readers) {
            const Result<ImageRef> image = reader->imageAt(wanted);
            if (!image) return tl::unexpected(image.error());
            isExact = isExact && (*image)->sequence == wanted;
        }
        if (i >= 0) ours.push_back(milliseconds() - begin);
        if (i >= 0 && isExact) ++times.exact;
        begin = milliseconds();
        for (std::size_t camera = 0; camera < plains.size(); ++camera)
            if (!plains[camera]->show(readers[camera]->index().samples[wanted].pts))
                return fail("FFmpeg cannot seek in its own file");
        if (i >= 0) theirs.push_back(milliseconds() - begin);
    }
    times.p50 = percentile(ours, 0.5);
    times.p99 = percentile(ours, 0.99);
    times.ffmpegP50 = percentile(theirs, 0.5);
    times.ffmpegP99 = percentile(theirs, 0.99);
    return times;
}

}  // namespace

Result<void> recordSynthetic(FileSystem& files, const std::filesystem::path& path, int width, int height, int images,
                             EncoderPreset preset, Timestamp begin)
{
    VideoEncoderOptions options;
    options.width = width;
    options.height = height;
    options.preset = preset;
    Result<std::unique_ptr<VideoEncoder>> encoder = VideoEncoder::create(options);
    if (!encoder) return tl::unexpected(encoder.error());
    Result<std::unique_ptr<File>> file = files.open(path, OpenMode::Create);
    if (!file) return tl::unexpected(file.error());
    auto writer = FragmentedMp4Writer::create(std::move(*file), (*encoder)->parameters());
    if (!writer) return tl::unexpected(writer.error());
    std::vector<Image> pictures = syntheticImages(width, height, std::min(images, kDistinct));
    for (int i = 0; i < images; ++i) {
        Image& picture = pictures[static_cast<std::size_t>(i) % pictures.size()];
        picture.sequence = static_cast<std::uint64_t>(i);
        picture.stamps.capture = begin + i * kSecond / 30;
        const Result<Packet> packet = (*encoder)->encode(picture);
        if (!packet) return tl::unexpected(packet.error());
        if (const auto written = (*writer)->write(*packet); !written) return tl::unexpected(written.error());
    }
    if (const auto finished = (*writer)->finish(); !finished) return tl::unexpected(finished.error());
    return {};
}

Result<SeekTimes> measureSeeks(const std::filesystem::path& folder, int cameras, int seeks)
{
    PosixFileSystem files;
    std::vector<std::filesystem::path> paths;
    for (int i = 0; i < cameras; ++i) {
        paths.push_back(folder / ("seek-bench-" + std::to_string(i) + ".mp4"));
        if (const Result<void> removed = files.remove(paths.back()); !removed) return tl::unexpected(removed.error());
        if (const Result<void> recorded =
                recordSynthetic(files, paths.back(), kWidth, kHeight, 1800, EncoderPreset::Veryfast);
            !recorded)
            return tl::unexpected(recorded.error());
    }
    return timeSeeks(files, paths, seeks);
}

}  // namespace understudy
