#include "robots/model/collisionmodel.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "robots/model/mujoco.h"

namespace understudy {

namespace {

using Eigen::Vector3d;

constexpr double kTolerance = 0.001;  ///< m a hull may stick out of what it stands for
constexpr double kLeastMargin = 0.008;
constexpr double kMostMargin = 0.025;
constexpr double kHandToScene = 0.003;
constexpr double kFloor = 0.002;
constexpr std::size_t kNeighbours = 3;  ///< joints between bodies that are near one another by construction
constexpr double kTurning = 1e-4;       ///< m
constexpr double kNeighbourMargin = 0.002;
constexpr double kNeighbourFloor = 0.0005;
constexpr double kPlaneHalf = 2.5;    ///< m of an infinite plane that count
constexpr double kFarSighted = 0.15;  ///< m beyond what is asked for, so that a far pair stays unseen for long

/// Points on the outside of a geometry, in its own frame; for round ones they lie slightly outside.
std::vector<Vector3d> outlineOf(const mjModel& model, int geom)
{
    const mjtNum* size = model.geom_size + static_cast<std::ptrdiff_t>(3) * geom;
    std::vector<Vector3d> points;
    const auto ring = [&](double x, double y, double z, int count) {
        const double out = 1 / std::cos(M_PI / count);
        for (int i = 0; i < count; ++i) {
            const double angle = 2 * M_PI * i / count;
            points.emplace_back(out * x * std::cos(angle), out * y * std::sin(angle), z);
        }
    };
    switch (model.geom_type[geom]) {
    case mjGEOM_PLANE:
    case mjGEOM_BOX: {
        const bool isPlane = model.geom_type[geom] == mjGEOM_PLANE;
        const double x = isPlane ? kPlaneHalf : size[0];
        const double y = isPlane ? kPlaneHalf : size[1];
        const double low = isPlane ? -0.1 : -size[2];
        const double high = isPlane ? 0 : size[2];
        for (int i = 0; i < 8; ++i) {
            points.emplace_back((i & 1) != 0 ? x : -x, (i & 2) != 0 ? y : -y, (i & 4) != 0 ? high : low);
        }
        break;
    }
    case mjGEOM_CYLINDER:
        ring(size[0], size[0], size[1], 14);
        ring(size[0], size[0], -size[1], 14);
        break;
    case mjGEOM_ELLIPSOID: {
        constexpr int kRings = 7;
        const double out = 1 / std::cos(M_PI / 2 / (kRings - 1));
        for (int i = 0; i < kRings; ++i) {
            const double latitude = M_PI * (static_cast<double>(i) / (kRings - 1) - 0.5);
            const double across = out * std::cos(latitude);
            ring(across * size[0], across * size[1], out * size[2] * std::sin(latitude),
                 i % (kRings - 1) == 0 ? 1 : 12);
        }
        break;
    }
    case mjGEOM_MESH: {
        const int id = model.geom_dataid[geom];
        const float* vertices = model.mesh_vert + static_cast<std::ptrdiff_t>(3) * model.mesh_vertadr[id];
        for (int i = 0; i < model.mesh_vertnum[id]; ++i) {
            points.emplace_back(vertices[3 * i], vertices[3 * i + 1], vertices[3 * i + 2]);
        }
        break;
    }
    default:
        break;
    }
    return points;
}

RoundedHull hullOf(const mjModel& model, int geom)
{
    const mjtNum* size = model.geom_size + static_cast<std::ptrdiff_t>(3) * geom;
    const mjtNum* q = model.geom_quat + static_cast<std::ptrdiff_t>(4) * geom;
    const mjtNum* p = model.geom_pos + static_cast<std::ptrdiff_t>(3) * geom;
    const Eigen::Quaterniond turn(q[0], q[1], q[2], q[3]);
    const Vector3d origin(p[0], p[1], p[2]);
    const auto placed = [&](const Vector3d& point) -> Vector3d { return origin + turn * point; };
    if (model.geom_type[geom] == mjGEOM_SPHERE) return {std::span(&origin, 1), size[0]};
    if (model.geom_type[geom] == mjGEOM_CAPSULE) {
        const std::array<Vector3d, 2> ends{placed({0, 0, size[1]}), placed({0, 0, -size[1]})};
        return {ends, size[0]};
    }
    std::vector<Vector3d> points = outlineOf(model, geom);
    for (Vector3d& point : points) point = placed(point);
    if (points.size() <= 8) return {points, 0};
    return RoundedHull::around(points, kTolerance);
}

/// Whether MuJoCo would let these two meet; its own rules.
bool mayCollide(const mjModel& model, int one, int other)
{
    const bool masks = (model.geom_contype[one] & model.geom_conaffinity[other]) != 0 ||
                       (model.geom_contype[other] & model.geom_conaffinity[one]) != 0;
    const int a = model.geom_bodyid[one];
    const int b = model.geom_bodyid[other];
    const int weldA = model.body_weldid[a];
    const int weldB = model.body_weldid[b];
    if (!masks || weldA == weldB) return false;
    const int aboveA = model.body_weldid[model.body_parentid[weldA]];
    const int aboveB = model.body_weldid[model.body_parentid[weldB]];
    if (weldA != 0 && weldB != 0 && (weldA == aboveB || weldB == aboveA)) return false;
    for (int i = 0; i < model.nexclude; ++i) {
        const int signature = model.exclude_signature[i];
        if (signature == (std::min(a, b) << 16) + std::max(a, b)) return false;
    }
    return true;
}

struct DistanceRange {
    double least = std::numeric_limits<double>::infinity();
    double most = -std::numeric_limits<double>::infinity();
};

/// The distances of two bodies with few joints between them, over a grid of all their postures.
DistanceRange distancesOf(const RobotModel& model, std::span<const int> joints, Kinematics& probe,
                          const std::function<double()>& distance)
{
    static constexpr std::array<int, kNeighbours + 1> kSteps{1, 61, 17, 11};
    Eigen::VectorXd posture(static_cast<Eigen::Index>(model.joints().size()));
    for (Eigen::Index i = 0; i < posture.size(); ++i) posture[i] = model.joints()[static_cast<std::size_t>(i)].rest;
    const int steps = kSteps[joints.size()];
    int count = 1;
    for (std::size_t i = 0; i < joints.size(); ++i) count *= steps;
    DistanceRange range;
    for (int number = 0; number < count; ++number) {
        int rest = number;
        for (const int joint : joints) {
            const JointInfo& info = model.joints()[static_cast<std::size_t>(joint)];
            const double lower = std::max(info.lower.value, -M_PI);
            const double upper = std::min(info.upper.value, M_PI);
            posture[joint] = lower + (upper - lower) * (rest % steps) / (steps - 1);
            rest /= steps;
        }
        probe.update(posture);
        const double now = distance();
        range = {.least = std::min(range.least, now), .most = std::max(range.most, now)};
    }
    return range;
}

}  // namespace

Result<CollisionModel> CollisionModel::create(const RobotModel& model, const std::vector<int>& movers)
{
    Result<Kinematics> rest = Kinematics::create(model, {}, {});
    if (!rest) return tl::unexpected(rest.error());
    CollisionModel made;
    made.addHulls(model);
    made.addPairs(model, movers, *rest);
    made.m_hints.resize(made.m_pairs.size());
    made.m_quiet.assign(made.m_pairs.size(), -1);
    made.m_swept.assign(made.m_hulls.size(), 0);
    made.m_ahead = made.m_swept;
    made.m_near.reserve(made.m_pairs.size());
    made.m_joints.setZero(static_cast<Eigen::Index>(model.joints().size()));
    return made;
}

void CollisionModel::addHulls(const RobotModel& model)
{
    const mjModel& mujoco = model.mujoco();
    for (int geom = 0; geom < static_cast<int>(mujoco.ngeom); ++geom) {
        const int body = mujoco.geom_bodyid[geom];
        const bool isRobot = model.bodies()[index(body)].isRobot;
        if (mujoco.geom_contype[geom] == 0 && mujoco.geom_conaffinity[geom] == 0) continue;
        if (!isRobot && mujoco.body_weldid[body] != 0) continue;
        RoundedHull hull = hullOf(mujoco, geom);
        if (hull.count() == 0) continue;
        std::vector<Lever> levers;
        double length = hull.centre().norm() + hull.reach();
        for (int at = body; at > 0 && isRobot; at = mujoco.body_parentid[at]) {
            for (int j = 0; j < mujoco.body_jntnum[at]; ++j) {
                const int id = mujoco.body_jntadr[at] + j;
                const mjtNum* anchor = mujoco.jnt_pos + static_cast<std::ptrdiff_t>(3) * id;
                const double offset = Vector3d(anchor[0], anchor[1], anchor[2]).norm();
                const bool slides = mujoco.jnt_type[id] == mjJNT_SLIDE;
                const char* name = mj_id2name(&mujoco, mjOBJ_JOINT, id);
                if (const auto joint = model.jointIndex(name == nullptr ? "" : name)) {
                    levers.push_back({.joint = *joint, .lever = slides ? 1.0 : length + offset});
                }
                const mjtNum* range = mujoco.jnt_range + static_cast<std::ptrdiff_t>(2) * id;
                length += 2 * offset + (slides ? std::max(std::abs(range[0]), std::abs(range[1])) : 0.0);
            }
            const mjtNum* p = mujoco.body_pos + static_cast<std::ptrdiff_t>(3) * at;
            length += Vector3d(p[0], p[1], p[2]).norm();
        }
        m_hulls.push_back(std::move(hull));
        m_bodies.push_back(body);
        m_geoms.push_back(geom);
        m_levers.push_back(std::move(levers));
    }
}

void CollisionModel::addPairs(const RobotModel& model, const std::vector<int>& movers, Kinematics probe)
{
    const Kinematics rest = probe;
    // Which hand a body is of, or hangs on.
    std::vector<int> handOf(model.bodies().size(), -1);
    for (std::size_t side = 0; side < kSideCount; ++side) {
        const auto& arm = model.profile().arms[side];
        const auto wrist = arm ? model.bodyIndex(arm->wrist.body) : std::nullopt;
        for (std::size_t body = 1; wrist && body < handOf.size(); ++body) {
            const int parent = model.bodies()[body].parent;
            const bool below = static_cast<int>(body) == *wrist || handOf[index(parent)] == static_cast<int>(side);
            if (below) handOf[body] = static_cast<int>(side);
        }
    }
    const auto jointOf = [](const std::vector<Lever>& levers, int joint) {
        return std::find_if(levers.begin(), levers.end(), [&](const Lever& lever) { return lever.joint == joint; });
    };
    for (int a = 0; a < hullCount(); ++a) {
        for (int b = a + 1; b < hullCount(); ++b) {
            const bool robotA = model.bodies()[index(body(a))].isRobot;
            const bool robotB = model.bodies()[index(body(b))].isRobot;
            const int handA = handOf[index(body(a))];
            const int handB = handOf[index(body(b))];
            if (!(robotA || robotB) || (handA >= 0 && handA == handB)) continue;
            if (!mayCollide(model.mujoco(), m_geoms[index(a)], m_geoms[index(b)])) continue;
            std::vector<Lever> levers;
            for (const auto& [own, other] : {std::pair{a, b}, std::pair{b, a}}) {
                for (const Lever& lever : m_levers[index(own)]) {
                    if (jointOf(m_levers[index(other)], lever.joint) == m_levers[index(other)].end()) {
                        levers.push_back(lever);
                    }
                }
            }
            const bool moves = std::any_of(movers.begin(), movers.end(),
                                           [&](int joint) { return jointOf(levers, joint) != levers.end(); });
            if (!moves) continue;
            SeparationHint hint;
            const double clearance = separationOf(placed(a, rest), placed(b, rest), 1.0, hint).distance;
            CollisionPair pair{.a = a, .b = b, .isScene = !(robotA && robotB)};
            pair.margin = std::clamp(clearance, kLeastMargin, kMostMargin);
            if (pair.isScene && (handA >= 0 || handB >= 0)) pair.margin = kHandToScene;
            pair.floor = kFloor;
            if (levers.size() <= kNeighbours) {
                std::vector<int> between;
                for (const Lever& lever : levers) between.push_back(lever.joint);
                const DistanceRange range = distancesOf(model, between, probe, [&] {
                    return separationOf(placed(a, probe), placed(b, probe), 1.0, hint).distance;
                });
                // Far from each other in every posture, or equally far in all: one turns within the other.
                if (range.least > 2 * kNeighbourMargin || range.most - range.least < kTurning) continue;
                pair.margin = kNeighbourMargin;
                pair.floor = kNeighbourFloor;
            }
            if (clearance < pair.margin) pair.margin = std::max(clearance / 2, clearance - 0.001);
            pair.floor = std::min(pair.floor, pair.margin - 0.0005);
            m_pairs.push_back(pair);
            m_pairLevers.push_back(std::move(levers));
        }
    }
}

void CollisionModel::measure(const Kinematics& at, const Eigen::VectorXd& joints, const Eigen::VectorXd& travel,
                             double within)
{
    for (std::size_t hull = 0; hull < m_hulls.size(); ++hull) {
        double moved = 0;
        double ahead = 0;
        for (const Lever& lever : m_levers[hull]) {
            moved += lever.lever * std::abs(joints[lever.joint] - m_joints[lever.joint]);
            ahead += lever.lever * travel[lever.joint];
        }
        m_swept[hull] += moved;
        m_ahead[hull] = m_swept[hull] + ahead;
    }
    m_joints = joints;
    m_near.clear();
    for (std::size_t i = 0; i < m_pairs.size(); ++i) {
        const CollisionPair& pair = m_pairs[i];
        const double ahead = m_ahead[index(pair.a)] + m_ahead[index(pair.b)];
        if (ahead <= m_quiet[i]) continue;
        const double swept = m_swept[index(pair.a)] + m_swept[index(pair.b)];
        const double beyond = within + ahead - swept;
        NearPair near{.pair = static_cast<int>(i),
                      .at = separationOf(placed(pair.a, at), placed(pair.b, at), beyond + kFarSighted, m_hints[i])};
        m_quiet[i] = swept + near.at.distance - within;
        if (near.at.distance < beyond) m_near.push_back(near);
    }
}

Separation CollisionModel::separation(int pair, const Kinematics& at, double beyond)
{
    const CollisionPair& of = m_pairs[index(pair)];
    SeparationHint hint = m_hints[index(pair)];
    return separationOf(placed(of.a, at), placed(of.b, at), beyond, hint);
}

double CollisionModel::reachOf(int pair, const Eigen::VectorXd& travel) const
{
    double reach = 0;
    for (const Lever& lever : m_pairLevers[index(pair)]) reach += lever.lever * travel[lever.joint];
    return reach;
}

}  // namespace understudy
