#pragma once

#include <optional>
#include <vector>

#include "core/clock.h"
#include "xr/dynamixel/packet.h"
#include "xr/dynamixel/serialport.h"

namespace understudy {

/// What one servo answered to a ping.
struct DxlServo {
    std::uint8_t id = 0;
    std::uint16_t model = 0;
    std::uint8_t firmware = 0;
};

/// The host's end of one bus. One thread; allocates nothing after construction.
class DynamixelBus {
public:
    enum class Outcome { Done, NoAnswer, Refused, PortGone };

    explicit DynamixelBus(SerialPort port, int baud);

    [[nodiscard]] std::optional<DxlServo> ping(std::uint8_t id);
    /// One or two bytes at an address.
    [[nodiscard]] Outcome write(std::uint8_t id, std::uint16_t address, std::span<const std::byte> data);
    [[nodiscard]] Outcome read(std::uint8_t id, std::uint16_t address, std::span<std::byte> into);

    /// The same `length` bytes of every id into `into`, one after the other in the order of `ids`; `answered` says
    /// whose came. NoAnswer when any is missing.
    [[nodiscard]] Outcome syncRead(std::span<const std::uint8_t> ids, std::uint16_t address, std::size_t length,
                                   std::span<std::byte> into, std::span<bool> answered);

    [[nodiscard]] bool isGone() const { return m_gone; }
    [[nodiscard]] std::uint64_t badCrcs() const { return m_scanner.badCrcs(); }
    /// Whether any answer said that a hardware error is latched (undervoltage, overheating, overload …).
    [[nodiscard]] bool hasAlert() const { return m_alert; }

private:
    [[nodiscard]] bool send(std::uint8_t id, DxlInstruction instruction, std::span<const std::byte> parameters);
    /// The next status packet before the time; echoes of instructions are passed over.
    [[nodiscard]] const DxlPacket* status(Timestamp before);
    [[nodiscard]] Timestamp deadline(std::size_t bytes) const;

    SerialPort m_port;
    double m_secondsPerByte;
    SteadyClock m_clock;
    PacketScanner m_scanner;
    std::vector<std::byte> m_out;
    bool m_gone = false;
    bool m_alert = false;
};

}  // namespace understudy
