#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace understudy {

/// CRC-32 with zlib's polynomial and conventions, continued from `start`. Carry-less multiplication where the
/// processor has it, zlib elsewhere.
[[nodiscard]] std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t start = 0);

/// Of bytes with the checksum `first` and, behind them, `size` bytes with the checksum `second`.
[[nodiscard]] std::uint32_t crc32Joined(std::uint32_t first, std::uint32_t second, std::uint64_t size);

}  // namespace understudy
