#pragma once

#include <string>
#include <string_view>

namespace understudy {

/// Stands for whoever did not say who they are; in every library, under this id.
inline constexpr std::string_view kDefaultPersonId = "00000000-0000-7000-8000-000000000001";

struct Person {
    std::string id;
    std::string name;

    bool operator==(const Person&) const = default;
};

}  // namespace understudy
