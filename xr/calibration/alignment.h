#pragma once

#include <optional>
#include <string>

#include "core/result.h"
#include "xr/calibration/stance.h"

namespace understudy {

/// Of one wearing: how a device's poses become the canonical operator's. A value.
class Alignment {
public:
    Alignment() = default;  ///< changes nothing
    /// The person faces +x above the origin, and every joint known in the T-pose is the identity there.
    [[nodiscard]] static Alignment of(const BodyPose& tPose, const BodyPose& neutral);

    void apply(OperatorSample& sample) const;

    /// How far the arms' and the pelvis' turns stand from where they stood in the neutral stance of the calibration,
    /// radians: what an inertial suit has drifted.
    [[nodiscard]] double drift(const BodyPose& neutral) const;
    /// Takes the drift out of a neutral stance, held again.
    [[nodiscard]] Alignment mended(const BodyPose& neutral) const;
    /// The person as it stands now faces +x above the origin; nothing else changes. Fails while engaged.
    [[nodiscard]] Result<Alignment> recentred(const OperatorSample& now, bool engaged) const;

private:
    void face(const BodyPose& body, double heading);

    Pose m_world;  ///< from the device's world: turn about the vertical and shift along the floor
    std::array<Eigen::Quaterniond, kBodyJointCount> m_joints = identities();  ///< behind the joint's own turn
    BodyPose m_neutral{};                                                     ///< aligned

    static std::array<Eigen::Quaterniond, kBodyJointCount> identities()
    {
        std::array<Eigen::Quaterniond, kBodyJointCount> all;
        all.fill(Eigen::Quaterniond::Identity());
        return all;
    }
};

/// Whether an alignment still holds. One thread.
class AlignmentWatch {
public:
    static constexpr double kDrifted = 0.14;         ///< rad (eight degrees)
    static constexpr Duration kSlept = 2 * kSecond;  ///< without a sample: taken off, asleep, out of reach

    enum class State : std::uint8_t { Missing, Valid, Drifted, Slept };

    void aligned(Alignment alignment);
    /// Between takes: still, neutral poses are compared. In a take only the gaps count.
    void watch(const OperatorSample& sample, bool inTake);
    /// A two-second neutral stance after drift; true when that is done.
    [[nodiscard]] bool mend(const BodyPose& neutral);

    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] const Alignment& alignment() const { return m_alignment; }
    [[nodiscard]] double drift() const { return m_drift; }
    /// What to do, a sentence; empty while valid.
    [[nodiscard]] std::string advice() const;

private:
    Alignment m_alignment;
    StillnessDetector m_still;
    State m_state = State::Missing;
    double m_drift = 0;
    Timestamp m_last = 0;
};

}  // namespace understudy
