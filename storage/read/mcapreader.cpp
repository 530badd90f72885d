#include "storage/read/mcapreader.h"

#include <algorithm>

#include "storage/read/crc32.h"

namespace understudy {
namespace {

/// A chunk whose wanted messages are being handed out.
struct OpenChunk {
    std::vector<std::byte> bytes;
    McapUnpacked unpacked;
    std::vector<McapIndexEntry> wanted;
    std::size_t next = 0;
    std::size_t rank = 0;  ///< of the chunk in the file, so that equal times keep the order of the file

    [[nodiscard]] std::size_t size() const
    {
        return bytes.size() + unpacked.buffer.size() + wanted.size() * sizeof(McapIndexEntry);
    }
    [[nodiscard]] std::int64_t time() const { return wanted[next].logTime; }
};

struct Later {
    bool operator()(const std::unique_ptr<OpenChunk>& a, const std::unique_ptr<OpenChunk>& b) const
    {
        return a->time() != b->time() ? a->time() > b->time() : a->rank > b->rank;
    }
};

}  // namespace

struct McapReader::Private {
    std::unique_ptr<File> file;
    McapLimits limits;
    McapHeader header;
    McapSummary summary;
    bool finished = false;
    std::vector<McapDamage> damage;

    Result<bool> readSummary(std::uint64_t size);
    /// The content of the record at `offset`, which must have this opcode and this whole length.
    Result<std::vector<std::byte>> content(McapOp op, std::uint64_t offset, std::uint64_t length) const;
};

/// False: there is no summary that can be trusted.
Result<bool> McapReader::Private::readSummary(std::uint64_t size)
{
    constexpr std::uint64_t kTail = kMcapPrefix + kMcapFooter + 8;
    std::vector<std::byte> tail(kTail);
    if (size < 2 * kMcapMagic.size() + kTail) return false;
    if (const Result<void> read = readExactly(*file, size - kTail, tail); !read) return tl::unexpected(read.error());
    if (!std::equal(kMcapMagic.begin(), kMcapMagic.end(), tail.end() - 8)) return false;
    McapRecordCursor end(std::span<const std::byte>(tail).first(kTail - 8));
    if (!end.next() || end.op() != McapOp::Footer) return false;
    const std::optional<McapFooter> footer = parseFooter(end.content());
    const std::uint64_t footerAt = size - kTail;
    if (!footer || footer->summaryStart == 0 || footer->summaryStart > footerAt ||
        footerAt - footer->summaryStart > limits.chunkBytes)
        return false;

    // The checksum also covers the footer's prefix and its first two fields.
    std::vector<std::byte> section(static_cast<std::size_t>(footerAt - footer->summaryStart + kMcapPrefix + 16));
    if (const Result<void> read = readExactly(*file, footer->summaryStart, section); !read)
        return tl::unexpected(read.error());
    if (footer->summaryCrc != 0 && crc32(section) != footer->summaryCrc) return false;
    McapRecordCursor records(std::span<const std::byte>(section).first(footerAt - footer->summaryStart));
    bool hasStatistics = false;
    while (records.next()) {
        const std::span<const std::byte> bytes = records.content();
        bool whole = true;
        if (records.op() == McapOp::Schema) {
            auto schema = parseSchema(bytes);
            whole = schema.has_value();
            if (whole) summary.schemas.emplace(schema->id, std::move(*schema));
        } else if (records.op() == McapOp::Channel) {
            auto channel = parseChannel(bytes);
            whole = channel.has_value();
            if (whole) summary.channels.emplace(channel->id, std::move(*channel));
        } else if (records.op() == McapOp::ChunkIndex) {
            auto chunk = parseChunkIndex(bytes);
            whole = chunk.has_value();
            if (whole) summary.chunks.push_back(std::move(*chunk));
        } else if (records.op() == McapOp::AttachmentIndex) {
            auto attachment = parseAttachmentIndex(bytes);
            whole = attachment.has_value();
            if (whole) summary.attachments.push_back(std::move(*attachment));
        } else if (records.op() == McapOp::MetadataIndex) {
            auto metadata = parseMetadataIndex(bytes);
            whole = metadata.has_value();
            if (whole) summary.metadata.push_back(std::move(*metadata));
        } else if (records.op() == McapOp::Statistics) {
            auto statistics = parseStatistics(bytes);
            whole = hasStatistics = statistics.has_value();
            if (whole) summary.statistics = std::move(*statistics);
        }
        if (!whole || summary.chunks.size() > limits.chunks) return false;
    }
    if (records.isDamaged() || !hasStatistics) return false;
    // A summary that leaves out indexes of what the file holds cannot stand in for a scan.
    const McapStatistics& statistics = summary.statistics;
    const bool repeatsChannels = summary.channels.size() >= statistics.channelMessageCounts.size();
    return repeatsChannels && (statistics.messageCount == 0 || !summary.chunks.empty()) &&
           summary.attachments.size() == statistics.attachmentCount &&
           summary.metadata.size() == statistics.metadataCount;
}

Result<std::vector<std::byte>> McapReader::Private::content(McapOp op, std::uint64_t offset, std::uint64_t length) const
{
    if (length < kMcapPrefix || length > limits.chunkBytes)
        return fail("the record at offset " + std::to_string(offset) + " has an impossible length");
    std::vector<std::byte> bytes(static_cast<std::size_t>(length));
    if (const Result<void> read = readExactly(*file, offset, bytes); !read) return tl::unexpected(read.error());
    McapRecordCursor cursor(bytes);
    if (!cursor.next() || cursor.op() != op || cursor.end() != length)
        return fail("the record at offset " + std::to_string(offset) + " is not what the index says");
    bytes.erase(bytes.begin(), bytes.begin() + kMcapPrefix);
    return bytes;
}

struct McapMessages::Private {
    const McapReader::Private& reader;
    McapFilter filter;
    McapOrder order = McapOrder::Time;
    std::vector<std::size_t> chunks;  ///< of the summary, in the order they are opened
    std::size_t nextChunk = 0;
    std::vector<std::unique_ptr<OpenChunk>> open;  ///< a heap, the earliest message first
    std::size_t openBytes = 0;
    std::unique_ptr<OpenChunk> current;
    McapMessage message;
    std::vector<McapDamage> damage;

