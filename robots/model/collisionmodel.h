#pragma once

#include <span>
#include <string>
#include <vector>

#include "robots/model/collisionhull.h"
#include "robots/model/kinematics.h"

namespace understudy {

/// Two hulls that may meet, and how near they may come.
struct CollisionPair {
    int a = 0;  ///< indices of hulls
    int b = 0;
    double margin = 0;  ///< m the solver keeps between them
    double floor = 0;   ///< m that is never passed
    bool isScene = false;
};

struct NearPair {
    int pair = 0;
    Separation at;
};

/// The robot's shape and that of the scene's fixed parts as rounded hulls around each geometry that MuJoCo lets
/// collide, and the pairs of them that can meet while the chosen joints move: not parent and child, not what touches
/// at rest, not one hand's own fingers, not free objects. Margins are the clearance at rest, at least 8 and at most
/// 25 mm; a pair that is nearer at rest keeps half of that, the hand 3 mm from the scene. One thread; never allocates
/// after create().
class CollisionModel {
public:
    /// `movers`: joints by index, one of which must move a pair for it to count. The model need not outlive this.
    [[nodiscard]] static Result<CollisionModel> create(const RobotModel& model, const std::vector<int>& movers);

    /// Finds every pair nearer than `within` plus what its joints' `travel` (rad, m ≥ 0, every controlled joint) could
    /// take from it. `joints` is the posture that `at` was placed in. Pairs that were far are not looked at before
    /// they can be near.
    void measure(const Kinematics& at, const Eigen::VectorXd& joints, const Eigen::VectorXd& travel, double within);
    [[nodiscard]] std::span<const NearPair> near() const { return m_near; }
    /// Distance of one pair in a posture, looking no farther than `beyond`.
    [[nodiscard]] Separation separation(int pair, const Kinematics& at, double beyond);
    /// No joint's move of `travel` changes the pair's distance by more, m.
    [[nodiscard]] double reachOf(int pair, const Eigen::VectorXd& travel) const;
    /// Adds the change of the pair's distance per change of each variable of `at`.
    template <typename Row>
    void addGradient(const NearPair& near, const Kinematics& at, Row&& row) const
    {
        const CollisionPair& pair = m_pairs[index(near.pair)];
        at.addAlong(m_bodies[index(pair.b)], near.at.pointB, near.at.normal, 1, row);
        at.addAlong(m_bodies[index(pair.a)], near.at.pointA, near.at.normal, -1, row);
    }

    [[nodiscard]] const CollisionPair& pair(int number) const { return m_pairs[index(number)]; }
    [[nodiscard]] int pairCount() const { return static_cast<int>(m_pairs.size()); }
    [[nodiscard]] int hullCount() const { return static_cast<int>(m_hulls.size()); }
    [[nodiscard]] const RoundedHull& hull(int number) const { return m_hulls[index(number)]; }
    [[nodiscard]] int geom(int hull) const { return m_geoms[index(hull)]; }  ///< MuJoCo's
    [[nodiscard]] int body(int hull) const { return m_bodies[index(hull)]; }

private:
    /// A joint that moves a hull, and no point of it by more than `lever` m per rad.
    struct Lever {
        int joint = 0;
        double lever = 0;
    };

    CollisionModel() = default;
    [[nodiscard]] static std::size_t index(int value) { return static_cast<std::size_t>(value); }
    [[nodiscard]] PlacedHull placed(int hull, const Kinematics& at) const
    {
        const int body = m_bodies[index(hull)];
        return {.hull = m_hulls[index(hull)], .rotation = at.rotation(body), .origin = at.origin(body)};
    }
    void addHulls(const RobotModel& model);
    void addPairs(const RobotModel& model, const std::vector<int>& movers, Kinematics probe);

    std::vector<RoundedHull> m_hulls;
    std::vector<int> m_bodies;  ///< of the hulls
    std::vector<int> m_geoms;
    std::vector<std::vector<Lever>> m_levers;  ///< of the hulls
    std::vector<CollisionPair> m_pairs;
    std::vector<std::vector<Lever>> m_pairLevers;  ///< joints that move one hull and not the other
    std::vector<SeparationHint> m_hints;
    std::vector<double> m_quiet;  ///< per pair: it is far until its hulls have swept this much
    std::vector<double> m_swept;  ///< per hull, m since the beginning
    std::vector<double> m_ahead;  ///< per hull: swept, and what its joints' travel may add
    Eigen::VectorXd m_joints;     ///< of the last measure()
    std::vector<NearPair> m_near;
};

}  // namespace understudy
