#include "xr/network/localaddress.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <cstring>

#include <fmt/format.h>

#include "xr/network/sendertable.h"

namespace understudy {

std::vector<LocalAddress> localAddresses()
{
    std::vector<LocalAddress> found;
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) return found;
    for (const ifaddrs* each = list; each != nullptr; each = each->ifa_next) {
        if (each->ifa_addr == nullptr || each->ifa_addr->sa_family != AF_INET) continue;
        sockaddr_in address{};
        std::memcpy(&address, each->ifa_addr, sizeof(address));
        found.push_back({.interface = each->ifa_name, .address = dotted(ntohl(address.sin_addr.s_addr))});
    }
    freeifaddrs(list);
    return found;
}

Result<std::uint32_t> parseAddress(const std::string& address)
{
    in_addr parsed{};
    if (inet_pton(AF_INET, address.c_str(), &parsed) != 1)
        return fail(fmt::format("\"{}\" is no IPv4 address; write it like 192.168.1.20", address));
    return ntohl(parsed.s_addr);
}

Result<std::uint32_t> resolveInterface(const std::string& interface)
{
    if (interface == "any") return INADDR_ANY;
    std::string known;
    for (const LocalAddress& each : localAddresses()) {
        if (each.interface == interface || each.address == interface) return parseAddress(each.address);
        known += fmt::format("{}{} ({})", known.empty() ? "" : ", ", each.interface, each.address);
    }
    // All of 127.0.0.0/8 is this machine.
    if (const auto address = parseAddress(interface); address && *address >> 24U == 127) return address;
    return fail(fmt::format("there is no network interface \"{}\"; this machine has: {}", interface, known));
}

}  // namespace understudy
