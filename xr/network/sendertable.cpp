#include "xr/network/sendertable.h"

#include <fmt/format.h>

namespace understudy {

void SenderTable::note(std::uint32_t address, Timestamp now)
{
    m_total.fetch_add(1, std::memory_order_relaxed);
    for (Entry& entry : m_entries) {
        const std::uint32_t known = entry.address.load(std::memory_order_relaxed);
        if (known != 0 && known != address) continue;
        entry.packets.fetch_add(1, std::memory_order_relaxed);
        entry.lastSeen.store(now, std::memory_order_relaxed);
        if (known == 0) entry.address.store(address, std::memory_order_release);
        return;
    }
}

std::vector<Stranger> SenderTable::read() const
{
    std::vector<Stranger> strangers;
    for (const Entry& entry : m_entries) {
        const std::uint32_t address = entry.address.load(std::memory_order_acquire);
        if (address == 0) break;
        strangers.push_back({.address = dotted(address),
                             .packets = entry.packets.load(std::memory_order_relaxed),
                             .lastSeen = entry.lastSeen.load(std::memory_order_relaxed)});
    }
    return strangers;
}

std::string dotted(std::uint32_t address)
{
    return fmt::format("{}.{}.{}.{}", address >> 24U, (address >> 16U) & 255U, (address >> 8U) & 255U, address & 255U);
}

}  // namespace understudy
