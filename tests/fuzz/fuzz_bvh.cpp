#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "xr/bvhmotion.h"

/// Whatever the bytes: a motion with finite poses, or an error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace understudy;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto file = parseBvh(text);
    if (file && !parseBvh(writeBvh(*file))) std::abort();
    for (const BvhOptions& options : {BvhOptions{}, BvhOptions{.metresPerUnit = 1, .axes = BvhOptions::Axes{}}}) {
        const auto motion = BvhMotion::parse(text, "fuzz", options);
        if (!motion) {
            if (motion.error().message.empty()) std::abort();
            continue;
        }
        for (const double share : {0.0, 0.37, 1.0}) {
            const OperatorSample sample = motion->sampleAt(share * motion->duration());
            for (const TrackedPose& joint : sample.body)
                if (joint.valid && !joint.pose.isFinite()) std::abort();
        }
    }
    return 0;
}
