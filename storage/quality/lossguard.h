#pragma once

#include <optional>

#include "storage/quality/quality.h"

namespace understudy {

/// Two takes in a row lost to one cause block the next start until a person has acknowledged it. A value.
class LossGuard {
public:
    /// After every take that was kept.
    void note(const QualityReport& take);
    /// Cause and remedy; nothing while takes may start.
    [[nodiscard]] const std::optional<Finding>& blocked() const { return m_blocked; }
    void acknowledge();

private:
    std::optional<Finding> m_last;  ///< what the take before was lost to
    std::optional<Finding> m_blocked;
};

}  // namespace understudy
