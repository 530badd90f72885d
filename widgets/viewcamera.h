#pragma once

#include <numbers>
#include <optional>

#include <QPointF>
#include <QSizeF>

#include "core/pose.h"

namespace understudy {

/// Where the eye is: on a sphere round the focus.
struct ViewCamera {
    static constexpr double kVerticalFov = 34 * std::numbers::pi / 180;  ///< rad

    Eigen::Vector3d focus{0.2, 0, 1.02};  ///< m, world
    double azimuth = 0.72;                ///< rad about z from +x
    double elevation = 0.27;              ///< rad above the horizon
    double distance = 3.1;                ///< m

    /// From before and aside, on a view that is `high` metres high where the middle of the thing stands.
    [[nodiscard]] static ViewCamera home(const Eigen::Vector3d& middle, double high);

    bool operator==(const ViewCamera&) const = default;

    [[nodiscard]] Eigen::Vector3d back() const;  ///< from the focus to the eye, unit length
    [[nodiscard]] Eigen::Vector3d right() const;
    [[nodiscard]] Eigen::Vector3d up() const;
    [[nodiscard]] Eigen::Vector3d eye() const { return focus + distance * back(); }

    /// m along the view from the eye; not above 0: behind it.
    [[nodiscard]] double depthOf(const Eigen::Vector3d& point) const;
    /// Where a point is seen, in pixels from the top left; none for one behind the eye.
    [[nodiscard]] std::optional<QPointF> project(const Eigen::Vector3d& point, QSizeF view) const;
    /// m that one pixel of a view of this height spans at a depth.
    [[nodiscard]] static double metresPerPixel(double depth, double viewHeight);
};

}  // namespace understudy
