#include "xr/motionplayback.h"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

constexpr double kShortestBlend = 0.1;  // s

/// 0 to 1 at rest on both ends.
double minimumJerk(double t) { return t * t * t * (10 + t * (-15 + t * 6)); }

/// From one body to another: the pelvis straight, everything else in its frame, so that limbs keep their length
/// when the person turns.
void blendBody(const OperatorSample& from, const OperatorSample& to, double ratio, OperatorSample& into)
{
    const Pose& fromPelvis = from.at(BodyJoint::Pelvis).pose;
    const Pose& toPelvis = to.at(BodyJoint::Pelvis).pose;
    const auto between = [ratio](const Pose& a, const Pose& b) {
        return Pose{.position = a.position + ratio * (b.position - a.position),
                    .orientation = a.orientation.slerp(ratio, b.orientation)};
    };
    const Pose pelvis = between(fromPelvis, toPelvis);
    for (std::size_t i = 0; i < into.body.size(); ++i) {
        into.body[i] = from.body[i];
        if (!from.body[i].valid) continue;
        into.body[i].pose =
            pelvis * between(fromPelvis.inverse() * from.body[i].pose, toPelvis.inverse() * to.body[i].pose);
    }
}

}  // namespace

MotionPlayback::MotionPlayback(BvhMotion motion, MotionScript script, const PlaybackOptions& options)
    : m_motion(std::move(motion)), m_script(std::move(script)), m_options(options)
{
    m_options.blend = std::max(m_options.blend, kShortestBlend);
}

double MotionPlayback::passLength() const { return m_motion.duration() + (m_options.loop ? m_options.blend : 0); }

MotionPlayback::Place MotionPlayback::placeAt(double seconds) const
{
    if (!m_options.loop) return {.time = std::min(seconds, m_motion.duration())};
    const double time = std::fmod(seconds, passLength());
    if (time <= m_motion.duration()) return {.time = time};
    return {.time = time, .blend = (time - m_motion.duration()) / m_options.blend};
}

void MotionPlayback::sampleAt(double seconds, OperatorSample& sample) const
{
    const Place place = placeAt(seconds);
    if (place.blend < 0)
        sample.body = m_motion.sampleAt(place.time).body;
    else
        blendBody(m_motion.sampleAt(m_motion.duration()), m_motion.sampleAt(0), minimumJerk(place.blend), sample);

    for (const Side side : kSides) {
        const double closure = place.blend < 0 ? closureAt(side, place.time)
                                               : std::lerp(closureAt(side, m_motion.duration()), closureAt(side, 0),
                                                           minimumJerk(place.blend));
        sample.inputs[static_cast<std::size_t>(indexOf(side))].trigger = static_cast<float>(closure);
    }

    std::uint32_t held = 0;
    for (const ButtonHold& hold : m_script.buttons) {
        const bool isHeld =
            hold.release ? place.time >= hold.press && place.time < *hold.release : seconds >= hold.press;
        if (isHeld) held |= 1U << static_cast<unsigned>(hold.button);
    }
    for (int i = 0; i < kButtonCount; ++i) sample.setHeld(static_cast<Button>(i), (held >> i) & 1U);
}

double MotionPlayback::closureAt(Side side, double time) const
{
    const std::vector<TriggerKey>& keys = m_script.triggers[static_cast<std::size_t>(indexOf(side))];
    if (keys.empty()) return 0;
    const auto next = std::ranges::upper_bound(keys, time, {}, &TriggerKey::time);
    if (next == keys.begin()) return next->closure;
    const TriggerKey& before = *(next - 1);
    if (next == keys.end()) return before.closure;
    return std::lerp(before.closure, next->closure, (time - before.time) / (next->time - before.time));
}

}  // namespace understudy
