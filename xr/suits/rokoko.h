#pragma once

#include <memory>
#include <optional>
#include <string>

#include "xr/network/streamparser.h"
#include "xr/suits/bytes.h"
#include "xr/suits/canonical.h"

namespace understudy {

inline constexpr std::size_t kRokokoBones = 63;

/// Unity's frame, as on the wire: global, metres, not the identity in the T-pose.
struct RokokoBone {
    bool here = false;
    Eigen::Vector3d position = Eigen::Vector3d::Zero();
    Eigen::Quaterniond rotation = Eigen::Quaterniond::Identity();
};

struct RokokoFrame {
    double timestamp = 0;  ///< s
    double fps = 0;
    std::array<RokokoBone, kRokokoBones> bones{};
};

/// Key of a bone in the JSON, e.g. "leftUpperArm", "rightIndexMedial".
[[nodiscard]] std::string_view rokokoBoneName(std::size_t bone);

/// The named actor (empty: the first) of a JSON v3 scene. Nothing for other or broken text; `foreign` then says that it
/// was a scene without that actor.
[[nodiscard]] std::optional<RokokoFrame> readRokoko(std::string_view json, std::string_view actor, bool& foreign);
[[nodiscard]] std::string writeRokoko(const RokokoFrame& frame, std::string_view actor);
/// One LZ4 frame, as Studio sends to its plugins.
[[nodiscard]] std::vector<std::byte> compressLz4(std::string_view text);

[[nodiscard]] OperatorPose rokokoToOperator(const RokokoFrame& frame);
[[nodiscard]] RokokoFrame operatorToRokoko(const OperatorPose& pose);

/// Plain JSON or one LZ4 frame a datagram, told apart by their first bytes; at most 1 MiB of text. The clock is the
/// scene's timestamp.
class RokokoParser final : public StreamParser {
public:
    explicit RokokoParser(std::string actor = {});
    ~RokokoParser() override;

    [[nodiscard]] ParsedPacket parse(std::span<const std::byte> bytes, Timestamp arrival,
                                     OperatorSample& sample) override;

private:
    struct Lz4;
    std::string m_actor;
    std::unique_ptr<Lz4> m_lz4;
};

}  // namespace understudy
