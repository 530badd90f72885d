#pragma once

#include <memory>
#include <vector>

#include "core/latest.h"
#include "core/recordsink.h"

namespace understudy {

/// The two exits of a source: a Latest of its own for everyone who steers or shows, and its stream in the sink
/// for every sample. Readers are added before the source starts; publish() is called by the source's thread only
/// and neither waits nor allocates.
template <typename T>
class Publisher {
public:
    explicit Publisher(const T& prototype = {}) : m_record(prototype) {}

    /// Before start only. Owned by the publisher; one reader thread each.
    [[nodiscard]] Latest<T>& addReader()
    {
        m_readers.push_back(std::make_unique<Latest<T>>(std::get<T>(m_record)));
        return *m_readers.back();
    }

    /// Before start only. The prototype of `info` is filled in here.
    [[nodiscard]] Result<void> recordTo(RecordSink& sink, StreamInfo info)
    {
        info.prototype = m_record;
        const Result<StreamId> id = sink.open(info);
        if (!id) return tl::unexpected(id.error());
        m_sink = &sink;
        m_stream = *id;
        return {};
    }

    /// Before start only: sizes every slot.
    void prepare(const T& prototype)
    {
        m_record = prototype;
        for (auto& reader : m_readers) reader->prepare(prototype);
    }

    /// The value to change in place before publish().
    [[nodiscard]] T& value() { return std::get<T>(m_record); }

    /// Publishes value(). False: the sink had no room.
    bool publish()
    {
        for (auto& reader : m_readers) reader->write(std::get<T>(m_record));
        return m_sink == nullptr || m_sink->offer(m_stream, m_record);
    }

    [[nodiscard]] StreamId stream() const { return m_stream; }

private:
    Record m_record;
    std::vector<std::unique_ptr<Latest<T>>> m_readers;
    RecordSink* m_sink = nullptr;
    StreamId m_stream = 0;
};

}  // namespace understudy
