#include "robots/envelope/safetyenvelope.h"

#include <algorithm>
#include <cmath>

namespace understudy {

namespace {

constexpr double kRejectRatio = 3.0;

bool isPositive(const Eigen::VectorXd& values) { return values.allFinite() && (values.array() > 0.0).all(); }

}  // namespace

Result<SafetyEnvelope> SafetyEnvelope::create(JointLimits limits, std::vector<int> groups, double period)
{
    const Eigen::Index count = limits.lower.size();
    if (count == 0 || limits.upper.size() != count || limits.velocity.size() != count ||
        limits.acceleration.size() != count || groups.size() != static_cast<std::size_t>(count)) {
        return fail("The limits of the safety envelope must name every joint once.");
    }
    if (!isPositive(limits.velocity) || !isPositive(limits.acceleration)) {
        return fail("Every joint needs a velocity and an acceleration limit that is finite and above zero.");
    }
    if (!(limits.lower.array() <= limits.upper.array()).all()) {
        return fail("A joint's lower position limit lies above its upper one.");
    }
    if (!(period > 0.0) || !std::isfinite(period)) return fail("The period of the safety envelope must be positive.");
    for (const int group : groups) {
        if (group < 0 || group >= static_cast<int>(count)) return fail("A joint group is out of range.");
    }
    return SafetyEnvelope(std::move(limits), std::move(groups), period);
}

SafetyEnvelope::SafetyEnvelope(JointLimits limits, std::vector<int> groups, double period)
    : m_limits(std::move(limits)), m_groups(std::move(groups)), m_scale(m_groups.size()), m_period(period)
{
    const Eigen::Index count = m_limits.lower.size();
    m_advance.setZero(count);
    m_wish.setZero(count);
    m_velocity.setZero(count);
    reset(Eigen::VectorXd::Zero(count));
}

void SafetyEnvelope::reset(const Eigen::VectorXd& position)
{
    m_position = position;
    m_move.setZero(position.size());
    m_velocity.setZero(position.size());
    rebase();
}

void SafetyEnvelope::resumeAt(const Eigen::VectorXd& position, const Eigen::VectorXd& move)
{
    reset(position);
    m_move = move;
    m_velocity = m_move / m_period;
    resume();
}

void SafetyEnvelope::rebase()
{
    m_wanted = m_position;
    m_based = false;
}

void SafetyEnvelope::resume()
{
    m_wanted = m_position;
    m_based = true;
}

Band SafetyEnvelope::follow(const Eigen::VectorXd& target, const Eigen::VectorXd& cap, int periods)
{
    double ratio = 0;
    bool finite = target.size() == m_position.size();
    for (Eigen::Index i = 0; finite && i < target.size(); ++i) {
        finite = std::isfinite(target[i]);
        if (m_based) {
            ratio = std::max(ratio, std::abs(target[i] - m_wanted[i]) / (m_limits.velocity[i] * m_period * periods));
        }
    }
    if (!finite || ratio > kRejectRatio) {
        brake(periods);
        return Band::Reject;
    }
    if (m_based) {
        m_advance = (target - m_wanted) / periods;
    } else {
        m_wanted = target;
        m_advance.setZero();
    }
    m_based = true;
    for (int k = 0; k < periods; ++k) advance(cap);
    m_wanted = target;
    m_velocity = m_move / m_period;
    return ratio > 1.0 ? Band::Clamp : Band::Pass;
}

void SafetyEnvelope::advance(const Eigen::VectorXd& cap)
{
    // The target's own move is taken over; what is missing to it is closed as fast as still leaves room to brake.
    std::fill(m_scale.begin(), m_scale.end(), 1.0);
    for (Eigen::Index i = 0; i < m_wish.size(); ++i) {
        const double change = m_limits.acceleration[i] * m_period * m_period;
        const double missing = std::clamp(m_wanted[i], m_limits.lower[i], m_limits.upper[i]) - m_position[i];
        m_wish[i] = m_advance[i] + std::copysign(largestMove(std::abs(missing), change), missing);
        const double fastest = std::min(cap[i], m_limits.velocity[i]) * m_period;
        double& scale = m_scale[static_cast<std::size_t>(m_groups[static_cast<std::size_t>(i)])];
        if (std::abs(m_wish[i]) > fastest) scale = std::min(scale, fastest / std::abs(m_wish[i]));
    }
    for (Eigen::Index i = 0; i < m_wish.size(); ++i) {
        JointLimit limit = limitOf(m_limits, i);
        limit.velocity = std::min(limit.velocity, cap[i]);
        const MoveBounds bounds = moveBounds(m_position[i], m_move[i], limit, m_period);
        const double scale = m_scale[static_cast<std::size_t>(m_groups[static_cast<std::size_t>(i)])];
        m_move[i] = std::clamp(scale * m_wish[i], bounds.lower, bounds.upper);
        m_position[i] += m_move[i];
        m_wanted[i] += m_advance[i];
    }
}

void SafetyEnvelope::brake(int periods)
{
    for (int k = 0; k < periods; ++k) {
        for (Eigen::Index i = 0; i < m_position.size(); ++i) {
            const MoveBounds bounds = moveBounds(m_position[i], m_move[i], limitOf(m_limits, i), m_period);
            m_move[i] = std::clamp(0.0, bounds.lower, bounds.upper);
            m_position[i] += m_move[i];
        }
    }
    m_velocity = m_move / m_period;
    rebase();
}

}  // namespace understudy
