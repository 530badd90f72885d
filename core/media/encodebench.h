#pragma once

#include <optional>
#include <span>

#include "core/media/videoencoder.h"

namespace understudy {

struct EncodeCost {
    double imagesPerCpuSecond = 0;  ///< of all threads, conversion from RGB included
    double bytesPerImage = 0;
    double psnrDb = 0;  ///< of the luma of all images together
};

struct EncodeFigures {
    EncodeCost ours;                   ///< VideoEncoder
    std::optional<EncodeCost> svtAv1;  ///< preset 12, a key image every 2, CRF 30, as LeRobot records by default
};

/// Encodes `images` pictures, those given over and over (Rgb8, all of one even size, played forth and back).
[[nodiscard]] Result<EncodeFigures> measureEncoding(std::span<const Image> pictures, EncoderPreset preset,
                                                    int images = 240);

}  // namespace understudy
