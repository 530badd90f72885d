#include "robots/model/specedit.h"

#include <algorithm>
#include <numbers>

#include <fmt/format.h>

#include "core/file.h"
#include "robots/model/meshes.h"

namespace understudy {
namespace {

constexpr std::uint64_t kMaxAsset = 512ULL << 20;
constexpr std::size_t kMinTriangles = 200;
constexpr int kVisibleGroups = 3;  ///< MuJoCo draws groups 0 to 2
constexpr int kHiddenGroup = 5;

std::string text(const mjString* string) { return mjs_getString(string); }

/// Meshes of these kinds are handed over as vertices; anything else MuJoCo reads from its virtual files.
bool isReadByUs(const std::string& file)
{
    static constexpr std::array kExtensions{".stl", ".STL", ".obj", ".OBJ", ".dae", ".DAE", ".ply", ".PLY"};
    const std::string extension = std::filesystem::path(file).extension().string();
    return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

/// How many visible meshes share the busiest body of each mesh.
std::map<std::string, std::size_t> meshesPerBody(mjSpec* spec)
{
    std::map<std::string, std::size_t> shares;
    for (mjsElement* element : elementsOf(spec, mjOBJ_BODY)) {
        std::set<std::string> names;
        mjsBody* body = mjs_asBody(element);
        for (mjsElement* child = mjs_firstChild(body, mjOBJ_GEOM, 0); child != nullptr;
             child = mjs_nextChild(body, child, 0)) {
            const mjsGeom* geom = mjs_asGeom(child);
            if (geom->type == mjGEOM_MESH) names.insert(text(geom->meshname));
        }
        for (const std::string& name : names) shares[name] = std::max(shares[name], names.size());
    }
    return shares;
}

void setMesh(mjsMesh* target, const TriangleMesh& mesh)
{
    std::vector<float> vertices;
    vertices.reserve(mesh.vertices.size() * 3);
    for (const Eigen::Vector3f& v : mesh.vertices) vertices.insert(vertices.end(), {v.x(), v.y(), v.z()});
    const std::vector<int> faces(mesh.indices.begin(), mesh.indices.end());
    mjs_setFloat(target->uservert, vertices.data(), static_cast<int>(vertices.size()));
    mjs_setInt(target->userface, faces.data(), static_cast<int>(faces.size()));
    if (!mesh.texcoords.empty()) {
        std::vector<float> coordinates;
        for (const Eigen::Vector2f& uv : mesh.texcoords) coordinates.insert(coordinates.end(), {uv.x(), 1 - uv.y()});
        mjs_setFloat(target->usertexcoord, coordinates.data(), static_cast<int>(coordinates.size()));
        mjs_setInt(target->userfacetexcoord, faces.data(), static_cast<int>(faces.size()));
    }
    mjs_setString(target->file, "");
    mjs_setString(target->content_type, "");
}

Result<void> readMeshes(mjSpec* spec, const Description& description, int trianglesPerLink)
{
    const std::map<std::string, std::size_t> shares = meshesPerBody(spec);
    for (mjsElement* element : elementsOf(spec, mjOBJ_MESH)) {
        mjsMesh* mesh = mjs_asMesh(element);
        const std::string file = text(mesh->file);
        if (file.empty() || !isReadByUs(file)) continue;
        const auto asset = std::find_if(description.assets.begin(), description.assets.end(),
                                        [&](const Asset& candidate) { return candidate.name == file; });
        if (asset == description.assets.end()) return fail(fmt::format("The mesh {} was not found.", file));
        const Result<TriangleMesh> full = readMesh(asset->path);
        if (!full) return tl::unexpected(full.error());
        const auto share = shares.find(nameOf(element));
        const std::size_t budget = static_cast<std::size_t>(trianglesPerLink) /
                                   (share == shares.end() ? 1 : std::max<std::size_t>(share->second, 1));
        setMesh(mesh, decimate(*full, std::max(budget, kMinTriangles)));
    }
    return {};
}

bool isCollidable(const mjsGeom* geom) { return geom->contype != 0 || geom->conaffinity != 0; }

}  // namespace

std::vector<mjsElement*> elementsOf(mjSpec* spec, mjtObj type)
{
    std::vector<mjsElement*> elements;
    for (mjsElement* element = mjs_firstElement(spec, type); element != nullptr;
         element = mjs_nextElement(spec, element)) {
        elements.push_back(element);
    }
    return elements;
}

std::string nameOf(mjsElement* element) { return mjs_getString(mjs_getName(element)); }

Result<void> AssetFiles::add(const Description& description)
{
    PosixFileSystem files;
    for (const Asset& asset : description.assets) {
        if (!m_names.insert(asset.name).second) {
            return fail(fmt::format("The robot and its scene both have a file {}; rename one.",
                                    asset.path.filename().string()));
        }
        if (isReadByUs(asset.name)) continue;
        const Result<std::vector<std::byte>> bytes = readAll(files, asset.path, kMaxAsset);
        if (!bytes) return tl::unexpected(bytes.error());
        if (mj_addBufferVFS(&m_vfs, asset.name.c_str(), bytes->data(), static_cast<int>(bytes->size())) != 0) {
            return fail(fmt::format("The file {} cannot be given to MuJoCo.", asset.path.string()));
        }
    }
    return {};
}

Result<MjSpecPtr> parseDescription(const Description& description, int trianglesPerLink)
{
    std::array<char, 1000> error{};
    Result<MjSpecPtr> spec = guardMujoco(
        [&] { return MjSpecPtr(mj_parseXMLString(description.xml.c_str(), nullptr, error.data(), error.size())); });
    if (!spec) return spec;
    if (*spec == nullptr) return fail(error.data());
    // A throw from one of the compiler's threads would end the process.
    (*spec)->compiler.usethread = 0;
    (*spec)->compiler.balanceinertia = description.format == DescriptionFormat::Urdf;
    if (const Result<void> read = readMeshes(spec->get(), description, trianglesPerLink); !read) {
        return tl::unexpected(read.error());
    }
    int unnamed = 0;
    for (mjsElement* joint : elementsOf(spec->get(), mjOBJ_JOINT)) {
        if (nameOf(joint).empty()) mjs_setName(joint, fmt::format("joint_{}", ++unnamed).c_str());
    }
    unnamed = 0;
    for (mjsElement* body : elementsOf(spec->get(), mjOBJ_BODY)) {
        if (nameOf(body).empty()) mjs_setName(body, fmt::format("body_{}", ++unnamed).c_str());
    }
    return spec;
}

JointHints takeHints(mjSpec* spec)
{
    JointHints hints;
    int address = 0;
    const std::vector<mjsElement*> keys = elementsOf(spec, mjOBJ_KEY);
    int count = 0;
    const double* home = keys.empty() ? nullptr : mjs_getDouble(mjs_asKey(keys.front())->qpos, &count);
    forEachIn(mjs_findBody(spec, "world"), mjOBJ_JOINT, [&](mjsElement* element) {
        const mjsJoint* joint = mjs_asJoint(element);
        const bool single = joint->type == mjJNT_HINGE || joint->type == mjJNT_SLIDE;
        if (single && address < count) hints.home[nameOf(element)] = home[address];
        address += joint->type == mjJNT_FREE ? 7 : joint->type == mjJNT_BALL ? 4 : 1;
    });
    if (address != count) hints.home.clear();
    for (mjsElement* key : keys) mjs_delete(spec, key);

    std::set<std::string> removed;
    for (mjsElement* element : elementsOf(spec, mjOBJ_ACTUATOR)) {
        const mjsActuator* actuator = mjs_asActuator(element);
        if (actuator->trntype != mjTRN_JOINT && actuator->trntype != mjTRN_JOINTINPARENT) continue;
        const std::string joint = text(actuator->target);
        hints.actuated.insert(joint);
        const double gear = std::abs(actuator->gear[0]);
        const bool isServo = actuator->biastype == mjBIAS_AFFINE && actuator->gainprm[0] > 0 &&
                             actuator->biasprm[1] == -actuator->gainprm[0];
        if (isServo) hints.gains[joint] = {actuator->gainprm[0] * gear * gear, -actuator->biasprm[2] * gear * gear};
        if (actuator->forcelimited != mjLIMITED_FALSE && actuator->forcerange[1] > actuator->forcerange[0]) {
            hints.effort[joint] = actuator->forcerange[1] * gear;
        } else if (!isServo && actuator->ctrllimited != mjLIMITED_FALSE &&
                   actuator->ctrlrange[1] > actuator->ctrlrange[0]) {
            hints.effort[joint] = actuator->ctrlrange[1] * actuator->gainprm[0] * gear;
        }
        removed.insert(nameOf(element));
        mjs_delete(spec, element);
    }
    for (mjsElement* element : elementsOf(spec, mjOBJ_SENSOR)) {
        const mjsSensor* sensor = mjs_asSensor(element);
        if (sensor->objtype == mjOBJ_ACTUATOR && removed.contains(text(sensor->objname))) mjs_delete(spec, element);
    }
    for (mjsElement* element : elementsOf(spec, mjOBJ_EQUALITY)) {
        const mjsEquality* equality = mjs_asEquality(element);
        if (equality->type == mjEQ_JOINT && !text(equality->name2).empty())
            hints.followers.insert(text(equality->name1));
    }
    return hints;
}

Result<RobotTree> findRobot(mjSpec* spec, const RobotProfile& profile)
{
    RobotTree tree;
    mjsBody* world = mjs_findBody(spec, "world");
    if (!profile.base.empty()) {
        tree.base = mjs_findBody(spec, profile.base.c_str());
        if (tree.base == nullptr || tree.base == world) {
            std::string names;
            for (mjsElement* body = mjs_firstChild(world, mjOBJ_BODY, 0); body != nullptr;
                 body = mjs_nextChild(world, body, 0)) {
                names += (names.empty() ? "" : ", ") + nameOf(body);
            }
            return fail(
                fmt::format("The profile {} names the base body \"{}\", which this model lacks. Its roots are: {}.",
                            profile.source.string(), profile.base, names));
        }
        tree.root = tree.base;
        for (mjsBody* above = mjs_getParent(tree.root->element); above != nullptr && above != world;
             above = mjs_getParent(tree.root->element)) {
            tree.root = above;
        }
        return tree;
    }
    int most = 0;
    for (mjsElement* body = mjs_firstChild(world, mjOBJ_BODY, 0); body != nullptr;
         body = mjs_nextChild(world, body, 0)) {
        int joints = 0;
        forEachIn(mjs_asBody(body), mjOBJ_JOINT, [&](mjsElement* element) {
            const mjtJoint type = mjs_asJoint(element)->type;
            if (type == mjJNT_HINGE || type == mjJNT_SLIDE) ++joints;
        });
        if (joints > most) {
            most = joints;
            tree.root = tree.base = mjs_asBody(body);
        }
    }
    if (tree.root == nullptr) return fail("it has no joint that could be controlled (hinge or slide)");
    return tree;
}

bool holdBase(mjSpec* spec, const RobotTree& tree, const RobotProfile& profile)
{
    tree.root->pos[2] += profile.baseRaise;
    std::vector<mjsElement*> free;
    for (mjsElement* joint = mjs_firstChild(tree.root, mjOBJ_JOINT, 0); joint != nullptr;
         joint = mjs_nextChild(tree.root, joint, 0)) {
        if (mjs_asJoint(joint)->type == mjJNT_FREE) free.push_back(joint);
    }
    if (!profile.baseHeld) return !free.empty();
    const bool wasFree = !free.empty();
    for (mjsElement* joint : free) mjs_delete(spec, joint);
    // MuJoCo skips collisions between parent and child only while the parent moves.
    for (mjsElement* child = mjs_firstChild(tree.root, mjOBJ_BODY, 0); child != nullptr;
         child = mjs_nextChild(tree.root, child, 0)) {
        mjsExclude* exclude = mjs_addExclude(spec);
        mjs_setString(exclude->bodyname1, nameOf(tree.root->element).c_str());
        mjs_setString(exclude->bodyname2, nameOf(child).c_str());
    }
    return wasFree;
}

void addMimics(mjSpec* spec, const std::vector<MimicJoint>& mimics)
{
    for (const MimicJoint& mimic : mimics) {
        mjsEquality* equality = mjs_addEquality(spec, nullptr);
        equality->type = mjEQ_JOINT;
        equality->objtype = mjOBJ_JOINT;
        mjs_setString(equality->name1, mimic.joint.c_str());
        mjs_setString(equality->name2, mimic.leader.c_str());
        std::fill(std::begin(equality->data), std::end(equality->data), 0.0);
        equality->data[0] = mimic.offset;
        equality->data[1] = mimic.multiplier;
    }
}

Result<void> addScene(mjSpec* spec, mjSpec* scene, const Pose& pose)
{
    // The scene brings light and sky of its own, so that every robot is seen alike.
    const auto isSky = [](mjsElement* texture) { return mjs_asTexture(texture)->type == mjTEXTURE_SKYBOX; };
    const std::vector<mjsElement*> sceneTextures = elementsOf(scene, mjOBJ_TEXTURE);
    if (std::any_of(sceneTextures.begin(), sceneTextures.end(), isSky)) {
        for (mjsElement* texture : elementsOf(spec, mjOBJ_TEXTURE)) {
            if (isSky(texture)) mjs_delete(spec, texture);
        }
    }
    if (mjs_firstElement(scene, mjOBJ_LIGHT) != nullptr) {
        for (mjsElement* light : elementsOf(spec, mjOBJ_LIGHT)) mjs_delete(spec, light);
        spec->visual.headlight = scene->visual.headlight;
        std::copy(std::begin(scene->visual.rgba.haze), std::end(scene->visual.rgba.haze), spec->visual.rgba.haze);
        std::copy(std::begin(scene->visual.rgba.fog), std::end(scene->visual.rgba.fog), spec->visual.rgba.fog);
    }
    spec->visual.map.znear = scene->visual.map.znear;
    spec->stat = scene->stat;
    mjsFrame* frame = mjs_addFrame(mjs_findBody(spec, "world"), nullptr);
    const Eigen::Quaterniond& q = pose.orientation;
    for (int i = 0; i < 3; ++i) frame->pos[i] = pose.position[i];
    const std::array<double, 4> quaternion{q.w(), q.x(), q.y(), q.z()};
    std::copy(quaternion.begin(), quaternion.end(), frame->quat);
    if (mjs_attach(frame->element, scene->element, "", "") == nullptr) {
        return fail(fmt::format("The scene cannot be added to the robot: {}.", mjs_getError(spec)));
    }
    return {};
}

Result<void> addCameras(mjSpec* spec, const RobotProfile& profile)
{
    for (const CameraProfile& wanted : profile.cameras) {
        mjsBody* body = mjs_findBody(spec, wanted.mount.body.c_str());
        if (body == nullptr) {
            return fail(fmt::format("The camera {} of the profile {} sits on the body \"{}\", which this model lacks.",
                                    wanted.name, profile.source.string(), wanted.mount.body));
        }
        if (mjsElement* same = mjs_findElement(spec, mjOBJ_CAMERA, wanted.name.c_str())) mjs_delete(spec, same);
        mjsCamera* camera = mjs_addCamera(body, nullptr);
        mjs_setName(camera->element, wanted.name.c_str());
        // MuJoCo's cameras look along -z with y up.
        const Eigen::Quaterniond q = wanted.mount.pose.orientation *
                                     Eigen::Quaterniond(Eigen::AngleAxisd(std::numbers::pi, Eigen::Vector3d::UnitX()));
        for (int i = 0; i < 3; ++i) camera->pos[i] = wanted.mount.pose.position[i];
        const std::array<double, 4> quaternion{q.w(), q.x(), q.y(), q.z()};
        std::copy(quaternion.begin(), quaternion.end(), camera->quat);
        camera->fovy = wanted.verticalFov * 180 / std::numbers::pi;
        camera->resolution[0] = wanted.width;
        camera->resolution[1] = wanted.height;
    }
    return {};
}

void hideCollisionTwins(mjSpec* spec)
{
    for (mjsElement* element : elementsOf(spec, mjOBJ_BODY)) {
        mjsBody* body = mjs_asBody(element);
        std::vector<mjsGeom*> geoms;
        bool hasVisualMesh = false;
        for (mjsElement* child = mjs_firstChild(body, mjOBJ_GEOM, 0); child != nullptr;
             child = mjs_nextChild(body, child, 0)) {
            geoms.push_back(mjs_asGeom(child));
            const mjsGeom* geom = geoms.back();
            if (!isCollidable(geom) && geom->group < kVisibleGroups && geom->rgba[3] > 0) {
                hasVisualMesh = hasVisualMesh || geom->type == mjGEOM_MESH;
            }
        }
        if (!hasVisualMesh) continue;
        for (mjsGeom* geom : geoms) {
            if (isCollidable(geom) && geom->group < kVisibleGroups) geom->group = kHiddenGroup;
        }
    }
}

}  // namespace understudy
