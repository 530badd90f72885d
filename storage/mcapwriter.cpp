#include "storage/mcapwriter.h"

#include <algorithm>
#include <cstring>

#include <lz4frame.h>
#include <zstd.h>

#include "storage/read/crc32.h"
#include "storage/read/mcapscan.h"

namespace understudy {
namespace {

/// Messages from this size on are written beside the chunk buffer instead of through it.
constexpr std::size_t kDirectBytes = 256U << 10U;
/// Chunk index records that wait in memory; about a minute and a half of an episode of ten streams.
constexpr std::size_t kSpillBytes = 64U << 10U;
/// Smaller chunks are not worth compressing.
constexpr std::size_t kCompressFrom = 1024;

struct ZstdFree {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

}  // namespace

struct McapWriter::Private {
    std::unique_ptr<File> file;
    McapWriterOptions options;
    McapSummary summary;  ///< without chunks: they are many
    std::uint64_t end = 0;
    std::uint32_t dataCrc = 0;  ///< of everything up to `end`
    std::optional<Error> error;
    bool finished = false;

    std::vector<std::byte> chunk;  ///< records of the open chunk; [0, used) holds something
    std::size_t used = 0;
    std::int64_t startTime = 0;
    std::int64_t endTime = 0;
    std::vector<std::vector<McapIndexEntry>> index;  ///< by channel id - 1
    std::vector<std::uint64_t> counts;               ///< likewise, over the whole file
    struct Spill {
        std::uint64_t offset = 0;  ///< of the records, behind the prefix
        std::uint32_t size = 0;
        std::uint32_t crc = 0;
    };
    std::vector<Spill> spills;
    std::vector<std::byte> chunkIndexes;  ///< records of those that were not spilled yet
    std::vector<std::byte> scratch;
    std::vector<std::byte> packed;
    std::unique_ptr<ZSTD_CCtx, ZstdFree> zstd;

