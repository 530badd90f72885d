#include "robots/model/jointlimits.h"

#include <algorithm>

#include "robots/model/robotmodel.h"

namespace understudy {

JointLimits limitsOf(const RobotModel& model, const LimitCeiling& ceiling)
{
    const auto& joints = model.joints();
    const auto count = static_cast<Eigen::Index>(joints.size());
    JointLimits limits{.lower = Eigen::VectorXd(count),
                       .upper = Eigen::VectorXd(count),
                       .velocity = Eigen::VectorXd(count),
                       .acceleration = Eigen::VectorXd(count)};
    for (Eigen::Index i = 0; i < count; ++i) {
        const JointInfo& joint = joints[static_cast<std::size_t>(i)];
        limits.lower[i] = joint.lower.value;
        limits.upper[i] = joint.upper.value;
        limits.velocity[i] = std::min(joint.velocity.value, ceiling.velocity);
        limits.acceleration[i] = std::min(joint.acceleration.value, ceiling.acceleration);
    }
    return limits;
}

}  // namespace understudy
