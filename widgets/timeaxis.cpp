#include "widgets/timeaxis.h"

#include <algorithm>

namespace understudy {
namespace {

constexpr Duration kNarrowest = 50 * kMillisecond;

}  // namespace

TimeAxis TimeAxis::zoomed(double factor, Timestamp anchor, Timestamp end) const
{
    const double span = static_cast<double>(to - from);
    const double wanted =
        std::clamp(span * factor, static_cast<double>(kNarrowest), static_cast<double>(std::max(end, kNarrowest)));
    const double share = static_cast<double>(anchor - from) / span;
    const auto begin = anchor - static_cast<Timestamp>(share * wanted);
    return TimeAxis{.from = begin, .to = begin + static_cast<Timestamp>(wanted)}.moved(0, end);
}

TimeAxis TimeAxis::moved(Duration by, Timestamp end) const
{
    const Duration span = to - from;
    const Timestamp begin = std::clamp<Timestamp>(from + by, 0, std::max<Timestamp>(0, end - span));
    return {.from = begin, .to = begin + span};
}

Duration TimeAxis::tick(int count) const
{
    const Duration least = std::max<Duration>((to - from) / std::max(count, 1), kMillisecond);
    Duration power = kMillisecond;
    while (power * 10 <= least) power *= 10;
    for (const Duration factor : {1, 2, 5})
        if (factor * power >= least) return factor * power;
    return 10 * power;
}

QString formatTime(Timestamp time, Duration tick)
{
    int decimals = 0;
    for (Duration unit = kSecond; unit > tick && decimals < 3; unit /= 10) ++decimals;
    return QString::number(toSeconds(time), 'f', decimals);
}

}  // namespace understudy
