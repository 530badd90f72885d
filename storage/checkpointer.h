#pragma once

#include <chrono>
#include <filesystem>
#include <thread>

namespace understudy {

/// Moves what was committed to a library into its main file, on a thread and connection of its own, so that no commit
/// ever pays for it. A failure waits for the next time: nothing is lost meanwhile, the log grows. The library exists
/// as long as this does.
class Checkpointer {
public:
    explicit Checkpointer(const std::filesystem::path& library,
                          std::chrono::milliseconds period = std::chrono::seconds(5));

private:
    std::jthread m_thread;
};

}  // namespace understudy
