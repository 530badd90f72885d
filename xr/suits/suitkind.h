#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "core/result.h"
#include "xr/network/streamparser.h"

namespace understudy {

/// The protocols of this folder.
enum class SuitKind : std::uint8_t { Xsens, Rokoko, Vmc, Mocopi, Noitom, Joints };
inline constexpr std::array<SuitKind, 6> kSuitKinds{SuitKind::Xsens,  SuitKind::Rokoko, SuitKind::Vmc,
                                                    SuitKind::Mocopi, SuitKind::Noitom, SuitKind::Joints};

/// The kind's name in a station file: xsens, rokoko, vmc, mocopi, noitom, joints.
[[nodiscard]] std::string_view nameOf(SuitKind kind);
[[nodiscard]] std::optional<SuitKind> suitKindOf(std::string_view name);
[[nodiscard]] std::uint16_t defaultPort(SuitKind kind);
[[nodiscard]] double defaultRateHz(SuitKind kind);
/// The longest datagram that is sane.
[[nodiscard]] std::size_t longestPacket(SuitKind kind);

struct SuitParserOptions {
    /// The paired one where a stream carries several: character number (xsens), actor name (rokoko), avatar number
    /// (noitom), device name (joints). Empty: the first or number 0.
    std::string id;
    std::vector<std::string> jointNames;  ///< joints: what it delivers
    bool jointAngles = false;             ///< xsens: deliver the joint angles, too
    double rateHz = 60;
};
/// Fails with what the id must be, and for a joint stream without joints.
[[nodiscard]] Result<std::unique_ptr<StreamParser>> makeParser(SuitKind kind, const SuitParserOptions& options);

}  // namespace understudy
