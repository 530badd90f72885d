#pragma once

#include <optional>

#include "core/publisher.h"
#include "core/source.h"

namespace understudy {

enum class RobotKind : std::uint8_t { Simulated, Real };

/// What the robot's stop does.
enum class StopBehaviour : std::uint8_t { KeepsPosture, Damps };

struct RobotInfo {
    std::string name;    ///< model, e.g. "unitree_g1"
    std::string serial;  ///< "sim" for a simulated one
    RobotKind kind = RobotKind::Simulated;
    StopBehaviour stop = StopBehaviour::KeepsPosture;
    double stateRateHz = 0;
    std::vector<std::string> jointNames;  ///< controlled joints; order of RobotState and JointCommand
    std::string descriptionHash;          ///< SHA-256 of the model's folder content, hex; names models/<hash>
};

/// MuJoCo, a vendor's bus, the guard, a scripted peer. Owns its thread, which alone publishes states.
class RobotLink {
public:
    virtual ~RobotLink() = default;

    [[nodiscard]] virtual const RobotInfo& info() const = 0;
    /// Add readers before start().
    [[nodiscard]] virtual Publisher<RobotState>& states() = 0;
    /// Opens its streams (joint state; contacts, transforms, IMU where it has them) and connects.
    [[nodiscard]] virtual Result<void> start(RecordSink& sink) = 0;
    /// Idempotent; the robot holds, the thread is joined.
    virtual void stop() = 0;
    /// Control thread only. Never waits, never allocates. False: not sent.
    virtual bool send(const JointCommand& command) = 0;
    [[nodiscard]] virtual SourceHealth health() const = 0;
};

}  // namespace understudy
