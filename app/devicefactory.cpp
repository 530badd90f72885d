#include "app/devicefactory.h"

#include <algorithm>
#include <numbers>

#include <fmt/format.h>

#include "app/shipped.h"
#include "xr/dynamixel/leaderarm.h"
#include "xr/motionplayer.h"
#include "xr/network/networkdevice.h"
#include "xr/openxr/openxrsource.h"
#include "xr/rig/rig.h"
#include "xr/suits/suitkind.h"

namespace understudy {
namespace {

Result<std::unique_ptr<DeviceSource>> makeMotion(const StationDevice& device, const DeviceChoices& choices)
{
    const Result<std::filesystem::path> file = findMotion(device.motion);
    if (!file) return tl::unexpected(file.error());
    Result<BvhMotion> motion = BvhMotion::load(*file);
    if (!motion) return tl::unexpected(motion.error());
    Result<MotionScript> script = MotionScript::beside(*file);
    if (!script) return tl::unexpected(script.error());
    if (choices.releaseEachPass)
        for (ButtonHold& hold : script->buttons)
            if (hold.button == Button::HoldToDrive && !hold.release) hold.release = motion->duration();
    MotionPlayerOptions options;
    options.name = device.name;
    return std::make_unique<MotionPlayer>(std::move(*motion), std::move(*script), options);
}

Result<std::unique_ptr<DeviceSource>> makeLeaderArm(const StationDevice& device)
{
    if (device.serialPort.empty())
        return fail(fmt::format("the device {} needs a serial_port, e.g. \"/dev/serial/by-id/…\"", device.name));
    LeaderArmOptions options{
        .name = device.name, .port = device.serialPort, .baud = device.baud, .rateHz = device.rateHz.value_or(100)};
    for (const StationJoint& joint : device.servos) {
        LeaderJoint made{.name = joint.name, .id = static_cast<std::uint8_t>(joint.id)};
        made.calibration.sign = joint.sign;
        made.calibration.zero = joint.zero;
        if (joint.lowest) made.calibration.lowest = *joint.lowest;
        if (joint.highest) made.calibration.highest = *joint.highest;
        if (joint.open && joint.closed)
            made.calibration.range = JointCalibration::Range{.open = *joint.open, .closed = *joint.closed};
        options.joints.push_back(std::move(made));
    }
    return std::make_unique<LeaderArm>(std::move(options));
}

Result<std::unique_ptr<DeviceSource>> makeSuit(SuitKind kind, const StationDevice& device)
{
    const double rate = device.rateHz.value_or(defaultRateHz(kind));
    auto parser = makeParser(
        kind, {.id = device.id, .jointNames = device.joints, .jointAngles = device.jointAngles, .rateHz = rate});
    if (!parser) return fail(fmt::format("the device {}: {}", device.name, parser.error().message));
    return std::make_unique<NetworkDevice>(
        NetworkOptions{.name = device.name,
                       .kind = device.kind,
                       .serial = device.id,
                       .interface = device.listen,
                       .port = static_cast<std::uint16_t>(device.port.value_or(defaultPort(kind))),
                       .sender = device.sender,
                       .rateHz = rate,
                       .maxPacketBytes = longestPacket(kind)},
        std::move(*parser));
}

bool isSmoothed(const StationDevice& device)
{
    return device.smoothing == "all" || (device.smoothing == "auto" && suitKindOf(device.kind));
}

}  // namespace

Result<std::unique_ptr<DeviceSource>> makeDevice(const StationDevice& device, const DeviceChoices& choices)
{
    if (device.kind == "motion") return makeMotion(device, choices);
    if (device.kind == "dynamixel") return makeLeaderArm(device);
    if (device.kind == "openxr")
        return std::make_unique<OpenXrSource>(
            OpenXrOptions{.name = device.name, .rateHz = device.rateHz.value_or(OpenXrOptions{}.rateHz)});
    if (const auto suit = suitKindOf(device.kind)) return makeSuit(*suit, device);
    std::string known;
    for (const std::string& kind : deviceKinds()) known += (known.empty() ? "" : ", ") + kind;
    return fail(fmt::format("there is no device of kind \"{}\"; these are: {}", device.kind, known));
}

Result<std::unique_ptr<DeviceSource>> makeOperator(const Station& station, const DeviceChoices& choices)
{
    const StationDevice& first = station.rig.front();
    if (station.rig.size() == 1 && !isSmoothed(first) && first.offset == StationDevice{}.offset && first.yawDeg == 0)
        return makeDevice(first, choices);
    RigOptions options;
    for (const StationDevice& device : station.rig) {
        auto made = makeDevice(device, choices);
        if (!made) return tl::unexpected(made.error());
        RigDevice member{.device = std::move(*made),
                         .smoothing = isSmoothed(device) ? SmootherOptions{} : kNoSmoothing,
                         .spare = device.spare};
        member.offset.position = Eigen::Vector3d(device.offset[0], device.offset[1], device.offset[2]);
        member.offset.orientation = Eigen::AngleAxisd(device.yawDeg * std::numbers::pi / 180, Eigen::Vector3d::UnitZ());
        options.devices.push_back(std::move(member));
    }
    // "rig" may be the name of a device, too.
    while (std::ranges::any_of(station.rig, [&](const StationDevice& device) { return device.name == options.name; }))
        options.name += "_fused";
    for (const RigPart part : kRigParts)
        if (const auto sources = station.rigSources.find(std::string(nameOf(part)));
            sources != station.rigSources.end())
            options.sources[indexOf(part)] = sources->second;
    auto rig = Rig::create(std::move(options));
    if (!rig) return tl::unexpected(rig.error());
    return std::unique_ptr<DeviceSource>(std::move(*rig));
}

std::vector<DeviceInfo> devicesBehind(const DeviceSource& device, const Station& station)
{
    const DeviceInfo& info = device.info();
    std::vector<DeviceInfo> devices{info};
    if (info.kind != "rig") return devices;
    for (const StationDevice& each : station.rig)
        devices.push_back(
            {.name = each.name,
             .kind = each.kind,
             .serial = each.serialPort.empty() ? each.sender : each.serialPort,
             .rateHz = each.rateHz.value_or(suitKindOf(each.kind) ? defaultRateHz(*suitKindOf(each.kind)) : 0)});
    return devices;
}

}  // namespace understudy
