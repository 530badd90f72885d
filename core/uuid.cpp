#include "core/uuid.h"

#include <algorithm>
#include <cstring>
#include <random>
#include <sys/random.h>
#include <time.h>

#include "core/timestamp.h"

namespace understudy {
namespace {

std::uint64_t randomBits()
{
    std::uint64_t bits = 0;
    if (getrandom(&bits, sizeof bits, 0) == static_cast<ssize_t>(sizeof bits)) return bits;
    std::random_device device;
    return (static_cast<std::uint64_t>(device()) << 32) | device();
}

bool isHyphenAt(std::size_t position) { return position == 8 || position == 13 || position == 18 || position == 23; }

}  // namespace

std::string newUuid()
{
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return uuidAt(static_cast<std::int64_t>(now.tv_sec) * kSecond + now.tv_nsec);
}

std::string uuidAt(std::int64_t unixNs)
{
    const auto time = static_cast<std::uint64_t>(std::max<std::int64_t>(unixNs, 0));
    const std::uint64_t milliseconds = time / kMillisecond;
    const std::uint64_t rest = time % kMillisecond * 4096 / kMillisecond;
    const std::uint64_t high = (milliseconds << 16) | (std::uint64_t{7} << 12) | rest;
    const std::uint64_t low = (std::uint64_t{0b10} << 62) | (randomBits() >> 2);

    std::string text;
    text.reserve(36);
    for (int digit = 0; digit < 32; ++digit) {
        if (isHyphenAt(text.size())) text += '-';
        const std::uint64_t half = digit < 16 ? high : low;
        text += "0123456789abcdef"[(half >> (4 * (15 - digit % 16))) & 0xF];
    }
    return text;
}

bool isUuid(std::string_view text)
{
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool isHex = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
        if (isHyphenAt(i) ? text[i] != '-' : !isHex) return false;
    }
    return text[14] == '7' && std::strchr("89ab", text[19]) != nullptr;
}

}  // namespace understudy
