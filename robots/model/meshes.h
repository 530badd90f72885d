#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "core/result.h"

namespace understudy {

/// Triangles with shared vertices. Texture coordinates are empty or one per vertex.
struct TriangleMesh {
    std::vector<Eigen::Vector3f> vertices;  ///< in the unit and frame of the file
    std::vector<Eigen::Vector2f> texcoords;
    std::vector<std::uint32_t> indices;          ///< three per triangle
    std::optional<std::array<float, 4>> colour;  ///< of the file's first material

    [[nodiscard]] std::size_t triangles() const { return indices.size() / 3; }
};

/// STL, OBJ, DAE, PLY … through assimp. Equal vertices are joined, triangles without area dropped. Fails for a file
/// that is missing, broken, empty, not finite or larger than a robot's link can sensibly be.
[[nodiscard]] Result<TriangleMesh> readMesh(const std::filesystem::path& file);

/// At most about `triangles` triangles; the silhouette is kept before the detail. A mesh that is small enough is
/// returned as it is.
[[nodiscard]] TriangleMesh decimate(const TriangleMesh& mesh, std::size_t triangles);

/// Tessellated primitives round the origin, counter-clockwise from outside. Sizes are MuJoCo's half sizes, z is the
/// long axis.
[[nodiscard]] TriangleMesh boxMesh(const Eigen::Vector3d& half);
[[nodiscard]] TriangleMesh ellipsoidMesh(const Eigen::Vector3d& radii);
[[nodiscard]] TriangleMesh capsuleMesh(double radius, double halfLength);
[[nodiscard]] TriangleMesh cylinderMesh(double radius, double halfLength);

}  // namespace understudy
