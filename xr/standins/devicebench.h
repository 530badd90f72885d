#pragma once

#include <string>
#include <vector>

#include "core/result.h"

namespace understudy {

/// What one protocol costs.
struct ProtocolCost {
    std::string kind;
    std::size_t packetBytes = 0;  ///< of one sample
    double packetsPerSecond = 0;  ///< samples one core reads a second
    double p50Us = 0;             ///< from send() on loopback to the reader of Latest<OperatorSample>
    double p99Us = 0;
};
/// Every protocol on loopback; takes about a second each.
[[nodiscard]] Result<std::vector<ProtocolCost>> measureProtocols();

/// A rig of Xsens with fingers (60 Hz), Rokoko (60 Hz), a joint stream and a leader arm of seven servos (100 Hz each),
/// smoothed and fused, for so many seconds.
struct RigCost {
    double coreShare = 0;  ///< of one core: receiving, parsing, smoothing, fusing; without the stand-ins
    double rateHz = 0;     ///< of the fused stream
};
[[nodiscard]] Result<RigCost> measureRig(double seconds);

}  // namespace understudy
