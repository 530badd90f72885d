#include "widgets/viewcamera.h"

#include <cmath>

namespace understudy {

ViewCamera ViewCamera::home(const Eigen::Vector3d& middle, double high)
{
    constexpr double kBefore = 0.15;  ///< m towards what the hands reach for
    return {.focus = middle + Eigen::Vector3d(kBefore, 0, 0), .distance = high / metresPerPixel(1, 1)};
}

Eigen::Vector3d ViewCamera::back() const
{
    return {std::cos(elevation) * std::cos(azimuth), std::cos(elevation) * std::sin(azimuth), std::sin(elevation)};
}

Eigen::Vector3d ViewCamera::right() const { return {-std::sin(azimuth), std::cos(azimuth), 0}; }

Eigen::Vector3d ViewCamera::up() const { return back().cross(right()); }

double ViewCamera::depthOf(const Eigen::Vector3d& point) const { return (eye() - point).dot(back()); }

std::optional<QPointF> ViewCamera::project(const Eigen::Vector3d& point, QSizeF view) const
{
    const double depth = depthOf(point);
    if (depth <= 0 || view.isEmpty()) return std::nullopt;
    const double scale = 1 / metresPerPixel(depth, view.height());
    const Eigen::Vector3d from = point - eye();
    return QPointF(view.width() / 2 + scale * from.dot(right()), view.height() / 2 - scale * from.dot(up()));
}

double ViewCamera::metresPerPixel(double depth, double viewHeight)
{
    return 2 * std::tan(kVerticalFov / 2) * depth / viewHeight;
}

}  // namespace understudy
