#include "xr/network/packetlimit.h"

#include <algorithm>

namespace understudy {

PacketLimit::PacketLimit(double packetsPerSecond)
    : m_rate(packetsPerSecond), m_burst(std::max(packetsPerSecond / 2, 1.0)), m_left(m_burst)
{
}

bool PacketLimit::admits(Timestamp now)
{
    if (m_last != 0) m_left = std::min(m_burst, m_left + m_rate * toSeconds(std::max<Duration>(now - m_last, 0)));
    m_last = now;
    if (m_left < 1) return false;
    m_left -= 1;
    return true;
}

}  // namespace understudy
