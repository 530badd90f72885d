#pragma once

#include "storage/quality/qualitytake.h"

namespace understudy {

using Checks = std::vector<std::unique_ptr<QualityCheck>>;

/// The folds of the list, by what they look at; each file has its own.
void addTimingChecks(Checks& checks);
void addValueChecks(Checks& checks);
void addImageChecks(Checks& checks);
void addMotionChecks(Checks& checks);
void addControlChecks(Checks& checks);
void addEpisodeChecks(Checks& checks);

/// The longest stretch in which something was so. Times rise; a stretch reaches from its first to its last time.
class LongestRun {
public:
    void add(Timestamp time, bool is)
    {
        if (!is) {
            m_isOn = false;
            return;
        }
        if (!m_isOn) m_start = time;
        m_isOn = true;
        if (time - m_start >= m_to - m_from) {
            m_from = m_start;
            m_to = time;
        }
    }
    [[nodiscard]] Duration length() const { return m_to - m_from; }
    [[nodiscard]] Timestamp from() const { return m_from; }
    [[nodiscard]] Timestamp to() const { return m_to; }

private:
    bool m_isOn = false;
    Timestamp m_start = 0;
    Timestamp m_from = 0;
    Timestamp m_to = 0;
};

}  // namespace understudy
