#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "core/image.h"
#include "core/operatorsample.h"
#include "core/robotstate.h"
#include "core/step.h"

namespace understudy {

struct ImuSample {
    Stamps stamps;
    std::uint64_t sequence = 0;
    Eigen::Quaterniond orientation = Eigen::Quaterniond::Identity();
    Eigen::Vector3d angularVelocity = Eigen::Vector3d::Zero();     ///< rad/s, in the sensor frame
    Eigen::Vector3d linearAcceleration = Eigen::Vector3d::Zero();  ///< m/s², in the sensor frame
};

struct WrenchSample {
    Stamps stamps;
    std::uint64_t sequence = 0;
    Wrench wrench;  ///< in StreamInfo::frame
};

/// Bodies touch; indices into StreamInfo::names (body names).
struct Contact {
    std::uint16_t bodyA = 0;
    std::uint16_t bodyB = 0;
    Eigen::Vector3d position = Eigen::Vector3d::Zero();  ///< m, world
    Eigen::Vector3d normal = Eigen::Vector3d::Zero();    ///< from A to B, world
    float force = 0;                                     ///< N along the normal
};
inline constexpr int kMaxContacts = 64;

struct ContactSample {
    Stamps stamps;
    std::uint64_t sequence = 0;
    std::uint16_t count = 0;      ///< contacts that follow
    std::uint16_t truncated = 0;  ///< contacts that found no room
    std::array<Contact, kMaxContacts> contacts{};
};

/// An array of taxels or forces; shape and units in StreamInfo.
struct TaxelSample {
    Stamps stamps;
    std::uint64_t sequence = 0;
    Eigen::VectorXf values;
};

/// Poses of the bodies named in StreamInfo::names, in StreamInfo::frame.
struct TransformSample {
    Stamps stamps;
    std::uint64_t sequence = 0;
    std::vector<Pose> poses;
};

/// Something that happened: a press, a phase change, a gap, a jump of the wall clock.
struct Event {
    Stamps stamps;
    std::uint64_t sequence = 0;
    std::string name;    ///< snake case, e.g. "mark", "gap", "phase"
    std::string detail;  ///< free text or JSON
};

/// What a stream carries. The producer keeps one Record of its own and changes it in place; the sink copies it
/// into a slot of the same kind, so that nothing allocates.
using Record = std::variant<OperatorSample, RobotState, Step, ImuSample, WrenchSample, ContactSample, TaxelSample,
                            TransformSample, Event, ImageRef>;

[[nodiscard]] Stamps stampsOf(const Record& record);
[[nodiscard]] std::uint64_t sequenceOf(const Record& record);

/// Announces a stream before a session starts.
struct StreamInfo {
    std::string name;   ///< topic, e.g. "/robot/joint_states"; a camera's is its file name, e.g. "head"
    std::string kind;   ///< operator, robot, step, imu, wrench, contacts, taxels, transforms, event, camera
    double rateHz = 0;  ///< announced; 0: irregular
    std::string frame;  ///< of poses, wrenches, images
    std::vector<std::string> names;               ///< of joints, bodies or taxels, in the order of the values
    std::map<std::string, std::string> metadata;  ///< units, serial, calibration ids, intrinsics …
    Record prototype;                             ///< sized like every record that will follow
};

}  // namespace understudy
