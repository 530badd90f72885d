#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace understudy {

/// The stream of events in which a recorder notes what happened to the take itself: presses, gaps, silence, losses.
inline constexpr std::string_view kRecorderEvents = "/recorder/events";
inline constexpr std::string_view kLostEvent = "lost";

/// What a stream lost from the take's beginning to an event kLostEvent, whose detail is the JSON of this.
struct LostSamples {
    std::string stream;
    std::int64_t dropped = 0;  ///< offered, and no room for them
    std::int64_t missing = 0;  ///< never given by the source

    bool operator==(const LostSamples&) const = default;
};
[[nodiscard]] std::string detailOf(const LostSamples& lost);
/// The detail may be any text; nothing when it is not one of detailOf().
[[nodiscard]] std::optional<LostSamples> lostSamplesFrom(std::string_view detail);

}  // namespace understudy
