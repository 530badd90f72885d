#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace understudy {

/// Dynamixel Protocol 2.0.
enum class DxlInstruction : std::uint8_t {
    Ping = 0x01,
    Read = 0x02,
    Write = 0x03,
    Status = 0x55,
    SyncRead = 0x82,
    FastSyncRead = 0x8A
};
inline constexpr std::uint8_t kDxlBroadcast = 0xFE;
inline constexpr std::size_t kDxlLongest = 1024;  ///< bytes of a packet that is still believed

/// CRC-16 of the protocol (polynomial 0x8005, from 0, MSB first).
[[nodiscard]] std::uint16_t dxlCrc(std::span<const std::byte> bytes, std::uint16_t crc = 0);

/// A packet without header, length, stuffing and CRC. For a status the first parameter is the error byte.
struct DxlPacket {
    std::uint8_t id = 0;
    std::uint8_t instruction = 0;
    std::array<std::byte, kDxlLongest> parameters{};
    std::size_t size = 0;

    [[nodiscard]] std::span<const std::byte> data() const { return std::span(parameters).first(size); }
};

/// Appends the packet to `out`, whose capacity is the caller's.
void writeDxl(std::uint8_t id, std::uint8_t instruction, std::span<const std::byte> parameters,
              std::vector<std::byte>& out);

/// Finds packets in what a bus gives: leading rubbish is skipped, a wrong CRC counted and skipped, stuffing taken out
/// (not of fast sync replies, which have none). Never allocates.
class PacketScanner {
public:
    /// Bytes beyond what fits push out the oldest.
    void push(std::span<const std::byte> bytes);
    /// The next whole packet; valid until the next call.
    [[nodiscard]] const DxlPacket* next();
    void clear() { m_size = 0; }
    [[nodiscard]] std::uint64_t badCrcs() const { return m_badCrcs; }
    [[nodiscard]] std::uint64_t skipped() const { return m_skipped; }  ///< bytes that belonged to no packet

private:
    void drop(std::size_t count);

    std::array<std::byte, 4 * kDxlLongest> m_bytes{};
    std::size_t m_size = 0;
    DxlPacket m_packet;
    std::uint64_t m_badCrcs = 0;
    std::uint64_t m_skipped = 0;
};

/// One device's part of a fast sync reply.
struct DxlFastPart {
    std::uint8_t id = 0;
    std::uint8_t error = 0;
    std::span<const std::byte> data;
};
/// The part of the device at `index` in a fast sync reply of `count` devices with `length` bytes each.
[[nodiscard]] std::optional<DxlFastPart> fastSyncPart(const DxlPacket& reply, std::size_t index, std::size_t count,
                                                      std::size_t length);

}  // namespace understudy
