#include "core/media/fragmentedmp4writer.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/media/libav.h"
#include "core/media/mp4index.h"

extern "C" {
#include <libavutil/crc.h>
}

namespace understudy {
namespace {

constexpr int kTimescale = 1'000'000;
constexpr Duration kTick = kSecond / kTimescale;
constexpr std::uint32_t kCrcStart = 0xFFFFFFFF;
/// MP4 keeps the distance of two images in 31 bits of ticks.
constexpr Duration kLongestSilence = 1800 * kSecond;

int collect(void* opaque, std::uint8_t* data, int size)
{
    auto& fragment = *static_cast<std::vector<std::byte>*>(opaque);
    const auto* bytes = reinterpret_cast<const std::byte*>(data);
    fragment.insert(fragment.end(), bytes, bytes + size);
    return size;
}

}  // namespace

struct FragmentedMp4Writer::Impl {
    std::unique_ptr<File> file;
    FragmentedMp4Options options;
    std::vector<std::byte> fragment;  ///< what the muxer wrote and the file has not
    libav::Muxer muxer;
    std::vector<PacketLocation> open;  ///< images of the open fragment; offset and size not known yet
    std::optional<Packet> held;        ///< the newest image, until its duration is known
    std::uint64_t written = 0;
    std::uint32_t crc = kCrcStart;  ///< from the end of the last image to `written`
    std::optional<Timestamp> origin;
    Duration lastPts = -kTick;
    std::optional<Error> failure;
    bool ended = false;

    template <typename T>
    Result<T> failed(Error error)
    {
        failure = std::move(error);
        return tl::unexpected(*failure);
    }

    /// Of the images in the fragment; goes on with what lies behind the last one.
    void checksum(std::span<const VideoSample> samples)
    {
        const auto add = [this](std::size_t begin, std::size_t end) {
            crc = av_crc(av_crc_get_table(AV_CRC_32_IEEE_LE), crc,
                         reinterpret_cast<const std::uint8_t*>(fragment.data()) + begin, end - begin);
        };
        std::size_t begin = 0;
        for (std::size_t i = 0; i < samples.size(); ++i) {
            const auto end = static_cast<std::size_t>(samples[i].offset - written) + samples[i].size;
            add(begin, end);
            open[i].crc = ~std::exchange(crc, kCrcStart);
            begin = end;
        }
        add(begin, fragment.size());
    }

    Result<void> writeOut(std::span<const VideoSample> samples = {})
    {
        if (Result<void> put = file->write(written, fragment); !put) return put;
        checksum(samples);
        written += fragment.size();
        fragment.clear();
        return {};
    }

    /// Gives the held image to the muxer; it is shown until `end`.
    Result<void> release(Duration end)
    {
        if (!held) return {};
        const Packet packet = *std::exchange(held, std::nullopt);
        return muxer.write(packet.data, packet.key, lastPts / kTick, (end - lastPts) / kTick);
    }

