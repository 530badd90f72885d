#pragma once

#include <memory>
#include <optional>

#include "core/record.h"
#include "robots/model/robotmodel.h"
#include "robots/model/scenestate.h"

namespace understudy {

/// A robot in its scene under physics. Deterministic: the same calls give the same states. One thread at a time; no
/// thread and no clock of its own.
class Simulation {
public:
    /// The model outlives the simulation.
    [[nodiscard]] static Result<Simulation> create(const RobotModel& model);
    Simulation(Simulation&&) noexcept;
    Simulation& operator=(Simulation&&) noexcept;
    ~Simulation();

    /// Robot at rest, every object at its place; a seed other than 0 moves the objects by a few centimetres.
    void reset(std::uint64_t seed);
    /// The same for the objects only; the robot stays as it is.
    void resetObjects(std::uint64_t seed);

    /// Takes effect with the next step and stays until the next call. Sizes must fit the model.
    void follow(const JointCommand& command);
    /// From now on the posture measured now.
    void holdMeasured();

    /// One physics step. False: physics diverged and stays as it was; words in problem().
    bool step();
    [[nodiscard]] double timestep() const;  ///< s
    [[nodiscard]] double time() const;      ///< s since creation, also through resets
    [[nodiscard]] const std::string& problem() const;

    /// Into prototypes sized by the functions below; stamps and sequence are the caller's. No allocation.
    void read(RobotState& state) const;
    void read(ContactSample& contacts) const;
    void read(TransformSample& transforms) const;
    void read(SceneState& scene) const;

    [[nodiscard]] RobotState statePrototype() const;
    [[nodiscard]] TransformSample transformsPrototype() const;
    [[nodiscard]] SceneState scenePrototype() const;
    [[nodiscard]] std::vector<std::string> contactBodies() const;    ///< names of ContactSample's indices
    [[nodiscard]] std::vector<std::string> transformBodies() const;  ///< the base, then every free body

    [[nodiscard]] Pose bodyPose(int body) const;  ///< X_WB, index into RobotModel::bodies()
    struct Touch {
        bool robot = false;  ///< a part of the robot
        bool scene = false;  ///< anything else
    };
    /// What a body is in contact with.
    [[nodiscard]] Touch touchOf(int body) const;
    [[nodiscard]] const RobotModel& model() const;

private:
    struct Data;
    explicit Simulation(std::unique_ptr<Data> data);

    std::unique_ptr<Data> m_data;
};

}  // namespace understudy
