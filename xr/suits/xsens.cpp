#include "xr/suits/xsens.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

namespace understudy {
namespace {

constexpr std::uint8_t kLast = 0x80;
constexpr std::size_t kPoseBytes = 32;
constexpr std::size_t kAngleBytes = 20;
constexpr std::size_t kBody = 23;
constexpr std::size_t kFingers = 20;
constexpr std::int32_t kReordered = 64;  // a fragment this many poses older is late, one older still a new start
constexpr double kCentimetresFrom = 5;   // units between pelvis and head

/// Segment of each canonical joint; 0: none.
constexpr std::array<std::uint32_t, kBodyJointCount> kSegmentOf{1, 20, 16, 2, 21, 17, 3,  22, 18, 5,  23, 19,
                                                                6, 12, 8,  7, 13, 9,  14, 10, 15, 11, 0,  0};
/// Hand joint of each finger segment; the carpus is the wrist's.
constexpr std::array<int, kFingers> kHandJointOf{-1, 2,  3,  4,  6,  7,  8,  9,  11, 12,
                                                 13, 14, 16, 17, 18, 19, 21, 22, 23, 24};

constexpr std::array<std::string_view, kXsensJoints> kJointNames{"L5S1",
                                                                 "L4L3",
                                                                 "L1T12",
                                                                 "T9T8",
                                                                 "T1C7",
                                                                 "C1Head",
                                                                 "RightC7Shoulder",
                                                                 "RightShoulder",
                                                                 "RightElbow",
                                                                 "RightWrist",
                                                                 "LeftC7Shoulder",
                                                                 "LeftShoulder",
                                                                 "LeftElbow",
                                                                 "LeftWrist",
                                                                 "RightHip",
                                                                 "RightKnee",
                                                                 "RightAnkle",
                                                                 "RightBallFoot",
                                                                 "LeftHip",
                                                                 "LeftKnee",
                                                                 "LeftAnkle",
                                                                 "LeftBallFoot",
                                                                 "T8Head",
                                                                 "T8LeftUpperArm",
                                                                 "T8RightUpperArm",
                                                                 "PelvisT8",
                                                                 "VerticalPelvis",
                                                                 "VerticalT8"};

int digit(std::byte value) { return static_cast<int>(value) - '0'; }

std::string_view textOf(const XsensDatagram& datagram)
{
    BigEndianReader in(datagram.payload);
    const auto length = in.take<std::int32_t>();
    if (length < 0 || static_cast<std::size_t>(length) > in.left()) return {};
    return asText(in.bytes(static_cast<std::size_t>(length)));
}

void putHeader(BigEndianWriter& out, const XsensHeader& header, std::size_t payload)
{
    out.text(fmt::format("MXTP{:02}", header.type));
    out.put(header.sample);
    out.put(header.datagram);
    out.put(header.items);
    out.put(header.timeCode);
    out.put(header.character);
    out.put(header.bodySegments);
    out.put(header.props);
    out.put(header.fingerSegments);
    out.put(std::uint16_t{0});
    out.put(static_cast<std::uint16_t>(payload));
}

}  // namespace

std::optional<XsensDatagram> readXsens(Bytes bytes)
{
    if (bytes.size() < kXsensHeaderBytes || asText(bytes.first(4)) != "MXTP") return std::nullopt;
    const int tens = digit(bytes[4]);
    const int ones = digit(bytes[5]);
    if (tens < 0 || tens > 9 || ones < 0 || ones > 9) return std::nullopt;
    BigEndianReader in(bytes.subspan(6));
    XsensDatagram read{.header = {.type = 10 * tens + ones}};
    read.header.sample = in.take<std::uint32_t>();
    read.header.datagram = in.take<std::uint8_t>();
    read.header.items = in.take<std::uint8_t>();
    read.header.timeCode = in.take<std::uint32_t>();
    read.header.character = in.take<std::uint8_t>();
    read.header.bodySegments = in.take<std::uint8_t>();
    read.header.props = in.take<std::uint8_t>();
    read.header.fingerSegments = in.take<std::uint8_t>();
    (void)in.take<std::uint16_t>();
    const auto size = in.take<std::uint16_t>();
    if (size > in.left()) return std::nullopt;
    read.payload = in.bytes(size == 0 ? in.left() : size);
    return read;
}

std::optional<std::size_t> readXsensPose(const XsensDatagram& datagram, std::span<XsensSegment> into)
{
    const std::size_t count = datagram.header.items;
    if (count == 0 || count > into.size() || count * kPoseBytes > datagram.payload.size()) return std::nullopt;
    BigEndianReader in(datagram.payload);
    for (XsensSegment& segment : into.first(count)) {
        segment.id = in.take<std::uint32_t>();
        for (int i = 0; i < 3; ++i) segment.position[i] = in.take<float>();
        segment.orientation.w() = in.take<float>();
        segment.orientation.x() = in.take<float>();
        segment.orientation.y() = in.take<float>();
        segment.orientation.z() = in.take<float>();
    }
    return count;
}

std::optional<std::size_t> readXsensAngles(const XsensDatagram& datagram, std::span<XsensAngle> into)
{
    const std::size_t count = datagram.header.items;
    if (count == 0 || count > into.size() || count * kAngleBytes > datagram.payload.size()) return std::nullopt;
    BigEndianReader in(datagram.payload);
    for (XsensAngle& angle : into.first(count)) {
        angle.parent = in.take<std::uint32_t>();
        angle.child = in.take<std::uint32_t>();
        for (int i = 0; i < 3; ++i) angle.degrees[i] = in.take<float>();
    }
    return count;
}

std::optional<std::int64_t> readXsensTimeOfDay(const XsensDatagram& datagram)
{
    const std::string_view text = textOf(datagram);
    if (text.size() != 12 || text[2] != ':' || text[5] != ':' || text[8] != '.') return std::nullopt;
    std::int64_t total = 0;
    constexpr std::array<std::pair<std::size_t, std::size_t>, 4> kFields{{{0, 2}, {3, 2}, {6, 2}, {9, 3}}};
    constexpr std::array<std::int64_t, 4> kMilliseconds{3'600'000, 60'000, 1'000, 1};
    for (std::size_t i = 0; i < kFields.size(); ++i) {
        unsigned value = 0;
        const char* first = text.data() + kFields[i].first;
        const auto [end, error] = std::from_chars(first, first + kFields[i].second, value);
        if (error != std::errc{} || end != first + kFields[i].second) return std::nullopt;
        total += kMilliseconds[i] * value;
    }
    return total;
}

std::string_view readXsensName(const XsensDatagram& datagram)
{
    std::string_view text = textOf(datagram);
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.starts_with("name:")) return line.substr(5);
    }
    return {};
}

