#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "xr/suits/suitkind.h"

using namespace understudy;

namespace {

struct Target {
    std::unique_ptr<StreamParser> parser;
    OperatorSample sample;
};

Target make(SuitKind kind)
{
    auto parser = makeParser(kind, {.jointNames = {"left", "right"}, .jointAngles = true});
    if (!parser) std::abort();
    Target target{.parser = std::move(*parser), .sample = {}};
    target.sample.joints = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(target.parser->jointNames().size()));
    return target;
}

void require(bool condition)
{
    if (!condition) std::abort();
}

void check(const TrackedPose& joint)
{
    require(joint.valid || !joint.tracked);
    if (joint.valid) require(joint.pose.isFinite() && std::abs(joint.pose.orientation.norm() - 1) < 1e-6);
}

}  // namespace

/// Whatever the datagrams (each with its length in front, so that a sequence of them is tried): a sound sample, or
/// none. The first byte chooses the protocol.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 1) return 0;
    Target target = make(kSuitKinds[data[0] % kSuitKinds.size()]);
    auto rest = std::as_bytes(std::span(data + 1, size - 1));
    while (rest.size() >= 2) {
        const std::size_t length = std::min<std::size_t>(
            static_cast<std::size_t>(rest[0]) | static_cast<std::size_t>(rest[1]) << 8U, rest.size() - 2);
        (void)target.parser->parse(rest.subspan(2, length), kSecond, target.sample);
        rest = rest.subspan(2 + length);
        for (const TrackedPose& joint : target.sample.body) check(joint);
        for (const auto& hand : target.sample.hands)
            for (const TrackedPose& joint : hand) check(joint);
        require(target.sample.joints.allFinite());
    }
    return 0;
}
