#include "app/memorywatch.h"

#include <algorithm>

#include "core/processusage.h"

namespace understudy {
namespace {

constexpr double kBetween = 1.0 / 60;

}  // namespace

void MemoryWatch::look()
{
    const std::chrono::duration<double, std::ratio<60>> passed = std::chrono::steady_clock::now() - m_begin;
    if (!m_samples.empty() && passed.count() - m_samples.back().minutes < kBetween) return;
    m_samples.push_back({passed.count(), residentMib()});
}

MemoryFigures MemoryWatch::figures() const
{
    if (m_samples.empty()) return {};
    MemoryFigures figures{.start = m_samples.front().mib, .end = m_samples.back().mib};
    for (const Sample& sample : m_samples) figures.peak = std::max(figures.peak, sample.mib);
    const auto warm = std::ranges::find_if(
        m_samples, [&](const Sample& sample) { return sample.minutes >= m_samples.back().minutes / 2; });
    const auto count = static_cast<double>(m_samples.end() - warm);
    double minutes = 0;
    double mib = 0;
    for (auto sample = warm; sample != m_samples.end(); ++sample) {
        minutes += sample->minutes / count;
        mib += sample->mib / count;
    }
    double together = 0;
    double spread = 0;
    for (auto sample = warm; sample != m_samples.end(); ++sample) {
        together += (sample->minutes - minutes) * (sample->mib - mib);
        spread += (sample->minutes - minutes) * (sample->minutes - minutes);
    }
    if (spread > 0) figures.perMinute = together / spread;
    return figures;
}

}  // namespace understudy
