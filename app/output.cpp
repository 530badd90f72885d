#include "app/output.h"

#include <cstdio>
#include <ctime>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "core/timestamp.h"

namespace understudy {

void Output::say(std::string_view line) const
{
    if (m_style == Style::Words) fmt::print("{}\n", line);
}

void Output::document(const nlohmann::json& json) const
{
    if (m_style == Style::Json) fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

int Output::failed(const Error& error) const
{
    fmt::print(stderr, "understudy: {}\n", error.message);
    return kFailed;
}

void Output::progress(std::string_view line) const
{
    if (line == m_progress) return;
    m_progress = line;
    if (isatty(STDERR_FILENO))
        fmt::print(stderr, "\r\033[K{}", line);
    else
        fmt::print(stderr, "{}\n", line);
    std::fflush(stderr);
}

std::string toRfc3339(std::int64_t unixNs)
{
    std::int64_t seconds = unixNs / kSecond;
    std::int64_t rest = unixNs % kSecond;
    if (rest < 0) {
        rest += kSecond;
        --seconds;
    }
    const auto time = static_cast<std::time_t>(seconds);
    std::tm utc{};
    gmtime_r(&time, &utc);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                       utc.tm_hour, utc.tm_min, utc.tm_sec, rest / kMillisecond);
}

}  // namespace understudy
