#pragma once

#include <algorithm>
#include <optional>

#include "xr/calibration/alignment.h"
#include "xr/calibration/bodymeasures.h"

namespace understudy {

/// Leads somebody through the three stances in their order; each is captured as soon as it is held still. One thread.
class CalibrationRun {
public:
    explicit CalibrationRun(const StillnessDetector::Options& options = {}) : m_still(options) {}

    enum class Event : std::uint8_t { None, Captured, Done, Failed };
    /// Captured: the next stance is wanted. Failed: problem() says what; the run goes on with the stance to repeat.
    [[nodiscard]] Event push(const OperatorSample& sample);

    [[nodiscard]] Stance wanted() const { return kStances[std::min<std::size_t>(m_captured, kStanceCount - 1)]; }
    [[nodiscard]] double heldShare() const;  ///< 0 to 1 of the stillness that is asked for
    [[nodiscard]] const std::string& problem() const { return m_problem; }
    /// After Done.
    [[nodiscard]] const BodyMeasures& measures() const { return m_measures; }
    [[nodiscard]] const Alignment& alignment() const { return m_alignment; }

private:
    StillnessDetector m_still;
    Duration m_holds = StillnessDetector::Options{}.holds;
    std::size_t m_captured = 0;
    std::array<BodyPose, kStanceCount> m_stances{};
    std::string m_problem;
    BodyMeasures m_measures;
    Alignment m_alignment;
};

}  // namespace understudy
