#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <Eigen/Core>

namespace understudy {

/// A convex body: the hull of a few points, rounded by a radius. In the frame of whatever carries it; metres.
class RoundedHull {
public:
    static constexpr std::size_t kMostPoints = 32;

    RoundedHull() = default;
    /// Exactly these points, at most kMostPoints.
    RoundedHull(std::span<const Eigen::Vector3d> points, double radius);
    /// Holds the hull of any number of points: some of them as its core, and as radius what the others stick out,
    /// at most `tolerance` unless kMostPoints are too few.
    [[nodiscard]] static RoundedHull around(std::span<const Eigen::Vector3d> points, double tolerance);

    [[nodiscard]] int count() const { return static_cast<int>(m_points.size()); }
    [[nodiscard]] const Eigen::Vector3d& point(int index) const { return m_points[static_cast<std::size_t>(index)]; }
    [[nodiscard]] double radius() const { return m_radius; }
    /// A sphere around all of it.
    [[nodiscard]] const Eigen::Vector3d& centre() const { return m_centre; }
    [[nodiscard]] double reach() const { return m_reach; }
    /// The point of the core that lies farthest in a direction.
    [[nodiscard]] int support(const Eigen::Vector3d& direction) const;

private:
    void add(const Eigen::Vector3d& point);
    void measure();

    std::vector<Eigen::Vector3d> m_points;
    alignas(16) std::array<float, kMostPoints> m_x{};  ///< the points again; padded with the first
    alignas(16) std::array<float, kMostPoints> m_y{};
    alignas(16) std::array<float, kMostPoints> m_z{};
    int m_padded = 0;
    double m_radius = 0;
    Eigen::Vector3d m_centre = Eigen::Vector3d::Zero();
    double m_reach = 0;
};

struct PlacedHull {
    const RoundedHull& hull;
    const Eigen::Matrix3d& rotation;
    const Eigen::Vector3d& origin;
};

/// Where the search between two hulls ended, to begin there the next time.
struct SeparationHint {
    int count = 0;
    std::array<std::uint8_t, 4> a{};
    std::array<std::uint8_t, 4> b{};
    Eigen::Vector3d normal = Eigen::Vector3d::Zero();
};

struct Separation {
    double distance = 0;  ///< m between the surfaces; negative where they overlap, never less than minus both radii
    Eigen::Vector3d normal = Eigen::Vector3d::UnitZ();  ///< from a to b
    Eigen::Vector3d pointA = Eigen::Vector3d::Zero();   ///< of the core of a that is nearest
    Eigen::Vector3d pointB = Eigen::Vector3d::Zero();
    bool isFar = false;  ///< they are at least `beyond` apart; `distance` is a lower bound and the rest means nothing
};

/// Distance of two hulls (Gilbert, Johnson and Keerthi 1988), in the frame both are placed in. Where the cores
/// overlap, the normal is the last one known. Never allocates; deterministic.
[[nodiscard]] Separation separationOf(const PlacedHull& a, const PlacedHull& b, double beyond, SeparationHint& hint);

}  // namespace understudy
