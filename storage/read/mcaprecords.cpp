#include "storage/read/mcaprecords.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>

#include <lz4frame.h>
#include <zstd.h>

#include "storage/read/crc32.h"

namespace understudy {
namespace {

/// Writes the prefix, then on destruction the length of what was appended since.
class RecordScope {
public:
    RecordScope(std::vector<std::byte>& out, McapOp op) : m_out(out)
    {
        appendValue(out, op);
        appendValue(out, std::uint64_t{0});
        m_start = out.size();
    }
    ~RecordScope()
    {
        const std::uint64_t length = m_out.size() - m_start;
        std::memcpy(m_out.data() + m_start - sizeof length, &length, sizeof length);
    }
    RecordScope(const RecordScope&) = delete;
    RecordScope& operator=(const RecordScope&) = delete;

private:
    std::vector<std::byte>& m_out;
    std::size_t m_start = 0;
};

void appendBytes(std::vector<std::byte>& out, std::span<const std::byte> bytes)
{
    out.insert(out.end(), bytes.begin(), bytes.end());
}

void appendMap(std::vector<std::byte>& out, const std::map<std::string, std::string>& values)
{
    std::size_t size = 0;
    for (const auto& [key, value] : values) size += 8 + key.size() + value.size();
    appendValue(out, static_cast<std::uint32_t>(size));
    for (const auto& [key, value] : values) {
        appendText(out, key);
        appendText(out, value);
    }
}

/// Takes values from the front of bounded bytes; after the first that is not there everything reads as nothing.
class ByteReader {
public:
    explicit ByteReader(std::span<const std::byte> bytes) : m_bytes(bytes) {}

    [[nodiscard]] bool ok() const { return m_ok; }
    [[nodiscard]] bool atEnd() const { return m_bytes.empty(); }

    template <typename T>
    [[nodiscard]] T take()
    {
        T value{};
        const std::span<const std::byte> from = takeBytes(sizeof(T));
        if (m_ok) std::memcpy(&value, from.data(), sizeof(T));
        return value;
    }

    [[nodiscard]] std::span<const std::byte> takeBytes(std::uint64_t size)
    {
        if (!m_ok || size > m_bytes.size()) {
            m_ok = false;
            m_bytes = {};
            return {};
        }
        const auto taken = m_bytes.first(static_cast<std::size_t>(size));
        m_bytes = m_bytes.subspan(static_cast<std::size_t>(size));
        return taken;
    }

    [[nodiscard]] std::string takeText()
    {
        const auto bytes = takeBytes(take<std::uint32_t>());
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }

    [[nodiscard]] std::map<std::string, std::string> takeMap()
    {
        std::map<std::string, std::string> values;
        ByteReader entries(takeBytes(take<std::uint32_t>()));
        while (entries.ok() && !entries.atEnd()) {
            std::string key = entries.takeText();
            std::string value = entries.takeText();
            if (entries.ok()) values.emplace(std::move(key), std::move(value));
        }
        m_ok = m_ok && entries.ok();
        return values;
    }

private:
    std::span<const std::byte> m_bytes;
    bool m_ok = true;
};

template <typename T>
std::optional<T> parsed(const ByteReader& reader, T value)
{
    if (!reader.ok()) return std::nullopt;
    return value;
}

std::optional<McapCompression> compressionNamed(std::string_view name)
{
    for (const McapCompression known : {McapCompression::None, McapCompression::Lz4, McapCompression::Zstd})
        if (nameOf(known) == name) return known;
    return std::nullopt;
}

bool unpackLz4(std::span<const std::byte> from, std::span<std::byte> into)
{
    LZ4F_dctx* context = nullptr;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION))) return false;
    std::size_t read = 0;
    std::size_t written = 0;
    std::size_t hint = 1;
    while (hint != 0 && !LZ4F_isError(hint)) {
        std::size_t room = into.size() - written;
        std::size_t given = from.size() - read;
        hint = LZ4F_decompress(context, into.data() + written, &room, from.data() + read, &given, nullptr);
        if (room == 0 && given == 0) break;
        written += room;
        read += given;
    }
    LZ4F_freeDecompressionContext(context);
    return hint == 0 && written == into.size();
}

}  // namespace

