#pragma once

#include "robots/links/simulation.h"

namespace understudy {

enum class ObjectEvent : std::uint8_t { Touched, Lifted, Placed };
[[nodiscard]] std::string_view nameOf(ObjectEvent event);

/// Tells from the physics what happened to one object, as the truth to judge labels by: touched (the first contact
/// with the robot), lifted (only the robot bears it, 2 cm above where it stood), placed (borne by the scene again, let
/// go and at rest). After placed it may be touched again.
class ObjectObserver {
public:
    ObjectObserver(const Simulation& simulation, int body);

    /// After every step; at most one event a step.
    std::optional<ObjectEvent> update(const Simulation& simulation);
    [[nodiscard]] int body() const { return m_body; }

private:
    enum class Phase : std::uint8_t { Standing, Touched, Lifted };

    int m_body = 0;
    Phase m_phase = Phase::Standing;
    Eigen::Vector3d m_position = Eigen::Vector3d::Zero();
    double m_height = 0;
};

}  // namespace understudy
