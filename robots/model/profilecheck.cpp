#include "robots/model/profilecheck.h"

#include <algorithm>

#include <fmt/format.h>

namespace understudy {
namespace {

template <typename Item>
std::string namesOf(const std::vector<Item>& items)
{
    std::string names;
    for (const Item& item : items) names += (names.empty() ? "" : ", ") + item.name;
    return names;
}

class Checker {
public:
    Checker(const RobotProfile& profile, const std::vector<JointInfo>& joints, const std::vector<BodyInfo>& bodies)
        : m_profile(profile), m_joints(joints)
    {
        for (const BodyInfo& body : bodies) {
            if (body.isRobot) m_bodies.push_back(body);
        }
    }

    void body(const std::string& name, const char* role)
    {
        if (name.empty() || m_error) return;
        if (std::none_of(m_bodies.begin(), m_bodies.end(), [&](const BodyInfo& body) { return body.name == name; })) {
            m_error = Error{
                fmt::format("The profile {} names the {} body \"{}\", which this model lacks. Its bodies are: {}.",
                            m_profile.source.string(), role, name, namesOf(m_bodies))};
        }
    }

    void joint(const std::string& pattern, const char* role)
    {
        if (m_error) return;
        if (std::none_of(m_joints.begin(), m_joints.end(),
                         [&](const JointInfo& joint) { return matches(pattern, joint.name); })) {
            m_error =
                Error{fmt::format("The profile {} names the {} joint \"{}\", which this model lacks. Its controlled "
                                  "joints are: {}.",
                                  m_profile.source.string(), role, pattern, namesOf(m_joints))};
        }
    }

    [[nodiscard]] Result<void> result() const
    {
        if (m_error) return tl::unexpected(*m_error);
        return {};
    }

private:
    const RobotProfile& m_profile;
    const std::vector<JointInfo>& m_joints;
    std::vector<BodyInfo> m_bodies;
    std::optional<Error> m_error;
};

}  // namespace

Result<void> checkProfile(const RobotProfile& profile, const std::vector<JointInfo>& joints,
                          const std::vector<BodyInfo>& bodies)
{
    Checker checker(profile, joints, bodies);
    checker.body(profile.torso, "torso");
    checker.body(profile.head, "head");
    for (const Side side : kSides) {
        const auto index = static_cast<std::size_t>(indexOf(side));
        if (const std::optional<ArmProfile>& arm = profile.arms[index]) {
            checker.body(arm->wrist.body, "wrist");
            checker.body(arm->elbow, "elbow");
            checker.body(arm->shoulder, "shoulder");
            for (const std::string& joint : arm->joints) checker.joint(joint, "arm");
        }
        for (const BodyFrame& tip : profile.fingertips[index]) checker.body(tip.body, "fingertip");
        for (const ClosureJoint& joint : profile.hands[index]) checker.joint(joint.joint, "hand");
    }
    for (const std::string& foot : profile.feet) checker.body(foot, "foot");
    for (const std::string& joint : profile.waistJoints) checker.joint(joint, "waist");
    for (const std::string& joint : profile.neckJoints) checker.joint(joint, "neck");
    for (const JointValue& rest : profile.rest) checker.joint(rest.joint, "rest");
    for (const LimitRule& rule : profile.limits) checker.joint(rule.joints, "limits");
    for (const GainRule& rule : profile.gains) checker.joint(rule.joints, "gains");
    return checker.result();
}

std::string teleoperationGap(const RobotProfile& profile)
{
    if (profile.arms[0] || profile.arms[1]) return {};
    return fmt::format("The robot {} has no arm that could follow an operator. Write a robot profile that names its "
                       "wrist bodies and arm joints ([left], [right]); `understudy profile` writes one to begin with.",
                       profile.name);
}

}  // namespace understudy
