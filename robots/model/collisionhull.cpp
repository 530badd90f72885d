#include "robots/model/collisionhull.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Geometry>

namespace understudy {

namespace {

using Eigen::Vector3d;

constexpr int kMostIterations = 40;
constexpr double kRelativeGap = 1e-7;
constexpr double kTouching = 1e-14;  ///< m²: nearer, cores count as overlapping

/// Points of the difference of two hulls, with the weights of the one nearest to the origin.
struct Simplex {
    int count = 0;
    std::array<Vector3d, 4> points;
    std::array<double, 4> weights{};
    std::array<std::uint8_t, 4> a{};
    std::array<std::uint8_t, 4> b{};

    [[nodiscard]] bool holds(int ia, int ib) const
    {
        for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
            if (a[i] == ia && b[i] == ib) return true;
        }
        return false;
    }
};

/// Weights of some of four points; the nearest to the origin on their hull.
struct Nearest {
    std::array<double, 4> weights{};
    Vector3d point = Vector3d::Zero();
    double squared = std::numeric_limits<double>::infinity();
};

void keep(Nearest& best, const Simplex& simplex, const std::array<double, 4>& weights)
{
    Vector3d point = Vector3d::Zero();
    for (std::size_t i = 0; i < 4; ++i) {
        if (weights[i] > 0) point += weights[i] * simplex.points[i];
    }
    if (const double squared = point.squaredNorm(); squared < best.squared) {
        best = {.weights = weights, .point = point, .squared = squared};
    }
}

std::array<double, 4> weightsOf(std::size_t i, double wi, std::size_t j = 0, double wj = 0, std::size_t k = 0,
                                double wk = 0)
{
    std::array<double, 4> weights{};
    weights[i] = wi;
    if (wj > 0) weights[j] = wj;
    if (wk > 0) weights[k] = wk;
    return weights;
}

void nearestOnSegment(Nearest& best, const Simplex& simplex, std::size_t i, std::size_t j)
{
    const Vector3d along = simplex.points[j] - simplex.points[i];
    const double length = along.squaredNorm();
    const double t = length > 0 ? std::clamp(-simplex.points[i].dot(along) / length, 0.0, 1.0) : 0.0;
    keep(best, simplex, t <= 0 ? weightsOf(i, 1) : t >= 1 ? weightsOf(j, 1) : weightsOf(i, 1 - t, j, t));
}

void nearestOnTriangle(Nearest& best, const Simplex& simplex, std::size_t i, std::size_t j, std::size_t k)
{
    const Vector3d& a = simplex.points[i];
    const Vector3d ab = simplex.points[j] - a;
    const Vector3d ac = simplex.points[k] - a;
    const double d1 = -ab.dot(a), d2 = -ac.dot(a);
    if (d1 <= 0 && d2 <= 0) return keep(best, simplex, weightsOf(i, 1));
    const double d3 = -ab.dot(simplex.points[j]), d4 = -ac.dot(simplex.points[j]);
    if (d3 >= 0 && d4 <= d3) return keep(best, simplex, weightsOf(j, 1));
    const double vc = d1 * d4 - d3 * d2;
    if (vc <= 0 && d1 >= 0 && d3 <= 0) return nearestOnSegment(best, simplex, i, j);
    const double d5 = -ab.dot(simplex.points[k]), d6 = -ac.dot(simplex.points[k]);
    if (d6 >= 0 && d5 <= d6) return keep(best, simplex, weightsOf(k, 1));
    const double vb = d5 * d2 - d1 * d6;
    if (vb <= 0 && d2 >= 0 && d6 <= 0) return nearestOnSegment(best, simplex, i, k);
    const double va = d3 * d6 - d5 * d4;
    if (va <= 0 && d4 - d3 >= 0 && d5 - d6 >= 0) return nearestOnSegment(best, simplex, j, k);
    const double sum = va + vb + vc;
    if (!(sum > 0)) {
        nearestOnSegment(best, simplex, i, j);
        nearestOnSegment(best, simplex, i, k);
        return nearestOnSegment(best, simplex, j, k);
    }
    keep(best, simplex, weightsOf(i, va / sum, j, vb / sum, k, vc / sum));
}

/// False where the origin lies inside.
bool nearestOnTetrahedron(Nearest& best, const Simplex& simplex)
{
    static constexpr std::array<std::array<std::size_t, 4>, 4> kFaces{
        {{0, 1, 2, 3}, {0, 1, 3, 2}, {0, 2, 3, 1}, {1, 2, 3, 0}}};
    bool outside = false;
    for (const auto& [i, j, k, opposite] : kFaces) {
        const Vector3d& a = simplex.points[i];
        const Vector3d normal = (simplex.points[j] - a).cross(simplex.points[k] - a);
        const double here = -a.dot(normal);
        const double there = (simplex.points[opposite] - a).dot(normal);
        const bool isFlat =
            there * there <= 1e-20 * normal.squaredNorm() * (simplex.points[opposite] - a).squaredNorm();
        if (!isFlat && here * there > 0) continue;
        outside = true;
        nearestOnTriangle(best, simplex, i, j, k);
    }
    return outside;
}

/// Reduces the simplex to what carries its nearest point; false where the origin lies inside.
bool reduce(Simplex& simplex, Vector3d& nearest)
{
    Nearest best;
    switch (simplex.count) {
    case 1:
        keep(best, simplex, weightsOf(0, 1));
        break;
    case 2:
        nearestOnSegment(best, simplex, 0, 1);
        break;
    case 3:
        nearestOnTriangle(best, simplex, 0, 1, 2);
        break;
    default:
        if (!nearestOnTetrahedron(best, simplex)) return false;
    }
    nearest = best.point;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(simplex.count); ++i) {
        if (!(best.weights[i] > 0)) continue;
        simplex.points[kept] = simplex.points[i];
        simplex.weights[kept] = best.weights[i];
        simplex.a[kept] = simplex.a[i];
        simplex.b[kept] = simplex.b[i];
        ++kept;
    }
    simplex.count = static_cast<int>(kept);
    return true;
}

}  // namespace

