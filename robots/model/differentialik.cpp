#include "robots/model/differentialik.h"

#include <algorithm>

#include <fmt/format.h>

namespace understudy {

namespace {

struct Layout {
    std::vector<int> variables;
    std::vector<BodyFrame> frames;
    std::array<int, kSideCount> wrist{-1, -1};
    std::array<int, kSideCount> elbow{-1, -1};
    int torso = -1;
};

bool contains(const std::vector<int>& values, int value)
{
    return std::find(values.begin(), values.end(), value) != values.end();
}

int addFrame(Layout& layout, const BodyFrame& frame)
{
    layout.frames.push_back(frame);
    return static_cast<int>(layout.frames.size()) - 1;
}

/// Arm and waist joints that move a wrist, and the frames the tasks need.
Result<Layout> layOut(const RobotModel& model)
{
    const RobotProfile& profile = model.profile();
    std::vector<int> wanted;
    for (const std::string& name : profile.waistJoints) {
        if (const auto joint = model.jointIndex(name)) wanted.push_back(*joint);
    }
    const std::size_t waistCount = wanted.size();
    std::vector<int> moving;
    for (const auto& arm : profile.arms) {
        if (!arm) continue;
        for (const std::string& name : arm->joints) {
            if (const auto joint = model.jointIndex(name)) wanted.push_back(*joint);
        }
        if (const auto body = model.bodyIndex(arm->wrist.body)) {
            for (const int joint : jointsBetween(model, *body)) moving.push_back(joint);
        }
    }
    Layout layout;
    std::size_t waist = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (!contains(moving, wanted[i]) || contains(layout.variables, wanted[i])) continue;
        layout.variables.push_back(wanted[i]);
        if (i < waistCount) ++waist;
    }
    if (layout.variables.empty()) {
        return fail(fmt::format("{} has no arm to move: its profile must name wrist and joints of at least one arm.",
                                model.name()));
    }
    for (const Side side : kSides) {
        const auto i = static_cast<std::size_t>(indexOf(side));
        const auto& arm = profile.arms[i];
        if (!arm) continue;
        layout.wrist[i] = addFrame(layout, arm->wrist);
        if (!arm->elbow.empty()) layout.elbow[i] = addFrame(layout, {.body = arm->elbow});
    }
    if (waist > 0 && !profile.torso.empty()) layout.torso = addFrame(layout, {.body = profile.torso});
    return layout;
}

Eigen::Vector3d shortened(const Eigen::Vector3d& value, double longest)
{
    const double length = value.norm();
    return length > longest ? Eigen::Vector3d(value * (longest / length)) : value;
}

}  // namespace

Result<DifferentialIk> DifferentialIk::create(const RobotModel& model, const IkOptions& options)
{
    Result<Layout> layout = layOut(model);
    if (!layout) return tl::unexpected(layout.error());
    Result<Kinematics> kinematics = Kinematics::create(model, layout->variables, layout->frames);
    if (!kinematics) return tl::unexpected(kinematics.error());
    DifferentialIk ik(model, options, std::move(*kinematics));
    ik.m_wrist = layout->wrist;
    ik.m_elbow = layout->elbow;
    ik.m_torso = layout->torso;
    return ik;
}

DifferentialIk::DifferentialIk(const RobotModel& model, const IkOptions& options, Kinematics kinematics)
    : m_options(options), m_limits(limitsOf(model)), m_kinematics(std::move(kinematics))
{
    const auto count = static_cast<int>(variables().size());
    const RobotProfile& profile = model.profile();
    m_rest.resize(count);
    m_stiffness.resize(count);
    for (int i = 0; i < count; ++i) {
        const JointInfo& joint = model.joints()[static_cast<std::size_t>(variables()[static_cast<std::size_t>(i)])];
        m_rest[i] = joint.rest;
        // The waist helps only where the arms cannot; joints near the hand are freer than those near the shoulder.
        double share = 5.0;
        int owner = -1;
        for (const Side side : kSides) {
            const auto& arm = profile.arms[static_cast<std::size_t>(indexOf(side))];
            if (!arm) continue;
            const auto place = std::find(arm->joints.begin(), arm->joints.end(), joint.name);
            if (place == arm->joints.end()) continue;
            const auto along = static_cast<double>(place - arm->joints.begin());
            share = 2.0 - 1.5 * along / static_cast<double>(arm->joints.size());
            owner = indexOf(side);
        }
        m_owner.push_back(owner);
        m_stiffness[i] = options.posture * share;
    }
    for (std::size_t side = 0; side < kSideCount; ++side) {
        // With fewer than six joints position and orientation exclude each other: position wins.
        const std::size_t joints = profile.arms[side] ? profile.arms[side]->joints.size() : 0;
        m_orientation[side] = options.wristOrientation * (joints >= 6 ? 1.0 : joints == 5 ? 0.3 : 0.1);
    }
    Eigen::VectorXd rest(static_cast<Eigen::Index>(model.joints().size()));
    for (Eigen::Index i = 0; i < rest.size(); ++i) rest[i] = model.joints()[static_cast<std::size_t>(i)].rest;
    m_problem.resize(count, 0);
    m_jacobian.resize(6, count);
    reset(rest);
}

