#pragma once

#include <optional>
#include <string>

#include "xr/network/streamparser.h"
#include "xr/suits/bytes.h"
#include "xr/suits/canonical.h"

namespace understudy {

inline constexpr std::size_t kNoitomJoints = 59;
inline constexpr std::size_t kNoitomMostFloats = 6 * kNoitomJoints + 6;

/// One binary BVH frame. Values: per joint x y z in cm (root: in the world; others, with displacement: in the parent)
/// and rotations about y, x, z in degrees.
struct NoitomFrame {
    std::uint32_t version = 0x01010000;
    bool withDisplacement = true;
    bool withReference = false;  ///< six more floats in front, not used
    std::uint32_t avatar = 0;
    std::array<char, 32> name{};
    std::uint32_t index = 0;
    std::size_t count = 0;
    std::array<float, kNoitomMostFloats> values{};
};

[[nodiscard]] std::string_view noitomJointName(std::size_t joint);
/// Nothing unless tokens, flags and count agree with each other and with the bytes there are.
[[nodiscard]] std::optional<NoitomFrame> readNoitom(Bytes bytes);
[[nodiscard]] std::vector<std::byte> writeNoitom(const NoitomFrame& frame);

[[nodiscard]] OperatorPose noitomToOperator(const NoitomFrame& frame);
/// With displacement.
[[nodiscard]] NoitomFrame operatorToNoitom(const OperatorPose& pose);

/// Noitom Axis Studio: BVH broadcast over UDP, binary, rotation order YXZ. It sends no clock: the frame index orders
/// the samples, and they are stamped as they arrive.
class NoitomParser final : public StreamParser {
public:
    /// `avatar`: the paired person; others on the port are passed over.
    NoitomParser(std::uint32_t avatar, double rateHz) : m_avatar(avatar), m_rateHz(rateHz) {}

    [[nodiscard]] ParsedPacket parse(std::span<const std::byte> bytes, Timestamp arrival,
                                     OperatorSample& sample) override;

private:
    std::uint32_t m_avatar;
    double m_rateHz;
};

}  // namespace understudy
