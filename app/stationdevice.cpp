#include "app/stationdevicetoml.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "xr/rig/fusion.h"

namespace understudy {
namespace {

/// Reads a table key by key and keeps the first complaint.
class Keys {
public:
    Keys(const toml::table& table, std::string name, std::string origin)
        : m_table(table), m_name(std::move(name)), m_origin(std::move(origin))
    {
    }

    void text(const char* key, std::string& into)
    {
        if (const toml::node* node = find(key)) {
            if (const auto value = node->value_exact<std::string>())
                into = *value;
            else
                complain(*node, key, "a text");
        }
    }
    void choice(const char* key, std::string& into, const std::vector<std::string>& choices)
    {
        std::string value = into;
        text(key, value);
        if (!m_error && std::ranges::find(choices, value) == choices.end())
            complain(*m_table.get(key), key, fmt::format("one of: {}", fmt::join(choices, ", ")));
        into = value;
    }
    void flag(const char* key, bool& into)
    {
        if (const toml::node* node = find(key)) {
            if (const auto value = node->value_exact<bool>())
                into = *value;
            else
                complain(*node, key, "true or false");
        }
    }
    template <typename Into>
    void number(const char* key, Into& into, double least, double most)
    {
        const toml::node* node = find(key);
        if (node == nullptr) return;
        const auto value = node->value<double>();
        if (!node->is_number() || !value || !std::isfinite(*value) || *value < least || *value > most)
            complain(*node, key, fmt::format("a number from {} to {}", least, most));
        else
            into = *value;
    }
    template <typename Into>
    void whole(const char* key, Into& into, std::int64_t least, std::int64_t most)
    {
        const toml::node* node = find(key);
        if (node == nullptr) return;
        const auto value = node->value_exact<std::int64_t>();
        if (!value || *value < least || *value > most)
            complain(*node, key, fmt::format("a whole number from {} to {}", least, most));
        else
            into = static_cast<int>(*value);
    }
    void texts(const char* key, std::vector<std::string>& into)
    {
        const toml::node* node = find(key);
        if (node == nullptr) return;
        const toml::array* list = node->as_array();
        std::vector<std::string> read;
        if (list != nullptr)
            for (const toml::node& each : *list)
                if (const auto value = each.value_exact<std::string>()) read.push_back(*value);
        if (list == nullptr || read.size() != list->size())
            complain(*node, key, "a list of texts");
        else
            into = std::move(read);
    }
    void numbers(const char* key, std::array<double, 3>& into)
    {
        const toml::node* node = find(key);
        if (node == nullptr) return;
        const toml::array* list = node->as_array();
        bool sound = list != nullptr && list->size() == into.size();
        for (std::size_t i = 0; sound && i < into.size(); ++i) {
            const auto value = (*list)[i].value<double>();
            sound = value && std::isfinite(*value);
            if (sound) into[i] = *value;
        }
        if (!sound) complain(*node, key, "three numbers");
    }
    [[nodiscard]] const toml::node* find(const char* key)
    {
        m_known.insert(key);
        return m_error ? nullptr : m_table.get(key);
    }
    void complain(const toml::node& node, const char* key, const std::string& expected)
    {
        if (!m_error)
            m_error = Error{fmt::format("{}, line {}: {} in [{}] must be {}", m_origin, node.source().begin.line, key,
                                        m_name, expected)};
    }
    [[nodiscard]] Result<void> finish()
    {
        for (const auto& [key, node] : m_table) {
            if (m_error) break;
            if (!m_known.contains(std::string(key.str())))
                m_error = Error{fmt::format("{}, line {}: [{}] has no key \"{}\"; it knows: {}", m_origin,
                                            node.source().begin.line, m_name, key.str(), fmt::join(m_known, ", "))};
        }
        if (m_error) return tl::unexpected(*m_error);
        return {};
    }

private:
    const toml::table& m_table;
    std::string m_name;
    std::string m_origin;
    std::set<std::string> m_known;
    std::optional<Error> m_error;
};

Result<StationJoint> readJoint(const toml::table& table, const std::string& origin)
{
    constexpr double kMost = 1e3;
    Keys keys(table, "device.joint", origin);
    StationJoint joint;
    keys.text("name", joint.name);
    keys.whole("id", joint.id, 0, 252);
    keys.whole("sign", joint.sign, -1, 1);
    keys.number("zero", joint.zero, -kMost, kMost);
    keys.number("lowest", joint.lowest, -kMost, kMost);
    keys.number("highest", joint.highest, -kMost, kMost);
    keys.number("open", joint.open, -kMost, kMost);
    keys.number("closed", joint.closed, -kMost, kMost);
    if (const auto read = keys.finish(); !read) return tl::unexpected(read.error());
    const auto line = table.source().begin.line;
    if (joint.name.empty()) return fail(fmt::format("{}, line {}: a [[device.joint]] needs a name", origin, line));
    if (joint.sign == 0) return fail(fmt::format("{}, line {}: sign in [device.joint] must be 1 or -1", origin, line));
    if (joint.open.has_value() != joint.closed.has_value() || (joint.open && *joint.open == *joint.closed))
        return fail(fmt::format("{}, line {}: a range needs two different ends, open and closed", origin, line));
    return joint;
}

}  // namespace

const std::vector<std::string>& deviceKinds()
{
    static const std::vector<std::string> kKinds{"motion", "openxr", "xsens",  "rokoko",   "vmc",
                                                 "mocopi", "noitom", "joints", "dynamixel"};
    return kKinds;
}

Result<StationDevice> readStationDevice(const toml::table& table, const std::string& origin)
{
    Keys keys(table, "device", origin);
    StationDevice device;
    keys.choice("kind", device.kind, deviceKinds());
    if (device.kind != "motion") device.name = device.kind;
    keys.text("name", device.name);
    keys.text("motion", device.motion);
    keys.text("listen", device.listen);
    keys.whole("port", device.port, 1, 65535);
    keys.text("sender", device.sender);
    keys.text("id", device.id);
    keys.number("rate_hz", device.rateHz, 1, 1000);
    keys.texts("joints", device.joints);
    keys.flag("joint_angles", device.jointAngles);
    keys.text("serial_port", device.serialPort);
    keys.whole("baud", device.baud, 9600, 4'000'000);
    keys.choice("smoothing", device.smoothing, {"auto", "none", "all"});
    keys.flag("spare", device.spare);
    keys.numbers("offset", device.offset);
    keys.number("yaw_deg", device.yawDeg, -360, 360);
    if (const toml::node* node = keys.find("joint")) {
        const toml::array* list = node->as_array();
        if (list == nullptr || !list->is_homogeneous(toml::node_type::table)) {
            keys.complain(*node, "joint", "a list of tables, written as [[device.joint]]");
        } else {
            for (const toml::node& each : *list) {
                auto joint = readJoint(*each.as_table(), origin);
                if (!joint) return tl::unexpected(joint.error());
                device.servos.push_back(std::move(*joint));
            }
        }
    }
    if (const auto read = keys.finish(); !read) return tl::unexpected(read.error());
    return device;
}

toml::table toTable(const StationDevice& device)
{
    const StationDevice plain;
    toml::table table{{"name", device.name}, {"kind", device.kind}};
    const auto text = [&](const char* key, const std::string& value, const std::string& usual) {
        if (value != usual) table.insert(key, value);
    };
    if (device.kind == "motion") table.insert("motion", device.motion);
    text("listen", device.listen, plain.listen);
    if (device.port) table.insert("port", *device.port);
    text("sender", device.sender, plain.sender);
    text("id", device.id, plain.id);
    if (device.rateHz) table.insert("rate_hz", *device.rateHz);
    toml::array joints;
    for (const std::string& joint : device.joints) joints.push_back(joint);
    if (!joints.empty()) table.insert("joints", std::move(joints));
    if (device.jointAngles) table.insert("joint_angles", true);
    text("serial_port", device.serialPort, plain.serialPort);
    if (device.baud != plain.baud) table.insert("baud", device.baud);
    text("smoothing", device.smoothing, plain.smoothing);
    if (device.spare) table.insert("spare", true);
    if (device.offset != plain.offset)
        table.insert("offset", toml::array{device.offset[0], device.offset[1], device.offset[2]});
    if (device.yawDeg != 0) table.insert("yaw_deg", device.yawDeg);
    toml::array servos;
    for (const StationJoint& joint : device.servos) {
        toml::table servo{{"name", joint.name}, {"id", joint.id}, {"sign", joint.sign}, {"zero", joint.zero}};
        if (joint.lowest) servo.insert("lowest", *joint.lowest);
        if (joint.highest) servo.insert("highest", *joint.highest);
        if (joint.open) servo.insert("open", *joint.open);
        if (joint.closed) servo.insert("closed", *joint.closed);
        servos.push_back(std::move(servo));
    }
    if (!servos.empty()) table.insert("joint", std::move(servos));
    return table;
}

Result<RigSources> readRigSources(const toml::table& table, const std::string& origin)
{
    Keys keys(table, "rig", origin);
    RigSources sources;
    for (const RigPart part : kRigParts) {
        std::vector<std::string> names;
        keys.texts(std::string(nameOf(part)).c_str(), names);
        if (!names.empty()) sources[std::string(nameOf(part))] = std::move(names);
    }
    if (const auto read = keys.finish(); !read) return tl::unexpected(read.error());
    return sources;
}

Result<void> checkRig(const std::vector<StationDevice>& devices, const RigSources& sources, const std::string& origin)
{
    std::set<std::string> names;
    std::set<std::string> worn;
    for (const StationDevice& device : devices) {
        if (device.name.empty()) return fail(fmt::format("{}: a [[device]] needs a name", origin));
        if (!names.insert(device.name).second)
            return fail(fmt::format("{}: two devices are called \"{}\"; give each [[device]] its own name", origin,
                                    device.name));
        if (!device.spare) worn.insert(device.name);
    }
    if (worn.empty())
        return fail(fmt::format("{}: the rig has no device that is not a spare; add a [[device]]", origin));
    for (const auto& [part, chosen] : sources)
        for (const std::string& name : chosen)
            if (!worn.contains(name))
                return fail(fmt::format("{}: {} in [rig] names \"{}\", which is not one of: {}", origin, part, name,
                                        fmt::join(worn, ", ")));
    return {};
}

}  // namespace understudy
