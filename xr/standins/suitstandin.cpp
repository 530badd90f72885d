#include "xr/standins/suitstandin.h"

#include <pthread.h>
#include <time.h>

#include <cmath>
#include <numbers>

#include "xr/suits/jointstream.h"
#include "xr/suits/mocopi.h"
#include "xr/suits/noitom.h"
#include "xr/suits/rokoko.h"
#include "xr/suits/vmc.h"
#include "xr/suits/xsens.h"
#include "xr/waituntil.h"

namespace understudy {
namespace {

using Eigen::AngleAxisd;
using Eigen::Quaterniond;
using Eigen::Vector3d;
using enum BodyJoint;

constexpr double kClockAtStart = 100;  // s, so that no stand-in begins at zero

/// Turns a joint, and everything that hangs on it, about its own position.
void turn(OperatorPose& pose, BodyJoint joint, const Quaterniond& rotation)
{
    const Vector3d centre = pose.at(joint).pose.position;
    const auto move = [&](TrackedPose& each) {
        each.pose.position = centre + rotation * (each.pose.position - centre);
        each.pose.orientation = (rotation * each.pose.orientation).normalized();
    };
    const auto hangsOn = [&](int which) {
        while (which > indexOf(joint)) which = kBodyParents[static_cast<std::size_t>(which)];
        return which == indexOf(joint);
    };
    for (int i = 0; i < kBodyJointCount; ++i)
        if (hangsOn(i)) move(pose.body[static_cast<std::size_t>(i)]);
    for (const Side side : kSides)
        if (hangsOn(indexOf(side == Side::Left ? LeftWrist : RightWrist)))
            for (TrackedPose& each : pose.hands[static_cast<std::size_t>(indexOf(side))]) move(each);
}

double elbowAngle(double seconds) { return 0.6 * (1 - std::cos(0.9 * seconds)); }

}  // namespace

OperatorPose swayingPose(double seconds)
{
    OperatorPose pose = standingPose();
    const double sway = 0.15 * std::sin(0.7 * seconds);
    const double raise = 0.5 * (1 - std::cos(1.3 * seconds));
    turn(pose, LeftElbow, Quaterniond(AngleAxisd(-elbowAngle(seconds), Vector3d::UnitZ())));
    turn(pose, RightElbow, Quaterniond(AngleAxisd(elbowAngle(seconds), Vector3d::UnitZ())));
    turn(pose, LeftShoulder, Quaterniond(AngleAxisd(-raise, Vector3d::UnitX())));
    turn(pose, RightShoulder, Quaterniond(AngleAxisd(raise, Vector3d::UnitX())));
    turn(pose, Head, Quaterniond(AngleAxisd(-2 * sway, Vector3d::UnitZ())));
    turn(pose, Spine1, Quaterniond(AngleAxisd(sway, Vector3d::UnitZ())));
    return pose;
}

std::vector<std::vector<std::byte>> suitPackets(SuitKind kind, const OperatorPose& pose, double seconds,
                                                std::uint32_t frame, double rateHz)
{
    switch (kind) {
    case SuitKind::Xsens: {
        const std::vector<XsensSegment> segments = operatorToXsens(pose);
        const XsensHeader header{.sample = frame,
                                 .datagram = 0x80,
                                 .timeCode = static_cast<std::uint32_t>(std::llround(seconds * 1000)),
                                 .bodySegments = 23,
                                 .fingerSegments = static_cast<std::uint8_t>(segments.size() - 23)};
        return {writeXsensPose(header, segments)};
    }
    case SuitKind::Rokoko: {
        RokokoFrame rokoko = operatorToRokoko(pose);
        rokoko.timestamp = seconds;
        rokoko.fps = rateHz;
        return {compressLz4(writeRokoko(rokoko, "stand-in"))};
    }
    case SuitKind::Vmc:
        return writeVmc(operatorToVmc(pose), seconds);
    case SuitKind::Mocopi: {
        MocopiPacket packet = operatorToMocopi(pose);
        packet.frame = frame;
        packet.unixTime = seconds;
        return {writeMocopi(packet)};
    }
    case SuitKind::Noitom: {
        NoitomFrame noitom = operatorToNoitom(pose);
        noitom.index = frame;
        return {writeNoitom(noitom)};
    }
    case SuitKind::Joints:
        break;
    }
    const auto flexion = [&](BodyJoint shoulder, BodyJoint elbow) {
        return pose.at(shoulder).pose.orientation.angularDistance(pose.at(elbow).pose.orientation);
    };
    const std::array<JointStreamReading, 2> readings{{{kStandInJoints[0], flexion(LeftShoulder, LeftElbow)},
                                                      {kStandInJoints[1], flexion(RightShoulder, RightElbow)}}};
    const std::string line = writeJointStream("stand-in", seconds, readings, {});
    const auto bytes = std::as_bytes(std::span(line));
    return {std::vector<std::byte>(bytes.begin(), bytes.end())};
}

Result<std::unique_ptr<SuitStandIn>> SuitStandIn::start(const SuitStandInOptions& options)
{
    SuitStandInOptions chosen = options;
    if (chosen.port == 0) chosen.port = defaultPort(chosen.kind);
    if (chosen.rateHz <= 0) chosen.rateHz = defaultRateHz(chosen.kind);
    auto sender = UdpSender::open(chosen.from, chosen.to, chosen.port);
    if (!sender) return tl::unexpected(sender.error());
    return std::unique_ptr<SuitStandIn>(new SuitStandIn(chosen, std::move(*sender)));
}

SuitStandIn::SuitStandIn(SuitStandInOptions options, UdpSender sender)
    : m_options(std::move(options)),
      m_sender(std::move(sender)),
      m_thread([this](const std::stop_token& stopping) { run(stopping); })
{
}

SuitStandIn::~SuitStandIn() = default;

Duration SuitStandIn::cpuTime()
{
    clockid_t clock{};
    timespec time{};
    if (pthread_getcpuclockid(m_thread.native_handle(), &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
    return time.tv_sec * kSecond + time.tv_nsec;
}

void SuitStandIn::run(const std::stop_token& stopping)
{
    const Timestamp start = m_clock.now();
    for (std::uint32_t frame = 0;; ++frame) {
        const double seconds = frame / m_options.rateHz;
        if (!waitUntil(m_clock, start + fromSeconds(seconds), stopping)) return;
        if (m_silent.load(std::memory_order_relaxed)) continue;
        for (const auto& packet :
             suitPackets(m_options.kind, swayingPose(seconds), kClockAtStart + seconds, frame, m_options.rateHz))
            if (m_sender.send(packet)) m_sent.fetch_add(1, std::memory_order_relaxed);
    }
}

}  // namespace understudy
