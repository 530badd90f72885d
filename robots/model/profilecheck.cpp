#include "robots/model/profilecheck.h"

#include <algorithm>
#include <map>

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

/// From ahead of the robot, a little above its middle, with all of it in the picture.
CameraProfile overview(const Eigen::AlignedBox3d& extent, double raise)
{
    CameraProfile camera;
    camera.name = "overview";
    camera.mount.body = "world";
    camera.verticalFov = 0.8;
    const double size = std::max(extent.sizes().maxCoeff(), 0.2);
    const Eigen::Vector3d at = extent.center() + Eigen::Vector3d(0, 0, raise);
    const Eigen::Vector3d from = at + size * Eigen::Vector3d(1.4, 0.5, 0.35);
    Eigen::Matrix3d axes;
    axes.col(2) = (at - from).normalized();
    axes.col(0) = axes.col(2).cross(Eigen::Vector3d::UnitZ()).normalized();
    axes.col(1) = axes.col(2).cross(axes.col(0));
    camera.mount.pose = {.position = from, .orientation = Eigen::Quaterniond(axes)};
    return camera;
}

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
        for (const ClosureJoint& joint : profile.hands[index]) checker.joint(joint.joint, "hand");
    }
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
                       "wrist bodies and arm joints ([left], [right]).",
                       profile.name);
}

RobotProfile deriveProfile(const std::string& modelName, const RestingModel& model)
{
    const std::vector<JointInfo>& joints = model.joints;
    const std::vector<BodyInfo>& bodies = model.bodies;
    const std::vector<Pose>& bodyPoses = model.poses;
    struct Chain {
        int leaf = 0;
        std::vector<std::string> joints;
        double height = 0;
        double side = 0;
    };
    RobotProfile profile;
    profile.name = modelName.empty() ? "robot" : modelName;

    std::vector<bool> isLeaf(bodies.size(), true);
    for (std::size_t i = 1; i < bodies.size(); ++i) isLeaf[static_cast<std::size_t>(bodies[i].parent)] = false;
    std::vector<Chain> chains;
    std::map<std::string, int> uses;
    for (std::size_t i = 1; i < bodies.size(); ++i) {
        if (!bodies[i].isRobot || !isLeaf[i]) continue;
        Chain chain;
        for (int body = static_cast<int>(i); body > 0; body = bodies[static_cast<std::size_t>(body)].parent) {
            for (const JointInfo& joint : joints) {
                if (joint.body != bodies[static_cast<std::size_t>(body)].name || joint.prismatic) continue;
                if (chain.leaf == 0) chain.leaf = body;
                chain.joints.insert(chain.joints.begin(), joint.name);
            }
        }
        if (chain.leaf == 0) continue;
        chain.height = bodyPoses[static_cast<std::size_t>(chain.leaf)].position.z();
        chain.side = bodyPoses[static_cast<std::size_t>(chain.leaf)].position.y();
        const bool known =
            std::any_of(chains.begin(), chains.end(), [&](const Chain& other) { return other.leaf == chain.leaf; });
        if (!known) chains.push_back(std::move(chain));
    }
    for (const Chain& chain : chains) {
        for (const std::string& joint : chain.joints) ++uses[joint];
    }
    constexpr std::size_t kLeastArmJoints = 4;
    std::erase_if(chains, [](const Chain& chain) { return chain.joints.size() < kLeastArmJoints; });
    std::sort(chains.begin(), chains.end(), [](const Chain& a, const Chain& b) { return a.height > b.height; });
    if (chains.size() > 2) chains.resize(2);
    for (const Chain& chain : chains) {
        ArmProfile arm;
        arm.wrist.body = bodies[static_cast<std::size_t>(chain.leaf)].name;
        for (const std::string& joint : chain.joints) {
            if (uses[joint] == 1) arm.joints.push_back(joint);
        }
        if (arm.joints.size() < kLeastArmJoints) continue;
        const std::size_t side = chains.size() == 1 ? 1 : (chain.side >= 0 ? 0 : 1);
        if (!profile.arms[side]) profile.arms[side] = std::move(arm);
    }
    profile.gravityCompensation = true;
    if (!model.extent.isEmpty()) {
        constexpr double kSunk = -0.02;
        if (model.isFixed && model.extent.min().z() < kSunk) profile.baseRaise = -model.extent.min().z();
        profile.cameras.push_back(overview(model.extent, profile.baseRaise));
    }
    if (!model.hasFloor) profile.scene = resourcePath("robots/scenes/floor.xml");
    return profile;
}

}  // namespace understudy
