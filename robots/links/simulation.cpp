#include "robots/links/simulation.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <fmt/format.h>

#include "robots/model/mujoco.h"

namespace understudy {

struct Simulation::Data {
    const RobotModel& model;
    const mjModel& mj;
    MjDataPtr state;
    std::vector<int> freeBodies;
    std::vector<int> transformBodies;
    CommandMode mode = CommandMode::Position;
    Eigen::VectorXd target;    ///< joint order
    Eigen::VectorXd feedback;  ///< target plus velocity feed-forward, joint order
    std::string problem;
};

namespace {

constexpr double kShift = 0.03;  ///< m
constexpr double kTurn = 0.35;   ///< rad
constexpr int kPlacementTries = 40;

Pose poseAt(const mjtNum* p, const mjtNum* q)
{
    return {.position = {p[0], p[1], p[2]}, .orientation = {q[0], q[1], q[2], q[3]}};
}

bool overlaps(const mjModel& model, mjData& data, int body)
{
    constexpr double kResting = -0.004;
    for (int i = 0; i < data.ncon; ++i) {
        const mjContact& contact = data.contact[i];
        const int a = model.geom_bodyid[contact.geom[0]], b = model.geom_bodyid[contact.geom[1]];
        if (a != body && b != body) continue;
        const bool isUpright = std::abs(contact.frame[2]) > 0.7;
        if (!isUpright || contact.dist < kResting) return true;
    }
    return false;
}

}  // namespace

Result<Simulation> Simulation::create(const RobotModel& model)
{
    Result<MjDataPtr> state = makeMjData(model.mujoco());
    if (!state) return tl::unexpected(state.error());
    auto data = std::unique_ptr<Data>(new Data{.model = model, .mj = model.mujoco(), .state = std::move(*state)});
    data->transformBodies.push_back(model.base());
    for (std::size_t i = 1; i < model.bodies().size(); ++i) {
        if (!model.bodies()[i].isFree) continue;
        if (!model.bodies()[i].isRobot) data->freeBodies.push_back(static_cast<int>(i));
        if (static_cast<int>(i) != model.base()) data->transformBodies.push_back(static_cast<int>(i));
    }
    data->target = Eigen::VectorXd::Zero(std::ssize(model.joints()));
    data->feedback = data->target;
    Simulation simulation(std::move(data));
    const Result<void> done = guardMujoco([&] { simulation.reset(0); });
    if (!done) return tl::unexpected(done.error());
    return simulation;
}

Simulation::Simulation(std::unique_ptr<Data> data) : m_data(std::move(data)) {}
Simulation::Simulation(Simulation&&) noexcept = default;
Simulation& Simulation::operator=(Simulation&&) noexcept = default;
Simulation::~Simulation() = default;

void Simulation::reset(std::uint64_t seed)
{
    mjData* d = m_data->state.get();
    const double now = d->time;
    mj_resetData(&m_data->mj, d);
    d->time = now;
    std::copy(m_data->model.restQpos().begin(), m_data->model.restQpos().end(), d->qpos);
    m_data->problem.clear();
    const std::vector<JointInfo>& joints = m_data->model.joints();
    for (std::size_t i = 0; i < joints.size(); ++i) m_data->target[static_cast<Eigen::Index>(i)] = joints[i].rest;
    m_data->feedback = m_data->target;
    m_data->mode = CommandMode::Position;
    resetObjects(seed);
}

void Simulation::resetObjects(std::uint64_t seed)
{
    const mjModel& m = m_data->mj;
    mjData* d = m_data->state.get();
    std::mt19937_64 random(seed);
    // std::uniform_real_distribution differs between libraries.
    const auto within = [&](double bound) {
        return bound * (2 * std::ldexp(static_cast<double>(random() >> 11), -53) - 1);
    };
    for (const int body : m_data->freeBodies) {
        const int joint = m.body_jntadr[body];
        mjtNum* qpos = d->qpos + m.jnt_qposadr[joint];
        const double* home = m_data->model.restQpos().data() + m.jnt_qposadr[joint];
        mju_zero(d->qvel + m.jnt_dofadr[joint], 6);
        for (int tried = 0; tried < kPlacementTries; ++tried) {
            std::copy(home, home + 7, qpos);
            if (seed == 0) break;
            qpos[0] += within(kShift);
            qpos[1] += within(kShift);
            const double turn = within(kTurn);
            const std::array<mjtNum, 4> about{std::cos(turn / 2), 0, 0, std::sin(turn / 2)};
            mju_mulQuat(qpos + 3, about.data(), home + 3);
            mj_kinematics(&m, d);
            mj_comPos(&m, d);
            mj_collision(&m, d);
            if (!overlaps(m, *d, body)) break;
        }
    }
    mju_zero(d->qacc_warmstart, static_cast<int>(m.nv));
    mj_forward(&m, d);
}

void Simulation::follow(const JointCommand& command)
{
    Data& s = *m_data;
    s.mode = command.mode;
    if (command.mode != CommandMode::Position) {
        s.feedback = s.target;
        return;
    }
    s.target = command.position;
    const std::vector<JointInfo>& joints = s.model.joints();
    for (Eigen::Index i = 0; i < s.target.size(); ++i) {
        const JointInfo& joint = joints[static_cast<std::size_t>(i)];
        const double velocity = command.velocity.size() == s.target.size() ? command.velocity[i] : 0;
        s.feedback[i] = s.target[i] + (joint.kp > 0 ? joint.kd / joint.kp * velocity : 0);
    }
}

void Simulation::holdMeasured()
{
    Data& s = *m_data;
    const std::vector<JointInfo>& joints = s.model.joints();
    for (Eigen::Index i = 0; i < s.target.size(); ++i) {
        s.target[i] = s.state->qpos[joints[static_cast<std::size_t>(i)].qpos];
    }
    s.feedback = s.target;
    s.mode = CommandMode::Hold;
}

bool Simulation::step()
{
    Data& s = *m_data;
    if (!s.problem.empty()) return false;
    mjData* d = s.state.get();
    const std::vector<JointInfo>& joints = s.model.joints();
    for (Eigen::Index i = 0; i < s.feedback.size(); ++i) {
        const JointInfo& joint = joints[static_cast<std::size_t>(i)];
        d->ctrl[joint.actuator] = s.mode == CommandMode::Damping ? d->qpos[joint.qpos] : s.feedback[i];
    }
    const Result<void> done = guardMujoco([&] { mj_step(&s.mj, d); });
    if (!done) {
        s.problem = fmt::format("The simulation of {} failed: {}.", s.model.name(), done.error().message);
        return false;
    }
    const bool bad =
        d->warning[mjWARN_BADQACC].number + d->warning[mjWARN_BADQPOS].number + d->warning[mjWARN_BADQVEL].number > 0;
    if (bad) {
        s.problem = fmt::format("The simulation of {} diverged: lower the gains in its profile or its timestep.",
                                s.model.name());
    }
    return !bad;
}

double Simulation::timestep() const { return m_data->mj.opt.timestep; }
double Simulation::time() const { return m_data->state->time; }
const std::string& Simulation::problem() const { return m_data->problem; }
const RobotModel& Simulation::model() const { return m_data->model; }

void Simulation::read(RobotState& state) const
{
    const mjData& d = *m_data->state;
    Eigen::Index i = 0;
    for (const JointInfo& joint : m_data->model.joints()) {
        state.position[i] = d.qpos[joint.qpos];
        state.velocity[i] = d.qvel[joint.dof];
        state.effort[i] = d.qfrc_actuator[joint.dof];
        ++i;
    }
    state.base = bodyPose(m_data->model.base());
}

void Simulation::read(ContactSample& sample) const
{
    const mjModel& m = m_data->mj;
    const mjData& d = *m_data->state;
    sample.count = sample.truncated = 0;
    for (int i = 0; i < d.ncon; ++i) {
        const mjContact& contact = d.contact[i];
        if (contact.efc_address < 0 || contact.geom[0] < 0 || contact.geom[1] < 0) continue;
        if (sample.count == kMaxContacts) {
            ++sample.truncated;
            continue;
        }
        std::array<mjtNum, 6> force{};
        mj_contactForce(&m, &d, i, force.data());
        Contact& out = sample.contacts[sample.count++];
        out.bodyA = static_cast<std::uint16_t>(m.geom_bodyid[contact.geom[0]]);
        out.bodyB = static_cast<std::uint16_t>(m.geom_bodyid[contact.geom[1]]);
        out.position = {contact.pos[0], contact.pos[1], contact.pos[2]};
        out.normal = {contact.frame[0], contact.frame[1], contact.frame[2]};
        out.force = static_cast<float>(force[0]);
    }
}

void Simulation::read(TransformSample& transforms) const
{
    for (std::size_t i = 0; i < m_data->transformBodies.size(); ++i) {
        transforms.poses[i] = bodyPose(m_data->transformBodies[i]);
    }
}

void Simulation::read(SceneState& scene) const { std::copy_n(m_data->state->qpos, m_data->mj.nq, scene.qpos.data()); }

RobotState Simulation::statePrototype() const
{
    RobotState state;
    state.position = state.velocity = state.effort = Eigen::VectorXd::Zero(m_data->target.size());
    read(state);
    return state;
}

TransformSample Simulation::transformsPrototype() const
{
    TransformSample transforms;
    transforms.poses.resize(m_data->transformBodies.size());
    read(transforms);
    return transforms;
}

SceneState Simulation::scenePrototype() const
{
    SceneState scene;
    scene.qpos = Eigen::VectorXd::Zero(m_data->mj.nq);
    read(scene);
    return scene;
}

std::vector<std::string> Simulation::contactBodies() const
{
    std::vector<std::string> names;
    for (const BodyInfo& body : m_data->model.bodies()) names.push_back(body.name);
    return names;
}

std::vector<std::string> Simulation::transformBodies() const
{
    std::vector<std::string> names;
    for (const int body : m_data->transformBodies)
        names.push_back(m_data->model.bodies()[static_cast<std::size_t>(body)].name);
    return names;
}

Pose Simulation::bodyPose(int body) const
{
    const mjData& d = *m_data->state;
    return poseAt(d.xpos + static_cast<std::ptrdiff_t>(3) * body, d.xquat + static_cast<std::ptrdiff_t>(4) * body);
}

Simulation::Touch Simulation::touchOf(int body) const
{
    const mjModel& m = m_data->mj;
    const mjData& d = *m_data->state;
    Touch touch;
    for (int i = 0; i < d.ncon; ++i) {
        if (d.contact[i].efc_address < 0) continue;
        const int a = m.geom_bodyid[d.contact[i].geom[0]], b = m.geom_bodyid[d.contact[i].geom[1]];
        if (a != body && b != body) continue;
        const bool isRobot = m_data->model.bodies()[static_cast<std::size_t>(a == body ? b : a)].isRobot;
        (isRobot ? touch.robot : touch.scene) = true;
    }
    return touch;
}

}  // namespace understudy
