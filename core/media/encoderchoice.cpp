#include "core/media/encoderchoice.h"

#include <algorithm>
#include <ctime>
#include <thread>

#include "core/media/syntheticimages.h"

namespace understudy {
namespace {

constexpr Duration kBudget = 2 * kSecond;
constexpr int kPictures = 12;
constexpr int kWarmUp = 4;

/// CPU time of this thread: other load on the machine does not change the choice.
Duration threadTime()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * kSecond + time.tv_nsec;
}

Result<double> cpuMsPerImage(const VideoEncoderOptions& options, const std::vector<Image>& pictures, Duration budget)
{
    const Timestamp begin = threadTime();
    Result<std::unique_ptr<VideoEncoder>> encoder = VideoEncoder::create(options);
    if (!encoder) return tl::unexpected(encoder.error());
    Timestamp measured = threadTime();
    int images = 0;
    for (std::size_t n = 0; n < pictures.size(); ++n) {
        if (n == kWarmUp) measured = threadTime();
        const Result<Packet> packet = (*encoder)->encode(pictures[n]);
        if (!packet) return tl::unexpected(packet.error());
        if (n >= kWarmUp) ++images;
        if (images > 0 && threadTime() - begin > budget) break;
    }
    return toSeconds(threadTime() - measured) * 1e3 / std::max(images, 1);
}

}  // namespace

Result<EncoderChoice> chooseEncoder(const CameraLoad& load, double share)
{
    if (load.cameras < 1) return fail("an encoder is chosen for at least one camera");
    VideoEncoderOptions options;
    options.width = load.width;
    options.height = load.height;
    options.rateHz = load.rateHz;
    // Refuses a size before it allocates pictures of it.
    if (const auto encoder = VideoEncoder::create(options); !encoder) return tl::unexpected(encoder.error());

    const Timestamp begin = threadTime();
    std::vector<Image> pictures = syntheticImages(load.width, load.height, kPictures);
    for (std::size_t n = 0; n < pictures.size(); ++n)
        pictures[n].stamps.capture = static_cast<Timestamp>(static_cast<double>(n) * 1e9 / load.rateHz);

    const double allowed = share * std::max(1U, std::thread::hardware_concurrency());
    EncoderChoice choice;
    double cheapest = 0;
    for (const EncoderPreset preset : {EncoderPreset::Ultrafast, EncoderPreset::Superfast, EncoderPreset::Veryfast}) {
        const Duration left = kBudget - (threadTime() - begin);
        if (left <= 0) break;
        options.preset = preset;
        const Result<double> cost = cpuMsPerImage(options, pictures, left);
        if (!cost) return tl::unexpected(cost.error());
        const double cores = *cost * 1e-3 * load.rateHz * load.cameras;
        const bool fits = cores <= allowed;
        if (preset != EncoderPreset::Ultrafast && !fits) break;
        if (preset == EncoderPreset::Ultrafast) cheapest = *cost;
        choice = {preset, {}, *cost, cores, fits};
        if (!fits) break;
    }
    for (const std::string& name : hardwareEncoders()) {
        const Duration left = kBudget - (threadTime() - begin);
        if (left <= 0) break;
        options.hardware = name;
        const Result<double> cost = cpuMsPerImage(options, pictures, left);
        if (!cost || *cost >= cheapest) continue;
        const double cores = *cost * 1e-3 * load.rateHz * load.cameras;
        return EncoderChoice{choice.preset, name, *cost, cores, cores <= allowed};
    }
    return choice;
}

}  // namespace understudy
