#pragma once

#include <optional>
#include <string>

#include "xr/network/streamparser.h"
#include "xr/suits/bytes.h"

namespace understudy {

/// Our own format, so that a home-made exoskeleton connects in twenty lines: one datagram is one line of UTF-8,
///
///     joints/1 NAME SECONDS JOINT=POSITION … +BUTTON …
///
/// NAME the device's, SECONDS its clock, POSITION in rad (m for sliding joints), BUTTON each one held now, by the names
/// of core/operatorsample.h. docs/devices/jointstream.md states it.
struct JointStreamReading {
    std::string_view joint;
    double position = 0;
};

/// Takes the line apart: the head, then calls back for each reading and each held button. False: broken; what was given
/// before that is to be forgotten.
struct JointStreamHead {
    std::string_view device;
    double seconds = 0;
    std::string_view rest;
};
[[nodiscard]] std::optional<JointStreamHead> readJointStreamHead(std::string_view line);
[[nodiscard]] std::string writeJointStream(std::string_view device, double seconds,
                                           std::span<const JointStreamReading> readings, std::span<const Button> held);

/// A device's joints by name, in the order the station gives them. Joints it does not know are passed over; one that
/// a line leaves out keeps its position.
class JointStreamParser final : public StreamParser {
public:
    /// `device` empty: any name.
    JointStreamParser(std::string device, std::vector<std::string> jointNames);

    [[nodiscard]] ParsedPacket parse(std::span<const std::byte> bytes, Timestamp arrival,
                                     OperatorSample& sample) override;
    [[nodiscard]] const std::vector<std::string>& jointNames() const override { return m_jointNames; }

private:
    std::string m_device;
    std::vector<std::string> m_jointNames;
    std::vector<double> m_read;
};

}  // namespace understudy
