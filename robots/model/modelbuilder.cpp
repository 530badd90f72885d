#include "robots/model/modelbuilder.h"

#include <algorithm>
#include <limits>
#include <numbers>

#include <fmt/format.h>

#include "core/robotstate.h"
#include "robots/model/meshes.h"
#include "robots/model/specedit.h"

namespace understudy {
namespace {

constexpr double kTimestep = 0.002;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string idName(const mjModel& model, mjtObj type, int id)
{
    const char* name = mj_id2name(&model, type, id);
    return name == nullptr ? std::string() : std::string(name);
}

/// Names of the joints that are driven, in the order of the tree.
Result<std::vector<std::string>> controlledJoints(mjsBody* root, const JointHints& hints)
{
    std::vector<std::string> all, actuated;
    forEachIn(root, mjOBJ_JOINT, [&](mjsElement* element) {
        const mjtJoint type = mjs_asJoint(element)->type;
        const std::string name = nameOf(element);
        if ((type != mjJNT_HINGE && type != mjJNT_SLIDE) || hints.followers.contains(name)) return;
        all.push_back(name);
        if (hints.actuated.contains(name)) actuated.push_back(name);
    });
    std::vector<std::string> chosen = actuated.empty() ? std::move(all) : std::move(actuated);
    if (chosen.empty()) return fail("it has no joint that could be controlled (hinge or slide)");
    if (chosen.size() > static_cast<std::size_t>(kMaxJoints)) {
        return fail(
            fmt::format("it has {} controlled joints, and at most {} can be driven", chosen.size(), kMaxJoints));
    }
    return chosen;
}

void addServos(mjSpec* spec, const std::vector<std::string>& joints)
{
    for (const std::string& joint : joints) {
        mjsActuator* actuator = mjs_addActuator(spec, nullptr);
        mjs_setName(actuator->element, joint.c_str());
        actuator->trntype = mjTRN_JOINT;
        mjs_setString(actuator->target, joint.c_str());
        actuator->gaintype = mjGAIN_FIXED;
        actuator->biastype = mjBIAS_AFFINE;
        actuator->dyntype = mjDYN_NONE;
        actuator->ctrllimited = mjLIMITED_FALSE;
        actuator->forcelimited = mjLIMITED_FALSE;
    }
}

/// MuJoCo compiles poses, masses and limits that are not numbers.
Result<void> checkFinite(const mjModel& model)
{
    const auto isFinite = [](const mjtNum* values, int count) {
        return std::all_of(values, values + count, [](mjtNum value) { return std::isfinite(value); });
    };
    for (int i = 0; i < model.nbody; ++i) {
        const bool good = isFinite(model.body_pos + 3 * i, 3) && isFinite(model.body_quat + 4 * i, 4) &&
                          isFinite(model.body_ipos + 3 * i, 3) && isFinite(model.body_iquat + 4 * i, 4) &&
                          isFinite(model.body_mass + i, 1) && isFinite(model.body_inertia + 3 * i, 3);
        if (!good)
            return fail(fmt::format("the body {} has a pose, mass or inertia that is not a number",
                                    idName(model, mjOBJ_BODY, i)));
    }
    for (int i = 0; i < model.njnt; ++i) {
        const bool good = isFinite(model.jnt_pos + 3 * i, 3) && isFinite(model.jnt_axis + 3 * i, 3) &&
                          isFinite(model.jnt_range + 2 * i, 2);
        if (!good)
            return fail(fmt::format("the joint {} has an axis, place or range that is not a number",
                                    idName(model, mjOBJ_JOINT, i)));
    }
    for (int i = 0; i < model.ngeom; ++i) {
        const bool good = isFinite(model.geom_pos + 3 * i, 3) && isFinite(model.geom_quat + 4 * i, 4) &&
                          isFinite(model.geom_size + 3 * i, 3);
        if (!good) {
            return fail(fmt::format("a shape of the body {} has a pose or size that is not a number",
                                    idName(model, mjOBJ_BODY, model.geom_bodyid[i])));
        }
    }
    return {};
}

Result<MjModelPtr> compile(mjSpec* spec, const AssetFiles& files, std::vector<std::string>& warnings)
{
    (void)takeMujocoWarning();
    Result<MjModelPtr> model = guardMujoco([&] { return MjModelPtr(mj_compile(spec, files.vfs())); });
    if (!model) return model;
    if (*model == nullptr) return fail(mjs_getError(spec));
    if (const Result<void> checked = checkFinite(**model); !checked) return tl::unexpected(checked.error());
    // How a scene joins the robot is ours to decide; MuJoCo's remarks on it help nobody.
    const auto keep = [&](std::string_view warning) {
        if (!warning.empty() && warning.rfind("Attach", 0) != 0) warnings.emplace_back(warning);
    };
    for (int i = 0; i < mjs_numWarnings(spec); ++i) keep(mjs_getWarning(spec, i));
    keep(takeMujocoWarning());
    return model;
}

const LimitRule* ruleFor(const RobotProfile& profile, const std::string& joint, std::optional<double> LimitRule::*field)
{
    const LimitRule* found = nullptr;
    for (const LimitRule& rule : profile.limits) {
        if (rule.*field && matches(rule.joints, joint)) found = &rule;
    }
    return found;
}

Limit chooseLimit(const RobotProfile& profile, const std::string& joint, std::optional<double> LimitRule::*field,
                  std::optional<double> described, double fallback)
{
    if (const LimitRule* rule = ruleFor(profile, joint, field)) {
        return {.value = (rule->*field).value(), .source = LimitSource::Profile};
    }
    if (described) return {.value = *described, .source = LimitSource::Description};
    return {.value = fallback, .source = LimitSource::Default};
}

JointInfo describeJoint(const mjModel& model, int actuator, const BuildInputs& inputs, const JointHints& hints)
{
    const int id = model.actuator_trnid[2 * actuator];
    JointInfo joint;
    joint.name = idName(model, mjOBJ_JOINT, id);
    joint.body = idName(model, mjOBJ_BODY, model.jnt_bodyid[id]);
    joint.prismatic = model.jnt_type[id] == mjJNT_SLIDE;
    joint.qpos = model.jnt_qposadr[id];
    joint.dof = model.jnt_dofadr[id];
    joint.actuator = actuator;

    const RobotProfile& profile = inputs.profile;
    const auto& urdf = inputs.description.limits;
    const auto described = urdf.find(joint.name);
    const std::optional<double> none;
    const bool limited = model.jnt_limited[id] != 0;
    joint.lower = chooseLimit(profile, joint.name, &LimitRule::lower,
                              limited ? std::optional(model.jnt_range[2 * id]) : none, -kInfinity);
    joint.upper = chooseLimit(profile, joint.name, &LimitRule::upper,
                              limited ? std::optional(model.jnt_range[2 * id + 1]) : none, kInfinity);
    // A profile narrows the model's range and never widens it.
    if (limited && joint.lower.value < model.jnt_range[2 * id]) {
        joint.lower = {.value = model.jnt_range[2 * id], .source = LimitSource::Description};
    }
    if (limited && joint.upper.value > model.jnt_range[2 * id + 1]) {
        joint.upper = {.value = model.jnt_range[2 * id + 1], .source = LimitSource::Description};
    }
    joint.velocity = chooseLimit(profile, joint.name, &LimitRule::velocity,
                                 described == urdf.end() ? none : described->second.velocity,
                                 joint.prismatic ? kDefaultSlideVelocity : kDefaultVelocity);
    joint.acceleration = chooseLimit(profile, joint.name, &LimitRule::acceleration, none,
                                     joint.prismatic ? kDefaultSlideAcceleration : kDefaultAcceleration);
    std::optional<double> effort;
    if (model.jnt_actfrclimited[id] != 0) effort = model.jnt_actfrcrange[2 * id + 1];
    if (const auto hint = hints.effort.find(joint.name); hint != hints.effort.end()) effort = hint->second;
    if (described != urdf.end() && described->second.effort) effort = described->second.effort;
    joint.effort = chooseLimit(profile, joint.name, &LimitRule::effort, effort, kInfinity);
    joint.contact = chooseLimit(profile, joint.name, &LimitRule::contact, none, kInfinity);

    if (const auto home = hints.home.find(joint.name); home != hints.home.end()) joint.rest = home->second;
    for (const JointValue& rest : profile.rest) {
        if (matches(rest.joint, joint.name)) joint.rest = rest.value;
    }
    joint.rest = std::clamp(joint.rest, joint.lower.value, std::max(joint.lower.value, joint.upper.value));
    return joint;
}

void setGains(mjModel& model, JointInfo& joint, const RobotProfile& profile, const JointHints& hints)
{
    // Without a word from anyone: a critically damped servo of about five hertz on the joint's own inertia.
    constexpr double kServoRate = 30;
    const double inertia = std::max(model.dof_M0[joint.dof], 1e-4);
    joint.kp = inertia * kServoRate * kServoRate;
    joint.kd = 2 * inertia * kServoRate;
    if (const auto own = hints.gains.find(joint.name); own != hints.gains.end()) {
        joint.kp = own->second.first;
        joint.kd = own->second.second;
    }
    for (const GainRule& rule : profile.gains) {
        if (!matches(rule.joints, joint.name)) continue;
        joint.kp = rule.kp;
        joint.kd = rule.kd;
    }
    mjtNum* gain = model.actuator_gainprm + static_cast<std::ptrdiff_t>(mjNGAIN) * joint.actuator;
    mjtNum* bias = model.actuator_biasprm + static_cast<std::ptrdiff_t>(mjNBIAS) * joint.actuator;
    gain[0] = joint.kp;
    bias[0] = 0;
    bias[1] = -joint.kp;
    bias[2] = -joint.kd;
    if (std::isfinite(joint.effort.value)) {
        model.actuator_forcelimited[joint.actuator] = 1;
        model.actuator_forcerange[2 * joint.actuator] = -joint.effort.value;
        model.actuator_forcerange[2 * joint.actuator + 1] = joint.effort.value;
    }
}

std::vector<BodyInfo> describeBodies(const mjModel& model, int root)
{
    std::vector<BodyInfo> bodies(static_cast<std::size_t>(model.nbody));
    for (int i = 0; i < model.nbody; ++i) {
        BodyInfo& body = bodies[static_cast<std::size_t>(i)];
        body.name = idName(model, mjOBJ_BODY, i);
        body.parent = model.body_parentid[i];
        body.isRobot = i > 0 && model.body_rootid[i] == root;
        for (int j = 0; j < model.body_jntnum[i]; ++j) {
            body.isFree = body.isFree || model.jnt_type[model.body_jntadr[i] + j] == mjJNT_FREE;
        }
    }
    return bodies;
}

Eigen::VectorXd restPosture(const mjModel& model, const std::vector<JointInfo>& joints)
{
    Eigen::VectorXd qpos = Eigen::Map<const Eigen::VectorXd>(model.qpos0, model.nq);
    for (const JointInfo& joint : joints) qpos[joint.qpos] = joint.rest;
    for (int i = 0; i < model.neq; ++i) {
        if (model.eq_type[i] != mjEQ_JOINT || model.eq_obj2id[i] < 0) continue;
        const int follower = model.jnt_qposadr[model.eq_obj1id[i]], leader = model.jnt_qposadr[model.eq_obj2id[i]];
        const mjtNum* c = model.eq_data + static_cast<std::ptrdiff_t>(mjNEQDATA) * i;
        const double x = qpos[leader] - model.qpos0[leader];
        qpos[follower] = model.qpos0[follower] + c[0] + x * (c[1] + x * (c[2] + x * (c[3] + x * c[4])));
    }
    return qpos;
}

Result<std::set<std::pair<int, int>>> robotContacts(const mjModel& model, const std::vector<BodyInfo>& bodies,
                                                    const Eigen::VectorXd& qpos)
{
    Result<MjDataPtr> data = makeMjData(model);
    if (!data) return tl::unexpected(data.error());
    std::set<std::pair<int, int>> pairs;
    const Result<void> done = guardMujoco([&] {
        mjData* d = data->get();
        std::copy(qpos.begin(), qpos.end(), d->qpos);
        mj_kinematics(&model, d);
        mj_comPos(&model, d);
        mj_collision(&model, d);
        for (int i = 0; i < d->ncon; ++i) {
            const int a = model.geom_bodyid[d->contact[i].geom[0]], b = model.geom_bodyid[d->contact[i].geom[1]];
            const bool isSelf =
                bodies[static_cast<std::size_t>(a)].isRobot && bodies[static_cast<std::size_t>(b)].isRobot;
            if (isSelf && d->contact[i].dist < 0) pairs.emplace(std::min(a, b), std::max(a, b));
        }
    });
    if (!done) return tl::unexpected(done.error());
    return pairs;
}

TriangleMesh meshOf(const mjModel& model, int geom)
{
    const mjtNum* size = model.geom_size + static_cast<std::ptrdiff_t>(3) * geom;
    switch (model.geom_type[geom]) {
    case mjGEOM_BOX:
        return boxMesh({size[0], size[1], size[2]});
    case mjGEOM_SPHERE:
        return ellipsoidMesh({size[0], size[0], size[0]});
    case mjGEOM_ELLIPSOID:
        return ellipsoidMesh({size[0], size[1], size[2]});
    case mjGEOM_CAPSULE:
        return capsuleMesh(size[0], size[1]);
    case mjGEOM_CYLINDER:
        return cylinderMesh(size[0], size[1]);
    case mjGEOM_MESH: {
        TriangleMesh mesh;
        const int id = model.geom_dataid[geom];
        const float* vertices = model.mesh_vert + static_cast<std::ptrdiff_t>(3) * model.mesh_vertadr[id];
        const int* faces = model.mesh_face + static_cast<std::ptrdiff_t>(3) * model.mesh_faceadr[id];
        for (int i = 0; i < model.mesh_vertnum[id]; ++i) mesh.vertices.emplace_back(vertices + 3 * i);
        mesh.indices.assign(faces, faces + static_cast<std::ptrdiff_t>(3) * model.mesh_facenum[id]);
        return mesh;
    }
    default:
        return {};
    }
}

}  // namespace

Result<BuiltModel> buildModel(const BuildInputs& inputs)
{
    BuiltModel built;
    AssetFiles files;
    if (const Result<void> added = files.add(inputs.description); !added) return tl::unexpected(added.error());
    Result<MjSpecPtr> parsed = parseDescription(inputs.description, inputs.trianglesPerLink);
    if (!parsed) return tl::unexpected(parsed.error());
    mjSpec* spec = parsed->get();
    MjSpecPtr sceneSpec;
    if (inputs.scene != nullptr) {
        if (const Result<void> added = files.add(*inputs.scene); !added) return tl::unexpected(added.error());
        Result<MjSpecPtr> scene = parseDescription(*inputs.scene, inputs.trianglesPerLink);
        if (!scene) return tl::unexpected(scene.error());
        sceneSpec = std::move(*scene);
    }

    JointHints hints;
    std::vector<std::string> names;
    std::string rootName, baseName;
    const Result<Result<void>> edited = guardMujoco([&]() -> Result<void> {
        addMimics(spec, inputs.description.mimics);
        hints = takeHints(spec);
        const Result<RobotTree> tree = findRobot(spec, inputs.profile);
        if (!tree) return tl::unexpected(tree.error());
        rootName = nameOf(tree->root->element);
        baseName = nameOf(tree->base->element);
        const Result<std::vector<std::string>> joints = controlledJoints(tree->root, hints);
        if (!joints) return tl::unexpected(joints.error());
        names = *joints;
        if (inputs.profile.gravityCompensation) {
            tree->root->gravcomp = 1;
            forEachIn(tree->root, mjOBJ_BODY, [](mjsElement* body) { mjs_asBody(body)->gravcomp = 1; });
            forEachIn(tree->root, mjOBJ_JOINT, [](mjsElement* joint) { mjs_asJoint(joint)->actgravcomp = 1; });
        }
        built.rootWasFixed = !holdBase(spec, *tree, inputs.profile);
        if (const Result<void> added = addCameras(spec, inputs.profile); !added) return added;
        if (sceneSpec) {
            if (const Result<void> added = addScene(spec, sceneSpec.get(), inputs.profile.scenePose); !added) {
                return added;
            }
        }
        addServos(spec, names);
        hideCollisionTwins(spec);
        spec->option.timestep = std::min(spec->option.timestep, kTimestep);
        spec->option.integrator = mjINT_IMPLICITFAST;
        spec->option.disableflags |= mjDSBL_AUTORESET;
        return {};
    });
    if (!edited) return tl::unexpected(edited.error());
    if (!*edited) return tl::unexpected(edited->error());

    const auto describe = [&]() -> Result<void> {
        Result<MjModelPtr> model = compile(spec, files, built.warnings);
        if (!model) return tl::unexpected(model.error());
        built.model = std::move(*model);
        mjModel& m = *built.model;
        built.joints.clear();
        for (const std::string& name : names) {
            const int actuator = mj_name2id(&m, mjOBJ_ACTUATOR, name.c_str());
            built.joints.push_back(describeJoint(m, actuator, inputs, hints));
            setGains(m, built.joints.back(), inputs.profile, hints);
        }
        built.bodies = describeBodies(m, mj_name2id(&m, mjOBJ_BODY, rootName.c_str()));
        built.base = mj_name2id(&m, mjOBJ_BODY, baseName.c_str());
        built.restQpos = restPosture(m, built.joints);
        return {};
    };
    if (const Result<void> described = describe(); !described) return tl::unexpected(described.error());
    const Result<std::set<std::pair<int, int>>> touching = robotContacts(*built.model, built.bodies, built.restQpos);
    if (!touching) return tl::unexpected(touching.error());
    if (!touching->empty()) {
        for (const auto& [a, b] : *touching) {
            built.touchingAtRest.emplace_back(idName(*built.model, mjOBJ_BODY, a), idName(*built.model, mjOBJ_BODY, b));
            mjsExclude* exclude = mjs_addExclude(spec);
            mjs_setString(exclude->bodyname1, built.touchingAtRest.back().first.c_str());
            mjs_setString(exclude->bodyname2, built.touchingAtRest.back().second.c_str());
        }
        built.warnings.clear();
        if (const Result<void> described = describe(); !described) return tl::unexpected(described.error());
    }
    return built;
}

std::vector<VisualMesh> visualsOf(const mjModel& model)
{
    std::vector<VisualMesh> visuals;
    constexpr int kVisibleGroups = 3;
    for (int i = 0; i < model.ngeom; ++i) {
        if (model.geom_group[i] >= kVisibleGroups) continue;
        const int material = model.geom_matid[i];
        const float* colour = material >= 0 ? model.mat_rgba + 4 * material : model.geom_rgba + 4 * i;
        if (colour[3] <= 0) continue;
        TriangleMesh mesh = meshOf(model, i);
        if (mesh.indices.empty()) continue;
        VisualMesh visual;
        visual.body = model.geom_bodyid[i];
        const mjtNum* p = model.geom_pos + 3 * i;
        const mjtNum* q = model.geom_quat + 4 * i;
        visual.pose = {.position = {p[0], p[1], p[2]}, .orientation = {q[0], q[1], q[2], q[3]}};
        std::copy_n(colour, 4, visual.colour.begin());
        visual.vertices = std::move(mesh.vertices);
        visual.triangles = std::move(mesh.indices);
        visuals.push_back(std::move(visual));
    }
    return visuals;
}

}  // namespace understudy
