#pragma once

#include <string>
#include <vector>

namespace understudy {

/// The card: what operators are asked to do.
struct Task {
    std::string id;
    std::string name;
    std::string instructionZh;
    std::string instructionEn;
    std::vector<std::string> script;  ///< steps in order, words of the tier "skill"
    std::string startPicture;         ///< file, relative to the library
    std::string notes;

    bool operator==(const Task&) const = default;
};

}  // namespace understudy
