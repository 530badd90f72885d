#include "app/station.h"

#include <array>
#include <cmath>
#include <fstream>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include "app/stationdevicetoml.h"

namespace understudy {
namespace {

/// Walks one table, remembers the first error and which keys were asked for.
class Section {
public:
    Section(const toml::table& table, std::string name, std::string origin)
        : m_table(table), m_name(std::move(name)), m_origin(std::move(origin))
    {
    }

    template <typename T>
    void read(const char* key, T& into, const char* expected)
    {
        m_known.insert(key);
        const toml::node* node = m_table.get(key);
        if (node == nullptr || m_error) return;
        if (const auto value = node->value_exact<T>()) {
            into = *value;
        } else if constexpr (std::is_same_v<T, double>) {
            if (const auto whole = node->value_exact<std::int64_t>())
                into = static_cast<double>(*whole);
            else
                complain(*node, key, expected);
        } else {
            complain(*node, key, expected);
        }
    }

    void readPositive(const char* key, double& into, double limit)
    {
        double value = into;
        read(key, value, "a number");
        if (m_error) return;
        if (!std::isfinite(value) || value <= 0 || value > limit)
            complain(*m_table.get(key), key, fmt::format("a number above 0 and at most {}", limit));
        else
            into = value;
    }

    void readSeconds(const char* key, std::optional<double>& into)
    {
        double value = 1;
        readPositive(key, value, 24 * 3600);
        if (!m_error && m_table.get(key) != nullptr) into = value;
    }

    void readSize(const char* key, int& into)
    {
        std::int64_t value = into;
        read(key, value, "a whole number of pixels");
        if (m_error) return;
        if (value < 16 || value > 8192)
            complain(*m_table.get(key), key, "a whole number of pixels from 16 to 8192");
        else
            into = static_cast<int>(value);
    }

    void readChoice(const char* key, std::string& into, const std::vector<std::string>& choices)
    {
        std::string value = into;
        read(key, value, "a word");
        if (m_error) return;
        if (std::find(choices.begin(), choices.end(), value) == choices.end())
            complain(*m_table.get(key), key, fmt::format("one of: {}", fmt::join(choices, ", ")));
        else
            into = value;
    }

    void allow(const char* key) { m_known.insert(key); }

    [[nodiscard]] std::optional<Error> finish()
    {
        for (const auto& [key, node] : m_table) {
            if (m_error) break;
            if (!m_known.contains(std::string(key.str())))
                m_error = Error{fmt::format("{}, line {}: [{}] has no key \"{}\"; it knows: {}", m_origin,
                                            node.source().begin.line, m_name, key.str(), fmt::join(m_known, ", "))};
        }
        return m_error;
    }

private:
    void complain(const toml::node& node, const char* key, const std::string& expected)
    {
        if (!m_error)
            m_error = Error{fmt::format("{}, line {}: {} in [{}] must be {}", m_origin, node.source().begin.line, key,
                                        m_name, expected)};
    }

