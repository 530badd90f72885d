#include "storage/read/timetext.h"

#include <charconv>
#include <chrono>
#include <fmt/format.h>
#include <optional>

#include "core/timestamp.h"

namespace understudy {
namespace {

using Days = std::chrono::sys_days;

/// Reads the fields of a time from left to right.
class Scanner {
public:
    explicit Scanner(std::string_view text) : m_rest(text) {}

    [[nodiscard]] std::optional<int> number(std::size_t digits)
    {
        if (m_rest.size() < digits) return {};
        int value = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            if (m_rest[i] < '0' || m_rest[i] > '9') return {};
            value = value * 10 + (m_rest[i] - '0');
        }
        m_rest.remove_prefix(digits);
        return value;
    }
    [[nodiscard]] bool take(std::string_view choices)
    {
        if (m_rest.empty() || choices.find(m_rest.front()) == std::string_view::npos) return false;
        m_rest.remove_prefix(1);
        return true;
    }
    /// Digits after the decimal point, as ns.
    [[nodiscard]] std::optional<std::int64_t> fraction()
    {
        std::int64_t value = 0;
        std::int64_t weight = kSecond / 10;
        bool any = false;
        while (!m_rest.empty() && m_rest.front() >= '0' && m_rest.front() <= '9') {
            value += (m_rest.front() - '0') * weight;
            weight /= 10;
            any = true;
            m_rest.remove_prefix(1);
        }
        return any ? std::optional(value) : std::nullopt;
    }
    [[nodiscard]] bool isDone() const { return m_rest.empty(); }
    [[nodiscard]] char front() const { return m_rest.empty() ? '\0' : m_rest.front(); }

private:
    std::string_view m_rest;
};

std::optional<std::int64_t> scanned(std::string_view text)
{
    Scanner scan(text);
    const auto year = scan.number(4);
    if (!year || !scan.take("-")) return {};
    const auto month = scan.number(2);
    if (!month || !scan.take("-")) return {};
    const auto day = scan.number(2);
    if (!day) return {};
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    // What int64 nanoseconds reach, and no further back than Unix time.
    if (!date.ok() || *year < 1970 || *year > 2261) return {};
    const std::int64_t midnight = Days(date).time_since_epoch().count() * 86'400LL;
    if (scan.isDone()) return midnight * kSecond;

    if (!scan.take("Tt ")) return {};
    const auto hour = scan.number(2);
    if (!hour || *hour > 23 || !scan.take(":")) return {};
    const auto minute = scan.number(2);
    if (!minute || *minute > 59) return {};
    int second = 0;
    std::int64_t fraction = 0;
    if (scan.take(":")) {
        const auto read = scan.number(2);
        if (!read || *read > 60) return {};
        second = *read;
        if (scan.take(".")) {
            const auto digits = scan.fraction();
            if (!digits) return {};
            fraction = *digits;
        }
    }
    std::int64_t offset = 0;
    if (!scan.isDone() && !scan.take("Zz")) {
        const int sign = scan.front() == '-' ? -1 : 1;
        if (!scan.take("+-")) return {};
        const auto hours = scan.number(2);
        if (!hours || *hours > 23 || !scan.take(":")) return {};
        const auto minutes = scan.number(2);
        if (!minutes || *minutes > 59) return {};
        offset = sign * (*hours * 3600 + *minutes * 60);
    }
    if (!scan.isDone()) return {};
    return (midnight + *hour * 3600 + *minute * 60 + second - offset) * kSecond + fraction;
}

}  // namespace

std::string rfc3339(std::int64_t unixNs)
{
    using namespace std::chrono;
    const sys_time<nanoseconds> time{nanoseconds(unixNs)};
    const Days day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss<nanoseconds> clock(time - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

Result<std::int64_t> parseTime(std::string_view text)
{
    if (const auto time = scanned(text)) return *time;
    return fail("\"" + std::string(text.substr(0, 100)) +
                "\" is not a time; write 2026-11-22, 2026-11-22T07:30 or 2026-11-22T07:30:05+08:00");
}

bool isDate(std::string_view text) { return text.size() == 10 && scanned(text).has_value(); }

}  // namespace understudy
