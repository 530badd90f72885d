#pragma once

#include <memory>

#include "core/clock.h"
#include "core/ring.h"
#include "core/robotlink.h"
#include "robots/model/robotmodel.h"
#include "robots/model/scenestate.h"

namespace understudy {

/// How a simulated robot misbehaves, for tests. Times count from start(); negative: never.
struct SimulatorFaults {
    Duration silentAfter = -1;  ///< stops publishing
    Duration silentFor = -1;    ///< and begins again after this long
};

struct SimulatorOptions {
    std::uint64_t seed = 0;  ///< of the objects' places; 0: where the model puts them
    SimulatorFaults faults;
};

struct SimulatorTiming {
    std::uint64_t steps = 0;
    std::uint64_t lateSteps = 0;     ///< begun more than one publishing period late and caught up
    std::uint64_t skippedSteps = 0;  ///< never made: the machine was too slow
};

/// MuJoCo in real time on a thread of its own. The base is held as on a gantry, joints follow position commands, and
/// without a command for 100 ms the measured posture is held. Streams: /robot/joint_states, /robot/contacts, /tf,
/// /sim/events (what happened to objects: touched, lifted, placed).
/// Captures lie on the grid of simulated time; a machine that falls behind by more than 250 ms loses simulated time,
/// which is counted, and shows as numbers left out in every stream.
class SimulatorLink final : public RobotLink {
public:
    /// Model and clock outlive the link. The clock must run as CLOCK_MONOTONIC does.
    [[nodiscard]] static Result<std::unique_ptr<SimulatorLink>> create(const RobotModel& model, const Clock& clock,
                                                                       const SimulatorOptions& options = {});
    ~SimulatorLink() override;

    [[nodiscard]] const RobotInfo& info() const override;
    [[nodiscard]] Publisher<RobotState>& states() override;
    [[nodiscard]] Result<void> start(RecordSink& sink) override;
    void stop() override;
    bool send(const JointCommand& command) override;
    [[nodiscard]] SourceHealth health() const override;

    /// Every state of the last second or so, for cameras to draw from; before start() only, one reader thread each.
    /// A reader that falls behind misses the newest.
    [[nodiscard]] Ring<SceneState>& addSceneReader();
    /// The newest contacts, for who shows them; before start() only, one reader thread each.
    [[nodiscard]] Latest<ContactSample>& addContactReader();
    /// Puts the objects back before the next step, the robot stays. Any thread.
    void resetObjects(std::uint64_t seed);
    [[nodiscard]] SimulatorTiming timing() const;

private:
    struct Data;
    explicit SimulatorLink(std::unique_ptr<Data> data);

    std::unique_ptr<Data> m_data;
};

}  // namespace understudy
