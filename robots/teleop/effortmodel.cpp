#include "robots/teleop/effortmodel.h"

#include <fmt/format.h>

#include "robots/model/mujoco.h"

namespace understudy {

struct EffortModel::Data {
    const RobotModel* model = nullptr;
    MjDataPtr data;
    Eigen::VectorXd inverse;  ///< per degree of freedom
    Eigen::VectorXd effort;   ///< per controlled joint
};

Result<EffortModel> EffortModel::create(const RobotModel& model)
{
    if (!model.profile().baseHeld) {
        return fail(fmt::format("The base of {} is free: what its joints should feel cannot be told from their "
                                "posture alone. Take the contact figures out of its profile.",
                                model.name()));
    }
    auto data = std::make_unique<Data>();
    data->model = &model;
    Result<MjDataPtr> made = makeMjData(model.mujoco());
    if (!made) return tl::unexpected(made.error());
    data->data = std::move(*made);
    const Result<void> placed =
        guardMujoco([&] { std::copy(model.restQpos().begin(), model.restQpos().end(), data->data->qpos); });
    if (!placed) return tl::unexpected(placed.error());
    data->inverse.setZero(model.mujoco().nv);
    data->effort.setZero(static_cast<Eigen::Index>(model.joints().size()));
    return EffortModel(std::move(data));
}

EffortModel::EffortModel(std::unique_ptr<Data> data) : m_data(std::move(data)) {}
EffortModel::EffortModel(EffortModel&&) noexcept = default;
EffortModel& EffortModel::operator=(EffortModel&&) noexcept = default;
EffortModel::~EffortModel() = default;

const Eigen::VectorXd& EffortModel::expected(const Eigen::VectorXd& position, const Eigen::VectorXd& velocity,
                                             const Eigen::VectorXd& acceleration)
{
    const std::vector<JointInfo>& joints = m_data->model->joints();
    const mjModel* model = &m_data->model->mujoco();
    mjData* data = m_data->data.get();
    for (std::size_t i = 0; i < joints.size(); ++i) {
        const auto k = static_cast<Eigen::Index>(i);
        data->qpos[joints[i].qpos] = position[k];
        data->qvel[joints[i].dof] = velocity[k];
        data->qacc[joints[i].dof] = acceleration[k];
    }
    mj_kinematics(model, data);
    mj_comPos(model, data);
    mj_tendon(model, data);
    mj_comVel(model, data);
    mj_passive(model, data);
    mj_rne(model, data, 1, m_data->inverse.data());
    for (std::size_t i = 0; i < joints.size(); ++i) {
        const int dof = joints[i].dof;
        m_data->effort[static_cast<Eigen::Index>(i)] =
            m_data->inverse[dof] + model->dof_armature[dof] * data->qacc[dof] - data->qfrc_passive[dof];
    }
    return m_data->effort;
}

}  // namespace understudy
