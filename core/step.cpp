#include "core/step.h"

namespace understudy {

std::string_view nameOf(TeleopPhase phase)
{
    static constexpr std::array<std::string_view, 9> kNames{
        "disconnected", "ready", "aligning", "engaging", "active", "hold", "disengaging", "fault", "stopped"};
    return kNames[static_cast<std::size_t>(phase)];
}

std::string_view nameOf(HoldReason reason)
{
    static constexpr std::array<std::string_view, 15> kNames{"none",        "stop_requested", "no_robot",
                                                             "robot_stale", "no_operator",    "operator_stale",
                                                             "not_tracked", "view_stale",     "hold_to_drive_released",
                                                             "clutched",    "input_jump",     "solver_failed",
                                                             "parked",      "contact",        "workspace"};
    return kNames[static_cast<std::size_t>(reason)];
}

}  // namespace understudy
