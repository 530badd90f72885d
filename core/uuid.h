#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace understudy {

/// UUIDv7 of RFC 9562, in lower case with hyphens: 48 bits of Unix milliseconds, 12 bits of what is left of the
/// millisecond, 62 random bits. Texts sort by the time they were made. Any thread; allocates.
[[nodiscard]] std::string newUuid();
/// The same for a given time; two calls with one time differ in their random bits. Times before 1970 count as 1970.
[[nodiscard]] std::string uuidAt(std::int64_t unixNs);
/// Whether the text is one of these, in the form newUuid() writes.
[[nodiscard]] bool isUuid(std::string_view text);

}  // namespace understudy
