#include "storage/quality/lossguard.h"

namespace understudy {

void LossGuard::note(const QualityReport& take)
{
    const Finding* worst = take.worst();
    if (worst == nullptr || worst->weight != CheckWeight::Integrity) {
        m_last.reset();
        return;
    }
    if (m_last && m_last->check == worst->check && m_last->stream == worst->stream) m_blocked = *worst;
    m_last = *worst;
}

void LossGuard::acknowledge()
{
    m_blocked.reset();
    m_last.reset();
}

}  // namespace understudy
