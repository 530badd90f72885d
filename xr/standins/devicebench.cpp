#include "xr/standins/devicebench.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include <fmt/format.h>

#include "xr/dynamixel/leaderarm.h"
#include "xr/dynamixel/simulatedservos.h"
#include "xr/network/networkdevice.h"
#include "xr/rig/rig.h"
#include "xr/standins/suitstandin.h"

namespace understudy {
namespace {

constexpr std::uint32_t kFrames = 400;
constexpr double kParseSeconds = 0.4;

std::vector<std::string> standInJoints() { return {kStandInJoints.begin(), kStandInJoints.end()}; }

Result<std::unique_ptr<NetworkDevice>> makeSuit(SuitKind kind, double rateHz)
{
    auto parser = makeParser(kind, {.jointNames = standInJoints(), .rateHz = rateHz});
    if (!parser) return tl::unexpected(parser.error());
    const std::string name(nameOf(kind));
    return std::make_unique<NetworkDevice>(
        NetworkOptions{.name = name, .kind = name, .sender = "127.0.0.1", .rateHz = rateHz}, std::move(*parser));
}

Result<double> parseRate(SuitKind kind)
{
    auto parser = makeParser(kind, {.jointNames = standInJoints()});
    if (!parser) return tl::unexpected(parser.error());
    OperatorSample sample;
    sample.joints = Eigen::VectorXd::Zero(static_cast<Eigen::Index>((*parser)->jointNames().size()));
    std::vector<std::vector<std::vector<std::byte>>> frames;
    for (std::uint32_t frame = 0; frame < 64; ++frame)
        frames.push_back(suitPackets(kind, swayingPose(frame / 60.0), frame / 60.0, frame, 60));
    const SteadyClock clock;
    const Timestamp start = clock.now();
    std::uint64_t read = 0;
    while (clock.now() - start < fromSeconds(kParseSeconds)) {
        for (const auto& packets : frames)
            for (const auto& packet : packets) (void)(*parser)->parse(packet, start, sample);
        read += frames.size();
    }
    return static_cast<double>(read) / toSeconds(clock.now() - start);
}

Result<void> measureLatency(SuitKind kind, ProtocolCost& cost)
{
    const SteadyClock clock;
    auto device = makeSuit(kind, 500);
    if (!device) return tl::unexpected(device.error());
    Latest<OperatorSample>& reader = (*device)->samples().addReader();
    NullSink sink;
    if (auto started = (*device)->start(sink); !started) return started;
    const auto sender = UdpSender::open("127.0.0.1", "127.0.0.1", (*device)->port());
    if (!sender) return tl::unexpected(sender.error());
    std::vector<double> microseconds;
    std::uint64_t last = 0;
    for (std::uint32_t frame = 0; frame < kFrames; ++frame) {
        const auto packets = suitPackets(kind, swayingPose(frame / 500.0), 1 + frame / 500.0, frame, 500);
        for (std::size_t i = 0; i + 1 < packets.size(); ++i) (void)sender->send(packets[i]);
        const Timestamp sent = clock.now();
        (void)sender->send(packets.back());
        while (clock.now() - sent < 20 * kMillisecond) {
            const OperatorSample* sample = reader.read();
            if (sample == nullptr || sample->sequence == last) continue;
            last = sample->sequence;
            microseconds.push_back(static_cast<double>(clock.now() - sent) / kMicrosecond);
            break;
        }
        std::this_thread::sleep_until(std::chrono::steady_clock::now() + std::chrono::milliseconds(2));
    }
    (*device)->stop();
    if (microseconds.size() < kFrames / 2)
        return fail(
            fmt::format("of {} packets of {} only {} arrived on loopback", kFrames, nameOf(kind), microseconds.size()));
    std::ranges::sort(microseconds);
    cost.p50Us = microseconds[microseconds.size() / 2];
    cost.p99Us = microseconds[microseconds.size() * 99 / 100];
    return {};
}

Duration processTime()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto of = [](const timeval& time) { return time.tv_sec * kSecond + time.tv_usec * kMicrosecond; };
    return of(usage.ru_utime) + of(usage.ru_stime);
}

}  // namespace

Result<std::vector<ProtocolCost>> measureProtocols()
{
    std::vector<ProtocolCost> costs;
    for (const SuitKind kind : kSuitKinds) {
        ProtocolCost cost{.kind = std::string(nameOf(kind))};
        for (const auto& packet : suitPackets(kind, swayingPose(1), 1, 1, 60)) cost.packetBytes += packet.size();
        const Result<double> rate = parseRate(kind);
        if (!rate) return tl::unexpected(rate.error());
        cost.packetsPerSecond = *rate;
        if (const auto measured = measureLatency(kind, cost); !measured) return tl::unexpected(measured.error());
        costs.push_back(std::move(cost));
    }
    return costs;
}

Result<RigCost> measureRig(double seconds)
{
    const std::string link =
        fmt::format("{}/understudy-bench-{}", std::filesystem::temp_directory_path().string(), getpid());
    auto servos = SimulatedServos::start({.link = link});
    if (!servos) return tl::unexpected(servos.error());
    RigOptions options;
    std::vector<std::pair<SuitKind, NetworkDevice*>> suits;
    for (const SuitKind kind : {SuitKind::Xsens, SuitKind::Rokoko, SuitKind::Joints}) {
        auto suit = makeSuit(kind, defaultRateHz(kind));
        if (!suit) return tl::unexpected(suit.error());
        suits.emplace_back(kind, suit->get());
        options.devices.push_back({.device = std::move(*suit), .smoothing = {}});
    }
    LeaderArmOptions arm{.name = "leader", .port = link};
    for (int i = 0; i < 7; ++i)
        arm.joints.push_back({.name = fmt::format("joint_{}", i), .id = static_cast<std::uint8_t>(i + 1)});
    options.devices.push_back({.device = std::make_unique<LeaderArm>(arm)});
    auto rig = Rig::create(std::move(options));
    if (!rig) return tl::unexpected(rig.error());
    NullSink sink;
    if (auto started = (*rig)->start(sink); !started) return tl::unexpected(started.error());
    std::vector<std::unique_ptr<SuitStandIn>> people;
    for (const auto& [kind, device] : suits) {
        auto person = SuitStandIn::start({.kind = kind, .port = device->port()});
        if (!person) return tl::unexpected(person.error());
        people.push_back(std::move(*person));
    }
    std::this_thread::sleep_for(std::chrono::seconds(1));
    const auto others = [&] {
        Duration total = (*servos)->cpuTime();
        for (const auto& person : people) total += person->cpuTime();
        return total;
    };
    const SteadyClock clock;
    const Timestamp start = clock.now();
    const Duration before = processTime() - others();
    const std::uint64_t samples = (*rig)->health().samples;
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    const double elapsed = toSeconds(clock.now() - start);
    return RigCost{.coreShare = toSeconds(processTime() - others() - before) / elapsed,
                   .rateHz = static_cast<double>((*rig)->health().samples - samples) / elapsed};
}

}  // namespace understudy
