#include "xr/dynamixel/jointcalibration.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace understudy {

double dxlRadians(double counts) { return counts * (2 * std::numbers::pi / kDxlCountsPerTurn); }

double JointCalibration::position(double rawRadians) const
{
    if (range) return std::clamp((rawRadians - range->open) / (range->closed - range->open), 0.0, 1.0);
    return std::clamp(sign * (rawRadians - zero), lowest, highest);
}

double zeroFor(int sign, double rawRadians, double knownPosition, double grid)
{
    const double exact = rawRadians - sign * knownPosition;
    return grid > 0 ? grid * std::round(exact / grid) : exact;
}

double TurnCounter::unwrap(double rawRadians, double near)
{
    constexpr double kTurn = 2 * std::numbers::pi;
    const double target = m_last.value_or(near);
    m_last = rawRadians + kTurn * std::round((target - rawRadians) / kTurn);
    return *m_last;
}

}  // namespace understudy
