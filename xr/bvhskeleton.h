#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "core/operatorsample.h"
#include "core/result.h"
#include "xr/bvhfile.h"

namespace understudy {

enum class Axis : std::uint8_t { PlusX, MinusX, PlusY, MinusY, PlusZ, MinusZ };

/// How a file's numbers are to be read, where its skeleton shall not decide.
struct BvhOptions {
    /// Without it arm and forearm decide: 0.3–1 units are metres, 30–100 centimetres, 300–1000 millimetres, all
    /// else an error.
    std::optional<double> metresPerUnit;
    /// Which axes of the file point up and where the person at rest faces. Without them the rest pose decides:
    /// hips to head is up, right to left side is left.
    struct Axes {
        Axis up = Axis::PlusY;
        Axis forward = Axis::PlusZ;
    };
    std::optional<Axes> axes;
};

/// How the joints of one file become the canonical body: which joint is which, units, axes and the T-pose.
///
/// Names of CMU and Biovision, Noitom, MotionBuilder and Mixamo, Rokoko and Unity, and the canonical ones are
/// known; the spine is found by its place between hips and arms. All rotations zero, every joint's frame is the
/// file's own; how each bone must turn from there to the T-pose is derived from the offsets, so that the T-pose
/// (facing +x, arms along ±y, palms down) is the identity.
class BvhSkeleton {
public:
    /// Fails with the names that were looked for, or what is wrong with the rest pose.
    [[nodiscard]] static Result<BvhSkeleton> of(const BvhFile& file, const BvhOptions& options);

    /// Canonical poses of one frame's values; height and heading are the file's. Missing joints between known ones
    /// are valid and not tracked, others invalid. No allocation.
    void pose(const BvhFile& file, std::span<const float> frame, std::array<TrackedPose, kBodyJointCount>& body) const;

    /// Height in metres of the lower foot (its toe joint where there is one) in one frame; nothing without feet.
    [[nodiscard]] std::optional<double> lowest(const BvhFile& file, std::span<const float> frame) const;

    [[nodiscard]] double metresPerUnit() const { return m_metresPerUnit; }
    [[nodiscard]] bool knows(BodyJoint joint) const { return m_joint[static_cast<std::size_t>(indexOf(joint))] >= 0; }

private:
    struct Filler {
        int joint = 0;
        int from = 0;  ///< known ancestor, whose orientation is taken
        int to = -1;   ///< known descendant, or -1 for a point fixed in `from`
        double fraction = 0;
        Eigen::Vector3d offset = Eigen::Vector3d::Zero();  ///< m, canonical frame of `from`
    };

    Result<void> mapNames(const BvhFile& file);
    void mapSpine(const BvhFile& file);
    Result<void> chooseAxes(const BvhFile& file, const BvhOptions& options);
    Result<void> chooseUnits(const BvhFile& file, const BvhOptions& options);
    void deriveTPose(const BvhFile& file);
    void planFillers(const BvhFile& file);

    [[nodiscard]] int& joint(BodyJoint which) { return m_joint[static_cast<std::size_t>(indexOf(which))]; }
    [[nodiscard]] int joint(BodyJoint which) const { return m_joint[static_cast<std::size_t>(indexOf(which))]; }
    /// Rest offset from one joint to its descendant, file units, REP-103 axes.
    [[nodiscard]] Eigen::Vector3d rest(const BvhFile& file, int from, int to) const;
    [[nodiscard]] Eigen::Vector3d handDirection(const BvhFile& file, int wrist) const;

    std::array<int, kBodyJointCount> m_joint{};                       ///< file joint of each canonical one, -1: none
    std::array<Eigen::Quaterniond, kBodyJointCount> m_toCanonical{};  ///< inverse of the T-pose orientation
    std::vector<int> m_feet;                                          ///< file joints that show where the floor is
    std::vector<Filler> m_fillers;                                    ///< in the order to apply
    std::vector<bool> m_positionAdds;  ///< per file joint: position channels add to the offset
    Eigen::Quaterniond m_axes = Eigen::Quaterniond::Identity();  ///< file axes to REP-103
    double m_metresPerUnit = 1;
};

}  // namespace understudy
