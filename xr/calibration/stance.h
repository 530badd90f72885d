#pragma once

#include <array>
#include <optional>

#include "core/operatorsample.h"

namespace understudy {

/// Arms hanging, palms to the thighs; arms out to the sides, palms down; upper arms hanging, forearms forward.
enum class Stance : std::uint8_t { Neutral, TPose, ElbowsBent };
inline constexpr int kStanceCount = 3;
inline constexpr std::array<Stance, kStanceCount> kStances{Stance::Neutral, Stance::TPose, Stance::ElbowsBent};

/// The mean of the samples of a stance somebody held.
using BodyPose = std::array<TrackedPose, kBodyJointCount>;

/// The vertical turn from the world to the person: from the line between the wrists in a T-pose, else from the pelvis,
/// else the head. Radians, 0: facing +x.
[[nodiscard]] double headingOf(const BodyPose& body);
[[nodiscard]] double wristHeadingOf(const BodyPose& body);

/// Which stance a pose is, by where the wrists are against the head; nothing in between. Needs head and both wrists.
[[nodiscard]] std::optional<Stance> stanceOf(const BodyPose& body);

/// Says when head and wrists (and pelvis, where known) have been still for a while. One thread; never allocates.
class StillnessDetector {
public:
    struct Options {
        double metresPerSecond = 0.08;
        double radiansPerSecond = 0.4;
        Duration holds = 700 * kMillisecond;
    };
    StillnessDetector() = default;
    explicit StillnessDetector(const Options& options) : m_options(options) {}

    /// The mean pose, once somebody has been still for long enough, and again after every further such time.
    [[nodiscard]] const BodyPose* push(const OperatorSample& sample);
    [[nodiscard]] Duration stillFor() const { return m_still; }
    void reset()
    {
        m_count = 0;
        m_still = 0;
        m_seen = false;
    }

private:
    void begin(const OperatorSample& sample);
    void add(const OperatorSample& sample);

    Options m_options;
    OperatorSample m_last;
    BodyPose m_mean{};
    int m_count = 0;
    Timestamp m_since = 0;
    Duration m_still = 0;
    bool m_seen = false;
};

}  // namespace understudy
