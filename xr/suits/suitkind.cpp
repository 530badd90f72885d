#include "xr/suits/suitkind.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "xr/suits/jointstream.h"
#include "xr/suits/mocopi.h"
#include "xr/suits/noitom.h"
#include "xr/suits/rokoko.h"
#include "xr/suits/vmc.h"
#include "xr/suits/xsens.h"

namespace understudy {
namespace {

struct Known {
    std::string_view name;
    std::uint16_t port;
    double rateHz;
    std::size_t longest;
};
constexpr std::array<Known, kSuitKinds.size()> kKnown{{{"xsens", 9763, 60, 4096},
                                                       {"rokoko", 14043, 60, 65507},
                                                       {"vmc", 39539, 60, 16384},
                                                       {"mocopi", 12351, 50, 4096},
                                                       {"noitom", 7012, 60, 4096},
                                                       {"joints", 14551, 100, 8192}}};

const Known& known(SuitKind kind) { return kKnown[static_cast<std::size_t>(kind)]; }

Result<int> numberOf(std::string_view kind, const std::string& id)
{
    int number = 0;
    if (id.empty()) return number;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
    if (error != std::errc{} || end != id.data() + id.size() || number < 0 || number > 255)
        return fail(fmt::format("the id of a device of kind {} is a number from 0 to 255, not \"{}\"", kind, id));
    return number;
}

}  // namespace

std::string_view nameOf(SuitKind kind) { return known(kind).name; }

std::optional<SuitKind> suitKindOf(std::string_view name)
{
    const auto found = std::ranges::find(kSuitKinds, name, [](SuitKind kind) { return nameOf(kind); });
    if (found == kSuitKinds.end()) return std::nullopt;
    return *found;
}

std::uint16_t defaultPort(SuitKind kind) { return known(kind).port; }

double defaultRateHz(SuitKind kind) { return known(kind).rateHz; }

std::size_t longestPacket(SuitKind kind) { return known(kind).longest; }

Result<std::unique_ptr<StreamParser>> makeParser(SuitKind kind, const SuitParserOptions& options)
{
    switch (kind) {
    case SuitKind::Xsens: {
        const auto character = numberOf(nameOf(kind), options.id);
        if (!character) return tl::unexpected(character.error());
        return std::make_unique<XsensParser>(XsensOptions{.character = *character, .angles = options.jointAngles});
    }
    case SuitKind::Rokoko:
        return std::make_unique<RokokoParser>(options.id);
    case SuitKind::Vmc:
        return std::make_unique<VmcParser>();
    case SuitKind::Mocopi:
        return std::make_unique<MocopiParser>();
    case SuitKind::Noitom: {
        const auto avatar = numberOf(nameOf(kind), options.id);
        if (!avatar) return tl::unexpected(avatar.error());
        return std::make_unique<NoitomParser>(static_cast<std::uint32_t>(*avatar), options.rateHz);
    }
    case SuitKind::Joints:
        break;
    }
    constexpr std::size_t kMostJoints = 128;
    if (options.jointNames.empty() || options.jointNames.size() > kMostJoints)
        return fail(
            fmt::format("a device of kind joints needs 1 to {} names, e.g. joints = [\"left_elbow\"]", kMostJoints));
    return std::make_unique<JointStreamParser>(options.id, options.jointNames);
}

}  // namespace understudy
