#pragma once

#include <memory>

#include "robots/model/robotmodel.h"

namespace understudy {

/// The effort a motion takes by the model alone: inertia, gravity, damping, and nothing that touches the robot. Has
/// MuJoCo data of its own; one thread; never allocates after create().
class EffortModel {
public:
    /// The base must be held; the model outlives this.
    [[nodiscard]] static Result<EffortModel> create(const RobotModel& model);
    EffortModel(EffortModel&&) noexcept;
    EffortModel& operator=(EffortModel&&) noexcept;
    ~EffortModel();

    /// N·m (N) per controlled joint; position, velocity and acceleration likewise, rad and s.
    [[nodiscard]] const Eigen::VectorXd& expected(const Eigen::VectorXd& position, const Eigen::VectorXd& velocity,
                                                  const Eigen::VectorXd& acceleration);

private:
    struct Data;
    explicit EffortModel(std::unique_ptr<Data> data);
    std::unique_ptr<Data> m_data;
};

}  // namespace understudy
