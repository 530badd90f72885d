#pragma once

#include "core/record.h"
#include "core/result.h"

namespace understudy {

using StreamId = std::uint32_t;

/// Where records go: the recorder, nothing, a test's vector.
class RecordSink {
public:
    virtual ~RecordSink() = default;

    /// Before a session; any thread, one at a time. Fails for a name that is taken.
    [[nodiscard]] virtual Result<StreamId> open(const StreamInfo& info) = 0;

    /// In a session, on the one thread that owns this stream. Never waits, never allocates. False: no room, the
    /// record is lost and counted.
    virtual bool offer(StreamId stream, const Record& record) = 0;
};

/// Takes everything and keeps nothing.
class NullSink final : public RecordSink {
public:
    [[nodiscard]] Result<StreamId> open(const StreamInfo&) override { return m_next++; }
    bool offer(StreamId, const Record&) override { return true; }

private:
    StreamId m_next = 0;
};

}  // namespace understudy
