#include "robots/model/armreach.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <fmt/format.h>

#include "robots/model/kinematics.h"

namespace understudy {

namespace {

constexpr int kPostures = 300;
constexpr int kRefinements = 600;

struct Range {
    int joint = 0;
    double lower = 0;
    double upper = 0;
};

/// Uniform in [0, 1), the same on every platform.
double uniform(std::mt19937_64& random) { return static_cast<double>(random() >> 11) * 0x1.0p-53; }

double farthest(Kinematics& kinematics, int from, int to, const Eigen::VectorXd& rest, const std::vector<Range>& ranges)
{
    std::mt19937_64 random(1);
    const auto distance = [&](const Eigen::VectorXd& joints) {
        kinematics.update(joints);
        return (kinematics.pose(to).position - kinematics.pose(from).position).norm();
    };
    Eigen::VectorXd best = rest;
    double longest = distance(best);
    Eigen::VectorXd joints = rest;
    for (int i = 0; i < kPostures; ++i) {
        for (const Range& range : ranges) {
            joints[range.joint] = range.lower + uniform(random) * (range.upper - range.lower);
        }
        if (const double found = distance(joints); found > longest) {
            longest = found;
            best = joints;
        }
    }
    for (int i = 0; i < kRefinements; ++i) {
        const double width = 0.5 * std::exp(-6.0 * i / kRefinements);
        joints = best;
        for (const Range& range : ranges) {
            const double moved = joints[range.joint] + width * (2.0 * uniform(random) - 1.0);
            joints[range.joint] = std::clamp(moved, range.lower, range.upper);
        }
        if (const double found = distance(joints); found > longest) {
            longest = found;
            best = joints;
        }
    }
    return longest;
}

}  // namespace

Result<ArmReach> measureArm(const RobotModel& model, const ArmProfile& arm)
{
    std::vector<Range> ranges;
    for (const std::string& name : arm.joints) {
        const auto index = model.jointIndex(name);
        if (!index)
            return fail(fmt::format("{} has no joint {}, which its profile gives to an arm.", model.name(), name));
        const JointInfo& joint = model.joints()[static_cast<std::size_t>(*index)];
        const double widest = joint.prismatic ? 1.0 : M_PI;
        ranges.push_back({.joint = *index,
                          .lower = std::max(joint.lower.value, -widest),
                          .upper = std::min(joint.upper.value, widest)});
    }
    if (ranges.empty()) return fail(fmt::format("An arm of {} has no joints in its profile.", model.name()));
    const std::string shoulder =
        arm.shoulder.empty() ? model.joints()[static_cast<std::size_t>(ranges.front().joint)].body : arm.shoulder;
    std::vector<BodyFrame> frames{{.body = shoulder}, arm.wrist};
    if (!arm.elbow.empty()) frames.push_back({.body = arm.elbow});
    Result<Kinematics> kinematics = Kinematics::create(model, {}, frames);
    if (!kinematics) return tl::unexpected(kinematics.error());

    Eigen::VectorXd rest(static_cast<Eigen::Index>(model.joints().size()));
    for (Eigen::Index i = 0; i < rest.size(); ++i) rest[i] = model.joints()[static_cast<std::size_t>(i)].rest;
    kinematics->update(rest);
    ArmReach measured;
    measured.shoulder = kinematics->pose(0).position;
    measured.reach = farthest(*kinematics, 0, 1, rest, ranges);
    if (!arm.elbow.empty()) measured.upperArm = farthest(*kinematics, 0, 2, rest, ranges);
    if (!(measured.reach > 0.01)) {
        return fail(
            fmt::format("The wrist of an arm of {} lies in its shoulder; check the profile's bodies.", model.name()));
    }
    return measured;
}

}  // namespace understudy