std::string_view nameOf(McapCompression compression)
{
    switch (compression) {
    case McapCompression::None:
        return "";
    case McapCompression::Lz4:
        return "lz4";
    case McapCompression::Zstd:
        return "zstd";
    }
    return "";
}

void McapStatistics::count(std::uint16_t channel, std::int64_t logTime)
{
    startTime = messageCount == 0 ? logTime : std::min(startTime, logTime);
    endTime = messageCount == 0 ? logTime : std::max(endTime, logTime);
    ++messageCount;
    ++channelMessageCounts[channel];
}

void appendText(std::vector<std::byte>& out, std::string_view text)
{
    appendValue(out, static_cast<std::uint32_t>(text.size()));
    appendBytes(out, std::as_bytes(std::span(text)));
}

void appendHeader(std::vector<std::byte>& out, std::string_view profile, std::string_view library)
{
    const RecordScope record(out, McapOp::Header);
    appendText(out, profile);
    appendText(out, library);
}

void append(std::vector<std::byte>& out, const McapSchema& schema)
{
    const RecordScope record(out, McapOp::Schema);
    appendValue(out, schema.id);
    appendText(out, schema.name);
    appendText(out, schema.encoding);
    appendText(out, schema.data);
}

void append(std::vector<std::byte>& out, const McapChannel& channel)
{
    const RecordScope record(out, McapOp::Channel);
    appendValue(out, channel.id);
    appendValue(out, channel.schemaId);
    appendText(out, channel.topic);
    appendText(out, channel.messageEncoding);
    appendMap(out, channel.metadata);
}

void append(std::vector<std::byte>& out, std::uint16_t channel, std::span<const McapIndexEntry> entries)
{
    static_assert(sizeof(McapIndexEntry) == 16);
    const RecordScope record(out, McapOp::MessageIndex);
    appendValue(out, channel);
    appendValue(out, static_cast<std::uint32_t>(entries.size_bytes()));
    appendBytes(out, std::as_bytes(entries));
}

void append(std::vector<std::byte>& out, const McapChunkIndex& index)
{
    const RecordScope record(out, McapOp::ChunkIndex);
    appendValue(out, index.startTime);
    appendValue(out, index.endTime);
    appendValue(out, index.offset);
    appendValue(out, index.length);
    appendValue(out, static_cast<std::uint32_t>(10 * index.messageIndexes.size()));
    for (const McapIndexPlace& place : index.messageIndexes) {
        appendValue(out, place.channelId);
        appendValue(out, index.offset + index.length + place.offset);
    }
    appendValue(out, index.messageIndexLength);
    appendText(out, nameOf(index.compression));
    appendValue(out, index.compressedSize);
    appendValue(out, index.uncompressedSize);
}

void append(std::vector<std::byte>& out, const McapAttachmentIndex& index)
{
    const RecordScope record(out, McapOp::AttachmentIndex);
    appendValue(out, index.offset);
    appendValue(out, index.length);
    appendValue(out, index.logTime);
    appendValue(out, index.createTime);
    appendValue(out, index.dataSize);
    appendText(out, index.name);
    appendText(out, index.mediaType);
}

void append(std::vector<std::byte>& out, const McapMetadataIndex& index)
{
    const RecordScope record(out, McapOp::MetadataIndex);
    appendValue(out, index.offset);
    appendValue(out, index.length);
    appendText(out, index.name);
}

void append(std::vector<std::byte>& out, const McapStatistics& statistics, std::size_t schemaCount,
            std::size_t channelCount)
{
    const RecordScope record(out, McapOp::Statistics);
    appendValue(out, statistics.messageCount);
    appendValue(out, static_cast<std::uint16_t>(schemaCount));
    appendValue(out, static_cast<std::uint32_t>(channelCount));
    appendValue(out, statistics.attachmentCount);
    appendValue(out, statistics.metadataCount);
    appendValue(out, statistics.chunkCount);
    appendValue(out, statistics.startTime);
    appendValue(out, statistics.endTime);
    appendValue(out, static_cast<std::uint32_t>(10 * statistics.channelMessageCounts.size()));
    for (const auto& [channel, count] : statistics.channelMessageCounts) {
        appendValue(out, channel);
        appendValue(out, count);
    }
}

