#include "storage/quality/checksettings.h"

#include <cmath>

#include <fmt/format.h>
#include <toml++/toml.h>

namespace understudy {
namespace {

constexpr std::uint64_t kLargestFile = 1U << 20U;

Error complaint(const toml::node& node, const std::string& origin, const std::string& what)
{
    return Error{fmt::format("{}, line {}: {}", origin, node.source().begin.line, what)};
}

std::string names()
{
    std::string text;
    for (const CheckRow& row : checkTable()) text += (text.empty() ? "" : ", ") + std::string(row.name);
    return text;
}

std::optional<double> numberIn(const toml::node& node)
{
    const std::optional<double> value = node.value<double>();
    if (!value || !std::isfinite(*value) || *value < 0) return std::nullopt;
    return value;
}

std::optional<Error> readSetting(const std::string& name, const toml::node& node, const std::string& origin,
                                 CheckSetting& setting)
{
    if (node.is_string()) {
        if (node.value_or(std::string()) != "off")
            return complaint(node, origin, name + " takes a number, \"off\", or { limit, seconds, weight }");
        setting.on = false;
        return std::nullopt;
    }
    if (node.is_number()) {
        const std::optional<double> limit = numberIn(node);
        if (!limit) return complaint(node, origin, name + " takes a number that is not negative");
        setting.limit = *limit;
        return std::nullopt;
    }
    const toml::table* table = node.as_table();
    if (table == nullptr)
        return complaint(node, origin, name + " takes a number, \"off\", or { limit, seconds, weight }");
    for (const auto& [key, value] : *table) {
        if (key == "limit" || key == "seconds") {
            const std::optional<double> number = numberIn(value);
            if (!number)
                return complaint(value, origin,
                                 fmt::format("{}.{} takes a number that is not negative", name, key.str()));
            (key == "limit" ? setting.limit : setting.seconds) = *number;
        } else if (key == "weight") {
            const Result<CheckWeight> weight = checkWeightFrom(value.value_or(std::string()));
            if (!weight) return complaint(value, origin, weight.error().message);
            setting.weight = *weight;
        } else {
            return complaint(value, origin,
                             fmt::format("{} has no \"{}\": it has limit, seconds and weight", name, key.str()));
        }
    }
    return std::nullopt;
}

std::optional<Error> readSettings(const toml::table& table, const std::string& origin, bool ofTask,
                                  CheckSettings& settings)
{
    for (const auto& [key, node] : table) {
        const std::string name(key.str());
        if (ofTask && name == "duration_s") {
            const std::optional<double> seconds = numberIn(node);
            if (!seconds) return complaint(node, origin, "duration_s takes seconds");
            settings.nominalSeconds = *seconds;
            continue;
        }
        if (checkNamed(name) == nullptr)
            return complaint(node, origin, fmt::format("there is no check \"{}\"; these are {}", name, names()));
        if (auto error = readSetting(name, node, origin, settings.at(name))) return error;
    }
    return std::nullopt;
}

}  // namespace

const CheckRow* checkNamed(std::string_view name)
{
    for (const CheckRow& row : checkTable())
        if (row.name == name) return &row;
    return nullptr;
}

CheckSettings::CheckSettings()
{
    for (const CheckRow& row : checkTable())
        m_settings.emplace(row.name, CheckSetting{.limit = row.limit, .seconds = row.seconds, .weight = row.weight});
}

const CheckSetting& CheckSettings::at(std::string_view name) const { return m_settings.find(name)->second; }
CheckSetting& CheckSettings::at(std::string_view name) { return m_settings.find(name)->second; }

Result<ChecksFile> ChecksFile::parse(std::string_view text, const std::string& origin)
{
    toml::table root;
    try {
        root = toml::parse(text, origin);
    } catch (const toml::parse_error& error) {
        return fail(fmt::format("{}, line {}: {}", origin, error.source().begin.line, error.description()));
    }
    for (const auto& [key, node] : root)
        if (key != "checks" && key != "task")
            return tl::unexpected(
                complaint(node, origin,
                          fmt::format("there is no \"{}\": a checks file has [checks] and [task.\"…\"]", key.str())));
        else if (!node.is_table())
            return tl::unexpected(complaint(node, origin, fmt::format("{} is a table", key.str())));
    ChecksFile file;
    if (const toml::table* checks = root["checks"].as_table())
        if (const auto error = readSettings(*checks, origin, false, file.m_all)) return tl::unexpected(*error);
    if (const toml::table* tasks = root["task"].as_table())
        for (const auto& [name, node] : *tasks) {
            const toml::table* table = node.as_table();
            if (table == nullptr)
                return tl::unexpected(complaint(node, origin, fmt::format("task.\"{}\" is a table", name.str())));
            CheckSettings settings = file.m_all;
            if (const auto error = readSettings(*table, origin, true, settings)) return tl::unexpected(*error);
            file.m_tasks.emplace(name.str(), std::move(settings));
        }
    return file;
}

Result<ChecksFile> ChecksFile::load(FileSystem& files, const std::filesystem::path& path)
{
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return ChecksFile();
    const Result<std::vector<std::byte>> content = readAll(files, path, kLargestFile);
    if (!content) return tl::unexpected(content.error());
    return parse({reinterpret_cast<const char*>(content->data()), content->size()}, path.string());
}

CheckSettings ChecksFile::settingsFor(std::string_view task) const
{
    const auto found = m_tasks.find(task);
    return found == m_tasks.end() ? m_all : found->second;
}

}  // namespace understudy
