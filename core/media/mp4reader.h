#pragma once

#include <filesystem>
#include <memory>

#include "core/image.h"
#include "core/media/mp4index.h"

namespace understudy {

/// Gives any image of a video. Seeks by the sample table, decodes from the key image before, and keeps the decoded
/// images of the current group. One thread at a time.
class Mp4Reader {
public:
    /// Where the file's own table ends early, because it is damaged, `records` of its images go on behind the damage.
    [[nodiscard]] static Result<std::unique_ptr<Mp4Reader>> open(FileSystem& files, const std::filesystem::path& path,
                                                                 std::span<const PacketLocation> records = {});
    ~Mp4Reader();
    Mp4Reader(const Mp4Reader&) = delete;
    Mp4Reader& operator=(const Mp4Reader&) = delete;

    [[nodiscard]] const Mp4Index& index() const;
    [[nodiscard]] std::size_t size() const { return index().samples.size(); }

    /// Rgb8; `sequence` is the index and `stamps.capture` the time in the video.
    [[nodiscard]] Result<ImageRef> imageAt(std::size_t index);

    /// Depth16Mm, of a video of depth images (VideoEncoder); any other fails.
    [[nodiscard]] Result<ImageRef> depthAt(std::size_t index);

    /// The index of the image nearest to a time in the video. Fails only for a video without images.
    [[nodiscard]] Result<std::size_t> indexNear(Duration pts) const;
    [[nodiscard]] Result<ImageRef> imageNear(Duration pts);

    /// The encoded bytes of an image, as the file holds them.
    [[nodiscard]] Result<std::vector<std::byte>> packetAt(std::size_t index);

private:
    struct Impl;
    explicit Mp4Reader(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace understudy