void appendMetadata(std::vector<std::byte>& out, std::string_view name,
                    const std::map<std::string, std::string>& metadata)
{
    const RecordScope record(out, McapOp::Metadata);
    appendText(out, name);
    appendMap(out, metadata);
}

void appendChunkHead(std::vector<std::byte>& out, const McapChunk& chunk, std::uint64_t stored)
{
    const std::string_view compression = nameOf(chunk.compression);
    appendValue(out, McapOp::Chunk);
    appendValue(out, std::uint64_t{3 * 8 + 4 + 4 + compression.size() + 8 + stored});
    appendValue(out, chunk.startTime);
    appendValue(out, chunk.endTime);
    appendValue(out, chunk.uncompressedSize);
    appendValue(out, chunk.uncompressedCrc);
    appendText(out, compression);
    appendValue(out, stored);
}

McapClosing::McapClosing(const McapSummary& summary, std::uint64_t dataEnd, std::uint32_t dataCrc) : m_summary(summary)
{
    {
        const RecordScope record(m_bytes, McapOp::DataEnd);
        appendValue(m_bytes, dataCrc);
    }
    m_start = m_end = dataEnd + m_bytes.size();
    const std::vector<std::byte> dataEndRecord = std::exchange(m_bytes, {});
    group(McapOp::Schema, [&] {
        for (const auto& [id, schema] : summary.schemas) append(m_bytes, schema);
    });
    group(McapOp::Channel, [&] {
        for (const auto& [id, channel] : summary.channels) append(m_bytes, channel);
    });
    group(McapOp::Statistics,
          [&] { append(m_bytes, summary.statistics, summary.schemas.size(), summary.channels.size()); });
    m_crc = crc32(m_bytes);
    m_bytes.insert(m_bytes.begin(), dataEndRecord.begin(), dataEndRecord.end());
    m_chunksStart = m_end;
}

void McapClosing::group(McapOp op, const std::function<void()>& write)
{
    const std::size_t at = m_bytes.size();
    write();
    const std::size_t length = m_bytes.size() - at;
    if (length > 0) m_groups.push_back({op, m_end, length});
    m_end += length;
}

void McapClosing::add(std::span<const std::byte> chunkIndexes)
{
    m_crc = crc32(chunkIndexes, m_crc);
    m_end += chunkIndexes.size();
}

std::vector<std::byte> McapClosing::tail()
{
    m_bytes.clear();
    if (m_end > m_chunksStart) m_groups.push_back({McapOp::ChunkIndex, m_chunksStart, m_end - m_chunksStart});
    group(McapOp::AttachmentIndex, [&] {
        for (const McapAttachmentIndex& attachment : m_summary.attachments) append(m_bytes, attachment);
    });
    group(McapOp::MetadataIndex, [&] {
        for (const McapMetadataIndex& metadata : m_summary.metadata) append(m_bytes, metadata);
    });
    for (const Group& written : m_groups) {
        const RecordScope record(m_bytes, McapOp::SummaryOffset);
        appendValue(m_bytes, written.op);
        appendValue(m_bytes, written.start);
        appendValue(m_bytes, written.length);
    }
    appendValue(m_bytes, McapOp::Footer);
    appendValue(m_bytes, std::uint64_t{kMcapFooter});
    appendValue(m_bytes, m_start);
    appendValue(m_bytes, m_end);
    appendValue(m_bytes, crc32(m_bytes, m_crc));
    appendBytes(m_bytes, kMcapMagic);
    return std::move(m_bytes);
}

std::vector<std::byte> closingSection(const McapSummary& summary, std::uint64_t dataEnd, std::uint32_t dataCrc)
{
    McapClosing closing(summary, dataEnd, dataCrc);
    std::vector<std::byte> out = closing.head();
    std::vector<std::byte> chunks;
    for (const McapChunkIndex& chunk : summary.chunks) append(chunks, chunk);
    closing.add(chunks);
    appendBytes(out, chunks);
    appendBytes(out, closing.tail());
    return out;
}

std::optional<McapHeader> parseHeader(std::span<const std::byte> content)
{
    ByteReader reader(content);
    McapHeader header;
    header.profile = reader.takeText();
    header.library = reader.takeText();
    return parsed(reader, std::move(header));
}

