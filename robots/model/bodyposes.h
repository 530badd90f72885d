#pragma once

#include <memory>
#include <vector>

#include "robots/model/robotmodel.h"

namespace understudy {

/// Forward kinematics of every body, for drawing. One thread; keeps a reference to the model.
class BodyPoses {
public:
    explicit BodyPoses(const RobotModel& model);
    ~BodyPoses();
    BodyPoses(const BodyPoses&) = delete;
    BodyPoses& operator=(const BodyPoses&) = delete;

    /// Where a free body (an object, or a floating base that is not held) is; kept until changed. X_WB.
    void setFreeBody(int body, const Pose& pose);
    void resetFreeBodies();
    /// Places everything; qpos as RobotModel::restQpos(), another length is ignored.
    void setScene(const Eigen::VectorXd& qpos);

    /// X_WB of every body, in the order of RobotModel::bodies(), with the robot's joints at `joints` (order of
    /// RobotModel::joints(); others keep the rest posture). Valid until the next call.
    [[nodiscard]] const std::vector<Pose>& at(const Eigen::VectorXd& joints);

private:
    struct Data;
    const RobotModel& m_model;
    std::unique_ptr<Data> m_data;
    std::vector<Pose> m_poses;
};

}  // namespace understudy
