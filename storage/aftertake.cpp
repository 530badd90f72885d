#include "storage/aftertake.h"

#include <sys/resource.h>
#include <unistd.h>

#include "storage/read/signalpyramid.h"

namespace understudy {

AfterTake::AfterTake(FileSystem& files) : m_files(files), m_thread([this](const std::stop_token& stop) { run(stop); })
{
}

void AfterTake::add(std::filesystem::path folder)
{
    {
        const std::lock_guard lock(m_mutex);
        m_folders.push_back(std::move(folder));
    }
    m_ready.notify_one();
}

void AfterTake::run(const std::stop_token& stop)
{
    // On Linux a priority is a thread's own.
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 19);
    while (true) {
        std::filesystem::path folder;
        {
            std::unique_lock lock(m_mutex);
            if (!m_ready.wait(lock, stop, [this] { return !m_folders.empty(); })) return;
            folder = std::move(m_folders.front());
            m_folders.pop_front();
        }
        // Not a word when it fails: it is made again when somebody looks.
        (void)writeSignalPyramid(m_files, folder, [&] { return !stop.stop_requested(); });
        if (stop.stop_requested()) return;
    }
}

}  // namespace understudy
