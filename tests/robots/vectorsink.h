#pragma once

#include <map>
#include <mutex>

#include "core/recordsink.h"

namespace understudy::test {

/// Keeps every record, for tests that look at streams afterwards.
class VectorSink final : public RecordSink {
public:
    [[nodiscard]] Result<StreamId> open(const StreamInfo& info) override
    {
        const std::lock_guard lock(m_mutex);
        for (const StreamInfo& other : m_infos) {
            if (other.name == info.name) return fail("the stream " + info.name + " is open already");
        }
        m_infos.push_back(info);
        m_records.emplace_back();
        return static_cast<StreamId>(m_infos.size() - 1);
    }

    bool offer(StreamId stream, const Record& record) override
    {
        const std::lock_guard lock(m_mutex);
        m_records[stream].push_back(record);
        return true;
    }

    [[nodiscard]] std::size_t count(const std::string& name) const
    {
        const std::lock_guard lock(m_mutex);
        for (std::size_t i = 0; i < m_infos.size(); ++i) {
            if (m_infos[i].name == name) return m_records[i].size();
        }
        return 0;
    }

    [[nodiscard]] std::vector<Record> records(const std::string& name) const
    {
        const std::lock_guard lock(m_mutex);
        for (std::size_t i = 0; i < m_infos.size(); ++i) {
            if (m_infos[i].name == name) return m_records[i];
        }
        return {};
    }

    [[nodiscard]] std::vector<StreamInfo> infos() const
    {
        const std::lock_guard lock(m_mutex);
        return m_infos;
    }

private:
    mutable std::mutex m_mutex;
    std::vector<StreamInfo> m_infos;
    std::vector<std::vector<Record>> m_records;
};

}  // namespace understudy::test
