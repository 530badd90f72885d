#pragma once

#include <filesystem>

#include "core/file.h"
#include "core/media/encoderchoice.h"

namespace understudy {

/// Milliseconds from asking for a random image of every camera to their RGB pixels, warm, on one thread, in 640×480
/// recordings of a minute.
struct SeekTimes {
    double p50 = 0;
    double p99 = 0;
    double ffmpegP50 = 0;  ///< libavformat seeking backwards and libavcodec decoding on, in the same file
    double ffmpegP99 = 0;
    int exact = 0;  ///< of `seeks`, Mp4Reader gave the images asked for
    int seeks = 0;
};
/// Writes the recordings into `folder` and leaves them there.
[[nodiscard]] Result<SeekTimes> measureSeeks(const std::filesystem::path& folder, int cameras = 3, int seeks = 400);

/// Records `images` pictures of `syntheticImages` as a camera of 30 Hz would, the first captured at `begin`. Each
/// picture differs from its neighbours.
[[nodiscard]] Result<void> recordSynthetic(FileSystem& files, const std::filesystem::path& path, int width, int height,
                                           int images, EncoderPreset preset, Timestamp begin = 0);

}  // namespace understudy
