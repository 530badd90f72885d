#pragma once

#include <algorithm>
#include <cmath>

#include <Eigen/Core>

namespace understudy {

/// Where a wrist may be: a box along the axes of the torso's frame, m. Towards a wall the wanted point is softly held
/// back, so that it never passes it; what is wanted far beyond is not followed at all.
struct WorkspaceBox {
    Eigen::Vector3d lower = Eigen::Vector3d::Constant(-10);
    Eigen::Vector3d upper = Eigen::Vector3d::Constant(10);
    double soft = 0.05;   ///< m before a wall from which on it holds back; above 0
    double beyond = 0.2;  ///< m behind a wall from which on nothing is followed
};

struct BoxedPoint {
    Eigen::Vector3d point = Eigen::Vector3d::Zero();  ///< inside the box, unless rejected
    bool rejected = false;                            ///< too far beyond a wall, or not finite
};

[[nodiscard]] inline BoxedPoint within(const WorkspaceBox& box, const Eigen::Vector3d& wanted)
{
    BoxedPoint boxed{.point = wanted};
    for (int i = 0; i < 3; ++i) {
        const double soft = std::min(box.soft, (box.upper[i] - box.lower[i]) / 2);
        const double high = box.upper[i] - soft;
        const double low = box.lower[i] + soft;
        if (!std::isfinite(wanted[i]) || wanted[i] > box.upper[i] + box.beyond ||
            wanted[i] < box.lower[i] - box.beyond) {
            boxed.rejected = true;
        }
        if (wanted[i] > high) boxed.point[i] = high + soft * std::tanh((wanted[i] - high) / soft);
        if (wanted[i] < low) boxed.point[i] = low - soft * std::tanh((low - wanted[i]) / soft);
    }
    return boxed;
}

}  // namespace understudy
