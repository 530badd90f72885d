#include "storage/read/mcapscan.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "storage/read/crc32.h"

namespace understudy {
namespace {

constexpr std::size_t kWindow = 1U << 20U;
constexpr std::uint64_t kMaxSmallRecord = 16U << 20U;  ///< schemas, channels, metadata
constexpr std::size_t kBareRun = 1U << 20U;

/// A window that slides over a file.
class FileWindow {
public:
    FileWindow(File& file, std::uint64_t size) : m_file(file), m_size(size) {}

    [[nodiscard]] std::uint64_t size() const { return m_size; }

    /// `count` bytes at `offset`, fewer at the end of the file; valid until the next call.
    [[nodiscard]] Result<std::span<const std::byte>> at(std::uint64_t offset, std::uint64_t count)
    {
        count = offset > m_size ? 0 : std::min(count, m_size - offset);
        if (offset < m_start || offset + count > m_start + m_bytes.size()) {
            const std::uint64_t wanted =
                std::min<std::uint64_t>(std::max<std::uint64_t>(count, kWindow), m_size - offset);
            m_bytes.resize(static_cast<std::size_t>(wanted));
            const Result<std::size_t> got = m_file.read(offset, m_bytes);
            if (!got) return tl::unexpected(got.error());
            m_bytes.resize(*got);
            m_start = offset;
            count = std::min<std::uint64_t>(count, *got);
        }
        return std::span<const std::byte>(m_bytes).subspan(static_cast<std::size_t>(offset - m_start),
                                                           static_cast<std::size_t>(count));
    }

private:
    File& m_file;
    std::uint64_t m_size;
    std::uint64_t m_start = 0;
    std::vector<std::byte> m_bytes;
};

struct Prefix {
    McapOp op{};
    std::uint64_t end = 0;  ///< offset behind the record
};

class Scanner {
public:
    Scanner(File& file, std::uint64_t size, const McapLimits& limits)
        : m_window(file, size), m_limits(limits), m_budget(4 * size + (64U << 20U))
    {
        m_scan.size = size;
    }

    Result<McapScan> run();

private:
    enum class Taken { Whole, Doubtful };

    Result<void> readHead();
    Result<void> verifyData(std::uint64_t end);
    Result<std::optional<Prefix>> prefixAt(std::uint64_t offset);
    Result<std::uint64_t> resync(std::uint64_t from);
    Result<Taken> takeRecord(std::uint64_t offset, const Prefix& prefix);
    [[nodiscard]] Taken takeChunk(std::uint64_t offset, std::uint64_t end, std::span<const std::byte> content);
    void takeMessageIndex(std::uint64_t offset, std::uint64_t end, std::span<const std::byte> content);
    void takeBareMessage(std::uint64_t offset, std::uint64_t end, std::span<const std::byte> content);
    [[nodiscard]] bool takeSmall(McapOp op, std::uint64_t offset, std::uint64_t end,
                                 std::span<const std::byte> content);
    void leaveChunk();
    void rebuildTailIndex();
    void damage(std::uint64_t offset, std::uint64_t end, std::string reason);

    FileWindow m_window;
    McapLimits m_limits;
    std::uint64_t m_budget;  ///< bytes that may still be tried as chunks while looking for the next readable one
    McapScan m_scan;

