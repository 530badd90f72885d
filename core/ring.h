#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <vector>

namespace understudy {

/// Bounded queue from one producer thread to one consumer thread, wait-free. When it is full the newest value is
/// rejected, and the caller counts it. Slots are copied from a prototype, so that values with vectors never
/// allocate afterwards as long as their sizes stay.
template <typename T>
class Ring {
public:
    Ring() = default;
    Ring(std::size_t capacity, const T& prototype) { prepare(capacity, prototype); }
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;

    /// Not while a producer or consumer runs.
    void prepare(std::size_t capacity, const T& prototype)
    {
        m_slots.assign(std::max<std::size_t>(capacity, 1), prototype);
        m_head.store(0, std::memory_order_relaxed);
        m_tail.store(0, std::memory_order_relaxed);
    }

    /// Producer thread only. False: full, the value was not taken.
    [[nodiscard]] bool push(const T& value)
    {
        const std::size_t head = m_head.load(std::memory_order_relaxed);
        if (head - m_tail.load(std::memory_order_acquire) == m_slots.size()) return false;
        m_slots[head % m_slots.size()] = value;
        m_head.store(head + 1, std::memory_order_release);
        return true;
    }

    /// Consumer thread only. The oldest value, or null when empty; valid until pop().
    [[nodiscard]] T* front()
    {
        const std::size_t tail = m_tail.load(std::memory_order_relaxed);
        if (m_head.load(std::memory_order_acquire) == tail) return nullptr;
        return &m_slots[tail % m_slots.size()];
    }

    /// Consumer thread only, after front() was not null.
    void pop() { m_tail.store(m_tail.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

    /// Any thread; a snapshot.
    [[nodiscard]] std::size_t size() const
    {
        const std::size_t tail = m_tail.load(std::memory_order_acquire);
        return m_head.load(std::memory_order_acquire) - tail;
    }
    [[nodiscard]] std::size_t capacity() const { return m_slots.size(); }

private:
    std::vector<T> m_slots;
    alignas(64) std::atomic<std::size_t> m_head{0};
    alignas(64) std::atomic<std::size_t> m_tail{0};
};

}  // namespace understudy
