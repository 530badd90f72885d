#include "xr/dynamixel/bus.h"

#include <algorithm>

namespace understudy {
namespace {

// Beside the bytes' own time: two waits of an FTDI adapter at its worst, and a little.
constexpr Duration kPatience = 34 * kMillisecond;
constexpr std::size_t kStatusBytes = 11;
constexpr std::uint8_t kAlert = 0x80;

std::byte low(std::size_t value) { return static_cast<std::byte>(value & 0xFFU); }
std::byte high(std::size_t value) { return static_cast<std::byte>((value >> 8U) & 0xFFU); }

}  // namespace

DynamixelBus::DynamixelBus(SerialPort port, int baud) : m_port(std::move(port)), m_secondsPerByte(10.0 / baud)
{
    m_out.reserve(kDxlLongest);
}

Timestamp DynamixelBus::deadline(std::size_t bytes) const
{
    return m_clock.now() + fromSeconds(m_secondsPerByte * static_cast<double>(bytes)) + kPatience;
}

bool DynamixelBus::send(std::uint8_t id, DxlInstruction instruction, std::span<const std::byte> parameters)
{
    // An answer that came too late would be taken for one to this question.
    m_port.discard();
    m_scanner.clear();
    m_out.clear();
    writeDxl(id, static_cast<std::uint8_t>(instruction), parameters, m_out);
    if (!m_port.write(m_out)) m_gone = true;
    return !m_gone;
}

const DxlPacket* DynamixelBus::status(Timestamp before)
{
    while (true) {
        while (const DxlPacket* packet = m_scanner.next()) {
            if (packet->instruction != static_cast<std::uint8_t>(DxlInstruction::Status) || packet->size == 0) continue;
            m_alert = m_alert || (static_cast<std::uint8_t>(packet->parameters[0]) & kAlert) != 0;
            return packet;
        }
        const Duration left = before - m_clock.now();
        if (left <= 0) return nullptr;
        std::array<std::byte, 512> buffer;
        const SerialPort::Read read = m_port.read(buffer, left);
        if (read.outcome == SerialPort::Outcome::Gone) {
            m_gone = true;
            return nullptr;
        }
        if (read.outcome == SerialPort::Outcome::Data) m_scanner.push(std::span(buffer).first(read.size));
    }
}

std::optional<DxlServo> DynamixelBus::ping(std::uint8_t id)
{
    if (!send(id, DxlInstruction::Ping, {})) return std::nullopt;
    const DxlPacket* answer = status(deadline(10 + 14));
    if (answer == nullptr || answer->id != id || answer->size < 4) return std::nullopt;
    return DxlServo{.id = id,
                    .model = static_cast<std::uint16_t>(static_cast<unsigned>(answer->parameters[1]) |
                                                        static_cast<unsigned>(answer->parameters[2]) << 8U),
                    .firmware = static_cast<std::uint8_t>(answer->parameters[3])};
}

DynamixelBus::Outcome DynamixelBus::write(std::uint8_t id, std::uint16_t address, std::span<const std::byte> data)
{
    std::array<std::byte, 16> parameters{low(address), high(address)};
    const std::size_t size = std::min<std::size_t>(data.size(), parameters.size() - 2);
    std::copy_n(data.begin(), size, parameters.begin() + 2);
    if (!send(id, DxlInstruction::Write, std::span(parameters).first(2 + size))) return Outcome::PortGone;
    const DxlPacket* answer = status(deadline(12 + size + kStatusBytes));
    if (answer == nullptr) return m_gone ? Outcome::PortGone : Outcome::NoAnswer;
    return (static_cast<std::uint8_t>(answer->parameters[0]) & ~kAlert) == 0 ? Outcome::Done : Outcome::Refused;
}

DynamixelBus::Outcome DynamixelBus::read(std::uint8_t id, std::uint16_t address, std::span<std::byte> into)
{
    const std::array<std::byte, 4> parameters{low(address), high(address), low(into.size()), high(into.size())};
    if (!send(id, DxlInstruction::Read, parameters)) return Outcome::PortGone;
    const DxlPacket* answer = status(deadline(14 + kStatusBytes + into.size()));
    if (answer == nullptr) return m_gone ? Outcome::PortGone : Outcome::NoAnswer;
    if (answer->id != id || answer->size != into.size() + 1) return Outcome::Refused;
    std::ranges::copy(answer->data().subspan(1), into.begin());
    return Outcome::Done;
}

DynamixelBus::Outcome DynamixelBus::syncRead(std::span<const std::uint8_t> ids, std::uint16_t address,
                                             std::size_t length, std::span<std::byte> into, std::span<bool> answered)
{
    std::array<std::byte, 260> parameters{low(address), high(address), low(length), high(length)};
    for (std::size_t i = 0; i < ids.size(); ++i) parameters[4 + i] = static_cast<std::byte>(ids[i]);
    std::ranges::fill(answered, false);
    if (!send(kDxlBroadcast, DxlInstruction::SyncRead, std::span(parameters).first(4 + ids.size())))
        return Outcome::PortGone;
    std::size_t missing = ids.size();
    const Timestamp before = deadline(14 + ids.size() * (1 + kStatusBytes + length));
    while (missing > 0) {
        const DxlPacket* answer = status(before);
        if (answer == nullptr) return m_gone ? Outcome::PortGone : Outcome::NoAnswer;
        const auto who = std::ranges::find(ids, answer->id);
        if (who == ids.end() || answer->size != length + 1) continue;
        const auto index = static_cast<std::size_t>(who - ids.begin());
        if (answered[index]) continue;
        std::ranges::copy(answer->data().subspan(1), into.begin() + static_cast<std::ptrdiff_t>(index * length));
        answered[index] = true;
        --missing;
    }
    return Outcome::Done;
}

}  // namespace understudy
