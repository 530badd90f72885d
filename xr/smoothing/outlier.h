#pragma once

#include <array>

#include "core/pose.h"

namespace understudy {

struct OutlierOptions {
    double deviations = 6;      ///< of the residuals' robust deviation beyond which a position is not believed
    double leastMetres = 0.05;  ///< closer than this to the prediction is never an outlier
    double leastRadians = 0.6;  ///< likewise for the turn
    int believeAfter = 3;       ///< so many outliers in a row that agree are the truth
};

/// Hampel's test on the residual against the prediction by the last velocity, over the last eleven residuals. A pose
/// that is not believed is replaced by the prediction. One thread; never allocates.
class OutlierGate {
public:
    explicit OutlierGate(const OutlierOptions& options = {}) : m_options(options) {}

    struct Verdict {
        Pose pose;
        bool replaced = false;
    };
    [[nodiscard]] Verdict pass(const Pose& pose, double elapsed);
    void reset();

private:
    static constexpr int kWindow = 11;
    void accept(const Pose& pose, double elapsed);

    OutlierOptions m_options;
    std::array<double, kWindow> m_residuals{};
    int m_count = 0;
    int m_next = 0;
    Pose m_last;
    Eigen::Vector3d m_velocity = Eigen::Vector3d::Zero();
    bool m_seen = false;
    Pose m_suspect;
    int m_suspects = 0;
};

}  // namespace understudy
