#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/result.h"
#include "robots/cameras/scenerenderer.h"

namespace understudy {

/// How all cameras of one simulator are drawn.
struct CameraSetting {
    Shading shading = Shading::Full;
    int trianglesPerLink = 2000;
    int width = 640;
    int height = 480;
    double rateHz = 30;
    std::size_t cameras = 0;  ///< the first so many

    [[nodiscard]] bool operator==(const CameraSetting&) const = default;
};

/// One thing that was lowered, from one setting to the next.
struct Lowering {
    enum class Kind { Shading, Meshes, Images, Cameras };
    Kind kind = Kind::Shading;
    CameraSetting from;
    CameraSetting to;

    /// A part of a sentence, in English.
    [[nodiscard]] std::string words() const;
};

/// What a machine can hold, decided before an episode and kept through it.
struct Capability {
    CameraSetting setting;
    double secondsPerImage = 0;  ///< measured with this setting
    double load = 0;             ///< share of the drawing thread's time this setting takes
    double budget = 0;           ///< share it may take
    std::string renderer;
    std::vector<Lowering> lowered;  ///< in the order it was done; empty: nothing was

    /// One paragraph for a person, in English; empty when nothing was lowered.
    [[nodiscard]] std::string note() const;
};

/// Every setting from the wanted one down: shading, mesh detail, half the rate, half the size at 30, 15 and 10 Hz, and
/// below 320x240 at 10 Hz fewer cameras. A wish below the floor is its own floor. Never empty.
[[nodiscard]] std::vector<CameraSetting> loweringLadder(const CameraSetting& wanted);

/// Seconds per image of a setting; called once for each look (rate and number of cameras do not change it).
using ImageCost = std::function<Result<double>(const CameraSetting&)>;

/// The first rung whose load fits the budget; before a camera is left out the budget may be exceeded by 60 %. With no
/// camera left in the worst case.
[[nodiscard]] Result<Capability> chooseSetting(const CameraSetting& wanted, double budget, const ImageCost& cost);

}  // namespace understudy
