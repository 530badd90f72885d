#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace understudy {

/// The records of an MCAP file (version 0 of the format). Times are Unix nanoseconds, offsets count from the start
/// of the file unless a name says otherwise.
enum class McapOp : std::uint8_t {
    Header = 0x01,
    Footer = 0x02,
    Schema = 0x03,
    Channel = 0x04,
    Message = 0x05,
    Chunk = 0x06,
    MessageIndex = 0x07,
    ChunkIndex = 0x08,
    Attachment = 0x09,
    AttachmentIndex = 0x0A,
    Statistics = 0x0B,
    Metadata = 0x0C,
    MetadataIndex = 0x0D,
    SummaryOffset = 0x0E,
    DataEnd = 0x0F,
    /// Ours, from the range that readers skip: chunk index records on their way to the summary.
    SpilledIndexes = 0x80,
};

inline constexpr std::array<std::byte, 8> kMcapMagic{std::byte{0x89}, std::byte{'M'}, std::byte{'C'},  std::byte{'A'},
                                                     std::byte{'P'},  std::byte{'0'}, std::byte{'\r'}, std::byte{'\n'}};
inline constexpr std::size_t kMcapPrefix = 9;  ///< opcode and length before every record's content
inline constexpr std::size_t kMcapMessageHeader = 22;
inline constexpr std::size_t kMcapFooter = 20;

struct McapSchema {
    std::uint16_t id = 0;
    std::string name;      ///< "pkg/msg/Type"
    std::string encoding;  ///< "ros2msg"
    std::string data;

    bool operator==(const McapSchema&) const = default;
};

struct McapChannel {
    std::uint16_t id = 0;
    std::uint16_t schemaId = 0;  ///< 0: none
    std::string topic;
    std::string messageEncoding;  ///< "cdr"
    std::map<std::string, std::string> metadata;

    bool operator==(const McapChannel&) const = default;
};

/// One message; `data` belongs to whoever handed the message out.
struct McapMessage {
    std::uint16_t channelId = 0;
    std::uint32_t sequence = 0;
    std::int64_t logTime = 0;
    std::int64_t publishTime = 0;
    std::span<const std::byte> data;
};

enum class McapCompression : std::uint8_t { None, Lz4, Zstd };

/// The index of one channel's messages in a chunk. Small, because a long recording keeps one per chunk and channel.
struct McapIndexPlace {
    std::uint16_t channelId = 0;
    std::uint32_t offset = 0;  ///< from the end of the chunk
};

/// Where a chunk lies and which channels it holds.
struct McapChunkIndex {
    std::int64_t startTime = 0;
    std::int64_t endTime = 0;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;                    ///< of the whole record
    std::vector<McapIndexPlace> messageIndexes;  ///< by channel; empty when the file has none
    std::uint64_t messageIndexLength = 0;
    McapCompression compression = McapCompression::None;
    std::uint64_t compressedSize = 0;
    std::uint64_t uncompressedSize = 0;
    bool bare = false;  ///< not a chunk: a run of message records of a file without chunks
};

struct McapAttachmentIndex {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::int64_t logTime = 0;
    std::int64_t createTime = 0;
    std::uint64_t dataSize = 0;
    std::string name;
    std::string mediaType;
};

struct McapMetadataIndex {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::string name;
};

struct McapStatistics {
    std::uint64_t messageCount = 0;
    std::uint32_t attachmentCount = 0;
    std::uint32_t metadataCount = 0;
    std::uint32_t chunkCount = 0;
    std::int64_t startTime = 0;  ///< 0 without messages
    std::int64_t endTime = 0;
    std::map<std::uint16_t, std::uint64_t> channelMessageCounts;

    void count(std::uint16_t channel, std::int64_t logTime);
};

/// Everything a summary section says.
struct McapSummary {
    std::map<std::uint16_t, McapSchema> schemas;
    std::map<std::uint16_t, McapChannel> channels;
    std::vector<McapChunkIndex> chunks;
    std::vector<McapAttachmentIndex> attachments;
    std::vector<McapMetadataIndex> metadata;
    McapStatistics statistics;
};

/// A place in a file that cannot be trusted, as a sentence.
struct McapDamage {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::string reason;
};

}  // namespace understudy
