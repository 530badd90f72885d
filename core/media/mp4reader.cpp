#include "core/media/mp4reader.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "core/media/libav.h"

namespace understudy {
namespace {

/// Decoded images that are kept, in bytes; at least two images.
constexpr std::size_t kKeptBytes = 128U << 20U;
constexpr std::uint32_t kMaxPacket = 256U << 20U;

constexpr std::size_t kNoPosition = static_cast<std::size_t>(-1);

}  // namespace

struct Mp4Reader::Impl {
    struct Scaling {
        int width = 0;
        int height = 0;
        int format = 0;
        int matrix = 0;
        int range = 0;
        bool operator==(const Scaling&) const = default;
    };

    std::unique_ptr<File> file;
    std::string name;
    Mp4Index index;
    std::vector<std::uint32_t> byDecode;  ///< presentation index of each sample in decoding order
    libav::CodecContext codec;
    libav::PacketRef packet;
    libav::Scaler scaler;
    Scaling scaling;
    std::map<std::size_t, libav::Frame> kept;  ///< of the current group, by presentation index
    std::size_t next = kNoPosition;            ///< decoding position that the decoder expects
    bool drained = false;

    tl::unexpected<Error> failed(std::size_t at, const std::string& why) const
    {
        return fail("cannot show image " + std::to_string(at) + " of " + name + ": " + why);
    }

    void goOnWith(std::span<const PacketLocation> records)
    {
        std::vector<VideoSample>& samples = index.samples;
        const std::uint64_t end = samples.empty() ? 0 : samples.back().offset + samples.back().size;
        for (const PacketLocation& record : records)
            if (record.offset >= end)
                samples.push_back({.pts = record.pts,
                                   .offset = record.offset,
                                   .size = record.size,
                                   .decodeOrder = static_cast<std::uint32_t>(samples.size()),
                                   .key = record.key});
    }

