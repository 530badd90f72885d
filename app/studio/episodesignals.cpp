#include "app/studio/episodesignals.h"

#include <algorithm>

#include "widgets/theme.h"

namespace understudy {
namespace {

constexpr std::size_t kJointsWithoutModel = 4;
constexpr double kSmoothing = 0.35;  ///< of the wrist's speed, per sample

}  // namespace

EpisodeSignals::EpisodeSignals(const RobotModel* model, const std::vector<std::string>& jointNames)
{
    const Theme& theme = Theme::of(ThemeName::Dark);
    if (model == nullptr) {
        for (std::size_t i = 0; i < std::min(jointNames.size(), kJointsWithoutModel); ++i) {
            QColor colour = theme.accent;
            colour.setHsl((colour.hslHue() + 50 * static_cast<int>(i)) % 360, 150, 150);
            m_joints.push_back({.name = QString::fromStdString(jointNames[i]), .colour = colour});
        }
        return;
    }
    for (const Side side : kSides) {
        Hand& hand = m_hands[static_cast<std::size_t>(indexOf(side))];
        const RobotProfile& profile = model->profile();
        const auto& arm = profile.arms[static_cast<std::size_t>(indexOf(side))];
        hand.exists = arm.has_value();
        if (!arm) continue;
        hand.bodies.push_back(arm->wrist.body);
        for (const ClosureJoint& joint : profile.hands[static_cast<std::size_t>(indexOf(side))]) {
            if (const std::optional<int> index = model->jointIndex(joint.joint))
                hand.bodies.push_back(model->joints()[static_cast<std::size_t>(*index)].body);
            const auto found = std::ranges::find(jointNames, joint.joint);
            if (found != jointNames.end() && joint.open != joint.closed)
                hand.joints.push_back(
                    {static_cast<std::size_t>(found - jointNames.begin()), {joint.open, joint.closed}});
        }
        const bool isLeft = side == Side::Left;
        for (PlotCurve* curve : {&hand.speed, &hand.grip, &hand.force}) {
            curve->name = isLeft ? tr("left") : tr("right");
            curve->colour = isLeft ? theme.leftHand : theme.rightHand;
        }
    }
}

void EpisodeSignals::add(const RobotState& state, Timestamp time)
{
    for (Hand& hand : m_hands) {
        if (hand.joints.empty()) continue;
        double closed = 0;
        for (const auto& [index, ends] : hand.joints) {
            const auto joint = static_cast<Eigen::Index>(index);
            if (joint < state.position.size())
                closed += (state.position[joint] - ends.first) / (ends.second - ends.first);
        }
        hand.grip.times.push_back(time);
        hand.grip.values.push_back(static_cast<float>(100 * closed / static_cast<double>(hand.joints.size())));
    }
    for (std::size_t i = 0; i < m_joints.size(); ++i) {
        if (static_cast<Eigen::Index>(i) >= state.position.size()) break;
        m_joints[i].times.push_back(time);
        m_joints[i].values.push_back(static_cast<float>(state.position[static_cast<Eigen::Index>(i)]));
    }
}

void EpisodeSignals::add(const ContactSample& contacts, const std::vector<std::string>& bodies, Timestamp time)
{
    for (Hand& hand : m_hands) {
        if (!hand.exists) continue;
        const auto isHand = [&](std::uint16_t body) {
            return body < bodies.size() && std::ranges::find(hand.bodies, bodies[body]) != hand.bodies.end();
        };
        float force = 0;
        for (int i = 0; i < std::min<int>(contacts.count, kMaxContacts); ++i) {
            const Contact& contact = contacts.contacts[static_cast<std::size_t>(i)];
            if (isHand(contact.bodyA) != isHand(contact.bodyB)) force += contact.force;
        }
        hand.force.times.push_back(time);
        hand.force.values.push_back(force);
    }
}

void EpisodeSignals::addWrists(const std::vector<Pose>& wrists, Timestamp time)
{
    std::size_t next = 0;
    for (Hand& hand : m_hands) {
        if (!hand.exists || next >= wrists.size()) continue;
        const Eigen::Vector3d now = wrists[next++].position;
        if (hand.lastTime >= 0 && time > hand.lastTime) {
            const double speed = (now - hand.lastWrist).norm() / toSeconds(time - hand.lastTime);
            const double before = hand.speed.values.empty() ? speed : static_cast<double>(hand.speed.values.back());
            hand.speed.times.push_back(time);
            hand.speed.values.push_back(static_cast<float>(before + kSmoothing * (speed - before)));
        }
        hand.lastWrist = now;
        hand.lastTime = time;
    }
}

std::vector<Plot> EpisodeSignals::take()
{
    std::vector<Plot> plots;
    const auto put = [&](const QString& title, const QString& unit, PlotCurve Hand::*part) {
        Plot plot{.title = title, .unit = unit};
        for (Hand& hand : m_hands)
            if (!(hand.*part).times.empty()) plot.curves.push_back(std::move(hand.*part));
        const bool says = std::ranges::any_of(plot.curves, [](const PlotCurve& curve) {
            return std::ranges::any_of(curve.values, [](float value) { return value != 0; });
        });
        if (says) plots.push_back(std::move(plot));
    };
    put(tr("Wrist speed"), QStringLiteral("m/s"), &Hand::speed);
    put(tr("Hand closed"), QStringLiteral("%"), &Hand::grip);
    put(tr("Hand contact"), QStringLiteral("N"), &Hand::force);
    if (!m_joints.empty())
        plots.push_back({.title = tr("Joints"), .unit = QStringLiteral("rad"), .curves = std::move(m_joints)});
    return plots;
}

}  // namespace understudy
