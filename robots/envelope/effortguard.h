#pragma once

#include <vector>

#include <Eigen/Core>

#include "core/result.h"
#include "core/timestamp.h"

namespace understudy {

/// Notices that a robot meets something its model does not know: the effort it measures stays away from the effort its
/// motion takes for longer than a blow or a noise lasts. Pure; never allocates after create().
class EffortGuard {
public:
    /// `largest`: N·m (N) per joint that measured and expected effort may differ by; infinite: not watched. `window`:
    /// how long it must be more, in a row.
    [[nodiscard]] static Result<EffortGuard> create(Eigen::VectorXd largest, Duration window);

    /// One measured state, `elapsed` after the one before. Efforts that are not finite count as as expected.
    void update(const Eigen::VectorXd& measured, const Eigen::VectorXd& expected, Duration elapsed);
    void reset();

    [[nodiscard]] bool inContact() const { return m_joint >= 0; }
    /// Of the first joint that met something, -1: none did.
    [[nodiscard]] int joint() const { return m_joint; }
    /// Largest difference of now as a share of what is allowed; 0 when nothing is watched.
    [[nodiscard]] double share() const { return m_share; }
    [[nodiscard]] bool watches() const { return m_watches; }

private:
    EffortGuard(Eigen::VectorXd largest, Duration window);

    Eigen::VectorXd m_largest;
    Duration m_window;
    bool m_watches = false;
    std::vector<Duration> m_beyond;  ///< per joint, for how long
    double m_share = 0;
    int m_joint = -1;
};

}  // namespace understudy