std::optional<McapSchema> parseSchema(std::span<const std::byte> content)
{
    ByteReader reader(content);
    McapSchema schema;
    schema.id = reader.take<std::uint16_t>();
    schema.name = reader.takeText();
    schema.encoding = reader.takeText();
    schema.data = reader.takeText();
    if (schema.id == 0) return std::nullopt;
    return parsed(reader, std::move(schema));
}

std::optional<McapChannel> parseChannel(std::span<const std::byte> content)
{
    ByteReader reader(content);
    McapChannel channel;
    channel.id = reader.take<std::uint16_t>();
    channel.schemaId = reader.take<std::uint16_t>();
    channel.topic = reader.takeText();
    channel.messageEncoding = reader.takeText();
    channel.metadata = reader.takeMap();
    return parsed(reader, std::move(channel));
}

std::optional<McapMessage> parseMessage(std::span<const std::byte> content)
{
    ByteReader reader(content);
    McapMessage message;
    message.channelId = reader.take<std::uint16_t>();
    message.sequence = reader.take<std::uint32_t>();
    message.logTime = reader.take<std::int64_t>();
    message.publishTime = reader.take<std::int64_t>();
    if (reader.ok()) message.data = content.subspan(kMcapMessageHeader);
    return parsed(reader, message);
}

std::optional<McapChunk> parseChunk(std::span<const std::byte> content)
{
    ByteReader reader(content);
    McapChunk chunk;
    chunk.startTime = reader.take<std::int64_t>();
    chunk.endTime = reader.take<std::int64_t>();
    chunk.uncompressedSize = reader.take<std::uint64_t>();
    chunk.uncompressedCrc = reader.take<std::uint32_t>();
    const std::optional<McapCompression> compression = compressionNamed(reader.takeText());
    if (!compression) return std::nullopt;
    chunk.compression = *compression;
    chunk.records = reader.takeBytes(reader.take<std::uint64_t>());
    return parsed(reader, chunk);
}

std::optional<McapChunkIndex> parseChunkIndex(std::span<const std::byte> content)
{
    ByteReader reader(content);
    McapChunkIndex index;
    index.startTime = reader.take<std::int64_t>();
    index.endTime = reader.take<std::int64_t>();
    index.offset = reader.take<std::uint64_t>();
    index.length = reader.take<std::uint64_t>();
    ByteReader places(reader.takeBytes(reader.take<std::uint32_t>()));
    while (places.ok() && !places.atEnd()) {
        const auto channel = places.take<std::uint16_t>();
        const auto offset = places.take<std::uint64_t>() - index.offset - index.length;
        index.messageIndexes.push_back({channel, static_cast<std::uint32_t>(offset)});
    }
    if (!places.ok()) return std::nullopt;
    index.messageIndexLength = reader.take<std::uint64_t>();
    const std::optional<McapCompression> compression = compressionNamed(reader.takeText());
    if (!compression) return std::nullopt;
    index.compression = *compression;
    index.compressedSize = reader.take<std::uint64_t>();
    index.uncompressedSize = reader.take<std::uint64_t>();
    return parsed(reader, std::move(index));
}

std::optional<McapAttachmentIndex> parseAttachmentIndex(std::span<const std::byte> content)
{
    ByteReader reader(content);
    McapAttachmentIndex index;
    index.offset = reader.take<std::uint64_t>();
    index.length = reader.take<std::uint64_t>();
    index.logTime = reader.take<std::int64_t>();
    index.createTime = reader.take<std::int64_t>();
    index.dataSize = reader.take<std::uint64_t>();
    index.name = reader.takeText();
    index.mediaType = reader.takeText();
    return parsed(reader, std::move(index));
}

std::optional<McapMetadataIndex> parseMetadataIndex(std::span<const std::byte> content)
{
    ByteReader reader(content);
    McapMetadataIndex index;
    index.offset = reader.take<std::uint64_t>();
    index.length = reader.take<std::uint64_t>();
    index.name = reader.takeText();
    return parsed(reader, std::move(index));
}

