#include "storage/read/messagetypes.h"

#include <algorithm>
#include <array>
#include <vector>

#include "core/step.h"

namespace understudy {
namespace {

struct Definition {
    std::string_view name;  ///< "pkg/Type"
    std::string_view text;
    std::vector<std::string_view> parts;  ///< the types it names directly
};

const std::vector<Definition>& definitions()
{
    static const std::vector<Definition> kDefinitions{
        {"builtin_interfaces/Time", "int32 sec\nuint32 nanosec\n", {}},
        {"std_msgs/Header", "builtin_interfaces/Time stamp\nstring frame_id\n", {"builtin_interfaces/Time"}},
        {"std_msgs/String", "string data\n", {}},
        {"geometry_msgs/Point", "float64 x\nfloat64 y\nfloat64 z\n", {}},
        {"geometry_msgs/Vector3", "float64 x\nfloat64 y\nfloat64 z\n", {}},
        {"geometry_msgs/Quaternion", "float64 x\nfloat64 y\nfloat64 z\nfloat64 w\n", {}},
        {"geometry_msgs/Pose",
         "geometry_msgs/Point position\ngeometry_msgs/Quaternion orientation\n",
         {"geometry_msgs/Point", "geometry_msgs/Quaternion"}},
        {"geometry_msgs/Transform",
         "geometry_msgs/Vector3 translation\ngeometry_msgs/Quaternion rotation\n",
         {"geometry_msgs/Vector3", "geometry_msgs/Quaternion"}},
        {"geometry_msgs/TransformStamped",
         "std_msgs/Header header\nstring child_frame_id\ngeometry_msgs/Transform transform\n",
         {"std_msgs/Header", "geometry_msgs/Transform"}},
        {"geometry_msgs/Wrench",
         "geometry_msgs/Vector3 force\ngeometry_msgs/Vector3 torque\n",
         {"geometry_msgs/Vector3"}},
        {"geometry_msgs/WrenchStamped",
         "std_msgs/Header header\ngeometry_msgs/Wrench wrench\n",
         {"std_msgs/Header", "geometry_msgs/Wrench"}},
        {"tf2_msgs/TFMessage", "geometry_msgs/TransformStamped[] transforms\n", {"geometry_msgs/TransformStamped"}},
        {"sensor_msgs/JointState",
         "std_msgs/Header header\nstring[] name\nfloat64[] position\nfloat64[] velocity\nfloat64[] effort\n",
         {"std_msgs/Header"}},
        {"sensor_msgs/Imu",
         "std_msgs/Header header\ngeometry_msgs/Quaternion orientation\nfloat64[9] orientation_covariance\n"
         "geometry_msgs/Vector3 angular_velocity\nfloat64[9] angular_velocity_covariance\n"
         "geometry_msgs/Vector3 linear_acceleration\nfloat64[9] linear_acceleration_covariance\n",
         {"std_msgs/Header", "geometry_msgs/Quaternion", "geometry_msgs/Vector3"}},
        {"understudy_msgs/Stamps",
         "# Nanoseconds. device: its own clock; capture and arrival: the station's monotonic clock.\n"
         "int64 device\nint64 capture\nint64 arrival\n",
         {}},
        {"understudy_msgs/SampleStamps",
         "# Stands before the sample of the same time on the topic without /stamps.\n"
         "understudy_msgs/Stamps stamps\nuint64 sequence\n",
         {"understudy_msgs/Stamps"}},
        {"understudy_msgs/RobotBase",
         "# Stands before the joint state of the same time; the pose of the floating base in the world.\n"
         "std_msgs/Header header\nunderstudy_msgs/Stamps stamps\nuint64 sequence\ngeometry_msgs/Pose pose\n",
         {"std_msgs/Header", "understudy_msgs/Stamps", "geometry_msgs/Pose"}},
        {"understudy_msgs/HandInput", "float32 trigger\nfloat32 squeeze\nfloat32 stick_x\nfloat32 stick_y\n", {}},
        {"understudy_msgs/OperatorSample",
         "# Body joints in the order of SMPL, hand joints in that of OpenXR, left hand first. Flags: 1 valid, 2 "
         "tracked.\n"
         "std_msgs/Header header\nunderstudy_msgs/Stamps stamps\nuint64 sequence\n"
         "geometry_msgs/Pose[24] body\nuint8[24] body_flags\n"
         "geometry_msgs/Pose[26] left_hand\nuint8[26] left_hand_flags\n"
         "geometry_msgs/Pose[26] right_hand\nuint8[26] right_hand_flags\n"
         "understudy_msgs/HandInput left_input\nunderstudy_msgs/HandInput right_input\n"
         "float64[] joints\nuint32 levels\nuint16[12] presses\n",
         {"std_msgs/Header", "understudy_msgs/Stamps", "geometry_msgs/Pose", "understudy_msgs/HandInput"}},
        {"understudy_msgs/SampleRef",
         "# age in nanoseconds, -1: there was no sample\nuint32 stream\nuint64 sequence\nint64 age\n",
         {}},
        {"understudy_msgs/WristTracking",
         "geometry_msgs/Pose target\nbool active\nfloat32 position_error\nfloat32 orientation_error\n",
         {"geometry_msgs/Pose"}},
        {"understudy_msgs/Step",
         "# time: monotonic nanoseconds. target: wanted by the retargeter, command: sent, measured: reported.\n"
         "std_msgs/Header header\nint64 time\nuint64 sequence\n"
         "understudy_msgs/SampleRef operator_sample\nunderstudy_msgs/SampleRef robot_state\n"
         "float64[] target\nfloat64[] command\nfloat64[] measured\n"
         "understudy_msgs/WristTracking left_wrist\nunderstudy_msgs/WristTracking right_wrist\n"
         "float32 left_closure\nfloat32 right_closure\n"
         "uint8 phase\nuint8 hold_reason\nuint8 mode\nuint32 levels\nbool limited\n"
         "uint32 solve_ns\nuint32 latency_ns\nuint32 tick_ns\nuint32 wake_late_ns\n"
         "# From here on: not in files of version 0.1.0 and before. Stages of the latency in ns, -1: not known.\n"
         "int64 view_age\nint64 view_limit\n"
         "int32 device_ns\nint32 smoothing_ns\nint32 command_ns\nint32 robot_ns\nint32 link_ns\nint32 camera_ns\n"
         "float32 effort_share\nuint8 retargeting\nuint8 requests\n",
         {"std_msgs/Header", "understudy_msgs/SampleRef", "understudy_msgs/WristTracking"}},
        {"understudy_msgs/Contact",
         "# Bodies by index into the names of the channel's metadata; metres and newtons, world frame.\n"
         "uint16 body_a\nuint16 body_b\ngeometry_msgs/Point position\ngeometry_msgs/Vector3 normal\nfloat32 force\n",
         {"geometry_msgs/Point", "geometry_msgs/Vector3"}},
        {"understudy_msgs/Contacts",
         "std_msgs/Header header\nunderstudy_msgs/Stamps stamps\nuint64 sequence\nuint16 truncated\n"
         "understudy_msgs/Contact[] contacts\n",
         {"std_msgs/Header", "understudy_msgs/Stamps", "understudy_msgs/Contact"}},
        {"understudy_msgs/Taxels",
         "std_msgs/Header header\nunderstudy_msgs/Stamps stamps\nuint64 sequence\nfloat32[] values\n",
         {"std_msgs/Header", "understudy_msgs/Stamps"}},
        {"understudy_msgs/Event",
         "std_msgs/Header header\nunderstudy_msgs/Stamps stamps\nuint64 sequence\nstring name\nstring detail\n",
         {"std_msgs/Header", "understudy_msgs/Stamps"}},
        {"understudy_msgs/ImageIndex",
         "# One image of the video: pts in nanoseconds, offset and size of its bytes in the file; crc32 from the end "
         "of "
         "the image before it.\n"
         "std_msgs/Header header\nunderstudy_msgs/Stamps stamps\nuint64 sequence\n"
         "int64 pts\nuint64 offset\nuint32 size\nbool key\nuint32 crc\n",
         {"std_msgs/Header", "understudy_msgs/Stamps"}},
    };
    return kDefinitions;
}

const Definition& definition(std::string_view name)
{
    return *std::ranges::find(definitions(), name, &Definition::name);
}

std::string_view shortName(MessageType type)
{
    static constexpr std::array<std::string_view, 13> kNames{
        "sensor_msgs/JointState",    "tf2_msgs/TFMessage",
        "sensor_msgs/Imu",           "geometry_msgs/WrenchStamped",
        "std_msgs/String",           "understudy_msgs/SampleStamps",
        "understudy_msgs/RobotBase", "understudy_msgs/OperatorSample",
        "understudy_msgs/Step",      "understudy_msgs/Contacts",
        "understudy_msgs/Taxels",    "understudy_msgs/Event",
        "understudy_msgs/ImageIndex"};
    return kNames[static_cast<std::size_t>(type)];
}

void collect(const Definition& from, std::vector<std::string_view>& names)
{
    for (const std::string_view part : from.parts) {
        if (std::ranges::find(names, part) != names.end()) continue;
        names.push_back(part);
        collect(definition(part), names);
    }
}

std::string constantsOf(std::string_view name)
{
    std::string text;
    if (name != "understudy_msgs/Step") return text;
    const auto line = [&text](std::string_view prefix, std::string_view value, int number) {
        text += "uint8 ";
        for (const char c : std::string(prefix) + std::string(value))
            text += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
        text += "=" + std::to_string(number) + "\n";
    };
    for (int i = 0; i <= static_cast<int>(TeleopPhase::Stopped); ++i)
        line("phase_", nameOf(static_cast<TeleopPhase>(i)), i);
    for (int i = 0; i <= static_cast<int>(HoldReason::Workspace); ++i)
        line("hold_", nameOf(static_cast<HoldReason>(i)), i);
    return text;
}

}  // namespace

std::string_view nameOf(MessageType type)
{
    static const auto kFullNames = [] {
        std::array<std::string, 13> names;
        for (std::size_t i = 0; i < names.size(); ++i) {
            names[i] = shortName(static_cast<MessageType>(i));
            names[i].insert(names[i].find('/'), "/msg");
        }
        return names;
    }();
    return kFullNames[static_cast<std::size_t>(type)];
}

std::string definitionOf(MessageType type)
{
    const Definition& main = definition(shortName(type));
    std::string text = constantsOf(main.name) + std::string(main.text);
    std::vector<std::string_view> names;
    collect(main, names);
    for (const std::string_view name : names) {
        text.append(80, '=');
        text += "\nMSG: " + std::string(name) + "\n";
        text += definition(name).text;
    }
    return text;
}

}  // namespace understudy
