#include "robots/cameras/capability.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace understudy {
namespace {

constexpr int kFloorWidth = 320;
constexpr int kFloorHeight = 240;
constexpr double kFloorRate = 10;
constexpr int kCoarseTriangles = 600;
constexpr double kLastResort = 1.6;  ///< a fuller budget is better than a missing camera

bool looksAlike(const CameraSetting& a, const CameraSetting& b)
{
    return a.shading == b.shading && a.trianglesPerLink == b.trianglesPerLink && a.width == b.width &&
           a.height == b.height;
}

Lowering::Kind difference(const CameraSetting& from, const CameraSetting& to)
{
    if (to.cameras < from.cameras) return Lowering::Kind::Cameras;
    if (to.shading == from.shading && to.trianglesPerLink == from.trianglesPerLink) return Lowering::Kind::Images;
    return to.shading == Shading::Coarse ? Lowering::Kind::Meshes : Lowering::Kind::Shading;
}

}  // namespace

std::string Lowering::words() const
{
    switch (kind) {
    case Kind::Shading:
        return "no shadows and no edge smoothing";
    case Kind::Meshes:
        return "coarser meshes";
    case Kind::Images:
        return fmt::format("{}x{} at {:g} Hz instead of {}x{} at {:g} Hz", to.width, to.height, to.rateHz, from.width,
                           from.height, from.rateHz);
    case Kind::Cameras:
        return fmt::format("{} of {} cameras left out", from.cameras - to.cameras, from.cameras);
    }
    return {};
}

std::string Capability::note() const
{
    if (lowered.empty()) return {};
    std::vector<std::string> parts;
    for (const Lowering& each : lowered) parts.push_back(each.words());
    return fmt::format("Lowered for this machine ({}, {:.1f} ms an image): {}.", renderer, secondsPerImage * 1e3,
                       fmt::join(parts, "; "));
}

std::vector<CameraSetting> loweringLadder(const CameraSetting& wanted)
{
    std::vector<CameraSetting> rungs{wanted};
    const auto add = [&](const CameraSetting& rung) {
        if (rung != rungs.back()) rungs.push_back(rung);
    };
    CameraSetting rung = wanted;
    if (rung.shading == Shading::Full) {
        rung.shading = Shading::Plain;
        add(rung);
    }
    rung.shading = Shading::Coarse;
    rung.trianglesPerLink = std::min(rung.trianglesPerLink, kCoarseTriangles);
    add(rung);
    const double floorRate = std::min(wanted.rateHz, kFloorRate);
    rung.rateHz = std::max(wanted.rateHz / 2, floorRate);
    add(rung);
    if (rung.width > kFloorWidth && rung.height > kFloorHeight) {
        rung.width = kFloorWidth;
        rung.height = std::max(kFloorHeight, kFloorWidth * wanted.height / wanted.width / 2 * 2);
        rung.rateHz = wanted.rateHz;
        add(rung);
        rung.rateHz = std::max(wanted.rateHz / 2, floorRate);
        add(rung);
    }
    rung.rateHz = floorRate;
    add(rung);
    while (rung.cameras > 0) {
        --rung.cameras;
        add(rung);
    }
    return rungs;
}

Result<Capability> chooseSetting(const CameraSetting& wanted, double budget, const ImageCost& cost)
{
    Capability capability;
    capability.budget = budget;
    const std::vector<CameraSetting> rungs = loweringLadder(wanted);
    const CameraSetting* before = nullptr;
    for (std::size_t i = 0; i < rungs.size(); ++i) {
        const CameraSetting& rung = rungs[i];
        if (rung.cameras > 0 && (before == nullptr || !looksAlike(*before, rung))) {
            const Result<double> seconds = cost(rung);
            if (!seconds) return tl::unexpected(seconds.error());
            capability.secondsPerImage = *seconds;
        }
        before = &rung;
        capability.setting = rung;
        capability.load = capability.secondsPerImage * rung.rateHz * static_cast<double>(rung.cameras);
        const bool costsCameras = i + 1 < rungs.size() && rungs[i + 1].cameras < rung.cameras;
        if (capability.load <= budget * (costsCameras ? kLastResort : 1)) break;
    }

    // Said once for each kind of change, from the wish to what is left.
    CameraSetting said = wanted;
    const CameraSetting& got = capability.setting;
    const auto say = [&](const CameraSetting& next) {
        if (next == said) return;
        capability.lowered.push_back({difference(said, next), said, next});
        said = next;
    };
    CameraSetting next = said;
    if (wanted.shading == Shading::Full && got.shading != Shading::Full) {
        next.shading = Shading::Plain;
        say(next);
    }
    next.shading = got.shading;
    next.trianglesPerLink = got.trianglesPerLink;
    say(next);
    next.width = got.width;
    next.height = got.height;
    next.rateHz = got.rateHz;
    say(next);
    next.cameras = got.cameras;
    say(next);
    return capability;
}

}  // namespace understudy
