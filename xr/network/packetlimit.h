#pragma once

#include "core/timestamp.h"

namespace understudy {

/// Lets so many packets a second through, and a burst of half a second's worth. One thread.
class PacketLimit {
public:
    explicit PacketLimit(double packetsPerSecond);

    [[nodiscard]] bool admits(Timestamp now);

private:
    double m_rate;
    double m_burst;
    double m_left;
    Timestamp m_last = 0;
};

}  // namespace understudy
