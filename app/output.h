#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "core/result.h"

namespace understudy {

/// What a command tells its caller. With --json one document goes to standard output and nothing else does;
/// without it sentences do. Progress and logs always go to standard error.
class Output {
public:
    enum class Style { Words, Json };

    explicit Output(Style style) : m_style(style) {}

    [[nodiscard]] bool isJson() const { return m_style == Style::Json; }
    /// A line for a person; silent with --json.
    void say(std::string_view line) const;
    /// The one document; silent without --json.
    void document(const nlohmann::json& json) const;
    /// Says what went wrong on standard error and gives the exit status of a failure.
    [[nodiscard]] int failed(const Error& error) const;
    /// One line on standard error, when it differs from the one before; overwrites itself on a terminal.
    void progress(std::string_view line) const;

private:
    Style m_style;
    mutable std::string m_progress;
};

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kWrongUsage = 2;

/// Unix nanoseconds as RFC 3339 UTC with milliseconds.
[[nodiscard]] std::string toRfc3339(std::int64_t unixNs);

}  // namespace understudy
