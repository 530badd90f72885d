#include "robots/model/armtasks.h"

#include <algorithm>

#include <fmt/format.h>

namespace understudy {

namespace {

constexpr double kNoLever = 1e-6;  ///< m per rad; less moves nothing

bool contains(const std::vector<int>& values, int value)
{
    return std::find(values.begin(), values.end(), value) != values.end();
}

int add(std::vector<BodyFrame>& frames, const BodyFrame& frame)
{
    frames.push_back(frame);
    return static_cast<int>(frames.size()) - 1;
}

int firstRow(ArmTasks::Part part) { return part == ArmTasks::Part::Position ? 0 : 3; }

}  // namespace

Result<ArmTasks> ArmTasks::create(const RobotModel& model)
{
    const RobotProfile& profile = model.profile();
    std::vector<int> wanted;
    std::vector<int> owners;
    const auto want = [&](const std::string& name, int owner) {
        const auto joint = model.jointIndex(name);
        if (!joint || contains(wanted, *joint)) return;
        wanted.push_back(*joint);
        owners.push_back(owner);
    };
    std::vector<int> moving;
    for (const std::string& name : profile.waistJoints) want(name, -1);
    for (const Side side : kSides) {
        const auto& arm = profile.arms[static_cast<std::size_t>(indexOf(side))];
        if (!arm) continue;
        for (const std::string& name : arm->joints) want(name, indexOf(side));
        if (const auto body = model.bodyIndex(arm->wrist.body)) {
            for (const int joint : jointsBetween(model, *body)) moving.push_back(joint);
        }
    }
    std::vector<int> variables;
    std::vector<int> variableOwners;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (!contains(moving, wanted[i])) continue;
        variables.push_back(wanted[i]);
        variableOwners.push_back(owners[i]);
    }
    if (variables.empty()) {
        return fail(fmt::format("{} has no arm to move: its profile must name wrist and joints of at least one arm.",
                                model.name()));
    }

    std::vector<BodyFrame> frames;
    std::array<int, kSideCount> wrist{-1, -1};
    std::array<int, kSideCount> elbow{-1, -1};
    std::array<double, kSideCount> share{1, 1};
    for (std::size_t i = 0; i < kSideCount; ++i) {
        const auto& arm = profile.arms[i];
        if (!arm) continue;
        wrist[i] = add(frames, arm->wrist);
        if (!arm->elbow.empty()) elbow[i] = add(frames, {.body = arm->elbow});
        const std::size_t joints = arm->joints.size();
        share[i] = joints >= 6 ? 1.0 : joints == 5 ? 0.3 : 0.1;
    }
    int torso = -1;
    const bool hasWaist = contains(variableOwners, -1);
    if (hasWaist && !profile.torso.empty()) torso = add(frames, {.body = profile.torso});

    Result<Kinematics> kinematics = Kinematics::create(model, std::move(variables), frames);
    if (!kinematics) return tl::unexpected(kinematics.error());
    Result<CollisionModel> collisions = CollisionModel::create(model, kinematics->variables());
    if (!collisions) return tl::unexpected(collisions.error());
    ArmTasks tasks(std::move(*kinematics), std::move(*collisions));
    tasks.m_owner = std::move(variableOwners);
    tasks.m_wrist = wrist;
    tasks.m_elbow = elbow;
    tasks.m_torso = torso;
    tasks.m_orientationShare = share;
    tasks.clear();
    return tasks;
}

void ArmTasks::clear()
{
    m_problem.resize(count(), kMaxQpRows);
    m_rows = 0;
    m_problem.hessian.setZero();
    m_problem.gradient.setZero();
    m_jacobianOf = -1;
}

const FrameJacobian& ArmTasks::jacobian(int frame)
{
    if (m_jacobianOf != frame) m_kinematics.jacobian(frame, m_jacobian);
    m_jacobianOf = frame;
    return m_jacobian;
}

void ArmTasks::pull(int frame, Part part, const Eigen::Vector3d& step, double weight)
{
    const FrameJacobian& columns = jacobian(frame);
    const int row = firstRow(part);
    const double squared = weight * weight;
    for (int i = 0; i < count(); ++i) {
        const Eigen::Vector3d right = squared * columns.col(i).segment<3>(row);
        if (right.isZero(0.0)) continue;
        m_problem.gradient[i] -= right.dot(step);
        for (int k = 0; k <= i; ++k) m_problem.hessian(k, i) += columns.col(k).segment<3>(row).dot(right);
    }
}

void ArmTasks::pull(int variable, double wish, double weight)
{
    m_problem.hessian(variable, variable) += weight * weight;
    m_problem.gradient[variable] -= weight * weight * wish;
}

void ArmTasks::pull(const QpVector& row, double wish, double weight)
{
    const double squared = weight * weight;
    for (int i = 0; i < count(); ++i) {
        if (row[i] == 0) continue;
        m_problem.gradient[i] -= squared * wish * row[i];
        for (int k = 0; k <= i; ++k) m_problem.hessian(k, i) += squared * row[k] * row[i];
    }
}

void ArmTasks::demand(const QpVector& row, double least)
{
    const double length = row.norm();
    if (m_rows == kMaxQpRows || length < kNoLever || -mostAlong(-row) >= least) return;
    m_problem.rows.row(m_rows) = row.transpose() / -length;
    m_problem.rowUpper[m_rows] = -least / length;
    ++m_rows;
}

double ArmTasks::mostAlong(const QpVector& row) const
{
    double most = 0;
    for (int i = 0; i < count(); ++i) most += row[i] * (row[i] > 0 ? m_problem.upper[i] : m_problem.lower[i]);
    return most;
}

void ArmTasks::gradientOf(const NearPair& near, QpVector& into) const
{
    into.setZero(count());
    m_collisions.addGradient(near, m_kinematics, into);
}

void ArmTasks::bound(int variable, double lower, double upper)
{
    m_problem.lower[variable] = lower;
    m_problem.upper[variable] = upper;
}

QpStatus ArmTasks::solve()
{
    m_problem.rows.conservativeResize(m_rows, Eigen::NoChange);
    m_problem.rowUpper.conservativeResize(m_rows);
    m_problem.hessian.triangularView<Eigen::StrictlyLower>() =
        m_problem.hessian.transpose().triangularView<Eigen::StrictlyLower>();
    const QpStatus status = m_solver.solve(m_problem);
    if (status != QpStatus::Solved) m_solver.reset();
    return status;
}

Eigen::Vector3d ArmTasks::along(int frame, Part part, const QpVector& moves)
{
    return jacobian(frame).middleRows<3>(firstRow(part)) * moves;
}

}  // namespace understudy
