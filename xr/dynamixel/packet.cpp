#include "xr/dynamixel/packet.h"

#include <algorithm>

namespace understudy {
namespace {

constexpr std::array<std::byte, 3> kHeader{std::byte{0xFF}, std::byte{0xFF}, std::byte{0xFD}};
constexpr std::size_t kFront = 7;  // header, reserved, id, length
constexpr std::size_t kCrc = 2;

constexpr std::array<std::uint16_t, 256> kTable = [] {
    std::array<std::uint16_t, 256> table{};
    for (unsigned i = 0; i < table.size(); ++i) {
        unsigned crc = i << 8U;
        for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000U) ? (crc << 1U) ^ 0x8005U : crc << 1U;
        table[i] = static_cast<std::uint16_t>(crc);
    }
    return table;
}();

bool endsInHeader(std::span<const std::byte> bytes)
{
    return bytes.size() >= kHeader.size() && std::ranges::equal(bytes.last(kHeader.size()), kHeader);
}

}  // namespace

std::uint16_t dxlCrc(std::span<const std::byte> bytes, std::uint16_t crc)
{
    for (const std::byte byte : bytes)
        crc = static_cast<std::uint16_t>((crc << 8U) ^ kTable[(crc >> 8U) ^ static_cast<unsigned>(byte)]);
    return crc;
}

void writeDxl(std::uint8_t id, std::uint8_t instruction, std::span<const std::byte> parameters,
              std::vector<std::byte>& out)
{
    const std::size_t start = out.size();
    out.insert(out.end(), kHeader.begin(), kHeader.end());
    for (const unsigned value : {0U, unsigned{id}, 0U, 0U, unsigned{instruction}})
        out.push_back(static_cast<std::byte>(value));
    for (const std::byte byte : parameters) {
        out.push_back(byte);
        if (endsInHeader(std::span(out).subspan(start + kFront))) out.push_back(std::byte{0xFD});
    }
    const std::size_t length = out.size() - start - kFront + kCrc;
    out[start + 5] = static_cast<std::byte>(length & 0xFFU);
    out[start + 6] = static_cast<std::byte>(length >> 8U);
    const std::uint16_t crc = dxlCrc(std::span(out).subspan(start));
    out.push_back(static_cast<std::byte>(crc & 0xFFU));
    out.push_back(static_cast<std::byte>(crc >> 8U));
}

void PacketScanner::push(std::span<const std::byte> bytes)
{
    if (bytes.size() > m_bytes.size()) bytes = bytes.last(m_bytes.size());
    if (m_size + bytes.size() > m_bytes.size()) drop(m_size + bytes.size() - m_bytes.size());
    std::ranges::copy(bytes, m_bytes.begin() + static_cast<std::ptrdiff_t>(m_size));
    m_size += bytes.size();
}

void PacketScanner::drop(std::size_t count)
{
    std::copy(m_bytes.begin() + static_cast<std::ptrdiff_t>(count),
              m_bytes.begin() + static_cast<std::ptrdiff_t>(m_size), m_bytes.begin());
    m_size -= count;
}

const DxlPacket* PacketScanner::next()
{
    while (true) {
        const auto held = std::span(m_bytes).first(m_size);
        const auto found = std::ranges::search(held, kHeader).begin();
        // Of a header the last two bytes may be here already.
        const auto rubbish = static_cast<std::size_t>(found - held.begin());
        const std::size_t skip = found == held.end() ? m_size - std::min<std::size_t>(m_size, 2) : rubbish;
        if (skip > 0) {
            m_skipped += skip;
            drop(skip);
        }
        if (m_size < kFront) return nullptr;
        const std::size_t length = static_cast<std::size_t>(m_bytes[5]) | static_cast<std::size_t>(m_bytes[6]) << 8U;
        const std::size_t whole = kFront + length;
        if (m_bytes[3] == std::byte{0xFD} || length < 1 + kCrc || whole > kDxlLongest) {
            ++m_skipped;
            drop(1);
            continue;
        }
        if (m_size < whole) return nullptr;
        const std::uint16_t crc = dxlCrc(std::span(m_bytes).first(whole - kCrc));
        if (m_bytes[whole - 2] != static_cast<std::byte>(crc & 0xFFU) ||
            m_bytes[whole - 1] != static_cast<std::byte>(crc >> 8U)) {
            // What was taken for a packet may hold the beginning of a real one.
            ++m_badCrcs;
            drop(1);
            continue;
        }
        m_packet.id = static_cast<std::uint8_t>(m_bytes[4]);
        m_packet.instruction = static_cast<std::uint8_t>(m_bytes[kFront]);
        m_packet.size = 0;
        const auto body = std::span(m_bytes).subspan(kFront, length - kCrc);
        const bool stuffed =
            m_packet.id != kDxlBroadcast || m_packet.instruction != static_cast<std::uint8_t>(DxlInstruction::Status);
        for (std::size_t i = 1; i < body.size(); ++i) {
            m_packet.parameters[m_packet.size++] = body[i];
            if (stuffed && endsInHeader(body.first(i + 1)) && i + 1 < body.size() && body[i + 1] == std::byte{0xFD})
                ++i;
        }
        drop(whole);
        return &m_packet;
    }
}

std::optional<DxlFastPart> fastSyncPart(const DxlPacket& reply, std::size_t index, std::size_t count,
                                        std::size_t length)
{
    // Per device: error, id, data, CRC; the packet's own CRC is the last device's.
    if (reply.id != kDxlBroadcast || count == 0 || index >= count || reply.size != count * (length + 4) - kCrc)
        return std::nullopt;
    const auto part = reply.data().subspan(index * (length + 4), length + 2);
    return DxlFastPart{
        .id = static_cast<std::uint8_t>(part[1]), .error = static_cast<std::uint8_t>(part[0]), .data = part.subspan(2)};
}

}  // namespace understudy