    [[nodiscard]] bool wants(const McapChunkIndex& chunk) const;
    [[nodiscard]] bool wants(const McapMessage& found) const;
    Result<void> openNext();
    void push(std::unique_ptr<OpenChunk> chunk);
    std::unique_ptr<OpenChunk> pop();
    Result<void> load(const McapChunkIndex& chunk, OpenChunk& into);
    void putBack();
};

bool McapMessages::Private::wants(const McapChunkIndex& chunk) const
{
    if (chunk.endTime < filter.from || chunk.startTime >= filter.to) return false;
    if (filter.channels.empty() || chunk.messageIndexes.empty()) return true;
    return std::ranges::any_of(chunk.messageIndexes, [&](const McapIndexPlace& place) {
        return std::ranges::find(filter.channels, place.channelId) != filter.channels.end();
    });
}

bool McapMessages::Private::wants(const McapMessage& found) const
{
    return found.logTime >= filter.from && found.logTime < filter.to &&
           (filter.channels.empty() || std::ranges::find(filter.channels, found.channelId) != filter.channels.end());
}

Result<void> McapMessages::Private::load(const McapChunkIndex& chunk, OpenChunk& into)
{
    if (chunk.bare) {
        into.bytes.resize(static_cast<std::size_t>(chunk.length));
        if (const Result<void> read = readExactly(*reader.file, chunk.offset, into.bytes); !read) return read;
        into.unpacked.records = into.bytes;
    } else {
        Result<std::vector<std::byte>> content = reader.content(McapOp::Chunk, chunk.offset, chunk.length);
        if (!content) return tl::unexpected(content.error());
        into.bytes = std::move(*content);
        const std::optional<McapChunk> parsed = parseChunk(into.bytes);
        if (!parsed) return fail("the fields of a chunk contradict each other");
        if (const auto problem = unpack(*parsed, reader.limits.chunkBytes, into.unpacked))
            return fail("a chunk is damaged: " + *problem);
    }
    McapRecordCursor cursor(into.unpacked.records);
    while (cursor.next()) {
        if (cursor.op() != McapOp::Message) continue;
        const std::optional<McapMessage> found = parseMessage(cursor.content());
        if (found && wants(*found)) into.wanted.push_back({found->logTime, cursor.offset()});
    }
    if (order == McapOrder::Time) std::ranges::stable_sort(into.wanted, {}, &McapIndexEntry::logTime);
    return {};
}

Result<void> McapMessages::Private::openNext()
{
    const std::size_t rank = chunks[nextChunk++];
    const McapChunkIndex& index = reader.summary.chunks[rank];
    auto chunk = std::make_unique<OpenChunk>();
    chunk->rank = rank;
    if (const Result<void> loaded = load(index, *chunk); !loaded) {
        if (damage.size() < reader.limits.damages)
            damage.push_back({index.offset, index.length, loaded.error().message});
        return {};
    }
    if (chunk->wanted.empty()) return {};
    openBytes += chunk->size();
    if (openBytes > reader.limits.openBytes)
        return fail("the chunks of the file overlap in time so much that reading it in order of time would take more "
                    "than " +
                    std::to_string(reader.limits.openBytes >> 20U) + " MiB: read it in the order of the file");
    push(std::move(chunk));
    return {};
}

void McapMessages::Private::push(std::unique_ptr<OpenChunk> chunk)
{
    open.push_back(std::move(chunk));
    std::ranges::push_heap(open, Later());
}

std::unique_ptr<OpenChunk> McapMessages::Private::pop()
{
    std::ranges::pop_heap(open, Later());
    std::unique_ptr<OpenChunk> first = std::move(open.back());
    open.pop_back();
    return first;
}

void McapMessages::Private::putBack()
{
    if (!current) return;
    if (++current->next < current->wanted.size()) {
        push(std::move(current));
    } else {
        openBytes -= current->size();
        current.reset();
    }
}

McapMessages::McapMessages(std::unique_ptr<Private> state) : m_p(std::move(state)) {}
McapMessages::~McapMessages() = default;
McapMessages::McapMessages(McapMessages&&) noexcept = default;
McapMessages& McapMessages::operator=(McapMessages&&) noexcept = default;

const std::vector<McapDamage>& McapMessages::damage() const { return m_p->damage; }

Result<const McapMessage*> McapMessages::next()
{
    Private& p = *m_p;
    // Most steps stay inside one chunk: no heap while nothing else can come first.
    if (p.current && p.open.empty() && p.current->next + 1 < p.current->wanted.size() &&
        (p.order == McapOrder::File || p.nextChunk == p.chunks.size() ||
         p.reader.summary.chunks[p.chunks[p.nextChunk]].startTime > p.current->wanted[p.current->next + 1].logTime)) {
        ++p.current->next;
    } else {
        p.putBack();
        while (p.nextChunk < p.chunks.size()) {
            const bool needed =
                p.open.empty() || (p.order == McapOrder::Time &&
                                   p.reader.summary.chunks[p.chunks[p.nextChunk]].startTime <= p.open.front()->time());
            if (!needed) break;
            if (const Result<void> opened = p.openNext(); !opened) return tl::unexpected(opened.error());
        }
        if (p.open.empty()) return nullptr;
        p.current = p.pop();
    }
    const std::span<const std::byte> records = p.current->unpacked.records;
    McapRecordCursor cursor(records.subspan(static_cast<std::size_t>(p.current->wanted[p.current->next].offset)));
    if (!cursor.next()) return nullptr;
    p.message = parseMessage(cursor.content()).value_or(McapMessage{});
    return &p.message;
}

McapReader::McapReader(std::unique_ptr<Private> state) : m_p(std::move(state)) {}
McapReader::~McapReader() = default;

Result<std::unique_ptr<McapReader>> McapReader::open(std::unique_ptr<File> file, const McapLimits& limits)
{
    auto state = std::make_unique<Private>();
    state->file = std::move(file);
    state->limits = limits;
    const Result<std::uint64_t> size = state->file->size();
    if (!size) return tl::unexpected(size.error());
    std::vector<std::byte> head(static_cast<std::size_t>(std::min<std::uint64_t>(*size, 4096)));
    if (const Result<void> read = readExactly(*state->file, 0, head); !read) return tl::unexpected(read.error());
    if (head.size() < kMcapMagic.size() || !std::equal(kMcapMagic.begin(), kMcapMagic.end(), head.begin()))
        return fail("this is not an MCAP file: it does not begin like one");
    McapRecordCursor cursor(std::span<const std::byte>(head).subspan(kMcapMagic.size()));
    if (cursor.next() && cursor.op() == McapOp::Header)
        state->header = parseHeader(cursor.content()).value_or(McapHeader{});

    const Result<bool> indexed = state->readSummary(*size);
    if (!indexed) return tl::unexpected(indexed.error());
    state->finished = *indexed;
    if (!*indexed) {
        Result<McapScan> scan = scanMcap(*state->file, limits);
        if (!scan) return tl::unexpected(scan.error());
        state->header = std::move(scan->header);
        state->summary = std::move(scan->summary);
        state->damage = std::move(scan->damage);
    }
    return std::unique_ptr<McapReader>(new McapReader(std::move(state)));
}

const McapHeader& McapReader::header() const { return m_p->header; }
const McapSummary& McapReader::summary() const { return m_p->summary; }
bool McapReader::isFinished() const { return m_p->finished; }
const std::vector<McapDamage>& McapReader::damage() const { return m_p->damage; }

const McapChannel* McapReader::channelOf(std::string_view topic) const
{
    for (const auto& [id, channel] : m_p->summary.channels)
        if (channel.topic == topic) return &channel;
    return nullptr;
}

const McapSchema* McapReader::schemaOf(const McapChannel& channel) const
{
    const auto found = m_p->summary.schemas.find(channel.schemaId);
    return found == m_p->summary.schemas.end() ? nullptr : &found->second;
}

McapMessages McapReader::messages(McapFilter filter, McapOrder order) const
{
    auto pass = std::make_unique<McapMessages::Private>(McapMessages::Private{.reader = *m_p});
    pass->filter = std::move(filter);
    pass->order = order;
    const std::vector<McapChunkIndex>& chunks = m_p->summary.chunks;
    for (std::size_t i = 0; i < chunks.size(); ++i)
        if (pass->wants(chunks[i])) pass->chunks.push_back(i);
    const auto key = [&](std::size_t i) { return order == McapOrder::Time ? chunks[i].startTime : 0; };
    std::ranges::stable_sort(pass->chunks, [&](std::size_t a, std::size_t b) {
        return key(a) != key(b) ? key(a) < key(b) : chunks[a].offset < chunks[b].offset;
    });
    return McapMessages(std::move(pass));
}

Result<McapMetadata> McapReader::metadata(const McapMetadataIndex& index) const
{
    const auto content = m_p->content(McapOp::Metadata, index.offset, index.length);
    if (!content) return tl::unexpected(content.error());
    std::optional<McapMetadata> metadata = parseMetadata(*content);
    if (!metadata) return fail("the metadata " + index.name + " is damaged");
    return std::move(*metadata);
}

Result<std::vector<std::byte>> McapReader::attachment(const McapAttachmentIndex& index) const
{
    const auto content = m_p->content(McapOp::Attachment, index.offset, index.length);
    if (!content) return tl::unexpected(content.error());
    const std::optional<McapAttachment> attachment = parseAttachment(*content);
    if (!attachment) return fail("the attachment " + index.name + " is damaged");
    return std::vector<std::byte>(attachment->data.begin(), attachment->data.end());
}

}  // namespace understudy
