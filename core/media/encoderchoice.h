#pragma once

#include "core/media/videoencoder.h"

namespace understudy {

struct CameraLoad {
    int width = 640;
    int height = 480;
    double rateHz = 30;
    int cameras = 1;
};

struct EncoderChoice {
    EncoderPreset preset = EncoderPreset::Ultrafast;
    std::string hardware;      ///< for VideoEncoderOptions: the first that worked, image for image; empty: none did
    double cpuMsPerImage = 0;  ///< conversion and encoding, measured
    double cores = 0;          ///< all cameras together, at their rate
    bool fits = false;         ///< false: even the cheapest preset takes more than the share
};

/// Encodes noisy moving images for at most two seconds of this thread's time and picks the preset of the smallest
/// files with which all cameras take no more than `share` of this machine's cores. An encoder in hardware is taken
/// where one works and costs less of the processor than x264's cheapest preset.
[[nodiscard]] Result<EncoderChoice> chooseEncoder(const CameraLoad& load, double share = 0.2);

}  // namespace understudy
