#pragma once

#include "xr/bvhmotion.h"
#include "xr/motionscript.h"

namespace understudy {

struct PlaybackOptions {
    bool loop = true;    ///< otherwise the last pose is held
    double blend = 1.0;  ///< s from the last pose back to the first
};

/// A motion and its script over a time that never ends: passes follow one another through a smooth return, without
/// a jump. Pure and const; any thread.
class MotionPlayback {
public:
    MotionPlayback(BvhMotion motion, MotionScript script, const PlaybackOptions& options = {});

    /// Body, triggers and buttons at `seconds` since the start, into a sample that keeps its press counts, its
    /// sequence and its stamps. Times must rise, or presses are missed. Never allocates.
    void sampleAt(double seconds, OperatorSample& sample) const;

    /// Length of one pass and its return; of the motion when it does not loop.
    [[nodiscard]] double passLength() const;
    [[nodiscard]] const BvhMotion& motion() const { return m_motion; }
    [[nodiscard]] const MotionScript& script() const { return m_script; }

private:
    struct Place {
        double time = 0;    ///< s of the motion
        double blend = -1;  ///< 0 to 1 on the way back, negative in the motion
    };
    [[nodiscard]] Place placeAt(double seconds) const;
    [[nodiscard]] double closureAt(Side side, double time) const;

    BvhMotion m_motion;
    MotionScript m_script;
    PlaybackOptions m_options;
};

}  // namespace understudy
