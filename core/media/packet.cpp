#include "core/media/packet.h"

#include <algorithm>
#include <span>

namespace understudy {
namespace {

using Bytes = std::span<const std::byte>;

constexpr unsigned kSequenceParameters = 7;
constexpr unsigned kPictureParameters = 8;

/// NAL units between start codes of three or four bytes, without trailing zeros.
std::vector<Bytes> splitAnnexB(Bytes data)
{
    const auto zero = std::byte{0};
    const auto one = std::byte{1};
    std::vector<Bytes> units;
    std::size_t begin = data.size();
    for (std::size_t i = 0; i + 3 <= data.size(); ++i) {
        if (data[i] != zero || data[i + 1] != zero || data[i + 2] != one) continue;
        if (begin < i) units.push_back(data.subspan(begin, i - begin));
        begin = i + 3;
        i += 2;
    }
    if (begin < data.size()) units.push_back(data.subspan(begin));
    for (Bytes& unit : units)
        while (!unit.empty() && unit.back() == zero) unit = unit.first(unit.size() - 1);
    std::erase_if(units, [](Bytes unit) { return unit.empty(); });
    return units;
}

/// Reads `count` sets, each behind a two-byte length.
bool takeSets(Bytes& rest, unsigned count, std::vector<std::vector<std::byte>>& sets)
{
    for (unsigned i = 0; i < count; ++i) {
        if (rest.size() < 2) return false;
        const std::size_t length = std::to_integer<std::size_t>(rest[0]) << 8U | std::to_integer<std::size_t>(rest[1]);
        if (length == 0 || rest.size() < 2 + length) return false;
        sets.emplace_back(rest.begin() + 2, rest.begin() + 2 + static_cast<std::ptrdiff_t>(length));
        rest = rest.subspan(2 + length);
    }
    return true;
}

}  // namespace

Result<std::vector<std::vector<std::byte>>> parameterSets(const VideoParameters& parameters)
{
    if (parameters.codec != VideoCodec::H264) return fail("only H.264 keeps its parameter sets apart");
    std::vector<std::vector<std::byte>> sets;
    Bytes data = parameters.extradata;
    if (!data.empty() && data[0] == std::byte{1}) {
        bool whole = data.size() >= 7;
        if (whole) {
            const unsigned count = std::to_integer<unsigned>(data[5]) & 0x1FU;
            Bytes rest = data.subspan(6);
            whole = takeSets(rest, count, sets) && !rest.empty();
            if (whole) {
                const auto pictures = std::to_integer<unsigned>(rest[0]);
                rest = rest.subspan(1);
                whole = takeSets(rest, pictures, sets);
            }
        }
        if (!whole) return fail("the H.264 parameters of the video are cut short");
    } else {
        for (const Bytes unit : splitAnnexB(data)) {
            const unsigned type = std::to_integer<unsigned>(unit[0]) & 0x1FU;
            if (type == kSequenceParameters || type == kPictureParameters) sets.emplace_back(unit.begin(), unit.end());
        }
    }
    if (sets.empty()) return fail("the H.264 stream brings no parameter sets");
    return sets;
}

bool canShareFile(const VideoParameters& a, const VideoParameters& b)
{
    if (a.codec != b.codec || a.width != b.width || a.height != b.height) return false;
    if (a.extradata == b.extradata) return true;
    if (a.codec != VideoCodec::H264) return false;
    const auto setsOfA = parameterSets(a);
    const auto setsOfB = parameterSets(b);
    return setsOfA && setsOfB && *setsOfA == *setsOfB;
}

std::vector<std::byte> toLengthPrefixed(const std::vector<std::byte>& annexB)
{
    std::vector<std::byte> result;
    result.reserve(annexB.size() + 16);
    for (const Bytes unit : splitAnnexB(annexB)) {
        for (unsigned shift : {24U, 16U, 8U, 0U})
            result.push_back(static_cast<std::byte>(unit.size() >> shift & 0xFFU));
        result.insert(result.end(), unit.begin(), unit.end());
    }
    return result;
}

}  // namespace understudy
