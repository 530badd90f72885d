#include "xr/network/udpsender.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "xr/network/localaddress.h"

namespace understudy {
namespace {

sockaddr_in endpoint(std::uint32_t address, std::uint16_t port)
{
    sockaddr_in end{};
    end.sin_family = AF_INET;
    end.sin_addr.s_addr = htonl(address);
    end.sin_port = htons(port);
    return end;
}

}  // namespace

Result<UdpSender> UdpSender::open(const std::string& from, const std::string& to, std::uint16_t port)
{
    const auto local = resolveInterface(from);
    if (!local) return tl::unexpected(local.error());
    const auto remote = parseAddress(to);
    if (!remote) return tl::unexpected(remote.error());
    UdpSender sender(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const sockaddr_in source = endpoint(*local, 0);
    const sockaddr_in target = endpoint(*remote, port);
    if (sender.m_socket < 0 || bind(sender.m_socket, reinterpret_cast<const sockaddr*>(&source), sizeof(source)) != 0 ||
        connect(sender.m_socket, reinterpret_cast<const sockaddr*>(&target), sizeof(target)) != 0)
        return fail(fmt::format("cannot send from {} to {}:{}: {}", from, to, port, std::strerror(errno)));
    return sender;
}

UdpSender::UdpSender(UdpSender&& other) noexcept : m_socket(std::exchange(other.m_socket, -1)) {}

UdpSender& UdpSender::operator=(UdpSender&& other) noexcept
{
    std::swap(m_socket, other.m_socket);
    return *this;
}

UdpSender::~UdpSender()
{
    if (m_socket >= 0) ::close(m_socket);
}

bool UdpSender::send(std::span<const std::byte> datagram) const
{
    ssize_t sent = ::send(m_socket, datagram.data(), datagram.size(), MSG_NOSIGNAL);
    // A receiver that was not there yet leaves its refusal on the socket; it is taken by the first try.
    if (sent < 0 && errno == ECONNREFUSED) sent = ::send(m_socket, datagram.data(), datagram.size(), MSG_NOSIGNAL);
    return sent == static_cast<ssize_t>(datagram.size());
}

}  // namespace understudy
