#include "storage/export/stagedvideo.h"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

constexpr int kStatisticsSide = 150;

/// How many images apart a sampled picture's statistics look at pixels.
int pixelStride(int width, int height)
{
    const int longSide = std::max(width, height);
    return longSide < 2 * kStatisticsSide ? 1 : longSide / kStatisticsSide;
}

/// Evenly spaced images of the rows, each moved to the nearest key image that a row could show: those are decoded
/// alone, and say the same of colours.
std::vector<std::uint32_t> sampledImages(const std::vector<VideoSample>& samples, const ExportCamera& camera)
{
    const auto [first, last] = std::ranges::minmax(camera.rows, {}, &ExportImage::index);
    std::vector<std::uint32_t> keys;
    for (std::uint32_t i = first.index; i <= last.index; ++i)
        if (samples[i].key) keys.push_back(i);
    const std::size_t rows = camera.rows.size();
    const std::size_t pictures = sampledPictures(rows);
    std::vector<std::uint32_t> images;
    for (std::size_t n = 0; n < pictures; ++n) {
        const double at = pictures == 1 ? 0 : static_cast<double>(n * (rows - 1)) / static_cast<double>(pictures - 1);
        std::uint32_t image = camera.rows[static_cast<std::size_t>(std::lround(at))].index;
        const auto after = std::ranges::lower_bound(keys, image);
        if (after != keys.end() && (after == keys.begin() || *after - image <= image - *(after - 1)))
            image = *after;
        else if (after != keys.begin())
            image = *(after - 1);
        images.push_back(image);
    }
    std::ranges::sort(images);
    images.erase(std::ranges::unique(images).begin(), images.end());
    return images;
}

Result<ImageStatistics> pictureStatistics(Mp4Reader& reader, const ExportCamera& camera,
                                          const std::function<bool()>& cancelled)
{
    ImageStatistics statistics;
    const int stride = pixelStride(camera.width, camera.height);
    for (const std::uint32_t index : sampledImages(reader.index().samples, camera)) {
        if (cancelled && cancelled()) return fail("cancelled");
        const Result<ImageRef> image = reader.imageAt(index);
        if (!image) return tl::unexpected(image.error());
        statistics.add(**image, stride);
    }
    return statistics;
}

}  // namespace

Result<StagedVideo> stageVideo(FileSystem& files, const ExportCamera& camera, Scratch& scratch,
                               const std::function<bool()>& cancelled)
{
    const Result<std::unique_ptr<Mp4Reader>> reader = Mp4Reader::open(files, camera.video);
    if (!reader) return tl::unexpected(reader.error());
    const VideoParameters& parameters = (*reader)->index().parameters;
    if (parameters.width != camera.width || parameters.height != camera.height)
        return fail("the video of its camera " + camera.name + " has " + std::to_string(parameters.width) + "×" +
                    std::to_string(parameters.height) + " pixels, and not what was recorded");
    StagedVideo staged;
    std::vector<std::uint32_t> wanted;
    for (const ExportImage& image : camera.rows) wanted.push_back(image.index);
    Result<VideoSelection> selection = selectImages(**reader, wanted, camera.rateHz, scratch, cancelled);
    if (!selection) return tl::unexpected(selection.error());
    staged.selection = std::move(*selection);
    Result<ImageStatistics> statistics = pictureStatistics(**reader, camera, cancelled);
    if (!statistics) return tl::unexpected(statistics.error());
    staged.statistics = *statistics;
    Result<std::unique_ptr<File>> source = files.open(camera.video, OpenMode::Read);
    if (!source) return tl::unexpected(source.error());
    staged.source = std::move(*source);
    return staged;
}

}  // namespace understudy
