#pragma once

#include <optional>
#include <string>
#include <vector>

#include "robots/model/differentialik.h"
#include "robots/model/handretargeter.h"

namespace understudy {

enum class RetargetMode : std::uint8_t {
    Mirror,      ///< the robot takes the operator's posture: shoulder-centred, scaled by the arms' lengths
    Clutch,      ///< the hands move the wrists from where both were when driving began
    JointDirect  ///< named joints of the device drive joints of the robot
};
[[nodiscard]] std::string_view nameOf(RetargetMode mode);

/// robot joint = scale · source joint + offset.
struct JointMapping {
    std::string source;
    std::string robot;
    double scale = 1;
    double offset = 0;
};

struct RetargetOptions {
    RetargetMode mode = RetargetMode::Mirror;
    double positionScale = 1;  ///< of Clutch, 0.25 to 1.5
    double rotationScale = 1;  ///< of Clutch, 0.5 to 1.5
    double reachSoft = 0.95;   ///< share of the robot's straight arm from which reaching is softened
    double reachHard = 1.0;    ///< share that is never exceeded
    /// A wrist that moves three times as fast as these, and not the way it did before, jumps: tracking was lost or
    /// swapped.
    double linearSpeed = 2.5;                 ///< m/s
    double angularSpeed = 10;                 ///< rad/s
    double jumpDistance = 0.1;                ///< m from where its velocity would have brought it
    double jumpAngle = 1.0;                   ///< rad, likewise
    std::vector<std::string> sourceJoints;    ///< DeviceInfo::jointNames, for JointDirect
    std::vector<JointMapping> jointMappings;  ///< for JointDirect; empty: joints of the same name
};

/// What one operator sample asks of the robot.
struct RetargetOutput {
    BodyTargets body;
    Eigen::VectorXd joints;                   ///< every controlled joint; those that JointDirect, head or fingers drive
    std::array<float, kSideCount> closure{};  ///< 0 open to 1 closed
    std::array<bool, kSideCount> tracked{};   ///< this side was measured and may drive
    std::array<bool, kSideCount> fingers{};   ///< this hand's fingers are in `joints`, not in `closure`
    bool jumped = false;                      ///< a side was elsewhere at once; the targets are the ones before
    bool outside = false;                     ///< a wrist is wanted far outside of its workspace
};

/// Sample to targets in the robot's base frame. A value with a little memory (clutch latch, heading, arm lengths);
/// one thread, deterministic, never allocates after create(). Poses that are not finite, quaternions that are not of
/// unit length and bones of impossible length count as not tracked.
class Retargeter {
public:
    /// Fails in words for options that do not fit the robot. The model must outlive this.
    [[nodiscard]] static Result<Retargeter> create(const RobotModel& model, const RetargetOptions& options = {});

    /// Takes a new sample. `following`: the robot follows and the clutch is open; without it the clutch re-latches.
    /// `wrists`: X_BT as last commanded.
    const RetargetOutput& update(const OperatorSample& sample, bool following,
                                 const std::array<Pose, kSideCount>& wrists);
    [[nodiscard]] const RetargetOutput& output() const { return m_output; }
    /// The next sample is compared with none before it; the clutch latches anew.
    void rearm();

