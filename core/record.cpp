#include "core/record.h"

namespace understudy {
namespace {

template <typename T>
const T& valueOf(const T& value)
{
    return value;
}
const Image& valueOf(const ImageRef& image) { return *image; }

}  // namespace

Stamps stampsOf(const Record& record)
{
    return std::visit(
        [](const auto& value) -> Stamps {
            if constexpr (std::is_same_v<std::decay_t<decltype(value)>, Step>) {
                return {.device = value.time, .capture = value.time, .arrival = value.time};
            } else {
                return valueOf(value).stamps;
            }
        },
        record);
}

std::uint64_t sequenceOf(const Record& record)
{
    return std::visit([](const auto& value) { return valueOf(value).sequence; }, record);
}

}  // namespace understudy
