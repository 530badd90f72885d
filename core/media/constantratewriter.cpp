#include "core/media/constantratewriter.h"

#include <algorithm>
#include <optional>

#include "core/media/libav.h"

namespace understudy {
namespace {

/// The muxer doubles a timescale below 10,000 on its own; ours keeps 1/fps a whole number of ticks.
int ticksPerImage(int fps)
{
    int ticks = 16;
    while (fps * ticks < 10'000) ticks *= 2;
    return ticks;
}

/// A file as the muxer sees it: written at a position that it may move back.
struct Output {
    std::unique_ptr<File> file;
    std::uint64_t position = 0;
    std::uint64_t size = 0;
    std::optional<Error> failure;
};

int onWrite(void* opaque, std::uint8_t* data, int size)
{
    auto& output = *static_cast<Output*>(opaque);
    const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data), static_cast<std::size_t>(size));
    if (const Result<void> written = output.file->write(output.position, bytes); !written) {
        output.failure = written.error();
        return AVERROR(EIO);
    }
    output.position += bytes.size();
    output.size = std::max(output.size, output.position);
    return size;
}

std::int64_t onSeek(void* opaque, std::int64_t offset, int whence)
{
    auto& output = *static_cast<Output*>(opaque);
    if (whence == AVSEEK_SIZE) return static_cast<std::int64_t>(output.size);
    if (whence != SEEK_SET || offset < 0) return AVERROR(EINVAL);
    output.position = static_cast<std::uint64_t>(offset);
    return offset;
}

}  // namespace

struct ConstantRateWriter::Impl {
    Output output;
    libav::Muxer muxer;
    VideoParameters parameters;
    int ticks = 0;
    std::int64_t images = 0;
    std::uint64_t packetBytes = 0;

    /// The file's own error says more than the muxer's.
    Result<void> checked(Result<void> result)
    {
        if (output.failure) return tl::unexpected(*output.failure);
        return result;
    }
};

ConstantRateWriter::ConstantRateWriter(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
ConstantRateWriter::~ConstantRateWriter() = default;
const VideoParameters& ConstantRateWriter::parameters() const { return m_impl->parameters; }
std::int64_t ConstantRateWriter::images() const { return m_impl->images; }
std::uint64_t ConstantRateWriter::bytesWritten() const { return m_impl->packetBytes; }

Result<std::unique_ptr<ConstantRateWriter>> ConstantRateWriter::create(std::unique_ptr<File> file,
                                                                       const VideoParameters& parameters, int fps)
{
    if (fps < 1 || fps > 1000)
        return fail("a video of " + std::to_string(fps) + " images per second: choose 1 to 1000");
    auto impl = std::make_unique<Impl>();
    impl->output.file = std::move(file);
    impl->parameters = parameters;
    impl->ticks = ticksPerImage(fps);
    const Result<void> opened =
        impl->checked(impl->muxer.open(parameters, fps * impl->ticks, fps, {{"use_editlist", "0"}, {"brand", "mp42"}},
                                       &impl->output, onWrite, onSeek));
    if (!opened) return tl::unexpected(opened.error());
    return std::unique_ptr<ConstantRateWriter>(new ConstantRateWriter(std::move(impl)));
}

Result<void> ConstantRateWriter::append(const std::vector<std::byte>& data, bool key)
{
    Impl& d = *m_impl;
    if (d.images == 0 && !key) return fail("a video must begin with a key image");
    const Result<void> written = d.checked(d.muxer.write(data, key, d.images * d.ticks, d.ticks));
    if (!written) return written;
    ++d.images;
    d.packetBytes += data.size();
    return {};
}

Result<void> ConstantRateWriter::finish()
{
    if (m_impl->images == 0) return fail("a video without images cannot be ended");
    if (Result<void> ended = m_impl->checked(m_impl->muxer.writeTrailer()); !ended) return ended;
    return m_impl->output.file->sync();
}

}  // namespace understudy
