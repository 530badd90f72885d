#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "core/operatorsample.h"

namespace understudy {

enum class RigPart : std::uint8_t { Head, Body, LeftArm, RightArm, LeftHand, RightHand, Buttons };
inline constexpr int kRigPartCount = 7;
inline constexpr std::array<RigPart, kRigPartCount> kRigParts{RigPart::Head,     RigPart::Body,     RigPart::LeftArm,
                                                              RigPart::RightArm, RigPart::LeftHand, RigPart::RightHand,
                                                              RigPart::Buttons};
/// head, body, left_arm, right_arm, left_hand, right_hand, buttons.
[[nodiscard]] std::string_view nameOf(RigPart part);
[[nodiscard]] constexpr std::size_t indexOf(RigPart part) { return static_cast<std::size_t>(part); }

/// One place in a rig. What stands in it may change: a spare takes a dead device's place.
struct FusionSlot {
    double rateHz = 60;
    Pose offset;                 ///< from the device's world to the rig's
    std::size_t jointCount = 0;  ///< named joints it gives
};

struct FusionOptions {
    std::vector<FusionSlot> places;
    /// Per part the slots in the order of preference; empty: all, in their order.
    std::array<std::vector<std::size_t>, kRigPartCount> sources;
    Duration blend = 500 * kMillisecond;      ///< from one source of a part to another
    Duration returning = 500 * kMillisecond;  ///< a preferred source must be back for so long
};

/// Fuses the newest samples of the slots. Pure: times are given. One thread; never allocates after construction.
class Fusion {
public:
    static constexpr Duration kSilent = 80 * kMillisecond;
    static constexpr Duration kDisengage = 250 * kMillisecond;

    explicit Fusion(const FusionOptions& options);

    /// The newest (smoothed) sample of a slot, from `device` (any number; another one than before blends). `added`:
    /// delay of smoothing; its buffer's part allows the device to be silent for longer.
    void push(std::size_t slot, int device, const OperatorSample& sample, Duration bufferDelay, Duration added);
    /// Fuses at `now` into `sample` (its sequence is the caller's). True when there is something to publish: the
    /// leading device gave something, a button changed, or a part was lost or found.
    [[nodiscard]] bool update(Timestamp now, OperatorSample& sample);

    /// Slot that gives a part now; -1: none.
    [[nodiscard]] int sourceOf(RigPart part) const { return m_parts[indexOf(part)].slot; }
    /// The part had a source and has none now.
    [[nodiscard]] bool isLost(RigPart part) const;
    [[nodiscard]] bool areJointsLost(std::size_t slot) const;
    /// Hold-to-drive must be let go and pressed again.
    [[nodiscard]] bool needsRelease() const { return m_needsRelease; }
    [[nodiscard]] int lead() const { return m_lead; }
    void reset();

private:
    struct Slot {
        FusionSlot options;
        OperatorSample sample;
        int device = -1;
        bool seen = false;
        bool fresh = false;
        Timestamp aliveSince = 0;
        Timestamp lastArrival = 0;
        Duration bufferDelay = 0;
        Duration added = 0;
        std::size_t firstJoint = 0;
        bool alive = false;
        Timestamp jointsLostSince = 0;
        std::array<std::uint16_t, kButtonCount> presses{};  ///< counted so far
    };
    struct Part {
        int slot = -1;
        int device = -1;
        bool had = false;
        Timestamp lostSince = 0;
        Timestamp blendStart = 0;
    };
    static constexpr std::size_t kJoints = kBodyJointCount + kSideCount * kHandJointCount;

    void noteAlive(Timestamp now);
    [[nodiscard]] int choose(RigPart part, Timestamp now) const;
    [[nodiscard]] bool gives(const Slot& slot, RigPart part) const;
    void fusePart(RigPart part, Timestamp now, OperatorSample& sample);
    [[nodiscard]] bool fuseButtons(Timestamp now, OperatorSample& sample);
    void fuseJoints(Timestamp now, OperatorSample& sample);
    void chooseLead();
    [[nodiscard]] TrackedPose placed(const Slot& slot, std::size_t joint, const OperatorSample& sample) const;

    FusionOptions m_options;
    std::vector<Slot> m_slots;
    std::array<Part, kRigPartCount> m_parts{};
    std::array<Pose, kJoints> m_deltas{};  ///< what a blend has to take back: last output against the new source
    std::array<TrackedPose, kJoints> m_last{};
    bool m_needsRelease = false;
    int m_lead = -1;
    bool m_changed = false;
};

}  // namespace understudy