RoundedHull::RoundedHull(std::span<const Vector3d> points, double radius) : m_radius(radius)
{
    for (const Vector3d& point : points.first(std::min(points.size(), kMostPoints))) add(point);
    measure();
}

void RoundedHull::add(const Vector3d& point)
{
    m_points.push_back(point);
    const std::size_t padded = (m_points.size() + 3) / 4 * 4;
    for (std::size_t i = m_points.size() - 1; i < padded; ++i) {
        m_x[i] = static_cast<float>(point.x());
        m_y[i] = static_cast<float>(point.y());
        m_z[i] = static_cast<float>(point.z());
    }
    m_padded = static_cast<int>(padded);
}

void RoundedHull::measure()
{
    if (m_points.empty()) return;
    Vector3d low = m_points.front();
    Vector3d high = low;
    for (const Vector3d& point : m_points) {
        low = low.cwiseMin(point);
        high = high.cwiseMax(point);
    }
    m_centre = (low + high) / 2;
    m_reach = 0;
    for (const Vector3d& point : m_points) m_reach = std::max(m_reach, (point - m_centre).norm());
    m_reach += m_radius;
}

int RoundedHull::support(const Vector3d& direction) const
{
    const auto x = static_cast<float>(direction.x());
    const auto y = static_cast<float>(direction.y());
    const auto z = static_cast<float>(direction.z());
    alignas(16) std::array<float, kMostPoints> along;
    const auto padded = static_cast<std::size_t>(m_padded);
    for (std::size_t i = 0; i < padded; i += 4) {
        for (std::size_t k = i; k < i + 4; ++k) along[k] = x * m_x[k] + y * m_y[k] + z * m_z[k];
    }
    std::size_t best = 0;
    for (std::size_t i = 1; i < m_points.size(); ++i) {
        if (along[i] > along[best]) best = i;
    }
    return static_cast<int>(best);
}

