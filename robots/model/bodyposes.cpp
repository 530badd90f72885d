#include "robots/model/bodyposes.h"

#include "robots/model/mujoco.h"

namespace understudy {

struct BodyPoses::Data {
    MjDataPtr scene;
};

BodyPoses::BodyPoses(const RobotModel& model) : m_model(model), m_data(std::make_unique<Data>())
{
    if (Result<MjDataPtr> scene = makeMjData(model.mujoco())) m_data->scene = std::move(*scene);
    m_poses.resize(model.bodies().size());
    resetFreeBodies();
}

BodyPoses::~BodyPoses() = default;

void BodyPoses::resetFreeBodies()
{
    if (m_data->scene) std::copy_n(m_model.restQpos().data(), m_model.restQpos().size(), m_data->scene->qpos);
}

void BodyPoses::setScene(const Eigen::VectorXd& qpos)
{
    if (m_data->scene && qpos.size() == m_model.restQpos().size())
        std::copy_n(qpos.data(), qpos.size(), m_data->scene->qpos);
}

void BodyPoses::setFreeBody(int body, const Pose& pose)
{
    const mjModel& model = m_model.mujoco();
    if (!m_data->scene || body <= 0 || body >= model.nbody || model.body_jntnum[body] != 1 || !pose.isFinite()) return;
    const int joint = model.body_jntadr[body];
    if (model.jnt_type[joint] != mjJNT_FREE) return;
    mjtNum* qpos = m_data->scene->qpos + model.jnt_qposadr[joint];
    std::copy_n(pose.position.data(), 3, qpos);
    const Eigen::Quaterniond& rotation = pose.orientation;
    qpos[3] = rotation.w();
    qpos[4] = rotation.x();
    qpos[5] = rotation.y();
    qpos[6] = rotation.z();
}

const std::vector<Pose>& BodyPoses::at(const Eigen::VectorXd& joints)
{
    mjData* scene = m_data->scene.get();
    if (scene == nullptr) return m_poses;
    const std::vector<JointInfo>& infos = m_model.joints();
    for (std::size_t i = 0; i < infos.size(); ++i) {
        const auto index = static_cast<Eigen::Index>(i);
        if (index < joints.size() && std::isfinite(joints[index])) scene->qpos[infos[i].qpos] = joints[index];
    }
    mj_kinematics(&m_model.mujoco(), scene);
    for (std::size_t body = 0; body < m_poses.size(); ++body) {
        const mjtNum* position = scene->xpos + 3 * body;
        const mjtNum* rotation = scene->xquat + 4 * body;
        m_poses[body].position = {position[0], position[1], position[2]};
        m_poses[body].orientation = Eigen::Quaterniond(rotation[0], rotation[1], rotation[2], rotation[3]);
    }
    return m_poses;
}

}  // namespace understudy
