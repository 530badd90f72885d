#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/operatorsample.h"

namespace understudy {

enum class PacketKind : std::uint8_t {
    Sample,   ///< a whole sample was read
    Part,     ///< a piece of one, or something kept for the next
    Ignored,  ///< well formed, of no use here: another person's, another message
    Broken    ///< not this protocol, or its lengths do not fit
};

struct ParsedPacket {
    PacketKind kind = PacketKind::Broken;
    Timestamp device = 0;   ///< ns of the sender's clock or, without one, of a counter that orders its samples
    bool hasClock = false;  ///< `device` runs with time, so that capture times can be mapped from it
};

/// Reads one protocol. One thread; never allocates after construction; holds what a protocol spreads over packets.
class StreamParser {
public:
    virtual ~StreamParser() = default;

    /// Lengths and counts in `datagram` are claims. Changes `sample` only for PacketKind::Sample: poses canonical
    /// (metres, REP-103, the T-pose the identity), every valid pose finite and its quaternion of norm 1.
    [[nodiscard]] virtual ParsedPacket parse(std::span<const std::byte> datagram, Timestamp arrival,
                                             OperatorSample& sample) = 0;
    /// Forgets what earlier packets left, for a new start.
    virtual void reset() {}
    /// Of OperatorSample::joints; empty without named joints. Fixed.
    [[nodiscard]] virtual const std::vector<std::string>& jointNames() const
    {
        static const std::vector<std::string> kNone;
        return kNone;
    }
};

}  // namespace understudy
