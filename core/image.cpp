#include "core/image.h"

#include <atomic>

namespace understudy {
namespace {

std::size_t bytesPerPixel(PixelFormat format)
{
    switch (format) {
    case PixelFormat::Rgb8:
        return 3;
    case PixelFormat::Depth16Mm:
        return 2;
    case PixelFormat::Gray8:
        return 1;
    case PixelFormat::H264:
        return 0;
    }
    return 0;
}

}  // namespace

std::size_t Image::bytesPerRow() const { return static_cast<std::size_t>(width) * bytesPerPixel(format); }

ImagePool::ImagePool(int width, int height, PixelFormat format, std::size_t count)
{
    m_prototype.width = width;
    m_prototype.height = height;
    m_prototype.format = format;
    m_prototype.data.resize(m_prototype.bytesPerRow() * static_cast<std::size_t>(height));
    for (std::size_t i = 0; i < count; ++i) m_images.push_back(std::make_shared<Image>(m_prototype));
}

std::shared_ptr<Image> ImagePool::take()
{
    for (std::size_t tried = 0; tried < m_images.size(); ++tried) {
        const std::shared_ptr<Image>& image = m_images[m_next];
        m_next = (m_next + 1) % m_images.size();
        if (image.use_count() == 1) {
            // use_count() reads relaxed: the fence orders our writes after the last reader's release.
            std::atomic_thread_fence(std::memory_order_acquire);
            return image;
        }
    }
    m_images.push_back(std::make_shared<Image>(m_prototype));
    return m_images.back();
}

}  // namespace understudy