    bool m_inChunk = false;  ///< the last record was a chunk or one of its message indexes
    std::map<std::uint16_t, std::vector<McapIndexEntry>> m_entries;  ///< of that chunk
    std::size_t m_indexed = 0;                                       ///< channels of it whose index was seen
    bool m_anyIndex = false;
};

void Scanner::damage(std::uint64_t offset, std::uint64_t end, std::string reason)
{
    if (m_scan.damage.size() < m_limits.damages) m_scan.damage.push_back({offset, end - offset, std::move(reason)});
}

Result<std::optional<Prefix>> Scanner::prefixAt(std::uint64_t offset)
{
    const auto bytes = m_window.at(offset, kMcapPrefix);
    if (!bytes) return tl::unexpected(bytes.error());
    if (bytes->size() < kMcapPrefix) return std::optional<Prefix>();
    std::uint64_t length = 0;
    std::memcpy(&length, bytes->data() + 1, sizeof length);
    const auto op = static_cast<std::uint8_t>((*bytes)[0]);
    const bool known = (op >= 0x01 && op <= 0x0F) || op >= 0x80;
    if (!known || length > m_scan.size - offset - kMcapPrefix) return std::optional<Prefix>();
    return std::optional(Prefix{static_cast<McapOp>(op), offset + kMcapPrefix + length});
}

/// The next place from which on records can be read again: a chunk whose checksum holds. The file's end if none.
Result<std::uint64_t> Scanner::resync(std::uint64_t from)
{
    constexpr std::uint64_t kFields = kMcapPrefix + 3 * 8 + 4 + 4;
    for (std::uint64_t at = from; at + kFields < m_scan.size; ++at) {
        const auto fields = m_window.at(at, kFields);
        if (!fields) return tl::unexpected(fields.error());
        if (fields->size() < kFields) break;
        if ((*fields)[0] != static_cast<std::byte>(McapOp::Chunk)) continue;
        std::uint32_t nameLength = 0;
        std::memcpy(&nameLength, fields->data() + kFields - 4, sizeof nameLength);
        if (nameLength > 4) continue;
        const auto prefix = prefixAt(at);
        if (!prefix) return tl::unexpected(prefix.error());
        if (!*prefix || (*prefix)->end - at > m_limits.chunkBytes) continue;
        const std::uint64_t length = (*prefix)->end - at;
        if (length > m_budget) break;
        m_budget -= length;
        const auto whole = m_window.at(at, length);
        if (!whole) return tl::unexpected(whole.error());
        if (whole->size() < length) break;
        const std::optional<McapChunk> chunk = parseChunk(whole->subspan(kMcapPrefix));
        McapUnpacked unpacked;
        if (chunk && chunk->uncompressedCrc != 0 && !unpack(*chunk, m_limits.chunkBytes, unpacked)) return at;
    }
    return m_scan.size;
}

Scanner::Taken Scanner::takeChunk(std::uint64_t offset, std::uint64_t end, std::span<const std::byte> content)
{
    const std::optional<McapChunk> chunk = parseChunk(content);
    if (!chunk) {
        damage(offset, end, "the fields of a chunk contradict each other");
        return Taken::Doubtful;
    }
    McapUnpacked unpacked;
    if (const std::optional<std::string> problem = unpack(*chunk, m_limits.chunkBytes, unpacked)) {
        damage(offset, end, "a chunk is damaged: " + *problem);
        return Taken::Doubtful;
    }
    McapRecordCursor cursor(unpacked.records);
    while (cursor.next()) {
        if (cursor.op() == McapOp::Schema) {
            if (auto schema = parseSchema(cursor.content())) m_scan.summary.schemas.emplace(schema->id, *schema);
        } else if (cursor.op() == McapOp::Channel) {
            if (auto channel = parseChannel(cursor.content())) m_scan.summary.channels.emplace(channel->id, *channel);
        } else if (cursor.op() == McapOp::Message) {
            const std::optional<McapMessage> message = parseMessage(cursor.content());
            if (!message) continue;
            m_scan.summary.statistics.count(message->channelId, message->logTime);
            m_entries[message->channelId].push_back({message->logTime, cursor.offset()});
        }
    }
    if (cursor.isDamaged()) damage(offset, end, "the records inside a chunk do not fit it");
    m_scan.summary.chunks.push_back({.startTime = chunk->startTime,
                                     .endTime = chunk->endTime,
                                     .offset = offset,
                                     .length = end - offset,
                                     .compression = chunk->compression,
                                     .compressedSize = chunk->records.size(),
                                     .uncompressedSize = chunk->uncompressedSize});
    ++m_scan.summary.statistics.chunkCount;
    m_inChunk = true;
    return Taken::Whole;
}

void Scanner::takeMessageIndex(std::uint64_t offset, std::uint64_t end, std::span<const std::byte> content)
{
    if (!m_inChunk) return;
    if (content.size() < 6) return damage(offset, end, "a message index is cut");
    std::uint16_t channel = 0;
    std::uint32_t bytes = 0;
    std::memcpy(&channel, content.data(), sizeof channel);
    std::memcpy(&bytes, content.data() + 2, sizeof bytes);
    const auto found = m_entries.find(channel);
    if (found == m_entries.end()) {
        if (bytes != 0) damage(offset, end, "a message index names a channel that its chunk does not hold");
        return;
    }
    std::vector<McapIndexEntry> listed(std::min<std::size_t>(bytes, content.size() - 6) / sizeof(McapIndexEntry));
    if (!listed.empty()) std::memcpy(listed.data(), content.data() + 6, listed.size() * sizeof(McapIndexEntry));
    std::sort(listed.begin(), listed.end(),
              [](const McapIndexEntry& a, const McapIndexEntry& b) { return a.offset < b.offset; });
    if (listed != found->second) return damage(offset, end, "a message index does not match its chunk");

    McapChunkIndex& chunk = m_scan.summary.chunks.back();
    chunk.messageIndexes.push_back({channel, static_cast<std::uint32_t>(offset - chunk.offset - chunk.length)});
    chunk.messageIndexLength = end - chunk.offset - chunk.length;
    ++m_indexed;
    m_anyIndex = true;
}

void Scanner::takeBareMessage(std::uint64_t offset, std::uint64_t end, std::span<const std::byte> content)
{
    const std::optional<McapMessage> message = parseMessage(content);
    if (!message) return damage(offset, end, "a message is cut");
    m_scan.summary.statistics.count(message->channelId, message->logTime);
    std::vector<McapChunkIndex>& chunks = m_scan.summary.chunks;
    const bool continues = !chunks.empty() && chunks.back().bare &&
                           chunks.back().offset + chunks.back().length == offset && chunks.back().length < kBareRun;
    if (!continues)
        chunks.push_back({.startTime = message->logTime, .endTime = message->logTime, .offset = offset, .bare = true});
    McapChunkIndex& run = chunks.back();
    run.startTime = std::min(run.startTime, message->logTime);
    run.endTime = std::max(run.endTime, message->logTime);
    run.length = end - run.offset;
    run.uncompressedSize = run.length;
    run.compressedSize = run.length;
}

/// False: its fields contradict each other.
bool Scanner::takeSmall(McapOp op, std::uint64_t offset, std::uint64_t end, std::span<const std::byte> content)
{
    McapSummary& summary = m_scan.summary;
    if (op == McapOp::Schema) {
        std::optional<McapSchema> schema = parseSchema(content);
        if (schema) summary.schemas.emplace(schema->id, std::move(*schema));
        return schema.has_value();
    }
    if (op == McapOp::Channel) {
        std::optional<McapChannel> channel = parseChannel(content);
        if (channel) summary.channels.emplace(channel->id, std::move(*channel));
        return channel.has_value();
    }
    if (op == McapOp::Metadata) {
        const std::optional<McapMetadata> metadata = parseMetadata(content);
        if (!metadata) return false;
        summary.metadata.push_back({offset, end - offset, metadata->name});
        ++summary.statistics.metadataCount;
    } else if (op == McapOp::Attachment) {
        std::optional<McapAttachment> attachment = parseAttachment(content);
        if (!attachment) return false;
        attachment->index.offset = offset;
        attachment->index.length = end - offset;
        summary.attachments.push_back(std::move(attachment->index));
        ++summary.statistics.attachmentCount;
    }
    return true;
}

Result<Scanner::Taken> Scanner::takeRecord(std::uint64_t offset, const Prefix& prefix)
{
    const bool large = prefix.op == McapOp::Chunk || prefix.op == McapOp::Attachment || prefix.op == McapOp::Message;
    const std::uint64_t length = prefix.end - offset - kMcapPrefix;
    if (length > (large ? m_limits.chunkBytes : kMaxSmallRecord)) {
        damage(offset, prefix.end, "a record is larger than is read");
        return Taken::Doubtful;
    }
    const auto content = m_window.at(offset + kMcapPrefix, length);
    if (!content) return tl::unexpected(content.error());
    if (content->size() < length) return fail("the file became shorter while it was read");

    if (prefix.op == McapOp::MessageIndex) {
        takeMessageIndex(offset, prefix.end, *content);
    } else if (prefix.op == McapOp::Chunk) {
        if (m_inChunk) leaveChunk();
        if (takeChunk(offset, prefix.end, *content) == Taken::Doubtful) return Taken::Doubtful;
    } else {
        if (m_inChunk) leaveChunk();
        if (prefix.op == McapOp::Message) {
            takeBareMessage(offset, prefix.end, *content);
        } else if (!takeSmall(prefix.op, offset, prefix.end, *content)) {
            damage(offset, prefix.end, "a record is damaged");
            return Taken::Doubtful;
        }
    }
    m_scan.goodEnd = prefix.end;
    return Taken::Whole;
}

void Scanner::leaveChunk()
{
    if (m_indexed < m_entries.size()) {
        m_scan.summary.chunks.back().messageIndexes.clear();
        m_scan.summary.chunks.back().messageIndexLength = 0;
    }
    m_inChunk = false;
    m_entries.clear();
    m_indexed = 0;
}

void Scanner::rebuildTailIndex()
{
    McapChunkIndex& last = m_scan.summary.chunks.back();
    last.messageIndexes.clear();
    for (const auto& [channel, entries] : m_entries) {
        last.messageIndexes.push_back({channel, static_cast<std::uint32_t>(m_scan.tailIndex.size())});
        append(m_scan.tailIndex, channel, entries);
    }
    last.messageIndexLength = m_scan.tailIndex.size();
    m_scan.goodEnd = last.offset + last.length;
}

Result<void> Scanner::readHead()
{
    const auto magic = m_window.at(0, kMcapMagic.size());
    if (!magic) return tl::unexpected(magic.error());
    if (!std::ranges::equal(*magic, kMcapMagic)) return fail("this is not an MCAP file: it does not begin like one");
    m_scan.goodEnd = kMcapMagic.size();
    const auto prefix = prefixAt(m_scan.goodEnd);
    if (!prefix) return tl::unexpected(prefix.error());
    if (!*prefix || (*prefix)->op != McapOp::Header || (*prefix)->end > kMaxSmallRecord) return {};
    const auto content = m_window.at(m_scan.goodEnd + kMcapPrefix, (*prefix)->end - m_scan.goodEnd - kMcapPrefix);
    if (!content) return tl::unexpected(content.error());
    if (std::optional<McapHeader> header = parseHeader(*content)) m_scan.header = std::move(*header);
    return {};
}

/// Chunks have checksums of their own; that of the data section covers what lies between them.
Result<void> Scanner::verifyData(std::uint64_t end)
{
    const auto content = m_window.at(end + kMcapPrefix, sizeof(std::uint32_t));
    if (!content) return tl::unexpected(content.error());
    if (content->size() < sizeof(std::uint32_t) || !m_scan.damage.empty()) return {};
    std::uint32_t stored = 0;
    std::memcpy(&stored, content->data(), sizeof stored);
    if (stored == 0) return {};
    std::uint32_t crc = 0;
    for (std::uint64_t at = 0; at < end;) {
        const auto bytes = m_window.at(at, static_cast<std::size_t>(std::min<std::uint64_t>(end - at, 1U << 20U)));
        if (!bytes) return tl::unexpected(bytes.error());
        if (bytes->empty()) break;
        crc = crc32(*bytes, crc);
        at += bytes->size();
    }
    if (crc != stored) damage(0, end, "a byte between the chunks is not as it was written");
    return {};
}

Result<McapScan> Scanner::run()
{
    if (const Result<void> head = readHead(); !head) return tl::unexpected(head.error());
    std::uint64_t offset = m_scan.goodEnd;
    while (offset < m_scan.size) {
        const auto prefix = prefixAt(offset);
        if (!prefix) return tl::unexpected(prefix.error());
        if (*prefix && (*prefix)->op == McapOp::DataEnd) {
            m_scan.hasDataEnd = true;
            m_scan.goodEnd = offset;
            if (const Result<void> read = verifyData(offset); !read) return tl::unexpected(read.error());
            break;
        }
        std::uint64_t next = 0;
        if (*prefix) {
            const Result<Taken> taken = takeRecord(offset, **prefix);
            if (!taken) return tl::unexpected(taken.error());
            const auto following = prefixAt((*prefix)->end);
            if (!following) return tl::unexpected(following.error());
            if (*taken == Taken::Whole || *following) next = (*prefix)->end;
        }
        if (next == 0) {
            const Result<std::uint64_t> found = resync(offset + 1);
            if (!found) return tl::unexpected(found.error());
            next = *found;
            if (!*prefix) damage(offset, next, "no record can be read here");
        }
        offset = next;
        if (m_scan.summary.chunks.size() > m_limits.chunks)
            return fail("the file has more than " + std::to_string(m_limits.chunks) + " chunks");
    }
    const bool expectsIndex = m_anyIndex || m_scan.summary.chunks.size() == 1;
    if (m_inChunk && m_indexed < m_entries.size() && expectsIndex && !m_scan.hasDataEnd) rebuildTailIndex();
    return std::move(m_scan);
}

}  // namespace

Result<McapScan> scanMcap(File& file, const McapLimits& limits)
{
    const Result<std::uint64_t> size = file.size();
    if (!size) return tl::unexpected(size.error());
    return Scanner(file, *size, limits).run();
}

Result<void> readExactly(File& file, std::uint64_t offset, std::span<std::byte> into)
{
    const Result<std::size_t> got = file.read(offset, into);
    if (!got) return tl::unexpected(got.error());
    if (*got < into.size())
        return fail("the file ends before offset " + std::to_string(offset + into.size()) + ": it was cut");
    return {};
}

}  // namespace understudy
