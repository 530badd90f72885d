#include <array>
#include <cmath>
#include <cstdint>
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
                           {"followable_orientation_rad", asJson(target.followableOrientation)},
                           {"reachable_position_m", asJson(target.reachablePosition)},
                           {"reachable_orientation_rad", asJson(target.reachableOrientation)},
                           {"clear_position_m", asJson(target.clearPosition)},
                           {"clear_orientation_rad", asJson(target.clearOrientation)}});
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
            {"reachable_steps", report.reachableSteps},
            {"clear_steps", report.clearSteps},
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

enum class Detail : std::uint8_t { All, WithoutLimits };

void say(const Output& output, const RetargetReport& report, Detail detail = Detail::All)
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
    const auto nearest = [&](std::string_view what, std::uint64_t steps, auto position, auto orientation) {
        line(fmt::format(
            "  beside the nearest pose {}, over the {:.0f} % of steps in which it moves within the limits:", what,
            100.0 * static_cast<double>(steps) / static_cast<double>(report.steps)));
        for (const TargetTracking& target : report.targets)
            line(fmt::format("    {:<22} {:6.1f} mm (p95 {:.1f}), {:5.2f} deg (p95 {:.2f})", target.body,
                             (target.*position).mean * 1000, (target.*position).p95 * 1000,
                             (target.*orientation).mean * kDegrees, (target.*orientation).p95 * kDegrees));
    };
    nearest("the joints' ranges allow", report.reachableSteps, &TargetTracking::reachablePosition,
            &TargetTracking::reachableOrientation);
    nearest("that also keeps bodies apart", report.clearSteps, &TargetTracking::clearPosition,
            &TargetTracking::clearOrientation);
    for (const JointLimitUse& limit : detail == Detail::All ? report.limits : std::vector<JointLimitUse>{})
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
    // The same motion again on joints as slow as other people's limits.
    constexpr std::array<LimitCeiling, 2> kSlower{
        {{.velocity = 2 * std::numbers::pi, .acceleration = 7 * std::numbers::pi},
         {.velocity = 3, .acceleration = 15}}};
    for (const LimitCeiling& ceiling : kSlower) {
        TeleopOptions options;
        options.ceiling = ceiling;
        const Result<RetargetReport> slower = retarget(*robot, samplesOf(*motion), options);
        if (!slower) return output.failed(slower.error());
        output.say(fmt::format("again with no joint faster than {:.2f} /s and {:.2f} /s2:", ceiling.velocity,
                               ceiling.acceleration));
        say(output, *slower, Detail::WithoutLimits);
        nlohmann::json part = documentOf(*slower, motion->name());
        part.erase("limits");
        part["velocity"] = ceiling.velocity;
        part["acceleration"] = ceiling.acceleration;
        document["slower"].push_back(std::move(part));
    }
    output.document(document);
    return kDone;
}

}  // namespace understudy