std::optional<McapStatistics> parseStatistics(std::span<const std::byte> content)
{
    ByteReader reader(content);
    McapStatistics statistics;
    statistics.messageCount = reader.take<std::uint64_t>();
    (void)reader.take<std::uint16_t>();
    (void)reader.take<std::uint32_t>();
    statistics.attachmentCount = reader.take<std::uint32_t>();
    statistics.metadataCount = reader.take<std::uint32_t>();
    statistics.chunkCount = reader.take<std::uint32_t>();
    statistics.startTime = reader.take<std::int64_t>();
    statistics.endTime = reader.take<std::int64_t>();
    ByteReader counts(reader.takeBytes(reader.take<std::uint32_t>()));
    while (counts.ok() && !counts.atEnd()) {
        const auto channel = counts.take<std::uint16_t>();
        statistics.channelMessageCounts[channel] = counts.take<std::uint64_t>();
    }
    if (!counts.ok()) return std::nullopt;
    return parsed(reader, std::move(statistics));
}

std::optional<McapFooter> parseFooter(std::span<const std::byte> content)
{
    ByteReader reader(content);
    McapFooter footer;
    footer.summaryStart = reader.take<std::uint64_t>();
    footer.summaryOffsetStart = reader.take<std::uint64_t>();
    footer.summaryCrc = reader.take<std::uint32_t>();
    return parsed(reader, footer);
}

std::optional<McapMetadata> parseMetadata(std::span<const std::byte> content)
{
    ByteReader reader(content);
    McapMetadata metadata;
    metadata.name = reader.takeText();
    metadata.values = reader.takeMap();
    return parsed(reader, std::move(metadata));
}

std::optional<McapAttachment> parseAttachment(std::span<const std::byte> content)
{
    ByteReader reader(content);
    McapAttachment attachment;
    McapAttachmentIndex& index = attachment.index;
    index.logTime = reader.take<std::int64_t>();
    index.createTime = reader.take<std::int64_t>();
    index.name = reader.takeText();
    index.mediaType = reader.takeText();
    index.dataSize = reader.take<std::uint64_t>();
    attachment.data = reader.takeBytes(index.dataSize);
    const auto crc = reader.take<std::uint32_t>();
    if (!reader.ok()) return std::nullopt;
    const std::size_t covered = 8 + 8 + 4 + index.name.size() + 4 + index.mediaType.size() + 8 + attachment.data.size();
    if (crc != 0 && crc != crc32(content.first(covered))) return std::nullopt;
    return attachment;
}

std::optional<std::string> unpack(const McapChunk& chunk, std::uint64_t limit, McapUnpacked& into)
{
    if (chunk.uncompressedSize > limit) return "its records would take more memory than is allowed";
    const auto size = static_cast<std::size_t>(chunk.uncompressedSize);
    if (chunk.compression == McapCompression::None) {
        if (chunk.records.size() != size) return "its size contradicts itself";
        into.records = chunk.records;
    } else {
        into.buffer.resize(size);
        const std::span<std::byte> buffer(into.buffer);
        const bool whole =
            chunk.compression == McapCompression::Lz4
                ? unpackLz4(chunk.records, buffer)
                : ZSTD_decompress(buffer.data(), size, chunk.records.data(), chunk.records.size()) == size;
        if (!whole) return "its compressed records do not decode";
        into.records = buffer;
    }
    if (chunk.uncompressedCrc != 0 && crc32(into.records) != chunk.uncompressedCrc) return "its checksum differs";
    return std::nullopt;
}

bool McapRecordCursor::next()
{
    if (m_damaged || m_next == m_records.size()) return false;
    const std::span<const std::byte> rest = m_records.subspan(m_next);
    std::uint64_t length = 0;
    if (rest.size() >= kMcapPrefix) std::memcpy(&length, rest.data() + 1, sizeof length);
    if (rest.size() < kMcapPrefix || length > rest.size() - kMcapPrefix || rest[0] == std::byte{0}) {
        m_damaged = true;
        return false;
    }
    m_op = static_cast<McapOp>(rest[0]);
    m_content = rest.subspan(kMcapPrefix, static_cast<std::size_t>(length));
    m_offset = m_next;
    m_next += kMcapPrefix + static_cast<std::size_t>(length);
    return true;
}

}  // namespace understudy
