#include "xr/suits/jointstream.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace understudy {
namespace {

constexpr double kMostSeconds = 4e9;
constexpr double kMostPosition = 1e3;  // rad or m

/// The next word; empty at the end.
std::string_view word(std::string_view& line)
{
    line.remove_prefix(std::min(line.find_first_not_of(" \t\r\n"), line.size()));
    const std::string_view taken = line.substr(0, line.find_first_of(" \t\r\n"));
    line.remove_prefix(taken.size());
    return taken;
}

bool number(std::string_view text, double most, double& value)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() && std::isfinite(value) && std::abs(value) <= most;
}

}  // namespace

std::optional<JointStreamHead> readJointStreamHead(std::string_view line)
{
    JointStreamHead head;
    if (word(line) != "joints/1") return std::nullopt;
    head.device = word(line);
    if (head.device.empty() || !number(word(line), kMostSeconds, head.seconds)) return std::nullopt;
    head.rest = line;
    return head;
}

std::string writeJointStream(std::string_view device, double seconds, std::span<const JointStreamReading> readings,
                             std::span<const Button> held)
{
    std::string line = fmt::format("joints/1 {} {:.6f}", device, seconds);
    for (const JointStreamReading& reading : readings)
        line += fmt::format(" {}={:.6f}", reading.joint, reading.position);
    for (const Button button : held) line += fmt::format(" +{}", nameOf(button));
    return line;
}

JointStreamParser::JointStreamParser(std::string device, std::vector<std::string> jointNames)
    : m_device(std::move(device)), m_jointNames(std::move(jointNames)), m_read(m_jointNames.size())
{
}

ParsedPacket JointStreamParser::parse(std::span<const std::byte> bytes, Timestamp, OperatorSample& sample)
{
    const std::optional<JointStreamHead> head = readJointStreamHead(asText(bytes));
    if (!head) return {};
    if (!m_device.empty() && head->device != m_device) return {.kind = PacketKind::Ignored};
    std::copy(sample.joints.begin(), sample.joints.end(), m_read.begin());
    std::uint32_t held = 0;
    std::string_view rest = head->rest;
    for (std::string_view each = word(rest); !each.empty(); each = word(rest)) {
        if (each.starts_with('+')) {
            for (int i = 0; i < kButtonCount; ++i)
                if (each.substr(1) == nameOf(static_cast<Button>(i))) held |= 1U << static_cast<unsigned>(i);
            continue;
        }
        const std::size_t equals = each.find('=');
        double position = 0;
        if (equals == std::string_view::npos || !number(each.substr(equals + 1), kMostPosition, position)) return {};
        const auto joint = std::ranges::find(m_jointNames, each.substr(0, equals));
        if (joint != m_jointNames.end()) m_read[static_cast<std::size_t>(joint - m_jointNames.begin())] = position;
    }
    std::ranges::copy(m_read, sample.joints.begin());
    for (int i = 0; i < kButtonCount; ++i)
        sample.setHeld(static_cast<Button>(i), (held >> static_cast<unsigned>(i)) & 1U);
    return {.kind = PacketKind::Sample,
            .device = static_cast<Timestamp>(std::llround(head->seconds * 1e9)),
            .hasClock = true};
}

}  // namespace understudy
