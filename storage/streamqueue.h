#pragma once

#include <atomic>
#include <memory>

#include "core/record.h"
#include "core/ring.h"
#include "storage/read/streamcodec.h"

namespace understudy {

/// What a stream's producer and consumer count. Written by one of them each, read by anyone.
struct StreamCounters {
    std::atomic<std::uint64_t> offered{0};
    std::atomic<std::uint64_t> dropped{0};   ///< the queue was full, or the record was of another kind
    std::atomic<Timestamp> lastArrival{0};   ///< 0: none yet
    std::atomic<std::uint64_t> peakFill{0};  ///< most records that waited at once
};

/// The queue of one stream from its producer to the recorder, its slots of the record's own type. Not for cameras.
class StreamQueue {
public:
    /// Fails for a prototype without a queue of its own (images).
    [[nodiscard]] static Result<std::unique_ptr<StreamQueue>> create(const StreamInfo& info, double seconds);
    virtual ~StreamQueue() = default;

    /// Producer thread: never waits, never allocates. False: not taken.
    bool offer(const Record& record);

    /// Consumer thread. Capture time of the oldest record; false when there is none.
    [[nodiscard]] virtual bool peek(Timestamp& capture, std::uint64_t& sequence) = 0;
    /// Consumer thread, after peek() was true.
    [[nodiscard]] virtual std::span<const EncodedMessage> encodeFront(StreamEncoder& encoder) = 0;
    virtual void pop() = 0;

    [[nodiscard]] virtual std::size_t size() const = 0;
    [[nodiscard]] virtual std::size_t capacity() const = 0;
    [[nodiscard]] const StreamCounters& counters() const { return m_counters; }

protected:
    virtual bool push(const Record& record, Timestamp& arrival) = 0;
    StreamCounters m_counters;
};

/// Slots for `seconds` of a stream of this rate, irregular ones as if they came at 100 Hz; within bounds.
[[nodiscard]] std::size_t slotsFor(double rateHz, double seconds);

}  // namespace understudy
