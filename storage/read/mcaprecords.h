#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "storage/read/mcap.h"

namespace understudy {

struct McapHeader {
    std::string profile;
    std::string library;
};

/// Where a message of a chunk lies: log time and offset into the uncompressed records.
struct McapIndexEntry {
    std::int64_t logTime = 0;
    std::uint64_t offset = 0;

    bool operator==(const McapIndexEntry&) const = default;
};

struct McapFooter {
    std::uint64_t summaryStart = 0;
    std::uint64_t summaryOffsetStart = 0;
    std::uint32_t summaryCrc = 0;
};

/// A chunk record without its message indexes; `records` points into what was parsed.
struct McapChunk {
    std::int64_t startTime = 0;
    std::int64_t endTime = 0;
    std::uint64_t uncompressedSize = 0;
    std::uint32_t uncompressedCrc = 0;  ///< 0: not checked
    McapCompression compression = McapCompression::None;
    std::span<const std::byte> records;
};

/// Values of up to eight bytes, little-endian.
template <typename T>
void appendValue(std::vector<std::byte>& out, T value)
{
    const auto* bytes = reinterpret_cast<const std::byte*>(&value);
    out.insert(out.end(), bytes, bytes + sizeof(T));
}
void appendText(std::vector<std::byte>& out, std::string_view text);

/// Whole records, prefix included.
void appendHeader(std::vector<std::byte>& out, std::string_view profile, std::string_view library);
void append(std::vector<std::byte>& out, const McapSchema& schema);
void append(std::vector<std::byte>& out, const McapChannel& channel);
void append(std::vector<std::byte>& out, std::uint16_t channel, std::span<const McapIndexEntry> entries);
void append(std::vector<std::byte>& out, const McapChunkIndex& index);
void append(std::vector<std::byte>& out, const McapAttachmentIndex& index);
void append(std::vector<std::byte>& out, const McapMetadataIndex& index);
void append(std::vector<std::byte>& out, const McapStatistics& statistics, std::size_t schemaCount,
            std::size_t channelCount);
void appendMetadata(std::vector<std::byte>& out, std::string_view name,
                    const std::map<std::string, std::string>& metadata);
/// Prefix and fields of a chunk; `stored` bytes of records must follow.
void appendChunkHead(std::vector<std::byte>& out, const McapChunk& chunk, std::uint64_t stored);

/// The end of a file in parts, for a writer that does not hold its chunk indexes in memory: head(), the chunk index
/// records that add() is told of, tail().
class McapClosing {
public:
    /// `dataEnd` is the offset at which head() will be written, `dataCrc` the checksum of everything before it (0: not
    /// known); `summary` outlives this, and its chunks are not used.
    McapClosing(const McapSummary& summary, std::uint64_t dataEnd, std::uint32_t dataCrc = 0);

    [[nodiscard]] const std::vector<std::byte>& head() const { return m_bytes; }
    void add(std::span<const std::byte> chunkIndexes);
    /// The last call.
    [[nodiscard]] std::vector<std::byte> tail();

private:
    struct Group {
        McapOp op;
        std::uint64_t start;
        std::uint64_t length;
    };
    void group(McapOp op, const std::function<void()>& write);

    const McapSummary& m_summary;
    std::vector<std::byte> m_bytes;
    std::vector<Group> m_groups;
    std::uint64_t m_start = 0;  ///< of the summary section
    std::uint64_t m_end = 0;    ///< of what was added to it
    std::uint64_t m_chunksStart = 0;
    std::uint32_t m_crc = 0;
};

/// What follows the last message index of a file: DataEnd, summary, summary offsets, footer, magic.
/// `dataEnd` is the offset the result will be written at.
[[nodiscard]] std::vector<std::byte> closingSection(const McapSummary& summary, std::uint64_t dataEnd,
                                                    std::uint32_t dataCrc = 0);

/// Contents of records, without the prefix; nothing when they are cut or contradict themselves.
[[nodiscard]] std::optional<McapHeader> parseHeader(std::span<const std::byte> content);
[[nodiscard]] std::optional<McapSchema> parseSchema(std::span<const std::byte> content);
[[nodiscard]] std::optional<McapChannel> parseChannel(std::span<const std::byte> content);
[[nodiscard]] std::optional<McapMessage> parseMessage(std::span<const std::byte> content);
[[nodiscard]] std::optional<McapChunk> parseChunk(std::span<const std::byte> content);
[[nodiscard]] std::optional<McapChunkIndex> parseChunkIndex(std::span<const std::byte> content);
[[nodiscard]] std::optional<McapAttachmentIndex> parseAttachmentIndex(std::span<const std::byte> content);
[[nodiscard]] std::optional<McapMetadataIndex> parseMetadataIndex(std::span<const std::byte> content);
[[nodiscard]] std::optional<McapStatistics> parseStatistics(std::span<const std::byte> content);
[[nodiscard]] std::optional<McapFooter> parseFooter(std::span<const std::byte> content);

struct McapMetadata {
    std::string name;
    std::map<std::string, std::string> values;
};
[[nodiscard]] std::optional<McapMetadata> parseMetadata(std::span<const std::byte> content);

struct McapAttachment {
    McapAttachmentIndex index;  ///< but for its place
    std::span<const std::byte> data;
};
/// Also nothing when the checksum differs.
[[nodiscard]] std::optional<McapAttachment> parseAttachment(std::span<const std::byte> content);

/// The records of a chunk as they were before compression. Fails for a size above `limit`, a stream that does not
/// decode, or a checksum that differs.
struct McapUnpacked {
    std::vector<std::byte> buffer;       ///< used by compressed chunks
    std::span<const std::byte> records;  ///< into `buffer` or into the chunk
};
/// Nothing on success, else what is wrong, as the rest of a sentence.
[[nodiscard]] std::optional<std::string> unpack(const McapChunk& chunk, std::uint64_t limit, McapUnpacked& into);

[[nodiscard]] std::string_view nameOf(McapCompression compression);

/// Walks records laid end to end.
class McapRecordCursor {
public:
    explicit McapRecordCursor(std::span<const std::byte> records) : m_records(records) {}

    /// False at the end or at a record that does not fit; then isDamaged() tells which.
    [[nodiscard]] bool next();
    [[nodiscard]] bool isDamaged() const { return m_damaged; }
    [[nodiscard]] McapOp op() const { return m_op; }
    [[nodiscard]] std::span<const std::byte> content() const { return m_content; }
    [[nodiscard]] std::size_t offset() const { return m_offset; }  ///< of the present record's prefix
    [[nodiscard]] std::size_t end() const { return m_next; }

private:
    std::span<const std::byte> m_records;
    std::span<const std::byte> m_content;
    std::size_t m_offset = 0;
    std::size_t m_next = 0;
    McapOp m_op{};
    bool m_damaged = false;
};

}  // namespace understudy
