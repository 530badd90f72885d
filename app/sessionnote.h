#pragma once

#include <string>
#include <vector>

#include "robots/cameras/capability.h"

namespace understudy {

/// Something a session has to say about itself when it opens. The sentence stands in `text` in English, for the command
/// line; a window makes its own from the parts.
struct SessionNote {
    enum class Kind {
        ProposedProfile,   ///< robot
        NoCameras,         ///< robot
        CamerasFail,       ///< why, in English
        Lowered,           ///< renderer, milliseconds an image; and `lowered`
        Recovered,         ///< milliseconds short, episode
        NotRecovered,      ///< episode, why, in English
        ExpensiveEncoding  ///< cores
    };
    Kind kind = Kind::ProposedProfile;
    std::string text;
    std::vector<std::string> arguments;  ///< as said beside each kind
    std::vector<Lowering> lowered;
};

}  // namespace understudy