std::optional<Eigen::Vector3f> readXsensCentreOfMass(const XsensDatagram& datagram)
{
    if (datagram.payload.size() < 12) return std::nullopt;
    BigEndianReader in(datagram.payload);
    Eigen::Vector3f centre;
    for (int i = 0; i < 3; ++i) centre[i] = in.take<float>();
    return centre;
}

std::vector<std::byte> writeXsensPose(XsensHeader header, std::span<const XsensSegment> segments)
{
    BigEndianWriter out;
    header.type = 2;
    header.items = static_cast<std::uint8_t>(segments.size());
    putHeader(out, header, segments.size() * kPoseBytes);
    for (const XsensSegment& segment : segments) {
        out.put(segment.id);
        for (int i = 0; i < 3; ++i) out.put(segment.position[i]);
        out.put(segment.orientation.w());
        out.put(segment.orientation.x());
        out.put(segment.orientation.y());
        out.put(segment.orientation.z());
    }
    return out.take();
}

std::vector<std::byte> writeXsensAngles(XsensHeader header, std::span<const XsensAngle> angles)
{
    BigEndianWriter out;
    header.type = 20;
    header.items = static_cast<std::uint8_t>(angles.size());
    putHeader(out, header, angles.size() * kAngleBytes);
    for (const XsensAngle& angle : angles) {
        out.put(angle.parent);
        out.put(angle.child);
        for (int i = 0; i < 3; ++i) out.put(angle.degrees[i]);
    }
    return out.take();
}

OperatorPose xsensToOperator(const XsensHeader& header, std::span<const XsensSegment> segments, double metresPerUnit)
{
    OperatorPose pose;
    const auto joint = [&](const XsensSegment& segment) {
        return measured(segment.position.cast<double>() * metresPerUnit, segment.orientation.cast<double>());
    };
    const std::size_t body = header.bodySegments == 0 ? kBody : header.bodySegments;
    for (std::size_t i = 0; i < std::min(body, segments.size()); ++i) {
        const auto canonical = std::ranges::find(kSegmentOf, segments[i].id);
        if (segments[i].id != 0 && canonical != kSegmentOf.end())
            pose.body[static_cast<std::size_t>(canonical - kSegmentOf.begin())] = joint(segments[i]);
    }
    const std::size_t fingers = body + header.props;
    if (header.fingerSegments == 2 * kFingers && segments.size() >= fingers + 2 * kFingers)
        for (const Side side : kSides) {
            const std::size_t first = fingers + kFingers * static_cast<std::size_t>(indexOf(side));
            for (std::size_t i = 0; i < kFingers; ++i)
                if (kHandJointOf[i] >= 0)
                    pose.at(side, static_cast<HandJoint>(kHandJointOf[i])) = joint(segments[first + i]);
        }
    completePose(pose);
    return pose;
}

