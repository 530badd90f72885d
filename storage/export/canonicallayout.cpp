#include "storage/export/canonicallayout.h"

#include <algorithm>

namespace understudy {
namespace {

constexpr std::size_t kPerSide = 8;  ///< opening, position, quaternion

}  // namespace

const std::vector<std::string>& CanonicalMapping::names()
{
    static const std::vector<std::string> kNames = [] {
        std::vector<std::string> names = canonicalSlots();
        for (const char* side : {"left", "right"}) {
            names.push_back(std::string(side) + "_hand.opening");
            for (const char* part : {"x", "y", "z", "qx", "qy", "qz", "qw"})
                names.push_back(std::string(side) + "_wrist." + part);
        }
        return names;
    }();
    return kNames;
}

Result<CanonicalMapping> CanonicalMapping::create(const EpisodeFile& episode, WristPoses wrists)
{
    if (episode.layout.joints.empty())
        return fail("it was recorded without the layout of its robot: only its native joints can be exported");
    CanonicalMapping mapping(episode.layout, std::move(wrists));
    const std::vector<std::string>& slots = canonicalSlots();
    for (const std::string& slot : slots) {
        const auto found = std::ranges::find(mapping.m_layout.joints, slot, &EpisodeJoint::slot);
        const bool has = found != mapping.m_layout.joints.end();
        mapping.m_jointOf.push_back(has ? static_cast<int>(found - mapping.m_layout.joints.begin()) : -1);
        mapping.m_mask.push_back(has ? 1 : 0);
    }
    const std::vector<double> rest(mapping.m_layout.joints.size(), 0.0);
    const auto poses = mapping.m_wrists ? mapping.m_wrists(rest) : std::array<std::optional<Pose>, kSideCount>{};
    for (const Side side : kSides) {
        const auto at = static_cast<std::size_t>(side);
        mapping.m_mask.push_back(handOpening(mapping.m_layout, side, rest.data()) ? 1 : 0);
        mapping.m_mask.insert(mapping.m_mask.end(), kPerSide - 1, poses[at] ? 1 : 0);
        mapping.m_last[at] = Eigen::Quaterniond::Identity();
    }
    mapping.m_values.resize(mapping.m_mask.size());
    return mapping;
}

std::span<const double> CanonicalMapping::map(std::span<const double> joints)
{
    if (joints.size() != m_layout.joints.size()) return {};
    std::ranges::fill(m_values, 0.0);
    for (std::size_t slot = 0; slot < m_jointOf.size(); ++slot)
        if (m_jointOf[slot] >= 0) m_values[slot] = joints[static_cast<std::size_t>(m_jointOf[slot])];
    const auto poses = m_wrists ? m_wrists(joints) : std::array<std::optional<Pose>, kSideCount>{};
    for (const Side side : kSides) {
        const auto at = static_cast<std::size_t>(side);
        double* out = m_values.data() + m_jointOf.size() + kPerSide * at;
        out[0] = handOpening(m_layout, side, joints.data()).value_or(0);
        if (!poses[at]) continue;
        const Eigen::Vector3d& position = poses[at]->position;
        Eigen::Quaterniond turn = poses[at]->orientation;
        if (turn.dot(m_last[at]) < 0) turn.coeffs() = -turn.coeffs();
        m_last[at] = turn;
        std::copy_n(position.data(), 3, out + 1);
        std::copy_n(turn.coeffs().data(), 4, out + 4);
    }
    return m_values;
}

}  // namespace understudy
