#pragma once

#include <QImage>

#include "core/image.h"

namespace understudy {

/// A copy that the screen takes as it is; null for other pixel formats than RGB.
[[nodiscard]] inline QImage toQImage(const Image& image)
{
    if (image.format != PixelFormat::Rgb8) return {};
    return QImage(reinterpret_cast<const uchar*>(image.data.data()), image.width, image.height, 3 * image.width,
                  QImage::Format_RGB888)
        .convertToFormat(QImage::Format_RGB32);
}

}  // namespace understudy
