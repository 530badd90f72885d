#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>

#include "xr/suits/bytes.h"

namespace understudy {

/// One OSC 1.0 message: its address, type tags without the comma, and the bytes of its arguments.
struct OscMessage {
    std::string_view address;
    std::string_view tags;
    Bytes arguments;
};

/// Reads the arguments of a message in their order. Of another type than asked for, or past the end, it says so.
class OscArguments {
public:
    explicit OscArguments(const OscMessage& message) : m_tags(message.tags), m_bytes(message.arguments) {}
    [[nodiscard]] bool take(float& value);  ///< also of an integer
    [[nodiscard]] bool take(std::string_view& value);

private:
    std::string_view m_tags;
    Bytes m_bytes;
};

/// Calls `each` for every message of a packet, also in nested bundles (to eight levels). False: a length does not fit;
/// messages before that were given.
[[nodiscard]] bool eachOscMessage(Bytes packet, const std::function<void(const OscMessage&)>& each);

/// Writes a message: 's', 'f' and 'i' arguments in the order of `tags`.
class OscWriter {
public:
    static std::vector<std::byte> message(std::string_view address, std::string_view tags,
                                          const std::vector<std::string>& texts, const std::vector<double>& numbers);
    /// With the time tag "immediately".
    static std::vector<std::byte> bundle(const std::vector<std::vector<std::byte>>& elements);
};

}  // namespace understudy
