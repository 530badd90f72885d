#include "storage/quality/imagefigures.h"

#include <cmath>
#include <cstdlib>

namespace understudy {
namespace {

constexpr int kDark = 8;
constexpr int kBright = 247;

/// Grey value times four of one pixel.
int grey4(const std::uint8_t* pixel, bool isRgb) { return isRgb ? pixel[0] + 2 * pixel[1] + pixel[2] : 4 * pixel[0]; }

}  // namespace

SmallImage quarterOf(const Image& image)
{
    const bool isRgb = image.format == PixelFormat::Rgb8;
    if (!isRgb && image.format != PixelFormat::Gray8) return {};
    const int channels = isRgb ? 3 : 1;
    SmallImage small{image.width / 4, image.height / 4, {}};
    small.pixels.resize(static_cast<std::size_t>(small.width) * static_cast<std::size_t>(small.height));
    const auto* data = reinterpret_cast<const std::uint8_t*>(image.data.data());
    const std::size_t stride = image.bytesPerRow();
    if (image.data.size() < stride * static_cast<std::size_t>(image.height)) return {};
    std::uint8_t* out = small.pixels.data();
    for (int y = 0; y < small.height; ++y) {
        const std::uint8_t* upper = data + static_cast<std::size_t>(4 * y) * stride;
        for (int x = 0; x < small.width; ++x) {
            int sum = 0;
            for (int row = 0; row < 4; ++row) {
                const std::uint8_t* pixel = upper + static_cast<std::size_t>(row) * stride + 4 * x * channels;
                for (int column = 0; column < 4; ++column) sum += grey4(pixel + column * channels, isRgb);
            }
            *out++ = static_cast<std::uint8_t>((sum + 32) / 64);
        }
    }
    return small;
}

ImageFigures ImageMeter::measure(SmallImage image)
{
    ImageFigures figures;
    const std::size_t count = image.pixels.size();
    if (count == 0) return figures;
    const std::uint8_t* pixels = image.pixels.data();
    std::uint64_t sum = 0, squares = 0, dark = 0, bright = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t value = pixels[i];
        sum += value;
        squares += value * value;
        dark += value <= kDark ? 1U : 0U;
        bright += value >= kBright ? 1U : 0U;
    }
    const auto n = static_cast<double>(count);
    figures.mean = static_cast<double>(sum) / n;
    figures.deviation = std::sqrt(std::max(0.0, static_cast<double>(squares) / n - figures.mean * figures.mean));
    figures.dark = static_cast<double>(dark) / n;
    figures.bright = static_cast<double>(bright) / n;

    std::int64_t laplacian = 0;
    std::uint64_t laplacianSquares = 0;
    const int width = image.width;
    for (int y = 1; y + 1 < image.height; ++y) {
        const std::uint8_t* row = pixels + static_cast<std::ptrdiff_t>(y) * width;
        std::int32_t rowSum = 0;
        std::uint32_t rowSquares = 0;
        for (int x = 1; x + 1 < width; ++x) {
            const std::int32_t value = row[x - 1] + row[x + 1] + row[x - width] + row[x + width] - 4 * row[x];
            rowSum += value;
            rowSquares += static_cast<std::uint32_t>(value * value);
        }
        laplacian += rowSum;
        laplacianSquares += rowSquares;
    }
    const double inner = std::max(1.0, static_cast<double>(width - 2) * (image.height - 2));
    const double mean = static_cast<double>(laplacian) / inner;
    figures.sharpness = static_cast<double>(laplacianSquares) / inner - mean * mean;

    if (m_last.pixels.size() == count) {
        std::uint64_t difference = 0;
        for (std::size_t i = 0; i < count; ++i)
            difference += static_cast<std::uint64_t>(std::abs(static_cast<int>(pixels[i]) - m_last.pixels[i]));
        figures.change = static_cast<double>(difference) / n;
    }
    m_last = std::move(image);
    return figures;
}

}  // namespace understudy
