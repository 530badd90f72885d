#include "robots/envelope/jointlimits.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace understudy {

namespace {

constexpr double kReturnVelocity = 0.2;

/// The upper bound that a position limit `distance` ahead sets; from beyond it, straight back.
double positionBound(double distance, double change, double fastest)
{
    if (distance >= 0.0) return largestMove(distance, change);
    return -std::min(-distance, fastest);
}

}  // namespace

double largestMove(double distance, double change)
{
    if (distance == std::numeric_limits<double>::infinity()) return distance;
    // Moves m·c, (m−1)·c … c travel c·m·(m+1)/2 in all: m full changes fit, the rest is spread over m+1 periods.
    const double m = std::floor((std::sqrt(1.0 + 8.0 * distance / change) - 1.0) / 2.0);
    return (distance + change * m * (m + 1.0) / 2.0) / (m + 1.0);
}

MoveBounds moveBounds(double position, double previousMove, const JointLimit& limit, double dt)
{
    const double change = limit.acceleration * dt * dt;
    const bool outside = position > limit.upper || position < limit.lower;
    const double fastest = (outside ? std::min(limit.velocity, kReturnVelocity) : limit.velocity) * dt;
    const double least = previousMove - change;
    const double most = previousMove + change;
    double upper = std::min({fastest, positionBound(limit.upper - position, change, fastest), most});
    double lower = std::max({-fastest, -positionBound(position - limit.lower, change, fastest), least});
    // A velocity limit that was lowered, or a limit that was already passed, is approached at the acceleration limit.
    upper = std::max(upper, least);
    lower = std::min(lower, most);
    if (lower > upper) lower = upper = std::clamp(0.0, least, most);
    return {.lower = lower, .upper = upper};
}

}  // namespace understudy
