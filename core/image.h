#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/timestamp.h"

namespace understudy {

enum class PixelFormat : std::uint8_t { Rgb8, Gray8, Depth16Mm, H264 };

/// One camera picture, top row first, rows packed. Shared and never changed once published.
/// With PixelFormat::H264 `data` is one Annex B access unit as the camera delivered it.
struct Image {
    Stamps stamps;  ///< capture = middle of exposure
    std::uint64_t sequence = 0;
    int width = 0;
    int height = 0;
    PixelFormat format = PixelFormat::Rgb8;
    bool key = true;  ///< of an H264 access unit
    std::vector<std::byte> data;

    [[nodiscard]] std::size_t bytesPerRow() const;
};

/// The pool, the preview, the encoder and the live checks truly share an image.
using ImageRef = std::shared_ptr<const Image>;

/// Images of one camera, reused as soon as nobody holds them. Used by one producer thread; the images may be
/// released on any thread. A pool that runs dry grows, and says how large it became.
class ImagePool {
public:
    ImagePool(int width, int height, PixelFormat format, std::size_t count);

    [[nodiscard]] std::shared_ptr<Image> take();
    [[nodiscard]] std::size_t size() const { return m_images.size(); }

private:
    Image m_prototype;
    std::vector<std::shared_ptr<Image>> m_images;
    std::size_t m_next = 0;
};

}  // namespace understudy
