#pragma once

#include <cstdint>
#include <vector>

#include "core/image.h"

namespace understudy {

/// A grey picture at a quarter of a camera's width and height, 0 to 255.
struct SmallImage {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> pixels;
};

/// Means of 4×4 pixels. Rgb8 and Gray8; anything else gives an empty picture.
[[nodiscard]] SmallImage quarterOf(const Image& image);

/// What the checks want to know of one picture.
struct ImageFigures {
    double mean = 0;       ///< 0 to 255
    double deviation = 0;  ///< of the grey values
    double dark = 0;       ///< share at or below 8
    double bright = 0;     ///< share at or above 247
    double sharpness = 0;  ///< variance of the Laplacian
    double change = -1;    ///< mean difference to the picture before, grey values; -1 for the first
};

/// Takes the figures of one camera's pictures, one after another. One thread.
class ImageMeter {
public:
    [[nodiscard]] ImageFigures measure(SmallImage image);

private:
    SmallImage m_last;
};

}  // namespace understudy