    /// `crc`: of the bytes, where it is known already.
    Result<void> put(std::span<const std::byte> bytes, std::optional<std::uint32_t> crc = {});
    Result<void> ready() const;
    Result<void> closeChunk();
    Result<void> writeChunk(std::span<const std::byte> head, std::span<const std::byte> tail);
    /// Into `packed`; its size, 0: it could not be.
    std::size_t packZstd(std::span<const std::byte> plain);
    std::size_t packLz4(std::span<const std::byte> plain);
    Result<void> writeIndexes(std::uint64_t chunkOffset, std::uint64_t stored, std::uint64_t plain,
                              McapCompression compression);
    Result<void> spill();
    Result<void> close();
    void note(const McapMessage& message, std::size_t offset);
};

Result<void> McapWriter::Private::put(std::span<const std::byte> bytes, std::optional<std::uint32_t> crc)
{
    if (const Result<void> written = file->write(end, bytes); !written) {
        error = written.error();
        return written;
    }
    end += bytes.size();
    dataCrc = crc ? crc32Joined(dataCrc, *crc, bytes.size()) : crc32(bytes, dataCrc);
    return {};
}

Result<void> McapWriter::Private::ready() const
{
    if (error) return tl::unexpected(*error);
    if (finished) return fail("the MCAP file is finished: nothing can be added to it");
    return {};
}

void McapWriter::Private::note(const McapMessage& message, std::size_t offset)
{
    startTime = offset == 0 ? message.logTime : std::min(startTime, message.logTime);
    endTime = offset == 0 ? message.logTime : std::max(endTime, message.logTime);
    index[message.channelId - 1U].push_back({message.logTime, offset});
    ++counts[message.channelId - 1U];
    McapStatistics& statistics = summary.statistics;
    const bool first = statistics.messageCount++ == 0;
    statistics.startTime = first ? message.logTime : std::min(statistics.startTime, message.logTime);
    statistics.endTime = first ? message.logTime : std::max(statistics.endTime, message.logTime);
}

Result<void> McapWriter::Private::closeChunk()
{
    if (used == 0) return {};
    const Result<void> written = writeChunk(std::span(chunk).first(used), {});
    used = 0;
    return written;
}

std::size_t McapWriter::Private::packZstd(std::span<const std::byte> plain)
{
    if (!zstd) zstd.reset(ZSTD_createCCtx());
    packed.resize(ZSTD_compressBound(plain.size()));
    const std::size_t size =
        ZSTD_compressCCtx(zstd.get(), packed.data(), packed.size(), plain.data(), plain.size(), options.zstdLevel);
    return ZSTD_isError(size) ? 0 : size;
}

std::size_t McapWriter::Private::packLz4(std::span<const std::byte> plain)
{
    packed.resize(LZ4F_compressFrameBound(plain.size(), nullptr));
    const std::size_t size = LZ4F_compressFrame(packed.data(), packed.size(), plain.data(), plain.size(), nullptr);
    return LZ4F_isError(size) ? 0 : size;
}

/// The records of the chunk are `head` and then `tail`.
Result<void> McapWriter::Private::writeChunk(std::span<const std::byte> head, std::span<const std::byte> tail)
{
    const std::uint32_t headCrc = crc32(head);
    const std::uint32_t tailCrc = tail.empty() ? 0 : crc32(tail);
    McapChunk record{.startTime = startTime,
                     .endTime = endTime,
                     .uncompressedSize = head.size() + tail.size(),
                     .uncompressedCrc = tail.empty() ? headCrc : crc32Joined(headCrc, tailCrc, tail.size())};
    std::span<const std::byte> stored = head;
    if (options.compression != McapCompression::None && tail.empty() && head.size() >= kCompressFrom) {
        const std::size_t size = options.compression == McapCompression::Zstd ? packZstd(head) : packLz4(head);
        if (size > 0 && size < head.size()) {
            stored = std::span<const std::byte>(packed).first(size);
            record.compression = options.compression;
        }
    }
    const std::uint64_t offset = end;
    scratch.clear();
    appendChunkHead(scratch, record, stored.size() + tail.size());
    if (const Result<void> done = put(scratch); !done) return done;
    const bool isPlain = record.compression == McapCompression::None;
    if (const Result<void> done = put(stored, isPlain ? std::optional(headCrc) : std::nullopt); !done) return done;
    if (!tail.empty())
        if (const Result<void> done = put(tail, tailCrc); !done) return done;
    return writeIndexes(offset, stored.size() + tail.size(), record.uncompressedSize, record.compression);
}

Result<void> McapWriter::Private::writeIndexes(std::uint64_t chunkOffset, std::uint64_t stored, std::uint64_t plain,
                                               McapCompression compression)
{
    McapChunkIndex place{.startTime = startTime,
                         .endTime = endTime,
                         .offset = chunkOffset,
                         .length = end - chunkOffset,
                         .compression = compression,
                         .compressedSize = stored,
                         .uncompressedSize = plain};
    scratch.clear();
    for (std::size_t i = 0; i < index.size(); ++i) {
        if (index[i].empty()) continue;
        const auto channel = static_cast<std::uint16_t>(i + 1);
        place.messageIndexes.push_back({channel, static_cast<std::uint32_t>(scratch.size())});
        append(scratch, channel, index[i]);
        index[i].clear();
    }
    place.messageIndexes.shrink_to_fit();
    place.messageIndexLength = scratch.size();
    if (const Result<void> done = put(scratch); !done) return done;
    append(chunkIndexes, place);
    ++summary.statistics.chunkCount;
    return chunkIndexes.size() < kSpillBytes ? Result<void>() : spill();
}

/// Memory must not grow with the length of a recording: what only the summary needs waits in the file.
Result<void> McapWriter::Private::spill()
{
    scratch.clear();
    appendValue(scratch, McapOp::SpilledIndexes);
    appendValue(scratch, std::uint64_t{chunkIndexes.size()});
    if (const Result<void> done = put(scratch); !done) return done;
    spills.push_back({end, static_cast<std::uint32_t>(chunkIndexes.size()), crc32(chunkIndexes)});
    const Result<void> done = put(chunkIndexes);
    chunkIndexes.clear();
    return done;
}

Result<void> McapWriter::Private::close()
{
    McapClosing closing(summary, end, dataCrc);
    if (const Result<void> done = put(closing.head()); !done) return done;
    for (const Spill& each : spills) {
        scratch.resize(each.size);
        Result<void> read = readExactly(*file, each.offset, scratch);
        if (read && crc32(scratch) != each.crc) read = fail("the disk gave back other bytes than were written");
        if (!read) {
            error = read.error();
            return read;
        }
        closing.add(scratch);
        if (const Result<void> done = put(scratch); !done) return done;
    }
    closing.add(chunkIndexes);
    if (const Result<void> done = put(chunkIndexes); !done) return done;
    return put(closing.tail());
}

McapWriter::McapWriter(std::unique_ptr<Private> state) : m_p(std::move(state)) {}
McapWriter::~McapWriter() = default;

Result<std::unique_ptr<McapWriter>> McapWriter::create(std::unique_ptr<File> file, McapWriterOptions options)
{
    auto state = std::make_unique<Private>();
    state->file = std::move(file);
    state->options = std::move(options);
    state->chunk.resize(state->options.chunkBytes);
    state->scratch.assign(kMcapMagic.begin(), kMcapMagic.end());
    appendHeader(state->scratch, state->options.profile, state->options.library);
    if (const Result<void> written = state->put(state->scratch); !written) return tl::unexpected(written.error());
    return std::unique_ptr<McapWriter>(new McapWriter(std::move(state)));
}

Result<std::uint16_t> McapWriter::addSchema(const std::string& name, const std::string& encoding,
                                            const std::string& data)
{
    if (const Result<void> can = m_p->ready(); !can) return tl::unexpected(can.error());
    for (const auto& [id, schema] : m_p->summary.schemas)
        if (schema.name == name && schema.encoding == encoding && schema.data == data) return id;
    if (m_p->summary.schemas.size() >= 0xFFFE) return fail("an MCAP file holds at most 65534 schemas");
    const auto id = static_cast<std::uint16_t>(m_p->summary.schemas.size() + 1);
    const McapSchema schema{.id = id, .name = name, .encoding = encoding, .data = data};
    if (const Result<void> closed = closeChunk(); !closed) return tl::unexpected(closed.error());
    m_p->scratch.clear();
    append(m_p->scratch, schema);
    if (const Result<void> written = m_p->put(m_p->scratch); !written) return tl::unexpected(written.error());
    m_p->summary.schemas.emplace(id, schema);
    return id;
}

Result<std::uint16_t> McapWriter::addChannel(std::uint16_t schemaId, const std::string& topic,
                                             const std::string& messageEncoding,
                                             const std::map<std::string, std::string>& metadata)
{
    if (const Result<void> can = m_p->ready(); !can) return tl::unexpected(can.error());
    if (schemaId != 0 && !m_p->summary.schemas.contains(schemaId))
        return fail("the channel " + topic + " names the schema " + std::to_string(schemaId) +
                    ", which was not added: add the schema first");
    if (m_p->summary.channels.size() >= 0xFFFE) return fail("an MCAP file holds at most 65534 channels");
    const auto id = static_cast<std::uint16_t>(m_p->summary.channels.size() + 1);
    const McapChannel channel{
        .id = id, .schemaId = schemaId, .topic = topic, .messageEncoding = messageEncoding, .metadata = metadata};
    if (const Result<void> closed = closeChunk(); !closed) return tl::unexpected(closed.error());
    m_p->scratch.clear();
    append(m_p->scratch, channel);
    if (const Result<void> written = m_p->put(m_p->scratch); !written) return tl::unexpected(written.error());
    m_p->summary.channels.emplace(id, channel);
    m_p->index.emplace_back();
    m_p->counts.push_back(0);
    return id;
}

Result<void> McapWriter::write(const McapMessage& message)
{
    Private& p = *m_p;
    if (p.error || p.finished) return p.ready();
    if (message.channelId == 0 || message.channelId > p.index.size())
        return fail("a message names the channel " + std::to_string(message.channelId) +
                    ", which was not added: add the channel first");
    const std::size_t size = kMcapPrefix + kMcapMessageHeader + message.data.size();
    if (p.used > 0 && p.used + size > p.options.chunkBytes)
        if (const Result<void> closed = closeChunk(); !closed) return closed;
    const bool direct = size > p.options.chunkBytes ||
                        (message.data.size() >= kDirectBytes && p.options.compression == McapCompression::None);
    const std::size_t buffered = direct ? kMcapPrefix + kMcapMessageHeader : size;
    if (p.used + buffered > p.chunk.size()) p.chunk.resize(p.used + buffered);

    std::byte* at = p.chunk.data() + p.used;
    const auto place = [&at](const auto& value) {
        std::memcpy(at, &value, sizeof value);
        at += sizeof value;
    };
    place(McapOp::Message);
    place(std::uint64_t{size - kMcapPrefix});
    place(message.channelId);
    place(message.sequence);
    place(message.logTime);
    place(message.publishTime);
    p.note(message, p.used);
    p.used += buffered;
    if (direct) {
        const Result<void> written = p.writeChunk(std::span(p.chunk).first(p.used), message.data);
        p.used = 0;
        return written;
    }
    if (!message.data.empty()) std::memcpy(at, message.data.data(), message.data.size());
    return {};
}

Result<void> McapWriter::addMetadata(const std::string& name, const std::map<std::string, std::string>& values)
{
    if (const Result<void> can = m_p->ready(); !can) return can;
    if (const Result<void> closed = closeChunk(); !closed) return closed;
    m_p->scratch.clear();
    appendMetadata(m_p->scratch, name, values);
    m_p->summary.metadata.push_back({.offset = m_p->end, .length = m_p->scratch.size(), .name = name});
    ++m_p->summary.statistics.metadataCount;
    return m_p->put(m_p->scratch);
}

Result<void> McapWriter::addAttachment(const std::string& name, const std::string& mediaType, std::int64_t logTime,
                                       std::span<const std::byte> data)
{
    if (const Result<void> can = m_p->ready(); !can) return can;
    if (const Result<void> closed = closeChunk(); !closed) return closed;
    std::vector<std::byte>& out = m_p->scratch;
    out.clear();
    appendValue(out, McapOp::Attachment);
    appendValue(out, std::uint64_t{8 + 8 + 4 + name.size() + 4 + mediaType.size() + 8 + data.size() + 4});
    appendValue(out, logTime);
    appendValue(out, logTime);
    appendText(out, name);
    appendText(out, mediaType);
    appendValue(out, std::uint64_t{data.size()});
    out.insert(out.end(), data.begin(), data.end());
    appendValue(out, crc32(std::span<const std::byte>(out).subspan(kMcapPrefix)));
    m_p->summary.attachments.push_back({.offset = m_p->end,
                                        .length = out.size(),
                                        .logTime = logTime,
                                        .createTime = logTime,
                                        .dataSize = data.size(),
                                        .name = name,
                                        .mediaType = mediaType});
    ++m_p->summary.statistics.attachmentCount;
    return m_p->put(out);
}

Result<void> McapWriter::keepTogether(std::size_t bytes)
{
    return m_p->used + bytes > m_p->options.chunkBytes ? closeChunk() : Result<void>();
}

Result<void> McapWriter::closeChunk()
{
    if (const Result<void> can = m_p->ready(); !can) return can;
    return m_p->closeChunk();
}

Result<void> McapWriter::flush()
{
    if (const Result<void> closed = closeChunk(); !closed) return closed;
    const Result<void> synced = m_p->file->sync();
    if (!synced) m_p->error = synced.error();
    return synced;
}

Result<void> McapWriter::finish()
{
    if (const Result<void> closed = closeChunk(); !closed) return closed;
    for (std::size_t i = 0; i < m_p->counts.size(); ++i)
        if (m_p->counts[i] > 0)
            m_p->summary.statistics.channelMessageCounts[static_cast<std::uint16_t>(i + 1)] = m_p->counts[i];
    if (const Result<void> written = m_p->close(); !written) return written;
    const Result<void> synced = m_p->file->sync();
    if (!synced) m_p->error = synced.error();
    m_p->finished = true;
    return synced;
}

std::uint64_t McapWriter::size() const { return m_p->end; }
const McapStatistics& McapWriter::statistics() const { return m_p->summary.statistics; }

}  // namespace understudy
