#include "robots/teleop/targetplayout.h"

#include <algorithm>

namespace understudy {

namespace {

constexpr Duration kLongestGlide = 40 * kMillisecond;

Pose between(const Pose& from, const Pose& to, double part)
{
    return {.position = from.position + part * (to.position - from.position),
            .orientation = from.orientation.slerp(part, to.orientation)};
}

}  // namespace

void TargetPlayout::prepare(Eigen::Index joints, Duration tick)
{
    m_tick = tick;
    for (PlayedTargets* targets : {&m_from, &m_to, &m_now}) targets->joints.setZero(joints);
}

void TargetPlayout::take(const RetargetOutput& output, PlayedTargets& into) const
{
    into.body = output.body;
    into.joints = output.joints;
    for (std::size_t i = 0; i < kSideCount; ++i) into.closure[i] = static_cast<double>(output.closure[i]);
}

void TargetPlayout::place(const RetargetOutput& output)
{
    take(output, m_to);
    m_from = m_to;
    m_now = m_to;
    m_length = 0;
}

void TargetPlayout::receive(const RetargetOutput& output, Timestamp now, Duration interval)
{
    m_from = m_now;
    take(output, m_to);
    m_start = now - m_tick;
    m_length = std::clamp<Duration>(interval, 0, kLongestGlide);
    // An arm that had no target has nothing to glide from.
    for (std::size_t i = 0; i < kSideCount; ++i) {
        if (!m_from.body.arms[i].active) m_from.body.arms[i] = m_to.body.arms[i];
        if (!m_from.body.arms[i].elbowActive) m_from.body.arms[i].elbow = m_to.body.arms[i].elbow;
    }
    if (!m_from.body.torsoActive) m_from.body.torso = m_to.body.torso;
}

const PlayedTargets& TargetPlayout::at(Timestamp now)
{
    const double part = m_length <= m_tick
                            ? 1.0
                            : std::clamp(static_cast<double>(now - m_start) / static_cast<double>(m_length), 0.0, 1.0);
    for (std::size_t i = 0; i < kSideCount; ++i) {
        const ArmTarget& from = m_from.body.arms[i];
        const ArmTarget& to = m_to.body.arms[i];
        m_now.body.arms[i] = to;
        if (part < 1.0) {
            m_now.body.arms[i].wrist = between(from.wrist, to.wrist, part);
            m_now.body.arms[i].elbow = from.elbow + part * (to.elbow - from.elbow);
        }
        m_now.closure[i] = m_from.closure[i] + part * (m_to.closure[i] - m_from.closure[i]);
    }
    m_now.body.torsoActive = m_to.body.torsoActive;
    m_now.body.torso = part < 1.0 ? m_from.body.torso.slerp(part, m_to.body.torso) : m_to.body.torso;
    m_now.joints = m_from.joints + part * (m_to.joints - m_from.joints);
    return m_now;
}

void TargetPlayout::freeze()
{
    m_from = m_now;
    m_to = m_now;
    m_length = 0;
}

}  // namespace understudy
