#pragma once

#include <filesystem>

#include "core/file.h"
#include "core/media/encoderchoice.h"

namespace understudy {

/// Images per second of CPU time, conversion from RGB included, on noisy moving 640×480 pictures.
struct EncodeRate {
    double ours = 0;    ///< VideoEncoder with the preset asked for
    double svtAv1 = 0;  ///< SVT-AV1 preset 12, a key image every 2, as LeRobot records; 0 where FFmpeg lacks it
};
[[nodiscard]] Result<EncodeRate> measureEncoding(EncoderPreset preset, int images = 240);

/// Milliseconds from asking for a random image to its RGB pixels, warm, in a 640×480 recording of a minute.
struct SeekTimes {
    double p50 = 0;
    double p99 = 0;
    double ffmpegP50 = 0;  ///< libavformat seeking backwards and libavcodec decoding on, in the same file
    double ffmpegP99 = 0;
    int exact = 0;  ///< of `seeks`, Mp4Reader gave the image asked for
    int seeks = 0;
};
/// Writes and removes a file in `folder`.
[[nodiscard]] Result<SeekTimes> measureSeeks(const std::filesystem::path& folder, int seeks = 400);

/// Records `images` pictures of `syntheticImages` as a camera of 30 Hz would, the first captured at `begin`. Each
/// picture differs from its neighbours.
[[nodiscard]] Result<void> recordSynthetic(FileSystem& files, const std::filesystem::path& path, int width, int height,
                                           int images, EncoderPreset preset, Timestamp begin = 0);

}  // namespace understudy
