#pragma once

#include <cmath>
#include <cstring>
#include <memory>

#include "xr/network/networkdevice.h"

/// The template of docs/add-a-device.md: a dial on the network. Twelve bytes, little-endian: milliseconds of its clock (u32),
/// angle in rad (f32), 1 while its button is held (u32).
class DialParser final : public understudy::StreamParser {
public:
    [[nodiscard]] understudy::ParsedPacket parse(std::span<const std::byte> datagram, understudy::Timestamp,
                                                 understudy::OperatorSample& sample) override
    {
        using namespace understudy;
        std::uint32_t milliseconds = 0;
        float angle = 0;
        std::uint32_t held = 0;
        if (datagram.size() != sizeof(milliseconds) + sizeof(angle) + sizeof(held)) return {};
        std::memcpy(&milliseconds, datagram.data(), 4);
        std::memcpy(&angle, datagram.data() + 4, 4);
        std::memcpy(&held, datagram.data() + 8, 4);
        if (!std::isfinite(angle) || std::abs(angle) > 100) return {};
        sample.joints[0] = static_cast<double>(angle);
        sample.setHeld(Button::HoldToDrive, held == 1);
        return {.kind = PacketKind::Sample, .device = milliseconds * kMillisecond, .hasClock = true};
    }
    [[nodiscard]] const std::vector<std::string>& jointNames() const override { return m_jointNames; }

private:
    std::vector<std::string> m_jointNames{"dial"};
};

[[nodiscard]] inline std::unique_ptr<understudy::DeviceSource> makeDial(const std::string& sender, std::uint16_t port)
{
    return std::make_unique<understudy::NetworkDevice>(
        understudy::NetworkOptions{
            .name = "dial", .kind = "dial", .port = port, .sender = sender, .rateHz = 100, .maxPacketBytes = 12},
        std::make_unique<DialParser>());
}
