#include "app/studio/mousesource.h"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

constexpr double kStep = 1 / MouseSource::kRateHz;  ///< s
constexpr double kSettle = 0.06;                    ///< s, time constant of the glide

/// The share of a way to go in one step.
double shareOf(double way, double speed)
{
    if (way <= 0) return 1;
    return std::min(1 - std::exp(-kStep / kSettle), speed * kStep / way);
}

std::array<Pose, kSideCount> handsAtStart()
{
    return {Pose{.position = {0.3, 0.25, 1.1}}, Pose{.position = {0.3, -0.25, 1.1}}};
}

}  // namespace

MouseSource::MouseSource()
    : m_source(
          DeviceInfo{.name = "mouse", .kind = "mouse", .rateHz = kRateHz},
          [this](OperatorSample& sample, std::uint64_t) { return follow(sample); }, ScriptedSource::Drive::Thread)
{
    m_wish.hands = handsAtStart();
    m_now = m_wish;
    m_wished.prepare(m_wish);
    publish();
}

MouseSource::~MouseSource() { stop(); }

void MouseSource::hold(bool held)
{
    m_wish.held = held;
    keepAlive();
}

void MouseSource::keepAlive()
{
    m_wish.alive = m_clock.now();
    publish();
}

void MouseSource::push(Side side, const Eigen::Vector3d& metres)
{
    if (!metres.allFinite()) return;
    m_wish.hands[static_cast<std::size_t>(indexOf(side))].position += metres;
    publish();
}

void MouseSource::turn(Side side, const Eigen::Vector3d& rotationVector)
{
    const double angle = rotationVector.norm();
    if (!std::isfinite(angle) || angle <= 0) return;
    Eigen::Quaterniond& orientation = m_wish.hands[static_cast<std::size_t>(indexOf(side))].orientation;
    orientation = (Eigen::Quaterniond(Eigen::AngleAxisd(angle, rotationVector / angle)) * orientation).normalized();
    publish();
}

void MouseSource::setClosure(Side side, float closure)
{
    if (!std::isfinite(closure)) return;
    m_wish.closure[static_cast<std::size_t>(indexOf(side))] = std::clamp(closure, 0.0F, 1.0F);
    publish();
}

void MouseSource::publish() { m_wished.write(m_wish); }

bool MouseSource::follow(OperatorSample& sample)
{
    const Wish* wish = m_wished.read();
    if (wish == nullptr) return false;
    const bool held = wish->held && m_clock.now() - wish->alive <= kAliveFor;
    for (const Side side : kSides) {
        const auto i = static_cast<std::size_t>(indexOf(side));
        Pose& hand = m_now.hands[i];
        const Pose& wanted = wish->hands[i];
        const Eigen::Vector3d way = wanted.position - hand.position;
        hand.position += shareOf(way.norm(), kSpeed) * way;
        const double angle = hand.orientation.angularDistance(wanted.orientation);
        hand.orientation = hand.orientation.slerp(shareOf(angle, kTurnSpeed), wanted.orientation).normalized();
        const BodyJoint wrist = side == Side::Left ? BodyJoint::LeftWrist : BodyJoint::RightWrist;
        sample.at(wrist) = {.pose = hand, .valid = true, .tracked = true};
        sample.inputs[i].trigger = wish->closure[i];
    }
    sample.at(BodyJoint::Pelvis) = {.pose = {.position = {0, 0, 0.95}}, .valid = true, .tracked = false};
    sample.setHeld(Button::HoldToDrive, held);
    return true;
}

}  // namespace understudy
