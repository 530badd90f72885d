#pragma once

#include <map>
#include <set>

#include "robots/model/modelbuilder.h"

namespace understudy {

/// Calls `visit` with every element of a kind that lies in a body's subtree (mjs elements).
template <typename Visit>
void forEachIn(mjsBody* body, mjtObj type, Visit&& visit)
{
    for (mjsElement* element = mjs_firstChild(body, type, 1); element != nullptr;
         element = mjs_nextChild(body, element, 1)) {
        visit(element);
    }
}

/// Collected first, so that elements may be deleted while iterating.
[[nodiscard]] std::vector<mjsElement*> elementsOf(mjSpec* spec, mjtObj type);
[[nodiscard]] std::string nameOf(mjsElement* element);

/// MuJoCo's virtual files: what MuJoCo itself must read (textures, height fields, its own meshes), from memory.
class AssetFiles {
public:
    AssetFiles() { mj_defaultVFS(&m_vfs); }
    ~AssetFiles() { mj_deleteVFS(&m_vfs); }
    AssetFiles(const AssetFiles&) = delete;
    AssetFiles& operator=(const AssetFiles&) = delete;

    [[nodiscard]] Result<void> add(const Description& description);
    [[nodiscard]] const mjVFS* vfs() const { return &m_vfs; }

private:
    mjVFS m_vfs{};
    std::set<std::string> m_names;
};

/// The spec of a description with its meshes decimated.
[[nodiscard]] Result<MjSpecPtr> parseDescription(const Description& description, int trianglesPerLink);

/// What the model said about its joints before actuators and keyframes were replaced.
struct JointHints {
    std::map<std::string, double> effort;
    std::map<std::string, std::pair<double, double>> gains;  ///< kp, kd of the model's own position actuators
    std::map<std::string, double> home;                      ///< of the first keyframe
    std::set<std::string> actuated;
    std::set<std::string> followers;  ///< driven by an equality constraint
};
[[nodiscard]] JointHints takeHints(mjSpec* spec);

/// Bodies of the robot and its root, a child of the world.
struct RobotTree {
    mjsBody* root = nullptr;
    mjsBody* base = nullptr;
};
[[nodiscard]] Result<RobotTree> findRobot(mjSpec* spec, const RobotProfile& profile);

/// Fixes the root where it is, or leaves it free; collisions between the held root and its children stay off. Whether
/// the description let it move freely.
bool holdBase(mjSpec* spec, const RobotTree& tree, const RobotProfile& profile);
void addMimics(mjSpec* spec, const std::vector<MimicJoint>& mimics);
[[nodiscard]] Result<void> addScene(mjSpec* spec, mjSpec* scene, const Pose& pose);
[[nodiscard]] Result<void> addCameras(mjSpec* spec, const RobotProfile& profile);
void hideCollisionTwins(mjSpec* spec);

}  // namespace understudy