    const toml::table& m_table;
    std::string m_name;
    std::string m_origin;
    std::set<std::string> m_known;
    std::optional<Error> m_error;
};

const toml::table kEmpty;

const toml::table& tableAt(const toml::table& root, const char* key)
{
    const toml::table* table = root[key].as_table();
    return table ? *table : kEmpty;
}

std::optional<Error> readDevice(const toml::table& table, const std::string& origin, StationDevice& device)
{
    Result<StationDevice> read = readStationDevice(table, origin);
    if (!read) return read.error();
    device = std::move(*read);
    return std::nullopt;
}

std::optional<Error> readCamera(const toml::table& table, const std::string& origin, StationCamera& camera)
{
    Section section(table, "camera", origin);
    section.read("name", camera.name, "a text");
    section.readChoice("kind", camera.kind, {"simulated", "pattern"});
    section.readSize("width", camera.width);
    section.readSize("height", camera.height);
    section.readPositive("rate_hz", camera.rateHz, 1000);
    if (auto error = section.finish()) return error;
    if (camera.name.empty())
        return Error{fmt::format("{}, line {}: a [[camera]] needs a name, e.g. name = \"head\"", origin,
                                 table.source().begin.line)};
    return std::nullopt;
}

template <typename T, typename Read>
std::optional<Error> readList(const toml::table& root, const char* key, const std::string& origin, std::vector<T>& into,
                              Read read)
{
    const toml::node* node = root.get(key);
    if (node == nullptr) return std::nullopt;
    const toml::array* list = node->as_array();
    if (list == nullptr || (!list->empty() && !list->is_homogeneous(toml::node_type::table)))
        return Error{fmt::format("{}, line {}: {} must be a list of tables, written as [[{}]]", origin,
                                 node->source().begin.line, key, key)};
    into.clear();
    for (const toml::node& entry : *list) {
        T value;
        if (auto error = read(*entry.as_table(), origin, value)) return error;
        into.push_back(std::move(value));
    }
    return std::nullopt;
}

}  // namespace

Result<Station> parseStation(std::string_view text, const std::string& origin)
{
    toml::table root;
    try {
        root = toml::parse(text, origin);
    } catch (const toml::parse_error& error) {
        return fail(fmt::format("{}, line {}: {}", origin, error.source().begin.line, error.description()));
    }

    Station station;
    std::optional<Error> error;
    const auto keep = [&](std::optional<Error> found) {
        if (!error) error = std::move(found);
    };

    Section top(root, "top level", origin);
    top.read("name", station.name, "a text");
    top.read("operator", station.operatorName, "a text");
    for (const char* key : {"robot", "device", "rig", "camera", "teleop", "recording", "fault"}) top.allow(key);
    keep(top.finish());

    Section robot(tableAt(root, "robot"), "robot", origin);
    robot.readChoice("kind", station.robotKind, {"simulator"});
    robot.read("model", station.robotModel, "a file, or the name of a robot that ships with the studio");
    robot.read("profile", station.robotProfile, "a file");
    keep(robot.finish());

    Section teleop(tableAt(root, "teleop"), "teleop", origin);
    teleop.readPositive("rate_hz", station.loopHz, 2000);
    teleop.readChoice("mode", station.mode, {"mirror", "clutch"});
    teleop.read("real_time", station.realTime, "true or false");
    teleop.read("view", station.view, "a camera's name, or \"direct\"");
    keep(teleop.finish());

    Section recording(tableAt(root, "recording"), "recording", origin);
    if (root["recording"]["task"]) station.instructionZh = station.instructionEn = "";
    recording.read("task", station.task, "a text");
    recording.read("instruction_zh", station.instructionZh, "a text");
    recording.read("instruction_en", station.instructionEn, "a text");
    recording.readPositive("take_seconds", station.takeSeconds, 24 * 3600);
    keep(recording.finish());

    Section fault(tableAt(root, "fault"), "fault", origin);
    fault.readSeconds("robot_silent_after_s", station.faults.robotSilentAfter);
    fault.readSeconds("robot_silent_for_s", station.faults.robotSilentFor);
    fault.read("camera", station.faults.camera, "the name of a camera");
    fault.readSeconds("camera_silent_after_s", station.faults.cameraSilentAfter);
    keep(fault.finish());

    keep(readList(root, "device", origin, station.rig, readDevice));
    Result<RigSources> sources = readRigSources(tableAt(root, "rig"), origin);
    if (sources)
        station.rigSources = std::move(*sources);
    else
        keep(sources.error());
    keep(readList(root, "camera", origin, station.cameras, readCamera));
    station.camerasFromProfile = root.get("camera") == nullptr;
    if (error) return tl::unexpected(*error);

    std::set<std::string> names;
    for (const StationCamera& camera : station.cameras)
        if (!names.insert(camera.name).second)
            return fail(fmt::format("{}: two cameras are called \"{}\"; give each its own name", origin, camera.name));
    if (const Result<void> sound = checkRig(station.rig, station.rigSources, origin); !sound)
        return tl::unexpected(sound.error());
    return station;
}

Result<Station> loadStation(const std::filesystem::path& path)
{
    std::ifstream file(path);
    if (!file) return fail(fmt::format("cannot open the station file {}: check the path", path.string()));
    std::ostringstream content;
    content << file.rdbuf();
    Result<Station> station = parseStation(content.str(), path.string());
    if (!station) return station;
    const auto besideStation = [&](std::string& name) {
        const std::filesystem::path beside = path.parent_path() / name;
        if (!name.empty() && std::filesystem::exists(beside)) name = beside.string();
    };
    besideStation(station->robotModel);
    besideStation(station->robotProfile);
    for (StationDevice& device : station->rig) besideStation(device.motion);
    return station;
}

std::string toToml(const Station& station)
{
    toml::table root{
        {"name", station.name},
        {"operator", station.operatorName},
        {"robot", toml::table{{"kind", station.robotKind}, {"model", station.robotModel}}},
        {"teleop", toml::table{{"rate_hz", station.loopHz},
                               {"mode", station.mode},
                               {"real_time", station.realTime},
                               {"view", station.view}}},
        {"recording", toml::table{{"task", station.task},
                                  {"instruction_zh", station.instructionZh},
                                  {"instruction_en", station.instructionEn},
                                  {"take_seconds", station.takeSeconds}}},
    };
    toml::table faults;
    const auto insert = [&](const char* key, const std::optional<double>& seconds) {
        if (seconds) faults.insert(key, *seconds);
    };
    insert("robot_silent_after_s", station.faults.robotSilentAfter);
    insert("robot_silent_for_s", station.faults.robotSilentFor);
    insert("camera_silent_after_s", station.faults.cameraSilentAfter);
    if (!station.faults.camera.empty()) faults.insert("camera", station.faults.camera);
    if (!faults.empty()) root.insert("fault", std::move(faults));
    if (!station.robotProfile.empty()) root["robot"].as_table()->insert("profile", station.robotProfile);
    toml::array rig;
    for (const StationDevice& device : station.rig) rig.push_back(toTable(device));
    root.insert("device", std::move(rig));
    toml::table parts;
    for (const auto& [part, names] : station.rigSources) {
        toml::array list;
        for (const std::string& name : names) list.push_back(name);
        parts.insert(part, std::move(list));
    }
    if (!parts.empty()) root.insert("rig", std::move(parts));
    if (!station.camerasFromProfile) {
        toml::array cameras;
        for (const StationCamera& camera : station.cameras)
            cameras.push_back(toml::table{{"name", camera.name},
                                          {"kind", camera.kind},
                                          {"width", camera.width},
                                          {"height", camera.height},
                                          {"rate_hz", camera.rateHz}});
        root.insert("camera", std::move(cameras));
    }
    std::ostringstream out;
    out << root << '\n';
    return out.str();
}

}  // namespace understudy