void DifferentialIk::reset(const Eigen::VectorXd& joints)
{
    m_joints = joints;
    m_previous.setZero(static_cast<Eigen::Index>(variables().size()));
    m_solver.reset();
    m_kinematics.update(m_joints);
}

Pose DifferentialIk::wrist(Side side) const
{
    const int frame = m_wrist[static_cast<std::size_t>(indexOf(side))];
    return frame < 0 ? Pose{} : m_kinematics.pose(frame);
}

void DifferentialIk::addTask(const Eigen::Vector3d& error, int firstRow, double weight, double longest)
{
    const double squared = weight * weight;
    const Eigen::Vector3d step = m_options.gain * shortened(error, longest);
    const int count = m_problem.variables();
    for (int column = 0; column < count; ++column) {
        const Eigen::Vector3d right = m_jacobian.col(column).segment<3>(firstRow);
        if (right.isZero(0.0)) continue;
        m_problem.gradient[column] -= squared * right.dot(step);
        for (int row = 0; row <= column; ++row) {
            m_problem.hessian(row, column) += squared * m_jacobian.col(row).segment<3>(firstRow).dot(right);
        }
    }
    m_problem.hessian.diagonal().array() += m_options.errorDamping * squared * step.squaredNorm();
}

void DifferentialIk::assemble(const BodyTargets& targets, double dt)
{
    m_problem.hessian.setZero();
    m_problem.gradient.setZero();
    const auto orientationError = [](const Eigen::Quaterniond& wanted, const Eigen::Quaterniond& is) {
        return rotationVector(wanted * is.conjugate());
    };
    for (std::size_t side = 0; side < kSideCount; ++side) {
        const ArmTarget& arm = targets.arms[side];
        if (m_wrist[side] >= 0 && arm.active) {
            const Pose now = m_kinematics.pose(m_wrist[side]);
            m_kinematics.jacobian(m_wrist[side], m_jacobian);
            addTask(arm.wrist.position - now.position, 0, m_options.wristPosition, m_options.longestPosition);
            addTask(orientationError(arm.wrist.orientation, now.orientation), 3, m_orientation[side],
                    m_options.longestRotation);
        }
        if (m_elbow[side] >= 0 && arm.active && arm.elbowActive && m_options.elbow > 0) {
            m_kinematics.jacobian(m_elbow[side], m_jacobian);
            addTask(arm.elbow - m_kinematics.pose(m_elbow[side]).position, 0, m_options.elbow,
                    m_options.longestPosition);
        }
    }
    if (m_torso >= 0 && targets.torsoActive && m_options.torso > 0) {
        m_kinematics.jacobian(m_torso, m_jacobian);
        addTask(orientationError(targets.torso, m_kinematics.pose(m_torso).orientation), 3, m_options.torso,
                m_options.longestRotation);
    }
    const double smooth = m_options.smoothness * m_options.smoothness;
    const double damping = m_options.baseDamping * m_options.baseDamping;
    for (int i = 0; i < m_problem.variables(); ++i) {
        const double stiff = m_stiffness[i] * m_stiffness[i];
        const double joint = m_joints[variables()[static_cast<std::size_t>(i)]];
        const double toRest = std::min(m_options.postureRate * dt, 1.0) * (m_rest[i] - joint);
        m_problem.hessian(i, i) += stiff + smooth + damping;
        m_problem.gradient[i] -= stiff * toRest + smooth * m_previous[i];
    }
    m_problem.hessian.triangularView<Eigen::StrictlyLower>() =
        m_problem.hessian.transpose().triangularView<Eigen::StrictlyLower>();
}

void DifferentialIk::bound(const BodyTargets& targets, const Eigen::VectorXd& cap, double dt)
{
    for (int i = 0; i < m_problem.variables(); ++i) {
        const int joint = variables()[static_cast<std::size_t>(i)];
        const double change = m_limits.acceleration[joint] * dt * dt;
        const double fastest = std::min(cap[joint], m_limits.velocity[joint]) * dt;
        // Towards a limit only as fast as the joint can still stop, and from beyond one straight back.
        const double above = m_limits.upper[joint] - m_joints[joint];
        const double below = m_joints[joint] - m_limits.lower[joint];
        double upper = above >= 0 ? std::min(fastest, largestMove(above, change)) : std::max(above, -fastest);
        double lower = below >= 0 ? -std::min(fastest, largestMove(below, change)) : std::min(-below, fastest);
        const int owner = m_owner[static_cast<std::size_t>(i)];
        const bool parked = owner >= 0 && !targets.arms[static_cast<std::size_t>(owner)].active;
        if (parked || lower > upper) lower = upper = 0;
        m_problem.lower[i] = lower;
        m_problem.upper[i] = upper;
    }
}

IkResult DifferentialIk::step(const BodyTargets& targets, const Eigen::VectorXd& cap, double dt)
{
    assemble(targets, dt);
    bound(targets, cap, dt);
    IkResult result;
    result.status = m_solver.solve(m_problem);
    result.iterations = m_solver.iterations();
    if (result.status != QpStatus::Solved) {
        m_solver.reset();
        return result;
    }
    result.activeBounds = m_solver.activeCount();
    m_previous = m_solver.solution();
    for (int i = 0; i < m_problem.variables(); ++i) {
        m_joints[variables()[static_cast<std::size_t>(i)]] += m_previous[i];
    }
    m_kinematics.update(m_joints);
    return result;
}

}  // namespace understudy
