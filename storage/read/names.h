#pragma once

#include <array>
#include <string>
#include <string_view>

#include "core/result.h"

namespace understudy {

/// The value whose name stands at its place in the list; an error names them all.
template <typename Value, std::size_t count>
[[nodiscard]] Result<Value> valueNamed(const std::array<std::string_view, count>& names, std::string_view name,
                                       std::string_view what)
{
    std::string choices;
    for (std::size_t i = 0; i < count; ++i) {
        if (names[i] == name) return static_cast<Value>(i);
        choices += (i == 0 ? "" : ", ") + std::string(names[i]);
    }
    return fail("there is no " + std::string(what) + " \"" + std::string(name.substr(0, 100)) + "\"; it is one of " +
                choices);
}

}  // namespace understudy
