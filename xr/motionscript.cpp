#include "xr/motionscript.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string_view>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "core/file.h"

namespace understudy {
namespace {

constexpr std::uint64_t kMaxFileSize = 1ULL << 20U;
constexpr std::size_t kMaxEntries = 10'000;
constexpr double kLongest = 24 * 3600;   // s
constexpr double kShortestPress = 0.05;  // s: seen by a device of 30 Hz

/// Thrown inside this file only; parse() turns it into an Error.
struct Refusal {
    std::string message;
};

[[noreturn]] void refuse(const toml::node& node, const std::string& what)
{
    throw Refusal{fmt::format("line {}: {}", node.source().begin.line, what)};
}

const toml::node& need(const toml::table& table, std::string_view key)
{
    const toml::node* node = table.get(key);
    if (node == nullptr) refuse(table, fmt::format("\"{}\" is missing", key));
    return *node;
}

double number(const toml::node& node, std::string_view what, double least, double most)
{
    const auto value = node.value<double>();
    if (!value || !(*value >= least) || !(*value <= most))
        refuse(node, fmt::format("{} must be a number from {} to {}", what, least, most));
    return *value;
}

double seconds(const toml::table& table, std::string_view key)
{
    return number(need(table, key), fmt::format("\"{}\"", key), 0, kLongest);
}

std::string text(const toml::table& table, std::string_view key)
{
    const toml::node& node = need(table, key);
    const auto value = node.value<std::string>();
    if (!value || value->empty()) refuse(node, fmt::format("\"{}\" must be text", key));
    return *value;
}

void onlyKnown(const toml::table& table, std::initializer_list<std::string_view> known)
{
    for (const auto& [key, node] : table)
        if (std::ranges::find(known, key.str()) == known.end())
            refuse(node, fmt::format("\"{}\" is unknown here; {} are known", key.str(), fmt::join(known, ", ")));
}

template <typename Read>
void eachOf(const toml::table& root, std::string_view key, Read read)
{
    const toml::node* node = root.get(key);
    if (node == nullptr) return;
    const toml::array* list = node->as_array();
    if (list == nullptr) refuse(*node, fmt::format("\"{0}\" must be written [[{0}]]", key));
    if (list->size() > kMaxEntries) refuse(*node, fmt::format("more than {} of [[{}]]", kMaxEntries, key));
    for (const toml::node& entry : *list) {
        if (!entry.is_table()) refuse(entry, fmt::format("\"{0}\" must be written [[{0}]]", key));
        read(*entry.as_table());
    }
}

ButtonHold readButton(const toml::table& table)
{
    onlyKnown(table, {"name", "press", "release"});
    const std::string name = text(table, "name");
    ButtonHold hold{.press = seconds(table, "press")};
    std::vector<std::string_view> choices;
    for (int i = 0; i < kButtonCount; ++i) choices.push_back(nameOf(static_cast<Button>(i)));
    const auto found = std::ranges::find(choices, name);
    if (found == choices.end())
        refuse(need(table, "name"),
               fmt::format("button \"{}\" is unknown; {} are known", name, fmt::join(choices, ", ")));
    hold.button = static_cast<Button>(found - choices.begin());
    if (table.contains("release")) {
        hold.release = seconds(table, "release");
        if (*hold.release < hold.press + kShortestPress)
            refuse(need(table, "release"), fmt::format("a button is held for at least {} s", kShortestPress));
    }
    return hold;
}

void readTrigger(const toml::table& table, MotionScript& script)
{
    onlyKnown(table, {"hand", "keys"});
    const std::string hand = text(table, "hand");
    if (hand != "left" && hand != "right") refuse(need(table, "hand"), "\"hand\" is left or right");
    std::vector<TriggerKey>& keys = script.triggers[static_cast<std::size_t>(hand == "left" ? 0 : 1)];
    if (!keys.empty()) refuse(table, fmt::format("a second [[trigger]] for the {} hand", hand));
    const toml::array* list = need(table, "keys").as_array();
    if (list == nullptr || list->empty() || list->size() > kMaxEntries)
        refuse(need(table, "keys"), "\"keys\" is a list of [seconds, closure]");
    for (const toml::node& node : *list) {
        const toml::array* pair = node.as_array();
        if (pair == nullptr || pair->size() != 2) refuse(node, "a key is [seconds, closure]");
        keys.push_back({.time = number(*pair->get(0), "a key's time", 0, kLongest),
                        .closure = number(*pair->get(1), "a key's closure", 0, 1)});
        if (keys.size() > 1 && keys.back().time <= keys[keys.size() - 2].time)
            refuse(node, "the times of the keys must rise");
    }
}

MotionPhase readPhase(const toml::table& table)
{
    onlyKnown(table, {"name", "start", "end"});
    MotionPhase phase{.name = text(table, "name"), .start = seconds(table, "start"), .end = seconds(table, "end")};
    if (phase.end <= phase.start) refuse(need(table, "end"), "a phase ends after its start");
    return phase;
}

DeviceFault readFault(const toml::table& table)
{
    onlyKnown(table, {"kind", "at", "for", "jump"});
    using enum DeviceFault::Kind;
    DeviceFault fault{.at = seconds(table, "at"), .lasts = seconds(table, "for")};
    const std::string kind = text(table, "kind");
    if (kind == "silent")
        fault.kind = Silent;
    else if (kind == "stall")
        fault.kind = Stall;
    else if (kind == "jump")
        fault.kind = Jump;
    else if (kind == "repeat")
        fault.kind = Repeat;
    else
        refuse(need(table, "kind"), "\"kind\" is silent, stall, jump or repeat");
    if (const toml::node* jump = table.get("jump")) {
        const toml::array* list = jump->as_array();
        if (list == nullptr || list->size() != 3) refuse(*jump, "\"jump\" is [x, y, z] in metres");
        for (int axis = 0; axis < 3; ++axis)
            fault.jump[axis] = number(*list->get(static_cast<std::size_t>(axis)), "a jump", -100, 100);
    }
    return fault;
}

}  // namespace

MotionScript MotionScript::standard()
{
    MotionScript script;
    script.buttons.push_back({.button = Button::HoldToDrive, .press = 0.5});
    return script;
}

Result<MotionScript> MotionScript::parse(std::string_view content)
{
    try {
        const toml::table root = toml::parse(content);
        onlyKnown(root, {"button", "trigger", "phase", "fault"});
        MotionScript script;
        eachOf(root, "button", [&](const toml::table& table) { script.buttons.push_back(readButton(table)); });
        eachOf(root, "trigger", [&](const toml::table& table) { readTrigger(table, script); });
        eachOf(root, "phase", [&](const toml::table& table) { script.phases.push_back(readPhase(table)); });
        eachOf(root, "fault", [&](const toml::table& table) { script.faults.push_back(readFault(table)); });
        if (script.buttons.empty()) script.buttons = standard().buttons;
        return script;
    } catch (const toml::parse_error& error) {
        return fail(fmt::format("line {}: {}", error.source().begin.line, error.description()));
    } catch (const Refusal& refusal) {
        return fail(refusal.message);
    }
}

Result<MotionScript> MotionScript::load(const std::filesystem::path& path)
{
    PosixFileSystem files;
    const auto bytes = readAll(files, path, kMaxFileSize);
    if (!bytes) return fail("cannot read the motion script " + path.string() + ": " + bytes.error().message);
    return parse(std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size()))
        .map_error([&](const Error& error) { return Error{"motion script " + path.string() + ": " + error.message}; });
}

Result<MotionScript> MotionScript::beside(const std::filesystem::path& motion)
{
    std::filesystem::path path = motion;
    path.replace_extension(".toml");
    std::error_code ignored;
    return std::filesystem::exists(path, ignored) ? load(path) : standard();
}

}  // namespace understudy
