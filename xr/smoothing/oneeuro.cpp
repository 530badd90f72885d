#include "xr/smoothing/oneeuro.h"

#include <cmath>
#include <numbers>

namespace understudy {
namespace {

double share(double cutoffHz, double elapsed)
{
    const double tau = 1 / (2 * std::numbers::pi * cutoffHz);
    return 1 / (1 + tau / elapsed);
}

}  // namespace

OneEuroPose::OneEuroPose(const OneEuroOptions& position, const OneEuroOptions& orientation)
    : m_positionOptions(position), m_orientationOptions(orientation)
{
}

void OneEuroPose::reset()
{
    m_seen = false;
    m_velocity.setZero();
    m_angular.setZero();
    m_delay = 0;
}

Pose OneEuroPose::filter(const Pose& pose, double elapsed)
{
    if (!m_seen) {
        m_seen = true;
        m_filtered = pose;
        return pose;
    }
    if (!(elapsed > 0)) return m_filtered;
    const Eigen::Vector3d step = pose.position - m_filtered.position;
    m_velocity += (step / elapsed - m_velocity) * share(m_positionOptions.derivativeCutoffHz, elapsed);
    const double cutoff = m_positionOptions.minCutoffHz + m_positionOptions.beta * m_velocity.norm();
    m_filtered.position += step * share(cutoff, elapsed);
    m_delay = 1 / (2 * std::numbers::pi * cutoff);

    const Eigen::Vector3d turn = rotationVector(m_filtered.orientation.conjugate() * pose.orientation);
    m_angular += (turn / elapsed - m_angular) * share(m_orientationOptions.derivativeCutoffHz, elapsed);
    const double turning = m_orientationOptions.minCutoffHz + m_orientationOptions.beta * m_angular.norm();
    m_filtered.orientation = m_filtered.orientation.slerp(share(turning, elapsed), pose.orientation).normalized();
    return m_filtered;
}

}  // namespace understudy
