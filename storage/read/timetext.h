#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace understudy {

/// RFC 3339 in UTC with nine decimals of a second, e.g. "2026-11-22T07:04:05.000000000Z". Unix ns.
[[nodiscard]] std::string rfc3339(std::int64_t unixNs);
/// RFC 3339, or only its date, or without seconds or offset (then UTC).
[[nodiscard]] Result<std::int64_t> parseTime(std::string_view text);
/// Whether the text is a date alone.
[[nodiscard]] bool isDate(std::string_view text);

}  // namespace understudy
