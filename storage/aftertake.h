#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <thread>

#include "core/file.h"

namespace understudy {

/// What follows a take and must not hold up the next one, on a thread of the lowest priority: the pyramid of its
/// signals. What is not done when it is destroyed is done by whoever opens the episode.
class AfterTake {
public:
    /// `files` outlives it.
    explicit AfterTake(FileSystem& files);

    /// Any thread; never waits. `folder` is that of an ended take.
    void add(std::filesystem::path folder);

private:
    void run(const std::stop_token& stop);

    FileSystem& m_files;
    std::mutex m_mutex;
    std::condition_variable_any m_ready;
    std::deque<std::filesystem::path> m_folders;
    std::jthread m_thread;
};

}  // namespace understudy
