#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace understudy {

/// The message types an episode holds. Those of ROS have its definitions; ours carry raw monotonic stamps.
enum class MessageType : std::uint8_t {
    JointState,
    Transforms,
    Imu,
    Wrench,
    Text,
    SampleStamps,
    RobotBase,
    OperatorSample,
    Step,
    Contacts,
    Taxels,
    Event,
    ImageIndex,
};

/// "sensor_msgs/msg/JointState"
[[nodiscard]] std::string_view nameOf(MessageType type);
/// The definition with everything it depends on, as schema encoding "ros2msg" wants it.
[[nodiscard]] std::string definitionOf(MessageType type);

}  // namespace understudy
