#pragma once

#include <functional>
#include <optional>
#include <span>

#include "core/pose.h"
#include "storage/read/episodejson.h"

namespace understudy {

/// Poses of both hands in the torso's frame for joint positions in the robot's own order; nothing for a hand that it
/// does not have.
using WristPoses = std::function<std::array<std::optional<Pose>, kSideCount>(std::span<const double> joints)>;
/// Made by whoever can read robot models. Fails, with a reason to leave the episode out, for a robot it cannot find.
using WristPosesOf = std::function<Result<WristPoses>(const EpisodeFile& episode)>;

/// Names the layout in datasets; another number where a column changes its meaning.
inline constexpr const char* kCanonicalLayout = "understudy_canonical_1";

/// Brings joint positions of one robot into the layout that all share: canonicalSlots(), then per side the opening of
/// the hand (0 closed to 1 open) and the pose of the wrist in the torso's frame (x y z in m, quaternion x y z w).
class CanonicalMapping {
public:
    /// Fails, with a reason to leave the episode out, where its robot's layout was not recorded.
    [[nodiscard]] static Result<CanonicalMapping> create(const EpisodeFile& episode, WristPoses wrists);

    /// The same for every robot.
    [[nodiscard]] static const std::vector<std::string>& names();
    /// Which of them this robot has, in the order of names().
    [[nodiscard]] const std::vector<std::uint8_t>& mask() const { return m_mask; }
    /// What it does not have is 0. Valid until the next call; empty where `joints` has another length.
    [[nodiscard]] std::span<const double> map(std::span<const double> joints);

private:
    CanonicalMapping(RobotLayout layout, WristPoses wrists) : m_layout(std::move(layout)), m_wrists(std::move(wrists))
    {
    }

    RobotLayout m_layout;
    WristPoses m_wrists;
    std::vector<int> m_jointOf;  ///< per slot, -1: none
    std::vector<std::uint8_t> m_mask;
    std::vector<double> m_values;
    std::array<Eigen::Quaterniond, kSideCount> m_last;  ///< the sign of a quaternion is kept from row to row
};

}  // namespace understudy