    /// Writes the open fragment, whose last image is shown until `end`.
    Result<std::vector<PacketLocation>> flush(Duration end)
    {
        if (failure) return tl::unexpected(*failure);
        if (open.empty()) return std::vector<PacketLocation>{};
        if (Result<void> released = release(end); !released)
            return failed<std::vector<PacketLocation>>(released.error());
        if (Result<void> flushed = muxer.flushFragment(); !flushed)
            return failed<std::vector<PacketLocation>>(flushed.error());
        const Result<std::vector<VideoSample>> samples = readMp4Fragment(fragment, written, kTimescale);
        if (!samples) return failed<std::vector<PacketLocation>>(samples.error());
        if (samples->size() != open.size())
            return failed<std::vector<PacketLocation>>({"the MP4 muxer wrote " + std::to_string(samples->size()) +
                                                        " of " + std::to_string(open.size()) + " images"});
        if (Result<void> put = writeOut(*samples); !put) return failed<std::vector<PacketLocation>>(put.error());
        for (std::size_t i = 0; i < open.size(); ++i) {
            open[i].offset = (*samples)[i].offset;
            open[i].size = (*samples)[i].size;
        }
        return std::exchange(open, {});
    }
};

FragmentedMp4Writer::FragmentedMp4Writer(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
FragmentedMp4Writer::~FragmentedMp4Writer() = default;
std::uint64_t FragmentedMp4Writer::bytesWritten() const { return m_impl->written; }

Result<std::unique_ptr<FragmentedMp4Writer>> FragmentedMp4Writer::create(std::unique_ptr<File> file,
                                                                         const VideoParameters& parameters,
                                                                         const FragmentedMp4Options& options)
{
    if (!(options.rateHz > 0) || options.fragmentPeriod <= 0)
        return fail("a video needs a rate and a fragment period above zero");
    auto impl = std::make_unique<Impl>();
    impl->file = std::move(file);
    impl->options = options;
    const Result<void> opened =
        impl->muxer.open(parameters, kTimescale, options.rateHz,
                         {{"movflags", "empty_moov+default_base_moof+frag_custom+skip_trailer"}, {"use_editlist", "0"}},
                         &impl->fragment, collect, nullptr);
    if (!opened) return tl::unexpected(opened.error());
    if (const Result<void> flushed = impl->muxer.flushFragment(); !flushed) return tl::unexpected(flushed.error());
    if (const Result<void> put = impl->writeOut(); !put) return tl::unexpected(put.error());
    return std::unique_ptr<FragmentedMp4Writer>(new FragmentedMp4Writer(std::move(impl)));
}

Result<std::vector<PacketLocation>> FragmentedMp4Writer::write(const Packet& packet)
{
    Impl& d = *m_impl;
    if (d.failure) return tl::unexpected(*d.failure);
    if (d.ended) return fail("an ended video takes no more images");
    if (!d.origin && !packet.key) return fail("a video must begin with a key image");
    if (!d.origin) d.origin = packet.stamps.capture;

    const Duration elapsed = packet.stamps.capture - *d.origin;
    const Duration pts = std::max((elapsed + kTick / 2) / kTick * kTick, d.lastPts + kTick);
    if (pts - std::max<Duration>(d.lastPts, 0) > kLongestSilence)
        return fail("the camera's capture time jumped by more than half an hour: begin a new video");
    std::vector<PacketLocation> done;
    if (!d.open.empty() && (packet.key || pts - d.open.front().pts >= d.options.fragmentPeriod)) {
        // A camera that was silent does not stretch its last image over the silence.
        Result<std::vector<PacketLocation>> flushed = d.flush(std::min(pts, d.lastPts + d.options.fragmentPeriod));
        if (!flushed) return flushed;
        done = std::move(*flushed);
    } else if (const Result<void> released = d.release(pts); !released) {
        return d.failed<std::vector<PacketLocation>>(released.error());
    }
    d.held = packet;
    d.lastPts = pts;
    d.open.push_back({packet.stamps, packet.sequence, pts, 0, 0, packet.key, 0});
    return done;
}

Result<std::vector<PacketLocation>> FragmentedMp4Writer::flush()
{
    // The muxer moves an image that comes before its predecessor's end: leave room for an early one.
    return m_impl->flush(m_impl->lastPts + kTick);
}

Result<void> FragmentedMp4Writer::sync()
{
    if (m_impl->failure) return tl::unexpected(*m_impl->failure);
    if (Result<void> synced = m_impl->file->sync(); !synced) return m_impl->failed<void>(synced.error());
    return {};
}

Result<std::vector<PacketLocation>> FragmentedMp4Writer::finish()
{
    m_impl->ended = true;
    const auto period = static_cast<Duration>(std::llround(1e9 / m_impl->options.rateHz));
    Result<std::vector<PacketLocation>> flushed = m_impl->flush(m_impl->lastPts + period);
    if (!flushed) return flushed;
    if (const Result<void> synced = sync(); !synced) return tl::unexpected(synced.error());
    return flushed;
}

}  // namespace understudy
