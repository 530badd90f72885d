#include <cmath>
#include <numbers>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/shipped.h"
#include "robots/teleop/retargetreport.h"
#include "xr/bvhmotion.h"

namespace understudy {
namespace {

std::vector<OperatorSample> samplesOf(const BvhMotion& motion)
{
    std::vector<OperatorSample> samples;
    samples.reserve(static_cast<std::size_t>(motion.frameCount()));
    for (int frame = 0; frame < motion.frameCount(); ++frame) {
        const double seconds = frame / motion.rate();
        OperatorSample sample = motion.sampleAt(seconds);
        sample.stamps.capture = sample.stamps.arrival = static_cast<Timestamp>(std::llround(seconds * 1e9));
        sample.sequence = static_cast<std::uint64_t>(frame);
        samples.push_back(sample);
    }
    return samples;
}

nlohmann::json asJson(const ErrorSummary& error) { return {{"mean", error.mean}, {"p95", error.p95}}; }

nlohmann::json asJson(const std::vector<std::pair<std::string, std::string>>& pairs)
{
    nlohmann::json list = nlohmann::json::array();
    for (const auto& [one, other] : pairs) list.push_back({one, other});
    return list;
}

nlohmann::json documentOf(const RetargetReport& report, const std::string& motion)
{
    nlohmann::json targets = nlohmann::json::array();
    for (const TargetTracking& target : report.targets)
        targets.push_back({{"body", target.body},
                           {"steps", target.steps},
                           {"position_m", asJson(target.position)},
                           {"orientation_rad", asJson(target.orientation)},
                           {"followable_position_m", asJson(target.followablePosition)},
                           {"followable_orientation_rad", asJson(target.followableOrientation)}});
    nlohmann::json limits = nlohmann::json::array();
    for (const JointLimitUse& limit : report.limits)
        limits.push_back({{"joint", limit.joint},
                          {"velocity", limit.velocity},
                          {"acceleration", limit.acceleration},
                          {"source", std::string(nameOf(limit.velocitySource))},
                          {"acceleration_source", std::string(nameOf(limit.accelerationSource))}});
    return {{"robot", report.robot},
            {"motion", motion},
            {"steps", report.steps},
            {"held_steps", report.heldSteps},
            {"followable_steps", report.followableSteps},
            {"targets", std::move(targets)},
            {"limits", std::move(limits)},
            {"joint_limit_violations", report.jointLimitViolations},
            {"velocity_limit_violations", report.velocityLimitViolations},
            {"acceleration_limit_violations", report.accelerationLimitViolations},
            {"self_collision_steps", report.selfCollisionSteps},
            {"colliding", asJson(report.colliding)},
            {"touching_at_rest", asJson(report.touchingAtRest)},
            {"solve_us", {{"p50", report.solveP50Us}, {"p99", report.solveP99Us}}}};
}

void say(const Output& output, const RetargetReport& report)
{
    const auto line = [&](const std::string& text) { output.say(text); };
    constexpr double kDegrees = 180 / std::numbers::pi;
    line(fmt::format("{}: {} steps, {} held, {} within the joints' limits", report.robot, report.steps,
                     report.heldSteps, report.followableSteps));
    for (const TargetTracking& target : report.targets)
        line(fmt::format("  {:<24} {:6.1f} mm (p95 {:.1f}), {:5.2f} deg (p95 {:.2f}); where the limits allow {:.1f} mm "
                         "(p95 {:.1f}), {:.2f} deg (p95 {:.2f})",
                         target.body, target.position.mean * 1000, target.position.p95 * 1000,
                         target.orientation.mean * kDegrees, target.orientation.p95 * kDegrees,
                         target.followablePosition.mean * 1000, target.followablePosition.p95 * 1000,
                         target.followableOrientation.mean * kDegrees, target.followableOrientation.p95 * kDegrees));
    for (const JointLimitUse& limit : report.limits)
        line(fmt::format("  {:<32} {:6.2f} /s ({}), {:7.2f} /s2 ({})", limit.joint, limit.velocity,
                         nameOf(limit.velocitySource), limit.acceleration, nameOf(limit.accelerationSource)));
    line(fmt::format("  limits broken: position {}, velocity {}, acceleration {}; {} steps in self-collision",
                     report.jointLimitViolations, report.velocityLimitViolations, report.accelerationLimitViolations,
                     report.selfCollisionSteps));
    for (const auto& [one, other] : report.colliding) line(fmt::format("  met: {} and {}", one, other));
    line(fmt::format("  solved in {:.1f} us (p99 {:.1f} us)", report.solveP50Us, report.solveP99Us));
}

}  // namespace

int runRetarget(const CommandContext& context)
{
    const Output& output = context.output;
    const Result<Station> station = stationOf(context, {});
    if (!station) return output.failed(station.error());
    const Result<std::filesystem::path> robotFile = findRobot(station->robotModel);
    if (!robotFile) return output.failed(robotFile.error());
    std::optional<std::filesystem::path> profile;
    if (!station->robotProfile.empty()) profile = station->robotProfile;
    const Result<RobotModel> robot = RobotModel::load(*robotFile, profile);
    if (!robot) return output.failed(robot.error());
    if (!robot->teleoperationGap().empty()) return output.failed({robot->teleoperationGap()});
    const Result<std::filesystem::path> motionFile = findMotion(context.motion);
    if (!motionFile) return output.failed(motionFile.error());
    const Result<BvhMotion> motion = BvhMotion::load(*motionFile);
    if (!motion) return output.failed(motion.error());

    output.progress(fmt::format("{}: {:.1f} s of motion on {}", motion->name(), motion->duration(), robot->name()));
    const Result<RetargetReport> report = retarget(*robot, samplesOf(*motion));
    if (!report) return output.failed(report.error());
    if (!robot->proposal().empty()) output.say(robot->warnings().back());
    say(output, *report);
    nlohmann::json document = documentOf(*report, motion->name());
    document["profile"] = robot->proposal().empty() ? robot->profile().source.string() : "proposed";
    document["waist_joints"] = robot->profile().waistJoints.size();
    document["arm_joints"] = nlohmann::json::array();
    for (const auto& arm : robot->profile().arms)
        if (arm) document["arm_joints"].push_back(arm->joints.size());
    output.document(document);
    return kDone;
}

}  // namespace understudy
