#include "xr/calibration/calibrationrun.h"

#include <algorithm>

namespace understudy {

double CalibrationRun::heldShare() const
{
    return std::clamp(static_cast<double>(m_still.stillFor()) / static_cast<double>(m_holds), 0.0, 1.0);
}

CalibrationRun::Event CalibrationRun::push(const OperatorSample& sample)
{
    if (m_captured == kStanceCount) return Event::Done;
    const BodyPose* still = m_still.push(sample);
    if (still == nullptr || stanceOf(*still) != wanted()) return Event::None;
    m_stances[m_captured++] = *still;
    m_still.reset();
    if (m_captured < kStanceCount) return Event::Captured;
    const Result<BodyMeasures> measures = measureBody(m_stances);
    if (!measures) {
        m_problem = measures.error().message;
        m_captured = 0;
        return Event::Failed;
    }
    m_problem.clear();
    m_measures = *measures;
    m_alignment = Alignment::of(m_stances[static_cast<std::size_t>(Stance::TPose)],
                                m_stances[static_cast<std::size_t>(Stance::Neutral)]);
    return Event::Done;
}

}  // namespace understudy