    /// Where fingers and neck shall be, into `into` (every controlled joint), from what is played of the output.
    void applyFingersAndNeck(const std::array<double, kSideCount>& closure, const Eigen::VectorXd& joints,
                             Eigen::VectorXd& into) const;
    /// Joints of hands and neck that this drives.
    [[nodiscard]] std::vector<int> singleJoints() const;
    /// Joints that a mapping of JointDirect drives.
    [[nodiscard]] const std::vector<int>& mappedJoints() const { return m_mapped; }
    [[nodiscard]] RetargetMode mode() const { return m_options.mode; }
    /// Other rules from the next sample on. False: this robot and device have no such mode, nothing changed.
    bool setMode(RetargetMode mode);
    [[nodiscard]] bool hasArm(Side side) const { return m_arms[static_cast<std::size_t>(indexOf(side))].present; }
    /// Longest distance from shoulder to wrist frame, m; 0 without that arm.
    [[nodiscard]] double reach(Side side) const { return m_arms[static_cast<std::size_t>(indexOf(side))].reach; }

private:
    struct Arm {
        bool present = false;
        bool hasElbow = false;
        Eigen::Vector3d shoulder = Eigen::Vector3d::Zero();  ///< in the base frame, at rest
        double reach = 0;                                    ///< m
        double upperArm = 0;                                 ///< m
        double operatorUpperArm = 0;                         ///< m, of this operator; 0: not measured yet
        double operatorForearm = 0;
        bool latched = false;
        Pose handLatch;   ///< operator's hand when the clutch latched, operator's world
        Pose wristLatch;  ///< robot's wrist then
        Eigen::Quaterniond latchHeading = Eigen::Quaterniond::Identity();
        bool compared = false;  ///< `accepted` may be compared with
        Pose accepted;
        Twist velocity;  ///< of the accepted targets
    };
    struct Finger {
        int joint = 0;
        double open = 0;
        double closed = 0;
    };
    struct NeckJoint {
        int joint = 0;
        Eigen::Vector3d axis = Eigen::Vector3d::UnitZ();  ///< in the torso's axes at rest, as the base's
        double rest = 0;
        double lower = 0;
        double upper = 0;
    };
    struct Channel {
        int source = 0;
        int robot = 0;
        double scale = 1;
        double offset = 0;
    };

    explicit Retargeter(const RetargetOptions& options) : m_options(options) {}
    Result<void> measureRobot(const RobotModel& model);
    Result<void> mapJoints(const RobotModel& model);

    void updateHeading(const OperatorSample& sample);
    void updateTorso(const OperatorSample& sample);
    Result<void> measureNeck(const RobotModel& model);
    void updateNeck(const OperatorSample& sample);
    void updateClosure(const OperatorSample& sample);
    void updateDirect(const OperatorSample& sample);
    [[nodiscard]] std::optional<ArmTarget> mirrored(Side side, const OperatorSample& sample);
    [[nodiscard]] std::optional<ArmTarget> clutched(Side side, const OperatorSample& sample, bool following,
                                                    const Pose& wrist);
    [[nodiscard]] Eigen::Vector3d withinReach(const Arm& arm, const Eigen::Vector3d& shoulder,
                                              const Eigen::Vector3d& wrist) const;
    /// Keeps a wrist inside of its workspace; false: it is wanted too far outside.
    [[nodiscard]] bool keepInside(std::size_t side, Pose& wrist) const;
    [[nodiscard]] Eigen::Vector3d shoulderNow(const Arm& arm) const;
    [[nodiscard]] bool isJump(const Arm& arm, const Pose& target, double seconds) const;
    static void accept(Arm& arm, const Pose& target, double seconds);

    RetargetOptions m_options;
    std::array<Arm, kSideCount> m_arms{};
    std::array<std::vector<Finger>, kSideCount> m_fingers;
    std::array<std::unique_ptr<HandRetargeter>, kSideCount> m_hands;
    std::vector<NeckJoint> m_neck;
    std::vector<Channel> m_channels;
    std::vector<int> m_mapped;
    std::size_t m_sourceCount = 0;
    std::array<std::optional<WorkspaceBox>, kSideCount> m_workspaces;
    bool m_waistTurns = false;  ///< the waist can follow the operator's twist
    bool m_hasTorso = false;
    Pose m_torsoRest;                                               ///< X_B torso at rest
    Eigen::Quaterniond m_heading = Eigen::Quaterniond::Identity();  ///< operator's world to straight ahead, yaw only
    Timestamp m_capture = 0;
    bool m_seen = false;
    RetargetOutput m_output;
};

}  // namespace understudy
