#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace understudy {

/// The newest value, from one writer thread to one reader thread, wait-free on both sides.
/// Slots are copied from a prototype before either thread starts, so that values with vectors never allocate
/// afterwards as long as their sizes stay.
template <typename T>
class Latest {
public:
    Latest() = default;
    explicit Latest(const T& prototype) { prepare(prototype); }
    Latest(const Latest&) = delete;
    Latest& operator=(const Latest&) = delete;

    /// Not while a reader or writer runs.
    void prepare(const T& prototype)
    {
        m_slots.fill(prototype);
        m_middle.store(1, std::memory_order_relaxed);
        m_write = 0;
        m_read = 2;
        m_seen = false;
    }

    /// Writer thread only.
    void write(const T& value)
    {
        m_slots[m_write] = value;
        m_write = m_middle.exchange(static_cast<std::uint8_t>(m_write | kFresh), std::memory_order_acq_rel) & kIndex;
    }

    /// Reader thread only. The newest value, or null before the first; valid until the next call.
    [[nodiscard]] const T* read()
    {
        if (m_middle.load(std::memory_order_relaxed) & kFresh) {
            m_read = m_middle.exchange(m_read, std::memory_order_acq_rel) & kIndex;
            m_seen = true;
        }
        return m_seen ? &m_slots[m_read] : nullptr;
    }

private:
    static constexpr std::uint8_t kIndex = 0x03;
    static constexpr std::uint8_t kFresh = 0x04;

    std::array<T, 3> m_slots{};
    alignas(64) std::atomic<std::uint8_t> m_middle{1};
    alignas(64) std::uint8_t m_write = 0;
    alignas(64) std::uint8_t m_read = 2;
    bool m_seen = false;
};

}  // namespace understudy
