#include "robots/links/objectobserver.h"

namespace understudy {
namespace {

constexpr double kLift = 0.02;        ///< m
constexpr double kStillSpeed = 0.05;  ///< m/s

}  // namespace

std::string_view nameOf(ObjectEvent event)
{
    switch (event) {
    case ObjectEvent::Touched:
        return "touched";
    case ObjectEvent::Lifted:
        return "lifted";
    case ObjectEvent::Placed:
        return "placed";
    }
    return "touched";
}

ObjectObserver::ObjectObserver(const Simulation& simulation, int body)
    : m_body(body), m_position(simulation.bodyPose(body).position), m_height(m_position.z())
{
}

std::optional<ObjectEvent> ObjectObserver::update(const Simulation& simulation)
{
    const Simulation::Touch touch = simulation.touchOf(m_body);
    const Eigen::Vector3d position = simulation.bodyPose(m_body).position;
    const double speed = (position - m_position).norm() / simulation.timestep();
    m_position = position;
    switch (m_phase) {
    case Phase::Standing:
        if (!touch.robot) {
            m_height = position.z();
            return std::nullopt;
        }
        m_phase = Phase::Touched;
        return ObjectEvent::Touched;
    case Phase::Touched:
        if (touch.robot && !touch.scene && position.z() > m_height + kLift) {
            m_phase = Phase::Lifted;
            return ObjectEvent::Lifted;
        }
        if (!touch.robot && touch.scene && speed < kStillSpeed) m_phase = Phase::Standing;
        return std::nullopt;
    case Phase::Lifted:
        if (touch.robot || !touch.scene || speed > kStillSpeed) return std::nullopt;
        m_phase = Phase::Standing;
        m_height = position.z();
        return ObjectEvent::Placed;
    }
    return std::nullopt;
}

}  // namespace understudy