    Result<void> openDecoder(DecodeEffort effort)
    {
        const AVCodec* decoder = avcodec_find_decoder(libav::codecId(index.parameters.codec));
        if (decoder == nullptr) return fail(name + ": this FFmpeg has no decoder for its codec");
        codec.reset(avcodec_alloc_context3(decoder));
        packet.reset(av_packet_alloc());
        if (!codec || !packet || !libav::setExtradata(*codec, index.parameters.extradata))
            return fail(name + ": out of memory");
        codec->width = index.parameters.width;
        codec->height = index.parameters.height;
        codec->thread_count = 1;
        codec->flags |= AV_CODEC_FLAG_LOW_DELAY;
        if (effort == DecodeEffort::Rough) {
            codec->skip_loop_filter = AVDISCARD_ALL;
            codec->flags2 |= AV_CODEC_FLAG2_FAST;
        }
        codec->pkt_timebase = {1, 1'000'000'000};
        if (const int opened = avcodec_open2(codec.get(), decoder, nullptr); opened < 0)
            return fail(name + ": cannot decode: " + libav::errorText(opened));
        return {};
    }

    std::size_t keyBefore(std::size_t position) const
    {
        while (position > 0 && !index.samples[byDecode[position]].key) --position;
        return position;
    }

    void restart(std::size_t position)
    {
        avcodec_flush_buffers(codec.get());
        kept.clear();
        next = position;
        drained = false;
    }

    /// Takes every image the decoder has ready. Returns a libav error only when it is one.
    int collect()
    {
        for (;;) {
            libav::Frame frame(av_frame_alloc());
            if (!frame) return AVERROR(ENOMEM);
            const int received = avcodec_receive_frame(codec.get(), frame.get());
            if (received == AVERROR(EAGAIN) || received == AVERROR_EOF) return 0;
            if (received < 0) return received;
            if (frame->pts < 0 || static_cast<std::size_t>(frame->pts) >= index.samples.size()) continue;
            const auto at = static_cast<std::size_t>(frame->pts);
            const std::size_t bytes =
                static_cast<std::size_t>(frame->width) * static_cast<unsigned>(frame->height) * 3 / 2;
            const std::size_t room = std::max<std::size_t>(kKeptBytes / std::max<std::size_t>(bytes, 1), 2);
            while (kept.size() >= room) kept.erase(kept.begin());
            kept[at] = std::move(frame);
        }
    }

    /// Up to `position` groups follow one another; behind it the first key image ends the group.
    Result<void> decodeNext(std::size_t position)
    {
        const bool isIn = next < byDecode.size();
        if (!isIn || (next > position && !kept.empty() && index.samples[byDecode[next]].key)) {
            avcodec_send_packet(codec.get(), nullptr);
            collect();
            drained = true;
            return {};
        }
        const std::size_t at = byDecode[next];
        Result<void> read = readPacket(at);
        if (!read) return read;
        packet->pts = static_cast<std::int64_t>(at);
        packet->dts = static_cast<std::int64_t>(next);
        packet->flags = index.samples[at].key ? AV_PKT_FLAG_KEY : 0;
        const int sent = avcodec_send_packet(codec.get(), packet.get());
        av_packet_unref(packet.get());
        if (sent < 0) return failed(at, libav::errorText(sent));
        ++next;
        if (const int collected = collect(); collected < 0) return failed(at, libav::errorText(collected));
        return {};
    }

    Result<void> readPacket(std::size_t at)
    {
        const VideoSample& sample = index.samples[at];
        if (sample.size > kMaxPacket) return failed(at, "it claims " + std::to_string(sample.size) + " bytes");
        if (av_new_packet(packet.get(), static_cast<int>(sample.size)) < 0) return failed(at, "out of memory");
        const Result<std::size_t> got =
            file->read(sample.offset, {reinterpret_cast<std::byte*>(packet->data), sample.size});
        if (!got) return tl::unexpected(got.error());
        if (*got != sample.size) return failed(at, "the file became shorter");
        return {};
    }

    /// Decodes on from where the decoder stands until the image is there or its group ends.
    Result<bool> decodeUntil(std::size_t at)
    {
        while (!kept.contains(at) && !drained)
            if (Result<void> decoded = decodeNext(index.samples[at].decodeOrder); !decoded) {
                next = kNoPosition;
                return tl::unexpected(decoded.error());
            }
        return kept.contains(at);
    }

    Result<const AVFrame*> decoded(std::size_t at)
    {
        if (const auto found = kept.find(at); found != kept.end()) return found->second.get();
        const std::size_t position = index.samples[at].decodeOrder;
        const std::size_t key = keyBefore(position);
        const bool ahead = next != kNoPosition && !drained && next > key && next <= position;
        if (!ahead) restart(key);
        Result<bool> there = decodeUntil(at);
        if (there && !*there && key > 0) {
            // An image that is shown before its group's key image may need the group before.
            restart(keyBefore(key - 1));
            there = decodeUntil(at);
        }
        if (!there) return tl::unexpected(there.error());
        if (!*there) return failed(at, "its packet holds no image; the video is damaged there");
        return kept[at].get();
    }

    /// One video has one format, as a rule: the tables are computed when it changes.
    bool prepareScaler(const AVFrame& frame)
    {
        const Scaling wanted{frame.width, frame.height, frame.format, frame.colorspace, frame.color_range};
        if (scaler && wanted == scaling) return true;
        scaling = wanted;
        scaler.reset(sws_getContext(frame.width, frame.height, static_cast<AVPixelFormat>(frame.format), frame.width,
                                    frame.height, AV_PIX_FMT_RGB24, SWS_BILINEAR, nullptr, nullptr, nullptr));
        if (!scaler) return false;
        const int* matrix = sws_getCoefficients(frame.colorspace == AVCOL_SPC_BT709 ? SWS_CS_ITU709 : SWS_CS_ITU601);
        sws_setColorspaceDetails(scaler.get(), matrix, frame.color_range == AVCOL_RANGE_JPEG, matrix, 1, 0, 1 << 16,
                                 1 << 16);
        return true;
    }

    Result<ImageRef> toRgb(const AVFrame& frame, std::size_t at)
    {
        auto image = std::make_shared<Image>();
        image->width = frame.width;
        image->height = frame.height;
        image->sequence = at;
        image->key = index.samples[at].key;
        image->stamps.capture = index.samples[at].pts;
        image->data.resize(image->bytesPerRow() * static_cast<std::size_t>(frame.height));
        if (!prepareScaler(frame)) return failed(at, "its pixel format cannot be converted");
        auto* rows = reinterpret_cast<std::uint8_t*>(image->data.data());
        const int stride = static_cast<int>(image->bytesPerRow());
        if (sws_scale(scaler.get(), frame.data, frame.linesize, 0, frame.height, &rows, &stride) != frame.height)
            return failed(at, "its pixels cannot be converted");
        return image;
    }
};

Mp4Reader::Mp4Reader(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Mp4Reader::~Mp4Reader() = default;
const Mp4Index& Mp4Reader::index() const { return m_impl->index; }

Result<std::unique_ptr<Mp4Reader>> Mp4Reader::open(FileSystem& files, const std::filesystem::path& path,
                                                   std::span<const PacketLocation> records, DecodeEffort effort)
{
    libav::quiet();
    auto impl = std::make_unique<Impl>();
    impl->name = path.string();
    Result<std::unique_ptr<File>> file = files.open(path, OpenMode::Read);
    if (!file) return tl::unexpected(file.error());
    impl->file = std::move(*file);
    Result<Mp4Index> index = readMp4Index(*impl->file);
    if (!index) return fail("cannot read the video " + impl->name + ": " + index.error().message);
    impl->index = std::move(*index);
    if (!impl->index.damage.empty()) impl->goOnWith(records);
    impl->byDecode.resize(impl->index.samples.size());
    for (std::uint32_t i = 0; i < impl->byDecode.size(); ++i) impl->byDecode[impl->index.samples[i].decodeOrder] = i;
    if (const Result<void> opened = impl->openDecoder(effort); !opened) return tl::unexpected(opened.error());
    return std::unique_ptr<Mp4Reader>(new Mp4Reader(std::move(impl)));
}

Result<ImageRef> Mp4Reader::imageAt(std::size_t index)
{
    if (index >= size())
        return fail(m_impl->name + " has " + std::to_string(size()) + " images; there is no image " +
                    std::to_string(index));
    const Result<const AVFrame*> frame = m_impl->decoded(index);
    if (!frame) return tl::unexpected(frame.error());
    return m_impl->toRgb(**frame, index);
}

Result<ImageRef> Mp4Reader::depthAt(std::size_t index)
{
    if (index >= size())
        return fail(m_impl->name + " has " + std::to_string(size()) + " images; there is no image " +
                    std::to_string(index));
    const Result<const AVFrame*> decoded = m_impl->decoded(index);
    if (!decoded) return tl::unexpected(decoded.error());
    const AVFrame& frame = **decoded;
    if ((frame.format != AV_PIX_FMT_YUV420P && frame.format != AV_PIX_FMT_YUVJ420P) || frame.height % 2 != 0)
        return m_impl->failed(index, "it is no depth image");
    auto image = std::make_shared<Image>();
    image->width = frame.width;
    image->height = frame.height / 2;
    image->format = PixelFormat::Depth16Mm;
    image->sequence = index;
    image->key = m_impl->index.samples[index].key;
    image->stamps.capture = m_impl->index.samples[index].pts;
    image->data.resize(image->bytesPerRow() * static_cast<std::size_t>(image->height));
    std::byte* to = image->data.data();
    for (int y = 0; y < image->height; ++y) {
        const std::uint8_t* high = frame.data[0] + static_cast<std::ptrdiff_t>(y) * frame.linesize[0];
        const std::uint8_t* low = high + static_cast<std::ptrdiff_t>(image->height) * frame.linesize[0];
        for (int x = 0; x < image->width; ++x, to += 2) {
            to[0] = std::byte{low[x]};
            to[1] = std::byte{high[x]};
        }
    }
    return ImageRef(std::move(image));
}

Result<Image> Mp4Reader::quarterAt(std::size_t index)
{
    if (index >= size())
        return fail(m_impl->name + " has " + std::to_string(size()) + " images; there is no image " +
                    std::to_string(index));
    const Result<const AVFrame*> decoded = m_impl->decoded(index);
    if (!decoded) return tl::unexpected(decoded.error());
    const AVFrame& frame = **decoded;
    Image image;
    image.format = PixelFormat::Gray8;
    image.sequence = index;
    image.key = m_impl->index.samples[index].key;
    image.stamps.capture = m_impl->index.samples[index].pts;
    image.width = frame.width / 4;
    image.height = frame.height / 4;
    image.data.resize(static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height));
    const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
    if (format == nullptr || format->comp[0].depth != 8 || (format->flags & AV_PIX_FMT_FLAG_RGB) != 0)
        return m_impl->failed(index, "its pixel format cannot be looked at");
    // Studio range to full range: (y - 16) * 255 / 219.
    const bool isFull = frame.color_range == AVCOL_RANGE_JPEG;
    auto* out = reinterpret_cast<std::uint8_t*>(image.data.data());
    for (int y = 0; y < image.height; ++y) {
        const std::uint8_t* row = frame.data[0] + static_cast<std::ptrdiff_t>(4 * y) * frame.linesize[0];
        for (int x = 0; x < image.width; ++x) {
            int sum = 0;
            for (int line = 0; line < 4; ++line) {
                const std::uint8_t* four = row + static_cast<std::ptrdiff_t>(line) * frame.linesize[0] + 4 * x;
                sum += four[0] + four[1] + four[2] + four[3];
            }
            const int grey = isFull ? (sum + 8) / 16 : ((sum - 256) * 255 + 1752) / 3504;
            *out++ = static_cast<std::uint8_t>(std::clamp(grey, 0, 255));
        }
    }
    return image;
}

Result<std::size_t> Mp4Reader::indexNear(Duration pts) const
{
    const std::vector<VideoSample>& samples = m_impl->index.samples;
    if (samples.empty()) return fail(m_impl->name + " holds no whole image");
    const auto after = std::ranges::lower_bound(samples, pts, {}, &VideoSample::pts);
    if (after == samples.begin()) return 0U;
    const auto at = static_cast<std::size_t>(after - samples.begin());
    if (after == samples.end()) return at - 1;
    return after->pts - pts < pts - samples[at - 1].pts ? at : at - 1;
}

Result<ImageRef> Mp4Reader::imageNear(Duration pts)
{
    const Result<std::size_t> index = indexNear(pts);
    if (!index) return tl::unexpected(index.error());
    return imageAt(*index);
}

Result<std::vector<std::byte>> Mp4Reader::packetAt(std::size_t index)
{
    if (index >= size()) return fail(m_impl->name + " has no image " + std::to_string(index));
    if (const Result<void> read = m_impl->readPacket(index); !read) return tl::unexpected(read.error());
    const auto* bytes = reinterpret_cast<const std::byte*>(m_impl->packet->data);
    std::vector<std::byte> data(bytes, bytes + m_impl->packet->size);
    av_packet_unref(m_impl->packet.get());
    return data;
}

}  // namespace understudy
