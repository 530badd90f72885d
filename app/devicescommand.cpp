#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/devicefactory.h"
#include "app/interrupt.h"
#include "core/clock.h"
#include "xr/dynamixel/simulatedservos.h"
#include "xr/network/networkdevice.h"
#include "xr/rig/rig.h"
#include "xr/standins/suitstandin.h"

namespace understudy {
namespace {

constexpr double kLookSeconds = 2;

std::string_view nameOf(SourceState state)
{
    static constexpr std::array<std::string_view, 5> kNames{"stopped", "connecting", "running", "silent", "lost"};
    return kNames[static_cast<std::size_t>(state)];
}

nlohmann::json documentOf(const DeviceSource& device, Timestamp now)
{
    const SourceHealth health = device.health();
    nlohmann::json document{{"name", device.info().name},
                            {"kind", device.info().kind},
                            {"serial", device.info().serial},
                            {"state", nameOf(health.state)},
                            {"samples", health.samples},
                            {"rate_hz", health.rateHz},
                            {"age_ms", nullptr},
                            {"clock_offset_us", health.clockOffsetUs},
                            {"clock_uncertainty_us", health.clockUncertaintyUs},
                            {"joints", device.info().jointNames},
                            {"problem", health.problem}};
    if (health.lastArrival != 0) document["age_ms"] = static_cast<double>(now - health.lastArrival) / kMillisecond;
    if (const auto* network = dynamic_cast<const NetworkDevice*>(&device)) {
        const NetworkCounters counters = network->counters();
        document["port"] = network->port();
        document["packets"] = {{"paired", counters.packets},      {"strangers", counters.strangers},
                               {"oversized", counters.oversized}, {"flooded", counters.flooded},
                               {"broken", counters.broken},       {"ignored", counters.ignored},
                               {"stale", counters.stale}};
        document["strangers"] = nlohmann::json::array();
        for (const Stranger& stranger : network->strangers())
            document["strangers"].push_back({{"address", stranger.address}, {"packets", stranger.packets}});
    }
    return document;
}

void say(const Output& output, const nlohmann::json& device)
{
    output.say(fmt::format("{:<16} {:<10} {:<10} {:7.1f} Hz   clock {:+.0f} us (uncertain by {:.0f} us)",
                           device["name"].get<std::string>(), device["kind"].get<std::string>(),
                           device["state"].get<std::string>(), device["rate_hz"].get<double>(),
                           device["clock_offset_us"].get<double>(), device["clock_uncertainty_us"].get<double>()));
    if (const std::string problem = device["problem"]; !problem.empty()) output.say("    " + problem);
    if (!device.contains("strangers")) return;
    for (const nlohmann::json& stranger : device["strangers"])
        output.say(fmt::format("    {} sent {} packets and is not paired: sender = \"{}\"",
                               stranger["address"].get<std::string>(), stranger["packets"].get<std::uint64_t>(),
                               stranger["address"].get<std::string>()));
}

void wait(double seconds, const InterruptGuard& interrupt)
{
    const SteadyClock clock;
    const Timestamp until = clock.now() + fromSeconds(seconds);
    while (!interrupt.interrupted() && clock.now() < until) std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

int simulate(const Output& output, const DevicesOptions& options)
{
    const InterruptGuard interrupt;
    std::unique_ptr<SimulatedServos> servos;
    std::unique_ptr<SuitStandIn> suit;
    std::string where;
    if (options.simulate == "dynamixel") {
        where = options.port.empty() ? "/tmp/understudy-leader" : options.port;
        auto started = SimulatedServos::start({.link = where});
        if (!started) return output.failed(started.error());
        servos = std::move(*started);
    } else if (const auto kind = suitKindOf(options.simulate)) {
        int port = defaultPort(*kind);
        if (!options.port.empty()) port = std::atoi(options.port.c_str());
        if (port < 1 || port > 65535) {
            (void)output.failed({fmt::format("\"{}\" is no UDP port; it is a number from 1 to 65535", options.port)});
            return kWrongUsage;
        }
        auto started = SuitStandIn::start({.kind = *kind, .port = static_cast<std::uint16_t>(port)});
        if (!started) return output.failed(started.error());
        suit = std::move(*started);
        where = fmt::format("127.0.0.1:{}", port);
    } else {
        std::string known;
        for (const SuitKind each : kSuitKinds) known += std::string(nameOf(each)) + ", ";
        (void)output.failed(
            {fmt::format("there is no stand-in of kind \"{}\"; these are: {}dynamixel", options.simulate, known)});
        return kWrongUsage;
    }
    output.say(fmt::format("simulating {} at {}; Ctrl+C ends it", options.simulate, where));
    wait(options.seconds.value_or(86400.0 * 365), interrupt);
    const std::uint64_t sent = suit ? suit->sent() : servos->answers();
    output.say(fmt::format("sent {} packets", sent));
    output.document({{"simulated", options.simulate}, {"at", where}, {"packets", sent}});
    return kDone;
}

/// Everybody whom the station names or, without a station, a listener for each protocol's own port.
Result<std::vector<std::unique_ptr<DeviceSource>>> openDevices(const DevicesOptions& options)
{
    std::vector<StationDevice> wanted;
    if (options.station.empty()) {
        for (const SuitKind kind : kSuitKinds) {
            StationDevice device;
            device.name = device.kind = std::string(nameOf(kind));
            device.listen = "any";
            device.joints = {"any"};
            wanted.push_back(device);
        }
    } else {
        Result<Station> station = loadStation(options.station);
        if (!station) return tl::unexpected(station.error());
        wanted = station->rig;
    }
    std::vector<std::unique_ptr<DeviceSource>> devices;
    for (const StationDevice& each : wanted) {
        auto device = makeDevice(each);
        if (!device) return tl::unexpected(device.error());
        devices.push_back(std::move(*device));
    }
    return devices;
}

}  // namespace

int runDevices(const CommandContext& context, const DevicesOptions& options)
{
    const Output& output = context.output;
    if (!options.simulate.empty()) return simulate(output, options);
    auto devices = openDevices(options);
    if (!devices) return output.failed(devices.error());
    const InterruptGuard interrupt;
    NullSink sink;
    std::vector<std::string> refused(devices->size());
    for (std::size_t i = 0; i < devices->size(); ++i)
        if (const auto started = (*devices)[i]->start(sink); !started) refused[i] = started.error().message;
    wait(options.seconds.value_or(kLookSeconds), interrupt);
    nlohmann::json found = nlohmann::json::array();
    const Timestamp now = SteadyClock().now();
    for (std::size_t i = 0; i < devices->size(); ++i) {
        nlohmann::json document = documentOf(*(*devices)[i], now);
        if (!refused[i].empty()) document["problem"] = refused[i];
        // Without a station only those whom somebody sends to.
        const bool heard = document.contains("strangers") && !document["strangers"].empty();
        if (options.station.empty() && !heard) continue;
        if (options.station.empty()) document["state"] = "unpaired";
        say(output, document);
        found.push_back(std::move(document));
    }
    for (const auto& device : *devices) device->stop();
    if (found.empty())
        output.say("Nothing sends to this machine on the ports of the known devices; a station file names others.");
    output.document({{"devices", std::move(found)}});
    return kDone;
}

}  // namespace understudy
