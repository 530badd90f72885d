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
    double cpuMsPerImage = 0;  ///< conversion and encoding, measured
    double cores = 0;          ///< all cameras together, at their rate
    bool fits = false;         ///< false: even the cheapest preset takes more than the share
};

/// Encodes noisy moving images for at most two seconds of this thread's time and picks the preset of the smallest
/// files with which all cameras take no more than `share` of this machine's cores.
[[nodiscard]] Result<EncoderChoice> chooseEncoder(const CameraLoad& load, double share = 0.2);

}  // namespace understudy
