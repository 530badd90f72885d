#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/operatorsample.h"
#include "core/result.h"

namespace understudy {

/// A button held over a stretch of time. Without a release it is pressed in the first pass and never let go.
struct ButtonHold {
    Button button = Button::HoldToDrive;
    double press = 0;  ///< s
    std::optional<double> release;
};

struct TriggerKey {
    double time = 0;     ///< s
    double closure = 0;  ///< 0 open to 1 closed
};

/// A stretch of the motion that somebody vouches for, e.g. "grasp".
struct MotionPhase {
    std::string name;
    double start = 0;  ///< s
    double end = 0;
};

/// What a played device shall do wrong.
struct DeviceFault {
    enum class Kind : std::uint8_t {
        Silent,  ///< sends nothing
        Stall,   ///< packets wait on their way and then arrive at once
        Jump,    ///< the whole person stands `jump` metres away
        Repeat,  ///< sends its last packet again and again
    };
    Kind kind = Kind::Silent;
    double at = 0;     ///< s since the start, over all passes
    double lasts = 0;  ///< s
    Eigen::Vector3d jump{0.5, 0, 0};
};

/// What the played person does besides moving. Times are seconds of the motion and repeat with every pass, unless
/// they say otherwise.
struct MotionScript {
    std::vector<ButtonHold> buttons;
    std::array<std::vector<TriggerKey>, kSideCount> triggers;
    std::vector<MotionPhase> phases;
    std::vector<DeviceFault> faults;

    /// Hold-to-drive from 0.5 s on.
    [[nodiscard]] static MotionScript standard();
    /// Reads a script (TOML); `standard()` where it names no button. An error names file, line and valid choices.
    [[nodiscard]] static Result<MotionScript> load(const std::filesystem::path& path);
    [[nodiscard]] static Result<MotionScript> parse(std::string_view text);
    /// The script of the same name with the ending .toml beside the motion, or `standard()` when there is none.
    [[nodiscard]] static Result<MotionScript> beside(const std::filesystem::path& motion);
};

}  // namespace understudy
