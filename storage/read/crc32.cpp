#include "storage/read/crc32.h"

#include <zlib.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace understudy {
namespace {

std::uint32_t crcByTable(const std::byte* data, std::size_t size, std::uint32_t start)
{
    if (size == 0) return start;  // zlib takes a null pointer for a wish to begin anew
    return static_cast<std::uint32_t>(::crc32_z(start, reinterpret_cast<const Bytef*>(data), size));
}

#if defined(__x86_64__)

/// Moves 128 bits of the remainder forward over the data that lies between them and `next`.
__attribute__((target("pclmul,sse2"))) inline __m128i fold(__m128i state, __m128i distance, __m128i next)
{
    const __m128i low = _mm_clmulepi64_si128(state, distance, 0x00);
    const __m128i high = _mm_clmulepi64_si128(state, distance, 0x11);
    return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

__attribute__((target("pclmul,sse2"))) inline __m128i load(const std::byte* from)
{
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}

/// Folds all whole blocks of 64 bytes into 16 congruent ones; zlib then takes those and the rest.
__attribute__((target("pclmul,sse2"))) std::uint32_t crcByFolding(const std::byte* data, std::size_t size,
                                                                  std::uint32_t start)
{
    // x^(4*128+32), x^(4*128-32), x^(128+32), x^(128-32) modulo the polynomial, bits reflected.
    const __m128i by64 = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
    const __m128i by16 = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);

    __m128i a = _mm_xor_si128(load(data), _mm_cvtsi32_si128(static_cast<int>(~start)));
    __m128i b = load(data + 16);
    __m128i c = load(data + 32);
    __m128i d = load(data + 48);
    for (data += 64, size -= 64; size >= 64; data += 64, size -= 64) {
        a = fold(a, by64, load(data));
        b = fold(b, by64, load(data + 16));
        c = fold(c, by64, load(data + 32));
        d = fold(d, by64, load(data + 48));
    }
    alignas(16) std::byte rest[16];
    _mm_store_si128(reinterpret_cast<__m128i*>(rest), fold(fold(fold(a, by16, b), by16, c), by16, d));
    return crcByTable(data, size, crcByTable(rest, sizeof rest, 0xFFFFFFFFU));
}

const bool kCanFold = __builtin_cpu_supports("pclmul") != 0;

#endif

}  // namespace

std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t start)
{
#if defined(__x86_64__)
    if (kCanFold && bytes.size() >= 64) return crcByFolding(bytes.data(), bytes.size(), start);
#endif
    return crcByTable(bytes.data(), bytes.size(), start);
}

std::uint32_t crc32Joined(std::uint32_t first, std::uint32_t second, std::uint64_t size)
{
    return static_cast<std::uint32_t>(::crc32_combine64(first, second, static_cast<z_off64_t>(size)));
}

}  // namespace understudy
