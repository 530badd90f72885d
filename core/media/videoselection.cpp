#include "core/media/videoselection.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace understudy {
namespace {

bool keepsFourByteLengths(const VideoParameters& parameters)
{
    return parameters.codec == VideoCodec::H264 && parameters.extradata.size() > 4 &&
           parameters.extradata[0] == std::byte{1} && (std::to_integer<unsigned>(parameters.extradata[4]) & 3U) == 3;
}

constexpr int kQualityReach = 12;

/// Options with which our encoder makes packets that fit among those of the source. Preset and quality stand in its
/// parameter sets; ours begins with what recordings use.
std::optional<VideoEncoderOptions> matchingOptions(const VideoParameters& source, double rateHz)
{
    VideoEncoderOptions options;
    options.width = source.width;
    options.height = source.height;
    options.rateHz = rateHz;
    const int usual = options.quality;
    for (int step = 0; step <= 2 * kQualityReach; ++step) {
        options.quality = usual + (step % 2 == 0 ? step / 2 : -(step + 1) / 2);
        for (const EncoderPreset preset :
             {EncoderPreset::Veryfast, EncoderPreset::Superfast, EncoderPreset::Ultrafast}) {
            options.preset = preset;
            const auto encoder = VideoEncoder::create(options);
            if (!encoder) return std::nullopt;
            if (canShareFile((*encoder)->parameters(), source)) return options;
        }
    }
    return std::nullopt;
}

/// Which rows are whole runs of neighbours from a key image on.
std::vector<bool> copyableRows(const Mp4Index& index, std::span<const std::uint32_t> wanted)
{
    std::vector<bool> copyable(wanted.size(), false);
    if (!keepsFourByteLengths(index.parameters)) return copyable;
    for (std::size_t i = 0; i < index.samples.size(); ++i)
        if (index.samples[i].decodeOrder != i) return copyable;
    for (std::size_t row = 0; row < wanted.size(); ++row) {
        const bool follows = row > 0 && copyable[row - 1] && wanted[row] == wanted[row - 1] + 1;
        copyable[row] = index.samples[wanted[row]].key || follows;
    }
    return copyable;
}

/// Encodes the rows that cannot be copied.
class Selector {
public:
    Selector(Mp4Reader& source, Scratch& scratch, const VideoEncoderOptions& options, bool lengthPrefixed)
        : m_source(source), m_scratch(scratch), m_options(options), m_lengthPrefixed(lengthPrefixed)
    {
    }

    void copy(std::size_t image)
    {
        const VideoSample& sample = m_source.index().samples[image];
        m_selection.packets.push_back({sample.offset, sample.size, sample.key, false});
    }

    Result<void> encode(std::size_t at)
    {
        if (!m_encoder) {
            Result<std::unique_ptr<VideoEncoder>> encoder = VideoEncoder::create(m_options);
            if (!encoder) return tl::unexpected(encoder.error());
            m_encoder = std::move(*encoder);
            m_selection.parameters = m_encoder->parameters();
        }
        const bool begins = m_selection.packets.empty() || !m_selection.packets.back().encoded;
        if (begins) m_encoder->requestKey();
        const Result<ImageRef> image = m_source.imageAt(at);
        if (!image) return tl::unexpected(image.error());
        Result<Packet> packet = m_encoder->encode(**image);
        if (!packet) return tl::unexpected(packet.error());
        if (m_lengthPrefixed) packet->data = toLengthPrefixed(packet->data);
        Result<void> kept = m_scratch.file->write(m_scratch.size, packet->data);
        m_scratch.failed = m_scratch.failed || !kept;
        if (!kept) return kept;
        m_selection.packets.push_back(
            {m_scratch.size, static_cast<std::uint32_t>(packet->data.size()), packet->key, true});
        m_scratch.size += packet->data.size();
        ++m_selection.encodedImages;
        return {};
    }

    [[nodiscard]] VideoSelection take() { return std::move(m_selection); }

private:
    Mp4Reader& m_source;
    Scratch& m_scratch;
    VideoEncoderOptions m_options;
    bool m_lengthPrefixed;
    std::unique_ptr<VideoEncoder> m_encoder;
    VideoSelection m_selection;
};

}  // namespace

Result<VideoSelection> selectImages(Mp4Reader& source, std::span<const std::uint32_t> wanted, double rateHz,
                                    Scratch& scratch, const std::function<bool()>& cancelled)
{
    const Mp4Index& index = source.index();
    for (const std::uint32_t image : wanted)
        if (image >= index.samples.size())
            return fail("image " + std::to_string(image) + " is wanted of a video with " +
                        std::to_string(index.samples.size()));

    std::vector<bool> copyable = copyableRows(index, wanted);
    const bool allCopied = std::ranges::find(copyable, false) == copyable.end();
    std::optional<VideoEncoderOptions> options;
    if (!allCopied && keepsFourByteLengths(index.parameters)) options = matchingOptions(index.parameters, rateHz);
    const bool copies = allCopied || options.has_value();
    if (!options) {
        options.emplace();
        options->width = index.parameters.width;
        options->height = index.parameters.height;
        options->rateHz = rateHz;
    }
    // The images' times no longer matter: the key images come by count.
    options->keyPeriod = std::numeric_limits<Duration>::max() / 4;

    Selector selector(source, scratch, *options, copies);
    for (std::size_t row = 0; row < wanted.size(); ++row) {
        if (cancelled && row % 64 == 0 && cancelled()) return fail("cancelled");
        if (copies && copyable[row])
            selector.copy(wanted[row]);
        else if (const Result<void> encoded = selector.encode(wanted[row]); !encoded)
            return tl::unexpected(encoded.error());
    }
    VideoSelection selection = selector.take();
    if (copies) selection.parameters = index.parameters;
    return selection;
}

}  // namespace understudy
