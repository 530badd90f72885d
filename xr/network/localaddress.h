#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"

namespace understudy {

struct LocalAddress {
    std::string interface;  ///< e.g. "eth0"
    std::string address;    ///< IPv4, dotted
};

/// The IPv4 interfaces of this machine.
[[nodiscard]] std::vector<LocalAddress> localAddresses();

/// The address to bind to for an interface's name or one of this machine's addresses ("any" is every interface).
/// Fails with those there are.
[[nodiscard]] Result<std::uint32_t> resolveInterface(const std::string& interface);

/// An IPv4 address written with dots.
[[nodiscard]] Result<std::uint32_t> parseAddress(const std::string& address);

}  // namespace understudy
