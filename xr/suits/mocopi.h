#pragma once

#include <optional>

#include "xr/network/streamparser.h"
#include "xr/suits/bytes.h"
#include "xr/suits/canonical.h"

namespace understudy {

inline constexpr std::size_t kMocopiBones = 27;

struct MocopiBone {
    std::uint16_t id = 0;
    std::int16_t parent = -1;                                      ///< only in a skeleton
    Eigen::Quaternionf rotation = Eigen::Quaternionf::Identity();  ///< in the parent; y up, x left, z forward
    Eigen::Vector3f position = Eigen::Vector3f::Zero();            ///< m, in the parent
};

/// One datagram: the skeleton at rest, or a frame.
struct MocopiPacket {
    bool isSkeleton = false;
    std::uint8_t version = 1;
    std::uint64_t senderAddress = 0;  ///< as the sender's bytes say
    std::uint16_t senderPort = 0;
    std::uint32_t frame = 0;
    std::uint32_t time = 0;          ///< a counter of the sender's
    std::optional<double> unixTime;  ///< s; newer applications only
    std::size_t boneCount = 0;
    std::array<MocopiBone, kMocopiBones> bones{};
};

[[nodiscard]] std::optional<MocopiPacket> readMocopi(Bytes bytes);
[[nodiscard]] std::vector<std::byte> writeMocopi(const MocopiPacket& packet);

[[nodiscard]] OperatorPose mocopiToOperator(const MocopiPacket& frame);
[[nodiscard]] MocopiPacket operatorToMocopi(const OperatorPose& pose);

/// Sony mocopi's own datagrams. The clock is the Unix time that newer applications send; without it, arrival.
class MocopiParser final : public StreamParser {
public:
    [[nodiscard]] ParsedPacket parse(std::span<const std::byte> bytes, Timestamp arrival,
                                     OperatorSample& sample) override;
};

}  // namespace understudy
