#include "app/robotlayout.h"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

std::optional<double> finite(const Limit& limit)
{
    return std::isfinite(limit.value) ? std::optional(limit.value) : std::nullopt;
}

EpisodeJoint describe(const JointInfo& joint)
{
    return {.name = joint.name,
            .unit = joint.prismatic ? "m" : "rad",
            .lower = finite(joint.lower),
            .upper = finite(joint.upper),
            .velocity = finite(joint.velocity),
            .acceleration = finite(joint.acceleration),
            .effort = finite(joint.effort)};
}

std::string lowerCase(std::string text)
{
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

const char* axisOf(const std::string& lowerName)
{
    for (const char* axis : {"yaw", "roll", "pitch"})
        if (has(lowerName, axis)) return axis;
    return nullptr;
}

class Places {
public:
    Places(const RobotModel& model, RobotLayout& layout) : m_model(model), m_layout(layout) {}

    void arm(Side side, const ArmProfile& profile)
    {
        const std::string prefix = std::string(nameOf(armOf(side))) + ".";
        const auto moves = [&](const std::string& joint) {
            const std::optional<int> at = m_model.jointIndex(joint);
            return at && m_model.joints()[static_cast<std::size_t>(*at)].body == profile.elbow;
        };
        const auto elbow = std::ranges::find_if(profile.joints, moves) - profile.joints.begin();
        for (std::ptrdiff_t i = 0; i < std::ssize(profile.joints); ++i) {
            const bool isKnown = elbow < std::ssize(profile.joints);
            const std::ptrdiff_t number = i < elbow ? i + 1 : i - elbow;
            const std::string slot =
                i == elbow ? "elbow" : (i < elbow ? "shoulder_" : "wrist_") + std::to_string(number);
            place(profile.joints[static_cast<std::size_t>(i)], armOf(side), isKnown ? prefix + slot : "");
        }
    }

    void axes(const std::vector<std::string>& joints, BodyPart part)
    {
        for (const std::string& joint : joints) {
            const char* axis = axisOf(lowerCase(joint));
            place(joint, part, axis ? std::string(nameOf(part)) + "." + axis : "");
        }
    }

    void hand(Side side, const std::vector<ClosureJoint>& joints)
    {
        for (const ClosureJoint& closure : joints) {
            EpisodeJoint* joint = place(closure.joint, handOf(side), "");
            if (joint == nullptr) continue;
            joint->open = closure.open;
            joint->closed = closure.closed;
        }
    }

    void legs()
    {
        for (EpisodeJoint& joint : m_layout.joints) {
            const std::string name = lowerCase(joint.name);
            const char* section = has(name, "hip")     ? "hip"
                                  : has(name, "knee")  ? "knee"
                                  : has(name, "ankle") ? "ankle"
                                                       : "";
            const bool left = has(name, "left") || name.starts_with("l_");
            const bool right = has(name, "right") || name.starts_with("r_");
            if (joint.part != BodyPart::None || *section == '\0' || left == right) continue;
            const char* axis = axisOf(name);
            const bool isKnee = std::string_view(section) == "knee";
            const std::string slot = std::string(section) + (isKnee || axis == nullptr ? "" : std::string("_") + axis);
            place(joint.name, left ? BodyPart::LeftLeg : BodyPart::RightLeg,
                  std::string(left ? "left_leg." : "right_leg.") + slot);
        }
    }

private:
    /// A slot that does not exist, or is taken, is left empty.
    EpisodeJoint* place(const std::string& name, BodyPart part, const std::string& slot)
    {
        const std::optional<int> at = m_model.jointIndex(name);
        if (!at) return nullptr;
        EpisodeJoint& joint = m_layout.joints[static_cast<std::size_t>(*at)];
        joint.part = part;
        const bool exists = std::ranges::find(canonicalSlots(), slot) != canonicalSlots().end();
        if (exists && std::ranges::find(m_layout.joints, slot, &EpisodeJoint::slot) == m_layout.joints.end())
            joint.slot = slot;
        return &joint;
    }

    const RobotModel& m_model;
    RobotLayout& m_layout;
};

}  // namespace

RobotLayout layoutOf(const RobotModel& model)
{
    RobotLayout layout;
    for (const JointInfo& joint : model.joints()) layout.joints.push_back(describe(joint));
    const RobotProfile& profile = model.profile();
    layout.torso = profile.torso.empty() ? model.bodies()[static_cast<std::size_t>(model.base())].name : profile.torso;
    Places places(model, layout);
    for (const Side side : kSides) {
        const auto at = static_cast<std::size_t>(side);
        if (const std::optional<ArmProfile>& arm = profile.arms[at]) {
            places.arm(side, *arm);
            EpisodeWrist& wrist = layout.wrists[at];
            wrist.body = arm->wrist.body;
            Eigen::Map<Eigen::Vector3d>(wrist.position.data()) = arm->wrist.pose.position;
            const Eigen::Quaterniond& turn = arm->wrist.pose.orientation;
            wrist.orientation = {turn.w(), turn.x(), turn.y(), turn.z()};
        }
        places.hand(side, profile.hands[at]);
    }
    places.axes(profile.waistJoints, BodyPart::Waist);
    places.axes(profile.neckJoints, BodyPart::Head);
    places.legs();
    return layout;
}

}  // namespace understudy
