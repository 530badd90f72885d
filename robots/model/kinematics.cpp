#include "robots/model/kinematics.h"

#include <algorithm>

#include <fmt/format.h>

#include "robots/model/mujoco.h"

namespace understudy {

struct Kinematics::Data {
    struct Frame {
        int body = 0;
        Pose pose;  ///< X_BodyFrame
    };

    const mjModel* model = nullptr;
    MjDataPtr state;
    std::vector<int> qpos;  ///< of every controlled joint
    std::vector<int> variables;
    std::vector<int> dofs;  ///< of the variables
    std::vector<Frame> frames;
    Pose base;  ///< X_WB
    std::vector<double> scratch;

    [[nodiscard]] Pose bodyPose(int body) const
    {
        const mjtNum* p = state->xpos + 3 * body;
        const mjtNum* q = state->xquat + 4 * body;
        return {.position = {p[0], p[1], p[2]}, .orientation = {q[0], q[1], q[2], q[3]}};
    }
};

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
    auto data = std::make_unique<Data>();
    data->model = &model.mujoco();
    Result<MjDataPtr> state = makeMjData(*data->model);
    if (!state) return tl::unexpected(state.error());
    data->state = std::move(*state);
    for (const JointInfo& joint : model.joints()) data->qpos.push_back(joint.qpos);
    for (const int variable : variables) {
        if (variable < 0 || variable >= static_cast<int>(model.joints().size())) {
            return fail(fmt::format("{} has no joint number {}.", model.name(), variable));
        }
        data->dofs.push_back(model.joints()[static_cast<std::size_t>(variable)].dof);
    }
    for (const BodyFrame& frame : frames) {
        const std::optional<int> body = model.bodyIndex(frame.body);
        if (!body) return fail(fmt::format("{} has no body {}.", model.name(), frame.body));
        if (!frame.pose.isFinite()) return fail(fmt::format("The frame on {} is not finite.", frame.body));
        data->frames.push_back({.body = *body, .pose = frame.pose});
    }
    data->variables = std::move(variables);
    data->scratch.resize(static_cast<std::size_t>(6 * data->model->nv));
    const Result<void> placed = guardMujoco([&] {
        std::copy(model.restQpos().begin(), model.restQpos().end(), data->state->qpos);
        mj_kinematics(data->model, data->state.get());
        mj_comPos(data->model, data->state.get());
    });
    if (!placed) return fail(fmt::format("{} cannot be placed: {}", model.name(), placed.error().message));
    data->base = data->bodyPose(model.base());
    return Kinematics(std::move(data));
}

Kinematics::Kinematics(std::unique_ptr<Data> data) : m_data(std::move(data)) {}
Kinematics::Kinematics(Kinematics&&) noexcept = default;
Kinematics& Kinematics::operator=(Kinematics&&) noexcept = default;
Kinematics::~Kinematics() = default;

void Kinematics::update(const Eigen::VectorXd& joints)
{
    for (std::size_t i = 0; i < m_data->qpos.size(); ++i) {
        m_data->state->qpos[m_data->qpos[i]] = joints[static_cast<Eigen::Index>(i)];
    }
    mj_kinematics(m_data->model, m_data->state.get());
    mj_comPos(m_data->model, m_data->state.get());
}

Pose Kinematics::pose(int frame) const
{
    const Data::Frame& of = m_data->frames[static_cast<std::size_t>(frame)];
    return m_data->base.inverse() * (m_data->bodyPose(of.body) * of.pose);
}

void Kinematics::jacobian(int frame, FrameJacobian& into) const
{
    const Data::Frame& of = m_data->frames[static_cast<std::size_t>(frame)];
    const Eigen::Vector3d point = m_data->bodyPose(of.body) * of.pose.position;
    const auto nv = static_cast<int>(m_data->model->nv);
    double* linear = m_data->scratch.data();
    double* angular = linear + 3 * nv;
    mj_jac(m_data->model, m_data->state.get(), linear, angular, point.data(), of.body);
    const Eigen::Matrix3d toBase = m_data->base.orientation.conjugate().toRotationMatrix();
    const auto count = static_cast<Eigen::Index>(m_data->dofs.size());
    into.resize(6, count);
    for (Eigen::Index i = 0; i < count; ++i) {
        const int dof = m_data->dofs[static_cast<std::size_t>(i)];
        into.col(i).head<3>() = toBase * Eigen::Vector3d(linear[dof], linear[nv + dof], linear[2 * nv + dof]);
        into.col(i).tail<3>() = toBase * Eigen::Vector3d(angular[dof], angular[nv + dof], angular[2 * nv + dof]);
    }
}

const std::vector<int>& Kinematics::variables() const { return m_data->variables; }
int Kinematics::frameCount() const { return static_cast<int>(m_data->frames.size()); }

}  // namespace understudy
