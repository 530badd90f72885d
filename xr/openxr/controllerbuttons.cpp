#include "xr/openxr/controllerbuttons.h"

namespace understudy {
namespace {

constexpr float kSqueezed = 0.6F;
constexpr float kLetGo = 0.4F;
constexpr float kPushed = 0.7F;
constexpr Duration kRedoTime = kSecond / 2;
constexpr Duration kRecentreTime = kSecond / 2;
constexpr Duration kHomeTime = kSecond;

}  // namespace

bool ControllerButtons::Held::update(bool level, Timestamp now, Duration needed)
{
    if (!level)
        since = 0;
    else if (since == 0)
        since = now;
    return since != 0 && now - since >= needed;
}

bool ControllerButtons::Squeezed::update(float value)
{
    on = on ? value > kLetGo : value >= kSqueezed;
    return on;
}

void ControllerButtons::apply(const std::array<ControllerState, kSideCount>& controllers, Timestamp now,
                              OperatorSample& sample)
{
    std::array<ControllerState, kSideCount> state = controllers;
    for (std::size_t side = 0; side < state.size(); ++side) {
        if (!state[side].active) state[side] = {};
        sample.inputs[side] = {.trigger = state[side].trigger,
                               .squeeze = state[side].squeeze,
                               .stickX = state[side].stickX,
                               .stickY = state[side].stickY};
    }
    const ControllerState& left = state[static_cast<std::size_t>(indexOf(Side::Left))];
    const ControllerState& right = state[static_cast<std::size_t>(indexOf(Side::Right))];

    sample.setHeld(Button::HoldToDrive, m_drive.update(right.squeeze));
    sample.setHeld(Button::Clutch, m_clutch.update(left.squeeze));
    sample.setHeld(Button::Stop, left.upper || right.upper);
    sample.setHeld(Button::Start, right.lower);
    sample.setHeld(Button::Success, left.lower);
    sample.setHeld(Button::Failure, left.stick);
    sample.setHeld(Button::Mark, right.stick);
    sample.setHeld(Button::NextStep, right.stickX > kPushed);
    sample.setHeld(Button::Redo, m_redo.update(left.stickX < -kPushed, now, kRedoTime));
    sample.setHeld(Button::Recentre, m_recentre.update(left.stickY < -kPushed, now, kRecentreTime));
    sample.setHeld(Button::Home, m_home.update(left.menu || right.menu, now, kHomeTime));
}

}  // namespace understudy
