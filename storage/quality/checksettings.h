#pragma once

#include <filesystem>
#include <map>
#include <span>

#include "core/file.h"
#include "storage/quality/quality.h"

namespace understudy {

enum class CheckSide : std::uint8_t { Above, Below };

/// One check of the list.
struct CheckRow {
    std::string_view name;
    CheckWeight weight = CheckWeight::Look;
    CheckSide fails = CheckSide::Above;  ///< of its limit
    double limit = 0;
    double seconds = 0;  ///< for longer than which the limit must be passed; 0: at all
    std::string_view unit;
    std::string_view what;  ///< half a sentence for documents and pages
};

/// Every check, in the order in which they are shown.
[[nodiscard]] std::span<const CheckRow> checkTable();
/// Null for a name that is none.
[[nodiscard]] const CheckRow* checkNamed(std::string_view name);

struct CheckSetting {
    double limit = 0;
    double seconds = 0;
    CheckWeight weight = CheckWeight::Look;
    bool on = true;
};

/// The table as it holds for one task.
class CheckSettings {
public:
    CheckSettings();

    /// Of a name of the table.
    [[nodiscard]] const CheckSetting& at(std::string_view name) const;
    [[nodiscard]] CheckSetting& at(std::string_view name);
    [[nodiscard]] double limit(std::string_view name) const { return at(name).limit; }
    [[nodiscard]] Duration seconds(std::string_view name) const { return fromSeconds(at(name).seconds); }

    double nominalSeconds = 0;  ///< duration of the task; 0: not known

private:
    std::map<std::string, CheckSetting, std::less<>> m_settings;
};

/// What checks.toml says: settings for every task, and for the tasks it names.
///
///     [checks]
///     gap = { limit = 4 }              # also seconds, weight = "info" | "look" | "integrity"
///     near_duplicate = "off"
///     [task."Put the red block in the tray"]
///     duration_s = 12
///     idle_inside = 10                 # a number is the limit
class ChecksFile {
public:
    /// Unknown checks, wrong kinds and impossible values are errors that name the line and the valid choices.
    [[nodiscard]] static Result<ChecksFile> parse(std::string_view toml, const std::string& origin);
    /// A file that is missing is the plain table.
    [[nodiscard]] static Result<ChecksFile> load(FileSystem& files, const std::filesystem::path& path);

    [[nodiscard]] CheckSettings settingsFor(std::string_view task) const;

private:
    CheckSettings m_all;
    std::map<std::string, CheckSettings, std::less<>> m_tasks;
};

}  // namespace understudy
