#include "storage/streamqueue.h"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

Stamps stampsOfValue(const Step& step) { return {.device = step.time, .capture = step.time, .arrival = step.time}; }
template <typename T>
Stamps stampsOfValue(const T& value)
{
    return value.stamps;
}

template <typename T>
class TypedQueue final : public StreamQueue {
public:
    TypedQueue(std::size_t slots, const T& prototype) : m_ring(slots, prototype) {}

    bool peek(Timestamp& capture, std::uint64_t& sequence) override
    {
        const T* oldest = m_ring.front();
        if (oldest == nullptr) return false;
        capture = stampsOfValue(*oldest).capture;
        sequence = oldest->sequence;
        return true;
    }
    std::span<const EncodedMessage> encodeFront(StreamEncoder& encoder) override
    {
        return encoder.encodeValue(*m_ring.front());
    }
    void pop() override { m_ring.pop(); }
    std::size_t size() const override { return m_ring.size(); }
    std::size_t capacity() const override { return m_ring.capacity(); }

protected:
    bool push(const Record& record, Timestamp& arrival) override
    {
        const T* value = std::get_if<T>(&record);
        if (value == nullptr) return false;
        arrival = stampsOfValue(*value).arrival;
        return m_ring.push(*value);
    }

private:
    Ring<T> m_ring;
};

}  // namespace

std::size_t slotsFor(double rateHz, double seconds)
{
    constexpr double kIrregularHz = 100;
    constexpr double kMost = 200'000;
    const double rate = rateHz > 0 ? rateHz : kIrregularHz;
    return static_cast<std::size_t>(std::clamp(std::ceil(rate * seconds), 16.0, kMost));
}

Result<std::unique_ptr<StreamQueue>> StreamQueue::create(const StreamInfo& info, double seconds)
{
    return std::visit(
        [&](const auto& prototype) -> Result<std::unique_ptr<StreamQueue>> {
            using T = std::decay_t<decltype(prototype)>;
            if constexpr (std::is_same_v<T, ImageRef>)
                return fail("the stream " + info.name + " carries images: its kind must be \"camera\"");
            else
                return std::make_unique<TypedQueue<T>>(slotsFor(info.rateHz, seconds), prototype);
        },
        info.prototype);
}

bool StreamQueue::offer(const Record& record)
{
    Timestamp arrival = 0;
    const bool taken = push(record, arrival);
    const auto count = [](std::atomic<std::uint64_t>& counter) {
        counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    };
    count(m_counters.offered);
    m_counters.lastArrival.store(arrival, std::memory_order_relaxed);
    const std::size_t fill = size();
    if (fill > m_counters.peakFill.load(std::memory_order_relaxed))
        m_counters.peakFill.store(fill, std::memory_order_relaxed);
    if (!taken) count(m_counters.dropped);
    return taken;
}

}  // namespace understudy
