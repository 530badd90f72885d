#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "core/media/mp4index.h"

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

void require(bool condition)
{
    if (!condition) std::abort();
}

}  // namespace

/// Whatever the bytes are: the table is refused, or every image in it lies inside the file and the table is in order.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto bytes = std::as_bytes(std::span(data, size));
    (void)readMp4Fragment(bytes, 0, 1'000'000);
    BytesFile file(bytes);
    const Result<Mp4Index> index = readMp4Index(file);
    if (!index) return 0;
    require(index->intactSize <= size);
    std::vector<bool> seen(index->samples.size());
    for (std::size_t i = 0; i < index->samples.size(); ++i) {
        const VideoSample& sample = index->samples[i];
        require(sample.size > 0 && sample.offset <= size && sample.size <= size - sample.offset);
        require(i == 0 || sample.pts >= index->samples[i - 1].pts);
        require(sample.decodeOrder < seen.size() && !seen[sample.decodeOrder]);
        seen[sample.decodeOrder] = true;
    }
    (void)parameterSets(index->parameters);
    (void)toLengthPrefixed(index->parameters.extradata);
    return 0;
}
