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
    for (PlayedTargets* targets : {&m_from, &m_to, &m_glide, &m_now}) targets->joints.setZero(joints);
    for (PlayedTargets& targets : m_recent) targets.joints.setZero(joints);
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
    m_now = m_to;
    freeze();
}

void TargetPlayout::receive(const RetargetOutput& output, Timestamp now, Duration interval)
{
    m_from = m_glide;
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
    glide(now);
    const auto wanted = static_cast<std::size_t>(std::max<Duration>((m_length + m_tick / 2) / m_tick, 1));
    m_newest = (m_newest + 1) % kMostAveraged;
    m_recent[m_newest] = m_glide;
    m_recentCount = std::min(m_recentCount + 1, kMostAveraged);
    average(std::min(wanted, m_recentCount));
    return m_now;
}

void TargetPlayout::glide(Timestamp now)
{
    const double passed = static_cast<double>(now - m_start) / static_cast<double>(std::max<Duration>(m_length, 1));
    const double part = m_length <= m_tick ? 1.0 : std::clamp(passed, 0.0, 1.0);
    for (std::size_t i = 0; i < kSideCount; ++i) {
        const ArmTarget& from = m_from.body.arms[i];
        const ArmTarget& to = m_to.body.arms[i];
        m_glide.body.arms[i] = to;
        if (part < 1.0) {
            m_glide.body.arms[i].wrist = between(from.wrist, to.wrist, part);
            m_glide.body.arms[i].elbow = from.elbow + part * (to.elbow - from.elbow);
        }
        m_glide.closure[i] = m_from.closure[i] + part * (m_to.closure[i] - m_from.closure[i]);
    }
    m_glide.body.torsoActive = m_to.body.torsoActive;
    m_glide.body.torso = part < 1.0 ? m_from.body.torso.slerp(part, m_to.body.torso) : m_to.body.torso;
    m_glide.joints = m_from.joints + part * (m_to.joints - m_from.joints);
}

void TargetPlayout::average(std::size_t count)
{
    m_now = m_glide;
    if (count < 2) return;
    const auto before = [&](std::size_t k) -> const PlayedTargets& {
        return m_recent[(m_newest + kMostAveraged - k) % kMostAveraged];
    };
    const double share = 1.0 / static_cast<double>(count);
    m_now.joints *= share;
    for (std::size_t k = 1; k < count; ++k) m_now.joints += share * before(k).joints;
    for (std::size_t i = 0; i < kSideCount; ++i) {
        ArmTarget& arm = m_now.body.arms[i];
        Eigen::Vector3d position = arm.wrist.position;
        Eigen::Vector3d elbow = arm.elbow;
        Eigen::Vector4d orientation = arm.wrist.orientation.coeffs();
        bool steady = arm.active;
        for (std::size_t k = 1; k < count && steady; ++k) {
            const ArmTarget& other = before(k).body.arms[i];
            steady = other.active && other.elbowActive == arm.elbowActive;
            const Eigen::Vector4d turn = other.wrist.orientation.coeffs();
            position += other.wrist.position;
            elbow += other.elbow;
            orientation += turn.dot(arm.wrist.orientation.coeffs()) < 0 ? Eigen::Vector4d(-turn) : turn;
        }
        if (!steady || orientation.norm() < 0.5 * static_cast<double>(count)) continue;
        arm.wrist.position = share * position;
        arm.elbow = share * elbow;
        arm.wrist.orientation.coeffs() = orientation.normalized();
    }
}

void TargetPlayout::freeze()
{
    m_from = m_now;
    m_to = m_now;
    m_glide = m_now;
    m_length = 0;
    m_recentCount = 0;
}

}  // namespace understudy
