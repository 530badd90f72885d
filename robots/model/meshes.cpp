#include "robots/model/meshes.h"

#include <cmath>
#include <numbers>

#include <assimp/Importer.hpp>
#include <assimp/config.h>
#include <assimp/material.h>
#include <assimp/postprocess.h>
#include <assimp/scene.h>
#include <fmt/format.h>
#include <meshoptimizer.h>

namespace understudy {
namespace {

constexpr std::size_t kMaxTriangles = 20'000'000;
constexpr std::uintmax_t kMaxFileSize = std::uintmax_t{1} << 30;
constexpr float kMaxCoordinate = 1e6F;

struct Corner {
    float x, y, z, u, v;
};

TriangleMesh join(const std::vector<Corner>& corners, bool textured)
{
    std::vector<std::uint32_t> remap(corners.size());
    const std::size_t count = meshopt_generateVertexRemap(remap.data(), nullptr, corners.size(), corners.data(),
                                                          corners.size(), sizeof(Corner));
    TriangleMesh mesh;
    mesh.vertices.resize(count);
    if (textured) mesh.texcoords.resize(count);
    for (std::size_t i = 0; i < corners.size(); ++i) {
        mesh.vertices[remap[i]] = {corners[i].x, corners[i].y, corners[i].z};
        if (textured) mesh.texcoords[remap[i]] = {corners[i].u, corners[i].v};
    }
    mesh.indices.reserve(corners.size());
    for (std::size_t i = 0; i + 2 < corners.size(); i += 3) {
        const std::uint32_t a = remap[i], b = remap[i + 1], c = remap[i + 2];
        if (a == b || b == c || c == a) continue;
        mesh.indices.insert(mesh.indices.end(), {a, b, c});
    }
    return mesh;
}

/// Keeps what the triangles use.
TriangleMesh compact(const TriangleMesh& mesh, std::vector<std::uint32_t> indices)
{
    std::vector<std::uint32_t> remap(mesh.vertices.size());
    const std::size_t count =
        meshopt_optimizeVertexFetchRemap(remap.data(), indices.data(), indices.size(), mesh.vertices.size());
    TriangleMesh result;
    result.colour = mesh.colour;
    result.vertices.resize(count);
    if (!mesh.texcoords.empty()) result.texcoords.resize(count);
    for (std::size_t i = 0; i < remap.size(); ++i) {
        if (remap[i] == ~0U) continue;
        result.vertices[remap[i]] = mesh.vertices[i];
        if (!mesh.texcoords.empty()) result.texcoords[remap[i]] = mesh.texcoords[i];
    }
    for (std::uint32_t& index : indices) index = remap[index];
    result.indices = std::move(indices);
    return result;
}

/// A surface of revolution round z through (radius, height) points from the bottom pole to the top pole.
TriangleMesh revolve(const std::vector<Eigen::Vector2d>& profile, const Eigen::Vector3d& scale, int segments)
{
    TriangleMesh mesh;
    const auto rings = static_cast<std::uint32_t>(profile.size());
    const auto around = static_cast<std::uint32_t>(segments);
    for (const Eigen::Vector2d& point : profile) {
        for (int i = 0; i < segments; ++i) {
            const double angle = 2 * std::numbers::pi * i / segments;
            const Eigen::Vector3d vertex(point.x() * std::cos(angle), point.x() * std::sin(angle), point.y());
            mesh.vertices.emplace_back(vertex.cwiseProduct(scale).cast<float>());
        }
    }
    for (std::uint32_t ring = 0; ring + 1 < rings; ++ring) {
        for (std::uint32_t i = 0; i < around; ++i) {
            const std::uint32_t next = (i + 1) % around;
            const std::uint32_t a = ring * around + i, b = ring * around + next;
            const std::uint32_t c = a + around, d = b + around;
            if (profile[ring].x() > 0) mesh.indices.insert(mesh.indices.end(), {a, b, d});
            if (profile[ring + 1].x() > 0) mesh.indices.insert(mesh.indices.end(), {a, d, c});
        }
    }
    return mesh;
}

constexpr int kSegments = 24;

void addHalfCircle(std::vector<Eigen::Vector2d>& profile, double radius, double centre, double from, double to)
{
    constexpr int kSteps = 6;
    for (int i = 0; i <= kSteps; ++i) {
        const double angle = from + (to - from) * i / kSteps;
        const double ring = std::cos(angle) < 1e-9 ? 0 : radius * std::cos(angle);
        profile.emplace_back(ring, centre + radius * std::sin(angle));
    }
}

}  // namespace

Result<TriangleMesh> readMesh(const std::filesystem::path& file)
{
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(file, error);
    if (error) return fail(fmt::format("The mesh {} cannot be read: {}.", file.string(), error.message()));
    if (size > kMaxFileSize) return fail(fmt::format("The mesh {} is larger than 1 GiB.", file.string()));

    try {
        Assimp::Importer importer;
        importer.SetPropertyBool(AI_CONFIG_IMPORT_COLLADA_IGNORE_UP_DIRECTION, true);
        importer.SetPropertyInteger(AI_CONFIG_PP_SBP_REMOVE, aiPrimitiveType_POINT | aiPrimitiveType_LINE);
        const aiScene* scene = importer.ReadFile(file.string(), aiProcess_Triangulate | aiProcess_SortByPType |
                                                                    aiProcess_PreTransformVertices);
        if (scene == nullptr || scene->mNumMeshes == 0) {
            return fail(fmt::format("The mesh {} cannot be read: {}. Replace the file or take it out of the model.",
                                    file.string(), scene == nullptr ? importer.GetErrorString() : "it is empty"));
        }
        std::vector<Corner> corners;
        bool textured = false;
        for (unsigned m = 0; m < scene->mNumMeshes; ++m) {
            const aiMesh& part = *scene->mMeshes[m];
            if (corners.size() / 3 + part.mNumFaces > kMaxTriangles) {
                return fail(fmt::format("The mesh {} has more than {} triangles.", file.string(), kMaxTriangles));
            }
            const bool hasUv = part.HasTextureCoords(0);
            textured = textured || hasUv;
            for (unsigned f = 0; f < part.mNumFaces; ++f) {
                const aiFace& face = part.mFaces[f];
                if (face.mNumIndices != 3) continue;
                for (unsigned k = 0; k < 3; ++k) {
                    const unsigned index = face.mIndices[k];
                    if (index >= part.mNumVertices) {
                        return fail(fmt::format("The mesh {} refers to vertex {} of {}.", file.string(), index,
                                                part.mNumVertices));
                    }
                    const aiVector3D& p = part.mVertices[index];
                    if (!(std::abs(p.x) < kMaxCoordinate && std::abs(p.y) < kMaxCoordinate &&
                          std::abs(p.z) < kMaxCoordinate)) {
                        return fail(fmt::format("The mesh {} has a vertex that is not finite or farther than {} away.",
                                                file.string(), kMaxCoordinate));
                    }
                    const aiVector3D uv = hasUv ? part.mTextureCoords[0][index] : aiVector3D();
                    corners.push_back({p.x, p.y, p.z, uv.x, uv.y});
                }
            }
        }
        TriangleMesh mesh = join(corners, textured);
        if (mesh.indices.empty()) return fail(fmt::format("The mesh {} has no triangles.", file.string()));
        if (aiColor4D colour;
            scene->mNumMaterials > 0 && scene->mMeshes[0]->mMaterialIndex < scene->mNumMaterials &&
            scene->mMaterials[scene->mMeshes[0]->mMaterialIndex]->Get(AI_MATKEY_COLOR_DIFFUSE, colour) == AI_SUCCESS) {
            mesh.colour = {colour.r, colour.g, colour.b, colour.a};
        }
        return mesh;
    } catch (const std::exception& exception) {
        return fail(fmt::format("The mesh {} cannot be read: {}.", file.string(), exception.what()));
    }
}

TriangleMesh decimate(const TriangleMesh& mesh, std::size_t triangles)
{
    if (mesh.triangles() <= triangles) return mesh;
    const float* points = mesh.vertices.front().data();
    constexpr float kAnyError = 1.0F;
    std::vector<std::uint32_t> indices(mesh.indices.size());
    indices.resize(meshopt_simplify(indices.data(), mesh.indices.data(), mesh.indices.size(), points,
                                    mesh.vertices.size(), sizeof(Eigen::Vector3f), triangles * 3, kAnyError, 0,
                                    nullptr));
    // Hundreds of separate shells (screws, cables) stop the simplifier that keeps topology.
    if (indices.size() > triangles * 3 * 5 / 4) {
        std::vector<std::uint32_t> sloppy(mesh.indices.size());
        sloppy.resize(meshopt_simplifySloppy(sloppy.data(), mesh.indices.data(), mesh.indices.size(), points,
                                             mesh.vertices.size(), sizeof(Eigen::Vector3f), triangles * 3, kAnyError,
                                             nullptr));
        if (!sloppy.empty()) indices = std::move(sloppy);
    }
    return compact(mesh, std::move(indices));
}

TriangleMesh boxMesh(const Eigen::Vector3d& half)
{
    TriangleMesh mesh;
    for (int axis = 0; axis < 3; ++axis) {
        for (const double sign : {-1.0, 1.0}) {
            Eigen::Vector3d normal = Eigen::Vector3d::Zero(), u = normal, v = normal;
            normal[axis] = sign;
            u[(axis + 1) % 3] = sign;
            v[(axis + 2) % 3] = 1;
            const auto first = static_cast<std::uint32_t>(mesh.vertices.size());
            for (const auto& [a, b] : {std::pair{-1, -1}, {1, -1}, {1, 1}, {-1, 1}}) {
                mesh.vertices.emplace_back((normal + a * u + b * v).cwiseProduct(half).cast<float>());
            }
            mesh.indices.insert(mesh.indices.end(), {first, first + 1, first + 2, first, first + 2, first + 3});
        }
    }
    return mesh;
}

TriangleMesh ellipsoidMesh(const Eigen::Vector3d& radii)
{
    std::vector<Eigen::Vector2d> profile;
    addHalfCircle(profile, 1, 0, -std::numbers::pi / 2, 0);
    profile.pop_back();
    addHalfCircle(profile, 1, 0, 0, std::numbers::pi / 2);
    return revolve(profile, radii, kSegments);
}

TriangleMesh capsuleMesh(double radius, double halfLength)
{
    std::vector<Eigen::Vector2d> profile;
    addHalfCircle(profile, radius, -halfLength, -std::numbers::pi / 2, 0);
    addHalfCircle(profile, radius, halfLength, 0, std::numbers::pi / 2);
    return revolve(profile, Eigen::Vector3d::Ones(), kSegments);
}

TriangleMesh cylinderMesh(double radius, double halfLength)
{
    const double r = radius, h = halfLength;
    return revolve({{0, -h}, {r, -h}, {r, -h}, {r, h}, {r, h}, {0, h}}, Eigen::Vector3d::Ones(), kSegments);
}

}  // namespace understudy
