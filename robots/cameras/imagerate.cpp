#include "robots/cameras/imagerate.h"

#include <fmt/format.h>

#include "core/clock.h"

namespace understudy {
namespace {

constexpr Duration kWarmUp = kSecond / 2;
constexpr Duration kMeasure = 2 * kSecond;

}  // namespace

Result<ImageRate> measureImageRate(const RobotModel& model, const RenderQuality& quality)
{
    if (model.profile().cameras.empty())
        return fail(fmt::format("The robot {} has no cameras; its profile may name some ([[cameras]]).", model.name()));
    const auto renderer = SceneRenderer::create(model, quality);
    if (!renderer) return tl::unexpected(renderer.error());
    if (const Result<void> bound = (*renderer)->bind(); !bound) return tl::unexpected(bound.error());
    ImagePool pool(quality.maxWidth, quality.maxHeight, PixelFormat::Rgb8, 1);
    const std::shared_ptr<Image> image = pool.take();
    const SteadyClock clock;
    const auto drawFor = [&](Duration length) -> Result<double> {
        const Timestamp begin = clock.now();
        double drawn = 0;
        do {
            (*renderer)->pose(model.restQpos());
            const Result<void> done = (*renderer)->draw(model.profile().cameras.front().name, *image);
            if (!done) return tl::unexpected(done.error());
            ++drawn;
        } while (clock.now() - begin < length);
        return drawn / toSeconds(clock.now() - begin);
    };
    Result<double> rate = drawFor(kWarmUp);
    if (rate) rate = drawFor(kMeasure);
    const std::string name = (*renderer)->rendererName();
    (*renderer)->release();
    if (!rate) return tl::unexpected(rate.error());
    return ImageRate{.perSecond = *rate, .renderer = name};
}

}  // namespace understudy
