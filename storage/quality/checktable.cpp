#include <array>

#include "storage/quality/checksettings.h"

namespace understudy {

std::span<const CheckRow> checkTable()
{
    using enum CheckWeight;
    using enum CheckSide;
    // name, weight, fails, limit, seconds, unit, what
    static constexpr std::array kChecks{
        // The recording itself.
        CheckRow{"stream_missing", Integrity, Above, 0, 0, "streams", "a stream that never began"},
        CheckRow{"stream_died", Integrity, Above, 0.5, 0, "s", "a stream that began late or ended before the take"},
        CheckRow{"samples_lost", Integrity, Above, 0, 0, "samples", "what our own queues, encoders or disk lost"},
        CheckRow{"samples_missing", Integrity, Above, 0.02, 0, "share", "samples that a source left out"},
        CheckRow{"samples_few", Look, Above, 0.005, 0, "share", "the same, fewer"},
        CheckRow{"time_order", Integrity, Above, 0, 0, "samples", "times that repeat or go back"},
        CheckRow{"dimension", Integrity, Above, 0, 0, "samples",
                 "vectors of another length than announced, or no numbers"},
        CheckRow{"action_length", Integrity, Above, 0.1, 0, "s", "commands before or after the robot's states"},
        CheckRow{"stuck_stream", Integrity, Above, 0.5, 0, "s", "a robot's state that repeats while it is commanded"},
        CheckRow{"video_file", Integrity, Above, 0, 0, "images",
                 "a video that is unreadable, short, or not what the index says"},
        CheckRow{"file_damage", Integrity, Above, 0, 0, "places", "damage inside episode.mcap"},
        // Time.
        CheckRow{"gap", Look, Above, 3, 0, "periods", "a hole between samples"},
        CheckRow{"device_clock", Look, Above, 0, 0, "jumps", "a device's own clock that goes back"},
        CheckRow{"rate", Look, Above, 0.01, 0, "share", "another rate than announced"},
        CheckRow{"jitter", Look, Above, 2, 0, "periods", "uneven intervals, 99th percentile"},
        CheckRow{"declared_rate", Look, Above, 0.01, 0, "share",
                 "a video that runs faster or slower than it was taken"},
        CheckRow{"clock_drift", Look, Above, 1, 0, "ms/min", "a device's clock that drifts away"},
        CheckRow{"camera_state_skew", Look, Above, 0.010, 0, "s", "images without a state of the robot near them"},
        CheckRow{"camera_camera_skew", Look, Above, 0.010, 0, "s", "cameras that are not taken together"},
        // Values.
        CheckRow{"stuck_joint", Look, Above, 0, 0.5, "joints",
                 "a joint that keeps its value while it is commanded to move"},
        CheckRow{"stuck_operator", Look, Above, 2, 0, "s", "an operator's pose that repeats while driving"},
        CheckRow{"stuck_taxel", Look, Above, 0, 0, "taxels", "a taxel that never changes while others do"},
        // Pictures.
        CheckRow{"black", Look, Above, 0.98, 0.3, "share", "black pictures"},
        CheckRow{"white", Look, Above, 0.98, 0.3, "share", "white pictures"},
        CheckRow{"frozen", Look, Above, 0.3, 0, "s", "a picture that repeats while the robot moves"},
        CheckRow{"contrast", Look, Below, 4, 0.3, "grey values", "pictures without contrast"},
        CheckRow{"exposure", Look, Above, 0.7, 0.3, "share", "pictures that are mostly black or mostly white"},
        CheckRow{"blur", Look, Below, 0.4, 0.3, "of usual", "pictures less sharp than this station's"},
        CheckRow{"wrong_camera", Look, Below, -0.2, 0, "correlation", "wrist cameras that are exchanged"},
        CheckRow{"depth_invalid", Look, Above, 0.3, 0.3, "share", "depth pictures without depth"},
        // Motion.
        CheckRow{"idle_start", Look, Above, 2, 0, "s", "nothing moves at the beginning"},
        CheckRow{"idle_end", Look, Above, 2, 0, "s", "nothing moves at the end"},
        CheckRow{"idle_inside", Look, Above, 5, 0, "s", "nothing moves in between"},
        CheckRow{"limit_violation", Look, Above, 0.02, 0, "of range", "a joint beyond its limit"},
        CheckRow{"limit_near", Info, Above, 0.3, 0, "of time", "an arm's joint within 2 % of its limit"},
        CheckRow{"velocity", Look, Above, 1.1, 0, "of limit", "a joint faster than its limit, hands apart"},
        CheckRow{"acceleration", Look, Above, 3, 0, "of limit", "a joint that is thrown, hands apart"},
        CheckRow{"tremble", Look, Above, 0.004, 0, "rad", "a joint that trembles"},
        CheckRow{"jerk", Info, Above, 10, 0, "m/s³", "a wanted hand path with jerks, mean"},
        CheckRow{"tracking_error", Look, Above, 0.175, 0.2, "rad", "a joint that does not follow its command"},
        CheckRow{"solver_failure", Look, Above, 0, 0, "steps", "postures that could not be solved"},
        CheckRow{"out_of_reach", Info, Above, 0.2, 0, "of time", "hands that the robot could not follow"},
        CheckRow{"clamped", Info, Above, 0.5, 0, "of time", "commands that safety changed"},
        CheckRow{"tracking_lost", Look, Above, 0.01, 0, "of time", "an operator's hand that was not tracked"},
        CheckRow{"clutch_chatter", Look, Above, 3, 0, "times", "driving that was let go and taken up again at once"},
        CheckRow{"torque", Look, Above, 0.98, 0.1, "of limit", "a joint at the end of its strength, hands apart"},
        CheckRow{"collision", Look, Above, 2000, 0, "N", "a hard contact"},
        CheckRow{"gripper", Look, Above, 0.5, 0.5, "of opening", "a hand that does not follow its command"},
        CheckRow{"hold", Look, Above, 0, 0.2, "s", "the robot was held or stopped inside the take"},
        CheckRow{"latency", Look, Above, 0.1, 0.1, "s", "commands later than 100 ms"},
        // The episode as a whole.
        CheckRow{"duration", Look, Above, 1, 0, "of bounds", "far shorter or longer than its task"},
        CheckRow{"path_efficiency", Info, Below, 0.05, 0, "share", "hands that went long ways round"},
        CheckRow{"regrasp", Info, Above, 3, 0, "times", "a hand that closed again and again"},
        CheckRow{"near_duplicate", Info, Below, 0.002, 0, "rad", "nearly the same motion as an earlier episode"},
        CheckRow{"calibration", Look, Above, 0, 0, "missing", "a robot without calibrations"},
        CheckRow{"instruction", Look, Above, 0, 0, "faults", "an instruction that cannot be right"},
    };
    return kChecks;
}

}  // namespace understudy
