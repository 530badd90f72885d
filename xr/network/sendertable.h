#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "core/timestamp.h"

namespace understudy {

/// A sender that is not paired.
struct Stranger {
    std::string address;  ///< IPv4, dotted
    std::uint64_t packets = 0;
    Timestamp lastSeen = 0;
};

/// Counts packets by sender, for the first sixteen senders; the rest are counted together. Written by one thread,
/// wait-free; read by any.
class SenderTable {
public:
    static constexpr std::size_t kSenders = 16;

    void note(std::uint32_t address, Timestamp now);
    [[nodiscard]] std::vector<Stranger> read() const;
    [[nodiscard]] std::uint64_t total() const { return m_total.load(std::memory_order_relaxed); }

private:
    struct Entry {
        std::atomic<std::uint32_t> address{0};
        std::atomic<std::uint64_t> packets{0};
        std::atomic<Timestamp> lastSeen{0};
    };
    std::array<Entry, kSenders> m_entries{};
    std::atomic<std::uint64_t> m_total{0};
};

[[nodiscard]] std::string dotted(std::uint32_t address);

}  // namespace understudy
