#include "xr/calibration/stance.h"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

using Eigen::Vector3d;
using enum BodyJoint;

constexpr std::array<BodyJoint, 4> kWatched{Head, LeftWrist, RightWrist, Pelvis};

const TrackedPose& at(const BodyPose& body, BodyJoint joint) { return body[static_cast<std::size_t>(indexOf(joint))]; }

double yawOf(const Eigen::Quaterniond& orientation)
{
    const Vector3d forward = orientation * Vector3d::UnitX();
    return std::atan2(forward.y(), forward.x());
}

}  // namespace

double wristHeadingOf(const BodyPose& body)
{
    const Vector3d left = at(body, LeftWrist).pose.position - at(body, RightWrist).pose.position;
    return std::atan2(-left.x(), left.y());
}

double headingOf(const BodyPose& body)
{
    for (const BodyJoint joint : {Pelvis, Head})
        if (at(body, joint).valid) return yawOf(at(body, joint).pose.orientation);
    return wristHeadingOf(body);
}

std::optional<Stance> stanceOf(const BodyPose& body)
{
    if (!at(body, Head).valid || !at(body, LeftWrist).valid || !at(body, RightWrist).valid) return std::nullopt;
    const Vector3d head = at(body, Head).pose.position;
    // Lengths as shares of the head's height: a child and a giant stand alike.
    const double scale = std::max(head.z(), 0.5);
    std::optional<Stance> found;
    const double span =
        (at(body, LeftWrist).pose.position - at(body, RightWrist).pose.position).head<2>().norm() / scale;
    for (const auto& [wrist, side] : {std::pair{LeftWrist, 1.0}, {RightWrist, -1.0}}) {
        const Eigen::AngleAxisd back(-(span > 0.6 ? wristHeadingOf(body) : headingOf(body)), Vector3d::UnitZ());
        const Vector3d offset = back * (at(body, wrist).pose.position - head) / scale;
        const double outward = side * offset.y();
        std::optional<Stance> stance;
        if (outward > 0.3 && offset.z() > -0.25 && offset.z() < 0.1)
            stance = Stance::TPose;
        else if (outward > 0 && outward < 0.3 && offset.z() < -0.38 && std::abs(offset.x()) < 0.14)
            stance = Stance::Neutral;
        else if (outward > 0 && outward < 0.3 && offset.x() > 0.09 && offset.x() < 0.3 && offset.z() < -0.15 &&
                 offset.z() > -0.38)
            stance = Stance::ElbowsBent;
        if (!stance || (found && *found != *stance)) return std::nullopt;
        found = stance;
    }
    return found;
}

void StillnessDetector::begin(const OperatorSample& sample)
{
    m_since = sample.stamps.capture;
    m_count = 0;
    m_still = 0;
    add(sample);
}

void StillnessDetector::add(const OperatorSample& sample)
{
    ++m_count;
    const double share = 1.0 / m_count;
    for (std::size_t i = 0; i < m_mean.size(); ++i) {
        const TrackedPose& now = sample.body[i];
        TrackedPose& mean = m_mean[i];
        if (m_count == 1 || !now.valid || !mean.valid) {
            mean = now;
            continue;
        }
        mean.pose.position += share * (now.pose.position - mean.pose.position);
        mean.pose.orientation = mean.pose.orientation.slerp(share, now.pose.orientation);
        mean.tracked = mean.tracked && now.tracked;
    }
}

const BodyPose* StillnessDetector::push(const OperatorSample& sample)
{
    const double elapsed = m_seen ? toSeconds(sample.stamps.capture - m_last.stamps.capture) : 0;
    bool still = m_seen && elapsed > 0 && elapsed < 0.5;
    for (const BodyJoint joint : kWatched) {
        const TrackedPose& now = sample.at(joint);
        if (joint != Pelvis && !now.valid) still = false;
        if (!still || !now.valid || !m_last.at(joint).valid) continue;
        // Against the mean of the stance so far, so that a slow drift is no stillness; tremor averages out.
        const TrackedPose& mean = m_mean[static_cast<std::size_t>(indexOf(joint))];
        const double reach = m_options.metresPerSecond * std::max(elapsed, 0.3);
        if ((now.pose.position - mean.pose.position).norm() > reach ||
            now.pose.orientation.angularDistance(mean.pose.orientation) >
                m_options.radiansPerSecond * std::max(elapsed, 0.3))
            still = false;
    }
    m_last = sample;
    m_seen = true;
    if (!still) {
        begin(sample);
        return nullptr;
    }
    add(sample);
    m_still = sample.stamps.capture - m_since;
    if (m_still < m_options.holds) return nullptr;
    m_since = sample.stamps.capture;
    m_count = 1;
    return &m_mean;
}

}  // namespace understudy
