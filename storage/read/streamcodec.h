#pragma once

#include <optional>

#include "core/clock.h"
#include "core/result.h"
#include "storage/read/episodevalue.h"
#include "storage/read/mcap.h"
#include "storage/read/messagetypes.h"

namespace understudy {

/// In StreamInfo::metadata of a camera: what its images are, where that is not colour.
inline constexpr const char* kPixelsKey = "pixels";
inline constexpr std::string_view kDepthPixels = "depth16_mm";  ///< lossless, see VideoEncoder

/// One MCAP channel of a stream.
struct ChannelSpec {
    std::string topic;
    MessageType type = MessageType::Event;
    std::map<std::string, std::string> metadata;
};

/// One message; `channel` counts into StreamEncoder::channels().
struct EncodedMessage {
    std::size_t channel = 0;
    std::uint32_t sequence = 0;
    std::int64_t logTime = 0;      ///< Unix ns of the capture
    std::int64_t publishTime = 0;  ///< Unix ns of the arrival
    std::vector<std::byte> data;
};

/// Turns the records of one stream into messages. Standard types are used where they say everything; what they leave
/// out (raw stamps, the robot's base) stands in a message of ours right before:
///
///   operator   <name> OperatorSample            robot  <name>/base RobotBase, <name> JointState
///   step       <name> Step, /teleop/command JointState
///   imu        <name>/stamps, <name> Imu        wrench <name>/stamps, <name> WrenchStamped
///   transforms <name>/stamps, <name> TFMessage  contacts, taxels, event: <name>
///   camera     /camera/<name>/image_index ImageIndex
class StreamEncoder {
public:
    /// Fails for a kind that is not listed above, or a prototype of another kind.
    [[nodiscard]] static Result<StreamEncoder> create(const StreamInfo& info, const WallAnchor& anchor);

    [[nodiscard]] const std::vector<ChannelSpec>& channels() const { return m_channels; }
    /// Valid until the next call; buffers are reused. An image gives none: a camera's messages come from
    /// PacketLocation.
    [[nodiscard]] std::span<const EncodedMessage> encode(const Record& record);
    /// For every alternative of Record but images, and for PacketLocation.
    template <typename T>
    [[nodiscard]] std::span<const EncodedMessage> encodeValue(const T& value)
    {
        m_used = 0;
        put(value);
        return std::span<const EncodedMessage>(m_messages).first(m_used);
    }

private:
    StreamEncoder(const StreamInfo& info, const WallAnchor& anchor) : m_info(info), m_anchor(anchor) {}
    std::vector<std::byte>& begin(std::size_t channel, const Stamps& stamps, std::uint64_t sequence);
    template <typename T>
    void put(const T& value);

    StreamInfo m_info;
    WallAnchor m_anchor;
    std::vector<ChannelSpec> m_channels;
    std::vector<EncodedMessage> m_messages;
    std::size_t m_used = 0;
};

/// A stream as an episode's channels describe it; the prototype is empty.
struct StoredStream {
    StreamInfo info;
    std::uint16_t channel = 0;               ///< that carries the values
    std::optional<std::uint16_t> companion;  ///< that carries stamps or base
};

/// Streams of a file, by channel metadata. Channels of others are left out.
[[nodiscard]] std::vector<StoredStream> streamsOf(const McapSummary& summary);

/// Turns the messages of one stream back into values; give it every message of both channels, in order.
class StreamDecoder {
public:
    StreamDecoder(StoredStream stream, const WallAnchor& anchor) : m_stream(std::move(stream)), m_anchor(anchor) {}

    [[nodiscard]] const StoredStream& stream() const { return m_stream; }
    /// Null for a companion. An error names what is wrong with the message.
    [[nodiscard]] Result<const EpisodeValue*> decode(const McapMessage& message);

private:
    struct Companion {
        std::int64_t logTime = -1;
        Stamps stamps;
        std::uint64_t sequence = 0;
        Pose base;
    };

    StoredStream m_stream;
    WallAnchor m_anchor;
    Companion m_companion;
    EpisodeValue m_value;
};

/// The value of offered_qos_profiles.
enum class Durability : std::uint8_t { Volatile, Latched };
[[nodiscard]] std::string qosProfile(Durability durability);

}  // namespace understudy