RoundedHull RoundedHull::around(std::span<const Vector3d> points, double tolerance)
{
    RoundedHull hull;
    if (points.empty()) return hull;
    Vector3d middle = Vector3d::Zero();
    for (const Vector3d& point : points) middle += point / static_cast<double>(points.size());
    const auto farthestFrom = [&](const Vector3d& from) {
        return *std::max_element(points.begin(), points.end(), [&](const Vector3d& left, const Vector3d& right) {
            return (left - from).squaredNorm() < (right - from).squaredNorm();
        });
    };
    hull.add(farthestFrom(middle));
    hull.add(farthestFrom(hull.m_points.front()));
    const Eigen::Matrix3d identity = Eigen::Matrix3d::Identity();
    const Vector3d nowhere = Vector3d::Zero();
    const auto outside = [&](const Vector3d& point) {
        SeparationHint hint;
        const RoundedHull single(std::span(&point, 1), 0);
        return std::max(separationOf({hull, identity, nowhere}, {single, identity, nowhere},
                                     std::numeric_limits<double>::infinity(), hint)
                            .distance,
                        0.0);
    };
    // What a point sticks out only shrinks as the core grows: old values are upper bounds.
    std::vector<std::pair<double, std::size_t>> out;
    for (std::size_t i = 0; i < points.size(); ++i) out.emplace_back(outside(points[i]), i);
    std::make_heap(out.begin(), out.end());
    const auto farthest = [&] {
        for (;;) {
            std::pop_heap(out.begin(), out.end());
            auto& [distance, index] = out.back();
            const double before = distance;
            distance = outside(points[index]);
            const std::pair<double, std::size_t> found = out.back();
            std::push_heap(out.begin(), out.end());
            if (found.first >= before) return found;
        }
    };
    std::pair<double, std::size_t> worst = farthest();
    while (worst.first > tolerance && hull.m_points.size() < kMostPoints) {
        hull.add(points[worst.second]);
        worst = farthest();
    }
    hull.m_radius = worst.first;
    hull.measure();
    return hull;
}

Separation separationOf(const PlacedHull& a, const PlacedHull& b, double beyond, SeparationHint& hint)
{
    const auto pointOfA = [&](int index) -> Vector3d { return a.origin + a.rotation * a.hull.point(index); };
    const auto pointOfB = [&](int index) -> Vector3d { return b.origin + b.rotation * b.hull.point(index); };
    const double radii = a.hull.radius() + b.hull.radius();
    Simplex simplex;
    const auto append = [&](int ia, int ib) {
        const auto at = static_cast<std::size_t>(simplex.count++);
        simplex.points[at] = pointOfB(ib) - pointOfA(ia);
        simplex.a[at] = static_cast<std::uint8_t>(ia);
        simplex.b[at] = static_cast<std::uint8_t>(ib);
    };
    for (int i = 0; i < hint.count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        append(hint.a[at], hint.b[at]);
    }
    if (simplex.count == 0) append(0, 0);

    // The nearest point of b − a to the origin; it points from a to b.
    Vector3d apart;
    bool overlaps = !reduce(simplex, apart);
    for (int iteration = 0; !overlaps && iteration < kMostIterations; ++iteration) {
        const double squared = apart.squaredNorm();
        if (squared < kTouching) {
            overlaps = true;
            break;
        }
        const int ia = a.hull.support(a.rotation.transpose() * apart);
        const int ib = b.hull.support(-(b.rotation.transpose() * apart));
        const Vector3d support = pointOfB(ib) - pointOfA(ia);
        const double reached = support.dot(apart);
        const double least = reached > 0 ? reached / std::sqrt(squared) - radii : -radii;
        if (least >= beyond) {
            hint.count = simplex.count;
            hint.a = simplex.a;
            hint.b = simplex.b;
            return {.distance = least, .isFar = true};
        }
        if (squared - reached <= kRelativeGap * squared || simplex.holds(ia, ib)) break;
        append(ia, ib);
        overlaps = !reduce(simplex, apart);
    }

    Separation found;
    if (overlaps) {
        found.distance = -radii;
        found.normal = hint.normal;
        const Vector3d ca = a.origin + a.rotation * a.hull.centre();
        const Vector3d cb = b.origin + b.rotation * b.hull.centre();
        if (found.normal.squaredNorm() < 0.5) found.normal = (cb - ca).stableNormalized();
        if (found.normal.squaredNorm() < 0.5) found.normal = Vector3d::UnitZ();
        found.pointA = found.pointB = (ca + cb) / 2;
        hint.count = 0;
        return found;
    }
    for (std::size_t i = 0; i < static_cast<std::size_t>(simplex.count); ++i) {
        found.pointA += simplex.weights[i] * pointOfA(simplex.a[i]);
        found.pointB += simplex.weights[i] * pointOfB(simplex.b[i]);
    }
    const double length = apart.norm();
    found.normal = apart / length;
    found.distance = length - radii;
    hint.count = simplex.count;
    hint.a = simplex.a;
    hint.b = simplex.b;
    hint.normal = found.normal;
    return found;
}

}  // namespace understudy
