#include "robots/model/kinematics.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "robots/model/mujoco.h"

namespace understudy {

namespace {

Eigen::Vector3d vectorAt(const mjtNum* values, int index)
{
    const mjtNum* v = values + static_cast<std::ptrdiff_t>(3) * index;
    return {v[0], v[1], v[2]};
}

Eigen::Quaterniond quaternionAt(const mjtNum* values, int index)
{
    const mjtNum* q = values + static_cast<std::ptrdiff_t>(4) * index;
    return {q[0], q[1], q[2], q[3]};
}

/// Column by column, which is inlined where Eigen's own product is not.
inline Eigen::Vector3d turned(const Eigen::Matrix3d& by, const Eigen::Vector3d& v)
{
    return by.col(0) * v.x() + by.col(1) * v.y() + by.col(2) * v.z();
}

inline Eigen::Matrix3d turned(const Eigen::Matrix3d& by, const Eigen::Matrix3d& m)
{
    Eigen::Matrix3d product;
    for (int column = 0; column < 3; ++column) {
        product.col(column) = by.col(0) * m(0, column) + by.col(1) * m(1, column) + by.col(2) * m(2, column);
    }
    return product;
}

bool isHinged(const mjModel& model, int body)
{
    for (int j = 0; j < model.body_jntnum[body]; ++j) {
        const int type = model.jnt_type[model.body_jntadr[body] + j];
        if (type != mjJNT_HINGE && type != mjJNT_SLIDE) return false;
    }
    return model.body_jntnum[body] > 0;
}

}  // namespace

std::vector<int> jointsBetween(const RobotModel& model, int body)
{
    std::vector<int> found;
    const auto& bodies = model.bodies();
    for (int at = body; at > 0 && at != model.base(); at = bodies[static_cast<std::size_t>(at)].parent) {
        const auto& joints = model.joints();
        for (int i = static_cast<int>(joints.size()) - 1; i >= 0; --i) {
            const std::string& moved = joints[static_cast<std::size_t>(i)].body;
            if (moved == bodies[static_cast<std::size_t>(at)].name) found.push_back(i);
        }
    }
    std::reverse(found.begin(), found.end());
    return found;
}

Result<Kinematics> Kinematics::create(const RobotModel& model, std::vector<int> variables,
                                      const std::vector<BodyFrame>& frames)
{
    if (variables.size() > static_cast<std::size_t>(kMaxQpVariables)) {
        return fail(fmt::format("{} joints are too many to solve for; at most {} may lie between base and wrists.",
                                variables.size(), kMaxQpVariables));
    }
    Kinematics made;
    for (const int variable : variables) {
        if (variable < 0 || variable >= static_cast<int>(model.joints().size())) {
            return fail(fmt::format("{} has no joint number {}.", model.name(), variable));
        }
    }
    for (const BodyFrame& frame : frames) {
        const std::optional<int> body = model.bodyIndex(frame.body);
        if (!body) return fail(fmt::format("{} has no body {}.", model.name(), frame.body));
        if (!frame.pose.isFinite()) return fail(fmt::format("The frame on {} is not finite.", frame.body));
        made.m_frames.push_back({.body = *body, .pose = frame.pose});
    }
    made.m_variables = std::move(variables);

    const mjModel& mujoco = model.mujoco();
    Result<MjDataPtr> state = makeMjData(mujoco);
    if (!state) return tl::unexpected(state.error());
    const Result<void> placed = guardMujoco([&] {
        std::copy(model.restQpos().begin(), model.restQpos().end(), (*state)->qpos);
        mj_kinematics(&mujoco, state->get());
    });
    if (!placed) return fail(fmt::format("{} cannot be placed: {}", model.name(), placed.error().message));

    const int bodies = static_cast<int>(mujoco.nbody);
    const Pose fromWorld = Pose{.position = vectorAt((*state)->xpos, model.base()),
                                .orientation = quaternionAt((*state)->xquat, model.base())}
                               .inverse();
    for (int body = 0; body < bodies; ++body) {
        const Pose pose = fromWorld * Pose{.position = vectorAt((*state)->xpos, body),
                                           .orientation = quaternionAt((*state)->xquat, body)};
        made.m_rotations.push_back(pose.orientation.toRotationMatrix());
        made.m_origins.push_back(pose.position);
    }

    std::vector<int> controls(index(static_cast<int>(mujoco.njnt)), -1);
    std::vector<int> jointOf(controls.size(), -1);
    for (std::size_t i = 0; i < model.joints().size(); ++i) {
        const int id = mj_name2id(&mujoco, mjOBJ_JOINT, model.joints()[i].name.c_str());
        if (id >= 0) controls[index(id)] = static_cast<int>(i);
    }
    made.m_linkOf.assign(index(bodies), -1);
    for (int body = 1; body < bodies; ++body) {
        const int parent = mujoco.body_parentid[body];
        const bool hinged = isHinged(mujoco, body) && model.bodies()[index(body)].isRobot;
        if (!hinged && made.m_linkOf[index(parent)] < 0) continue;
        Link link{.body = body, .parent = parent, .firstJoint = static_cast<int>(made.m_joints.size())};
        if (hinged) {
            link.rotation = quaternionAt(mujoco.body_quat, body).normalized().toRotationMatrix();
            link.origin = vectorAt(mujoco.body_pos, body);
            link.jointCount = mujoco.body_jntnum[body];
        } else {
            // Rigid, or moved by something that is not a joint of one axis: as it lies at rest.
            const Eigen::Matrix3d back = made.m_rotations[index(parent)].transpose();
            link.rotation = back * made.m_rotations[index(body)];
            link.origin = back * (made.m_origins[index(body)] - made.m_origins[index(parent)]);
        }
        for (int j = 0; j < link.jointCount; ++j) {
            const int id = mujoco.body_jntadr[body] + j;
            Joint joint;
            joint.prismatic = mujoco.jnt_type[id] == mjJNT_SLIDE;
            joint.controlled = controls[index(id)];
            joint.zero = mujoco.qpos0[mujoco.jnt_qposadr[id]];
            joint.localAxis = vectorAt(mujoco.jnt_axis, id);
            joint.localAnchor = vectorAt(mujoco.jnt_pos, id);
            joint.value = model.restQpos()[mujoco.jnt_qposadr[id]];
            joint.input = std::nan("");
            jointOf[index(id)] = static_cast<int>(made.m_joints.size());
            made.m_joints.push_back(joint);
        }
        made.m_linkOf[index(body)] = static_cast<int>(made.m_links.size());
        made.m_links.push_back(link);
    }
    for (int i = 0; i < static_cast<int>(mujoco.neq); ++i) {
        if (mujoco.eq_type[i] != mjEQ_JOINT || mujoco.eq_obj2id[i] < 0) continue;
        const int follower = mujoco.eq_obj1id[i];
        const int leader = mujoco.eq_obj2id[i];
        if (jointOf[index(follower)] < 0 || controls[index(follower)] >= 0 || controls[index(leader)] < 0) continue;
        Joint& joint = made.m_joints[index(jointOf[index(follower)])];
        joint.controlled = controls[index(leader)];
        joint.leaderZero = mujoco.qpos0[mujoco.jnt_qposadr[leader]];
        const mjtNum* c = mujoco.eq_data + static_cast<std::ptrdiff_t>(mjNEQDATA) * i;
        std::copy_n(c, joint.coupling.size(), joint.coupling.begin());
        joint.coupling[0] += joint.zero;
    }
    for (int body = 0; body < bodies; ++body) {
        made.m_firstMover.push_back(static_cast<int>(made.m_movers.size()));
        for (int at = body; at > 0; at = mujoco.body_parentid[at]) {
            const int link = made.m_linkOf[index(at)];
            if (link < 0) continue;
            for (int j = 0; j < made.m_links[index(link)].jointCount; ++j) {
                const int joint = made.m_links[index(link)].firstJoint + j;
                const int controlled = made.m_joints[index(joint)].controlled;
                const auto found = std::find(made.m_variables.begin(), made.m_variables.end(), controlled);
                const bool leads = made.m_joints[index(joint)].coupling == std::array<double, 5>{0, 1, 0, 0, 0};
                if (controlled < 0 || found == made.m_variables.end() || !leads) continue;
                made.m_movers.push_back(
                    {.variable = static_cast<int>(found - made.m_variables.begin()), .joint = joint});
            }
        }
    }
    made.m_firstMover.push_back(static_cast<int>(made.m_movers.size()));

    Eigen::VectorXd rest(static_cast<Eigen::Index>(model.joints().size()));
    for (Eigen::Index i = 0; i < rest.size(); ++i) rest[i] = model.joints()[static_cast<std::size_t>(i)].rest;
    made.update(rest);
    return made;
}

void Kinematics::update(const Eigen::VectorXd& joints)
{
    for (Link& link : m_links) {
        const int above = m_linkOf[index(link.parent)];
        link.moved = above >= 0 && m_links[index(above)].moved;
        for (int j = link.firstJoint; j < link.firstJoint + link.jointCount; ++j) {
            Joint& joint = m_joints[index(j)];
            const double input = joint.controlled < 0 ? 0.0 : joints[joint.controlled];
            if (input == joint.input) continue;
            link.moved = true;
            joint.input = input;
            if (joint.controlled < 0) continue;
            const double x = input - joint.leaderZero;
            const std::array<double, 5>& c = joint.coupling;
            joint.value = c[0] + x * (c[1] + x * (c[2] + x * (c[3] + x * c[4])));
        }
        if (link.moved) place(link);
    }
}

void Kinematics::place(Link& link)
{
    const Eigen::Matrix3d& above = m_rotations[index(link.parent)];
    Eigen::Matrix3d rotation = turned(above, link.rotation);
    Eigen::Vector3d origin = m_origins[index(link.parent)] + turned(above, link.origin);
    for (int j = link.firstJoint; j < link.firstJoint + link.jointCount; ++j) {
        Joint& joint = m_joints[index(j)];
        joint.axis = turned(rotation, joint.localAxis);
        joint.anchor = origin + turned(rotation, joint.localAnchor);
        const double travel = joint.value - joint.zero;
        if (joint.prismatic) {
            origin += travel * joint.axis;
            continue;
        }
        const double cosine = std::cos(travel);
        const double sine = std::sin(travel);
        for (int column = 0; column < 3; ++column) {
            const Eigen::Vector3d v = rotation.col(column);
            rotation.col(column) =
                cosine * v + sine * joint.axis.cross(v) + (1.0 - cosine) * joint.axis.dot(v) * joint.axis;
        }
        origin = joint.anchor - turned(rotation, joint.localAnchor);
    }
    m_rotations[index(link.body)] = rotation;
    m_origins[index(link.body)] = origin;
}

Pose Kinematics::pose(int frame) const
{
    const Frame& of = m_frames[index(frame)];
    const Eigen::Matrix3d& rotation = m_rotations[index(of.body)];
    return {.position = m_origins[index(of.body)] + rotation * of.pose.position,
            .orientation = (Eigen::Quaterniond(rotation) * of.pose.orientation).normalized()};
}

void Kinematics::jacobian(int frame, FrameJacobian& into) const
{
    const Frame& of = m_frames[index(frame)];
    const Eigen::Vector3d point = m_origins[index(of.body)] + m_rotations[index(of.body)] * of.pose.position;
    into.setZero(6, static_cast<Eigen::Index>(m_variables.size()));
    for (const Mover& mover : moversOf(of.body)) {
        const Joint& joint = m_joints[index(mover.joint)];
        if (joint.prismatic) {
            into.col(mover.variable).head<3>() = joint.axis;
        } else {
            into.col(mover.variable).head<3>() = joint.axis.cross(point - joint.anchor);
            into.col(mover.variable).tail<3>() = joint.axis;
        }
    }
}

}  // namespace understudy
