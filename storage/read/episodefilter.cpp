#include "storage/read/episodefilter.h"

#include <functional>
#include <string_view>
#include <utility>

#include "core/timestamp.h"
#include "core/uuid.h"
#include "storage/read/searchtext.h"
#include "storage/read/timetext.h"

namespace understudy {
namespace {

constexpr std::size_t kMostArguments = 1000;
constexpr std::size_t kLongestArgument = 4096;

Result<bool> yesOrNo(std::string_view key, std::string_view value)
{
    if (value == "yes") return true;
    if (value == "no") return false;
    return fail(std::string(key) + " is yes or no, not \"" + std::string(value.substr(0, 100)) + "\"");
}

template <typename T>
Result<void> put(std::vector<T>& values, Result<T> value)
{
    if (!value) return tl::unexpected(value.error());
    values.push_back(std::move(*value));
    return {};
}

template <typename T>
Result<void> put(std::optional<T>& place, Result<T> value)
{
    if (!value) return tl::unexpected(value.error());
    place = std::move(*value);
    return {};
}

Result<void> add(EpisodeFilter& filter, std::string_view key, const std::string& value)
{
    using Put = std::function<Result<void>()>;
    const auto keep = [&value](std::vector<std::string>& values) -> Put {
        return [&values, &value]() -> Result<void> {
            values.push_back(value);
            return {};
        };
    };
    const std::pair<std::string_view, Put> keys[] = {
        {"task", keep(filter.tasks)},
        {"robot", keep(filter.robots)},
        {"operator", keep(filter.operators)},
        {"station", keep(filter.stations)},
        {"session", keep(filter.sessions)},
        {"take", keep(filter.takes)},
        {"id", keep(filter.ids)},
        {"state", [&] { return put(filter.states, episodeStateFrom(value)); }},
        {"outcome", [&] { return put(filter.outcomes, outcomeFrom(value)); }},
        {"since", [&] { return put(filter.sinceNs, parseTime(value)); }},
        {"until",
         [&]() -> Result<void> {
             if (Result<void> read = put(filter.untilNs, parseTime(value)); !read) return read;
             if (isDate(value)) *filter.untilNs += 86'400 * kSecond;
             return {};
         }},
        {"text",
         [&]() -> Result<void> {
             if (matchExpression(value).empty())
                 return fail("there is no letter or digit in \"" + value.substr(0, 100) + "\" to search for");
             filter.text += (filter.text.empty() ? "" : " ") + value;
             return {};
         }},
        {"kind",
         [&]() -> Result<void> {
             if (value != "sim" && value != "real")
                 return fail("kind is sim or real, not \"" + value.substr(0, 100) + "\"");
             filter.sim = value == "sim";
             return {};
         }},
        {"recovered", [&] { return put(filter.recovered, yesOrNo(key, value)); }},
        {"practice",
         [&]() -> Result<void> {
             if (value != "any") return put(filter.practice, yesOrNo(key, value));
             filter.practice = {};
             return {};
         }},
    };
    std::string choices;
    for (const auto& [name, apply] : keys) {
        if (name == key) {
            if (value.empty()) return fail("the filter " + std::string(key) + "= needs a value");
            return apply();
        }
        choices += (choices.empty() ? "" : ", ") + std::string(name);
    }
    return fail("there is no filter \"" + std::string(key.substr(0, 100)) + "\"; filters are " + choices +
                ", written key=value, or a word to search for");
}

}  // namespace

Result<EpisodeFilter> parseFilter(std::span<const std::string> arguments)
{
    if (arguments.size() > kMostArguments)
        return fail("more than " + std::to_string(kMostArguments) + " filters at once; narrow it with fewer");
    EpisodeFilter filter;
    for (const std::string& argument : arguments) {
        if (argument.size() > kLongestArgument)
            return fail("a filter is longer than " + std::to_string(kLongestArgument) + " characters: \"" +
                        argument.substr(0, 40) + "…\"");
        const std::size_t equals = argument.find('=');
        Result<void> added;
        if (equals != std::string::npos)
            added = add(filter, std::string_view(argument).substr(0, equals), argument.substr(equals + 1));
        else
            added = add(filter, isUuid(argument) ? "id" : "text", argument);
        if (!added) return tl::unexpected(added.error());
    }
    return filter;
}

}  // namespace understudy
