#pragma once

#include <chrono>
#include <vector>

namespace understudy {

/// Resident memory of this process, MiB.
struct MemoryFigures {
    double start = 0;
    double end = 0;
    double peak = 0;
    double perMinute = 0;  ///< straight line through the second half of the time watched, when everything is warm
};

/// Watches this process's memory. One thread.
class MemoryWatch {
public:
    /// Takes a sample when a second has passed since the last.
    void look();
    [[nodiscard]] MemoryFigures figures() const;

private:
    struct Sample {
        double minutes;
        double mib;
    };
    std::chrono::steady_clock::time_point m_begin = std::chrono::steady_clock::now();
    std::vector<Sample> m_samples;
};

}  // namespace understudy
