#include "core/media/syntheticimages.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

namespace understudy {

std::vector<Image> syntheticImages(int width, int height, int count)
{
    std::mt19937 random(7);
    std::normal_distribution<double> normal(0, 3);
    std::array<int, 4096> noise{};
    std::ranges::generate(noise, [&] { return static_cast<int>(std::lround(normal(random))); });

    std::vector<Image> images(static_cast<std::size_t>(count));
    for (int n = 0; n < count; ++n) {
        Image& image = images[static_cast<std::size_t>(n)];
        image.sequence = static_cast<std::uint64_t>(n);
        image.width = width;
        image.height = height;
        image.data.resize(image.bytesPerRow() * static_cast<std::size_t>(height));
        const double phase = 0.1 * n;
        const double discX = width * (0.5 + 0.3 * std::cos(phase));
        const double discY = height * (0.5 + 0.3 * std::sin(phase));
        const double radius = 0.15 * height;
        std::size_t at = 0;
        auto grain = static_cast<std::size_t>(random());
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                const bool disc = std::hypot(x - discX, y - discY) < radius;
                const bool tile = ((x + 2 * n) / 24 + y / 24) % 2 == 0;
                const int grey = (tile ? 96 : 128) + y * 48 / height + noise[grain++ % noise.size()];
                for (const int value : {disc ? 200 : grey, disc ? 60 : grey + 8, disc ? 40 : grey - 8})
                    image.data[at++] = static_cast<std::byte>(std::clamp(value, 0, 255));
            }
            grain += 611;
        }
    }
    return images;
}

}  // namespace understudy
