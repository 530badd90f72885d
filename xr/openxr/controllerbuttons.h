#pragma once

#include "core/operatorsample.h"

namespace understudy {

/// One controller as the runtime reports it.
struct ControllerState {
    bool active = false;
    float trigger = 0;   ///< 0 to 1
    float squeeze = 0;   ///< 0 to 1
    float stickX = 0;    ///< -1 left to 1 right
    float stickY = 0;    ///< -1 back to 1 forward
    bool lower = false;  ///< A, X
    bool upper = false;  ///< B, Y; the menu button where there is no other
    bool stick = false;
    bool menu = false;
};

/// The preset «two controllers»: which control asks for what. Pure; one per device.
///
/// Hold-to-drive is the right squeeze, the clutch the left one. The upper button of *either* hand is the stop request.
/// Lower right starts a take, lower left is success: never neighbours of redo, which takes the left stick pushed left
/// for half a second. The left stick's click is failure, the right stick's is mark, the right stick to the right the
/// next step, the left stick pushed back for half a second recentres, the menu button held for a second is home.
class ControllerButtons {
public:
    /// `now` is the local monotonic clock. A controller that is not active holds nothing.
    void apply(const std::array<ControllerState, kSideCount>& controllers, Timestamp now, OperatorSample& sample);

private:
    /// True once a level has stood for `needed`.
    struct Held {
        Timestamp since = 0;
        [[nodiscard]] bool update(bool level, Timestamp now, Duration needed);
    };
    /// A level with hysteresis, so that a trembling finger does not chatter.
    struct Squeezed {
        bool on = false;
        bool update(float value);
    };

    Squeezed m_drive;
    Squeezed m_clutch;
    Held m_redo;
    Held m_recentre;
    Held m_home;
};

}  // namespace understudy
