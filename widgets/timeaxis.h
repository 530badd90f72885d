#pragma once

#include <cmath>

#include <QString>

#include "core/timestamp.h"

namespace understudy {

/// Which part of an episode is on the screen, shared by the timeline and every plot. Times are ns since the
/// episode's start.
struct TimeAxis {
    Timestamp from = 0;
    Timestamp to = 10 * kSecond;

    [[nodiscard]] double toX(Timestamp time, double width) const
    {
        return static_cast<double>(time - from) * width / static_cast<double>(to - from);
    }
    [[nodiscard]] Timestamp toTime(double x, double width) const
    {
        return from + static_cast<Timestamp>(std::llround(x / width * static_cast<double>(to - from)));
    }
    /// Zooms so that `anchor` stays where it is; keeps inside [0, end] and at least 50 ms wide.
    [[nodiscard]] TimeAxis zoomed(double factor, Timestamp anchor, Timestamp end) const;
    [[nodiscard]] TimeAxis moved(Duration by, Timestamp end) const;
    /// A spacing of ticks of 1, 2 or 5 times a power of ten that gives at most `count`.
    [[nodiscard]] Duration tick(int count) const;

    bool operator==(const TimeAxis&) const = default;
};

/// Seconds with the decimals that a tick spacing needs, e.g. "12.40".
[[nodiscard]] QString formatTime(Timestamp time, Duration tick);

}  // namespace understudy
