#pragma once

#include <bitset>
#include <optional>

#include "xr/network/streamparser.h"
#include "xr/suits/canonical.h"
#include "xr/suits/osc.h"

namespace understudy {

/// Unity's HumanBodyBones in their order: 0 Hips … 54 UpperChest.
inline constexpr std::size_t kVmcBones = 55;
[[nodiscard]] std::string_view vmcBoneName(std::size_t bone);

/// Bones relative to their parent bone, in Unity's frame, metres; the T-pose the identity (VRM).
struct VmcPose {
    Pose root;
    std::array<Pose, kVmcBones> bones{};
    std::bitset<kVmcBones> known;
};

[[nodiscard]] OperatorPose vmcToOperator(const VmcPose& pose);
[[nodiscard]] VmcPose operatorToVmc(const OperatorPose& pose);

/// A frame as a performer sends it: bundles below 1,500 bytes, each with the time, availability and some bones.
[[nodiscard]] std::vector<std::vector<std::byte>> writeVmc(const VmcPose& pose, double time);

/// VMC (OSC), Ext/Root/Pos, Ext/Bone/Pos, Ext/T. A frame is whole when every bone of the frame before has come again,
/// or when the next one begins. The clock is Ext/T while a float resolves it to a millisecond, else arrival. Several
/// senders cannot be told apart in VMC: pairing by address does it.
class VmcParser final : public StreamParser {
public:
    [[nodiscard]] ParsedPacket parse(std::span<const std::byte> bytes, Timestamp arrival,
                                     OperatorSample& sample) override;
    void reset() override { *this = {}; }

private:
    void take(const OscMessage& message);
    void finishFrame();

    VmcPose m_pose;
    std::bitset<kVmcBones> m_now;     ///< bones of this frame so far
    std::bitset<kVmcBones> m_before;  ///< bones of the frame before
    bool m_given = false;             ///< this frame was published
    bool m_whole = false;             ///< a frame ended inside this packet
    std::optional<float> m_time;
    std::optional<float> m_wholeTime;
};

}  // namespace understudy
