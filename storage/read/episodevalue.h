#pragma once

#include "core/media/packet.h"
#include "core/record.h"

namespace understudy {

/// A Record as an episode gives it back: images by their place in the video.
using EpisodeValue = std::variant<OperatorSample, RobotState, Step, ImuSample, WrenchSample, ContactSample, TaxelSample,
                                  TransformSample, Event, PacketLocation>;

[[nodiscard]] Stamps stampsOf(const EpisodeValue& value);
[[nodiscard]] std::uint64_t sequenceOf(const EpisodeValue& value);

}  // namespace understudy
