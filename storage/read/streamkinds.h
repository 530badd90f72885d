#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "core/step.h"
#include "storage/read/messagetypes.h"

namespace understudy {

/// Which messages carry a kind of stream; what StreamEncoder and StreamDecoder share.
struct KindChannels {
    std::string_view kind;
    std::size_t alternative;  ///< of Record
    MessageType main;
    std::optional<MessageType> companion;
};

/// Null for a kind that is not recorded.
[[nodiscard]] const KindChannels* kindNamed(std::string_view name);

/// In the order of the message.
[[nodiscard]] inline std::array<std::int32_t*, 6> stagesOf(StageLatency& stages)
{
    return {&stages.device, &stages.smoothing, &stages.command, &stages.robot, &stages.link, &stages.camera};
}

}  // namespace understudy
