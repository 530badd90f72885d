#pragma once

#include "core/pose.h"
#include "core/timestamp.h"

namespace understudy {

struct OneEuroOptions {
    double minCutoffHz = 1;         ///< of a value at rest
    double beta = 0.1;              ///< how much the cutoff rises with speed
    double derivativeCutoffHz = 1;  ///< of the speed
};

/// The One-Euro filter (Casiez, Roussel, Vogel 2012): smooth at rest, quick in motion. `Value` needs + - and * double.
/// The speed is of the value against the filtered one before.
template <typename Value, typename Norm>
class OneEuro {
public:
    OneEuro(const OneEuroOptions& options, Norm norm) : m_options(options), m_norm(norm) {}

    [[nodiscard]] Value filter(const Value& value, double elapsed)
    {
        if (!m_seen || !(elapsed > 0)) {
            if (!m_seen) m_filtered = value;
            m_seen = true;
            return m_filtered;
        }
        const Value speed = (value - m_filtered) * (1 / elapsed);
        const double share = shareOf(m_options.derivativeCutoffHz, elapsed);
        m_speed = m_hasSpeed ? Value(m_speed + (speed - m_speed) * share) : Value(speed * share);
        m_hasSpeed = true;
        const double cutoff = m_options.minCutoffHz + m_options.beta * m_norm(m_speed);
        m_filtered = m_filtered + (value - m_filtered) * shareOf(cutoff, elapsed);
        return m_filtered;
    }
    void reset() { m_seen = m_hasSpeed = false; }

    /// Share of the new value a first-order low-pass of this cutoff takes.
    [[nodiscard]] static double shareOf(double cutoffHz, double elapsed)
    {
        const double tau = 1 / (2 * 3.14159265358979323846 * cutoffHz);
        return 1 / (1 + tau / elapsed);
    }

private:
    OneEuroOptions m_options;
    Norm m_norm;
    Value m_filtered{};
    Value m_speed{};
    bool m_seen = false;
    bool m_hasSpeed = false;
};

/// Position by One-Euro per axis with the speed's norm; orientation by a turn towards the new one, its cutoff by the
/// angular speed.
class OneEuroPose {
public:
    explicit OneEuroPose(const OneEuroOptions& position = {}, const OneEuroOptions& orientation = {});

    [[nodiscard]] Pose filter(const Pose& pose, double elapsed);
    void reset();
    /// How far the filter lags behind a steady motion now, s: the time constant of the position's cutoff.
    [[nodiscard]] double delay() const { return m_delay; }

private:
    OneEuroOptions m_positionOptions;
    OneEuroOptions m_orientationOptions;
    bool m_seen = false;
    Pose m_filtered;
    Eigen::Vector3d m_velocity = Eigen::Vector3d::Zero();
    Eigen::Vector3d m_angular = Eigen::Vector3d::Zero();
    double m_delay = 0;
};

}  // namespace understudy
