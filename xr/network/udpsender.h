#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/result.h"

namespace understudy {

/// Sends datagrams from one local address to one receiver: the sending side of stand-ins and tests. Owns its socket.
class UdpSender {
public:
    /// From any free port of `from`.
    [[nodiscard]] static Result<UdpSender> open(const std::string& from, const std::string& to, std::uint16_t port);
    UdpSender(UdpSender&& other) noexcept;
    UdpSender& operator=(UdpSender&& other) noexcept;
    ~UdpSender();

    /// False: the system refused it, e.g. because it is longer than 65,507 bytes.
    bool send(std::span<const std::byte> datagram) const;

private:
    explicit UdpSender(int socket) : m_socket(socket) {}
    int m_socket = -1;
};

}  // namespace understudy