std::vector<XsensSegment> operatorToXsens(const OperatorPose& pose)
{
    const auto segment = [](std::uint32_t id, const Pose& at) {
        return XsensSegment{
            .id = id, .position = at.position.cast<float>(), .orientation = at.orientation.cast<float>()};
    };
    std::vector<XsensSegment> segments(kBody);
    for (std::size_t joint = 0; joint < kSegmentOf.size(); ++joint)
        if (kSegmentOf[joint] > 0) segments[kSegmentOf[joint] - 1] = segment(kSegmentOf[joint], pose.body[joint].pose);
    const Pose& below = pose.at(BodyJoint::Spine2).pose;
    const Pose& above = pose.at(BodyJoint::Spine3).pose;
    segments[3] = segment(4, {.position = (below.position + above.position) / 2,
                              .orientation = below.orientation.slerp(0.5, above.orientation)});
    if (!pose.at(Side::Left, HandJoint::IndexProximal).valid) return segments;
    for (const Side side : kSides)
        for (std::size_t i = 0; i < kFingers; ++i) {
            const auto joint = kHandJointOf[i] < 0 ? HandJoint::Wrist : static_cast<HandJoint>(kHandJointOf[i]);
            segments.push_back(segment(static_cast<std::uint32_t>(segments.size()) + 1, pose.at(side, joint).pose));
        }
    return segments;
}

XsensParser::XsensParser(const XsensOptions& options) : m_options(options)
{
    if (!options.angles) return;
    for (const std::string_view joint : kJointNames)
        for (const char axis : {'x', 'y', 'z'}) m_jointNames.push_back(fmt::format("{}.{}", joint, axis));
}

void XsensParser::reset()
{
    m_sample.reset();
    m_seenPose = false;
    m_metresPerUnit = 1;
}

ParsedPacket XsensParser::parse(std::span<const std::byte> bytes, Timestamp, OperatorSample& sample)
{
    const std::optional<XsensDatagram> datagram = readXsens(bytes);
    if (!datagram) return {};
    if (datagram->header.character != m_options.character) return {.kind = PacketKind::Ignored};
    if (datagram->header.type == 2) return takePose(*datagram, sample);
    if (datagram->header.type == 20 && m_options.angles) return takeAngles(*datagram, sample);
    return {.kind = PacketKind::Ignored};
}

ParsedPacket XsensParser::takePose(const XsensDatagram& datagram, OperatorSample& sample)
{
    const XsensHeader& header = datagram.header;
    const std::size_t index = header.datagram & ~kLast;
    if (index >= kFragments) return {};
    if (m_sample) {
        const auto ahead = static_cast<std::int32_t>(header.sample - *m_sample);
        if (ahead < 0 && ahead > -kReordered) return {.kind = PacketKind::Part};
    }
    if (m_sample != header.sample) {
        // What is incomplete of another pose is given up.
        m_sample = header.sample;
        m_fragmentCount = 0;
        for (Fragment& fragment : m_fragments) fragment.here = false;
    }
    Fragment& fragment = m_fragments[index];
    const auto count = readXsensPose(datagram, fragment.segments);
    if (!count) {
        fragment.here = false;
        return {};
    }
    fragment.here = true;
    fragment.count = *count;
    if (header.datagram & kLast) m_fragmentCount = static_cast<int>(index) + 1;
    if (m_fragmentCount == 0) return {.kind = PacketKind::Part};

    std::array<XsensSegment, kXsensSegments> whole;
    std::size_t size = 0;
    for (const Fragment& each : std::span(m_fragments).first(static_cast<std::size_t>(m_fragmentCount))) {
        if (!each.here) return {.kind = PacketKind::Part};
        if (size + each.count > whole.size()) return {};
        std::copy_n(each.segments.begin(), each.count, whole.begin() + static_cast<std::ptrdiff_t>(size));
        size += each.count;
    }
    const std::span<const XsensSegment> segments = std::span(whole).first(size);
    const auto find = [&](std::uint32_t id) { return std::ranges::find(segments, id, &XsensSegment::id); };
    const auto pelvis = find(1);
    const auto head = find(7);
    if (pelvis != segments.end() && head != segments.end())
        m_metresPerUnit = (pelvis->position - head->position).norm() > kCentimetresFrom ? 0.01 : 1;
    xsensToOperator(header, segments, m_metresPerUnit).giveTo(sample);
    if (m_options.angles) std::ranges::copy(m_angles, sample.joints.begin());
    m_seenPose = true;
    return {.kind = PacketKind::Sample, .device = header.timeCode * kMillisecond, .hasClock = true};
}

ParsedPacket XsensParser::takeAngles(const XsensDatagram& datagram, OperatorSample& sample)
{
    std::array<XsensAngle, kXsensJoints> angles;
    const auto count = readXsensAngles(datagram, angles);
    if (!count) return {};
    constexpr double kRadians = std::numbers::pi / 180;
    for (std::size_t i = 0; i < *count; ++i)
        for (std::size_t axis = 0; axis < 3; ++axis) {
            const auto degrees = static_cast<double>(angles[i].degrees[static_cast<Eigen::Index>(axis)]);
            if (std::abs(degrees) <= 360) m_angles[3 * i + axis] = degrees * kRadians;
        }
    // Poses carry the angles where both are sent.
    if (m_seenPose) return {.kind = PacketKind::Part};
    std::ranges::copy(m_angles, sample.joints.begin());
    return {.kind = PacketKind::Sample, .device = datagram.header.timeCode * kMillisecond, .hasClock = true};
}

}  // namespace understudy
