#include <cstdint>
#include <map>
#include <memory>

#include "storage/read/mcapreader.h"
#include "storage/read/streamcodec.h"

using namespace understudy;

namespace {

class BytesFile final : public File {
public:
    explicit BytesFile(std::span<const std::byte> bytes) : m_bytes(bytes) {}
    Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) override
    {
        if (offset >= m_bytes.size()) return std::size_t{0};
        const std::size_t count = std::min<std::size_t>(into.size(), m_bytes.size() - offset);
        std::copy_n(m_bytes.begin() + static_cast<std::ptrdiff_t>(offset), count, into.begin());
        return count;
    }
    Result<void> write(std::uint64_t, std::span<const std::byte>) override { return fail("read only"); }
    Result<void> sync() override { return {}; }
    Result<std::uint64_t> size() override { return m_bytes.size(); }
    Result<void> truncate(std::uint64_t) override { return fail("read only"); }

private:
    std::span<const std::byte> m_bytes;
};

}  // namespace

/// Whatever the bytes are: the reader ends, within its limits, and every message it gives decodes or is refused.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto bytes = std::as_bytes(std::span(data, size));
    const McapLimits limits{.chunkBytes = 1U << 20U, .openBytes = 4U << 20U, .chunks = 10'000, .damages = 10};
    const auto reader = McapReader::open(std::make_unique<BytesFile>(bytes), limits);
    if (!reader) return 0;
    std::map<std::uint16_t, std::shared_ptr<StreamDecoder>> decoders;
    for (const StoredStream& stream : streamsOf((*reader)->summary())) {
        const auto decoder = std::make_shared<StreamDecoder>(stream, WallAnchor{});
        decoders.emplace(stream.channel, decoder);
        if (stream.companion) decoders.emplace(*stream.companion, decoder);
    }
    for (const McapOrder order : {McapOrder::Time, McapOrder::File}) {
        McapMessages pass = (*reader)->messages({}, order);
        while (true) {
            const auto message = pass.next();
            if (!message || *message == nullptr) break;
            const auto decoder = decoders.find((*message)->channelId);
            if (decoder != decoders.end()) (void)decoder->second->decode(**message);
        }
    }
    for (const McapMetadataIndex& index : (*reader)->summary().metadata) (void)(*reader)->metadata(index);
    for (const McapAttachmentIndex& index : (*reader)->summary().attachments) (void)(*reader)->attachment(index);
    BytesFile file(bytes);
    (void)scanMcap(file, limits);
    return 0;
}
