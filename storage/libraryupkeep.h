#pragma once

#include <chrono>
#include <filesystem>
#include <thread>

#include "storage/read/database.h"

namespace understudy {

/// Writes labels.json beside episodes whose labels, state or verdicts changed since it was written, at most `limit` of
/// them; returns how many. One whose folder fails does not keep the others from theirs, and makes an error afterwards.
[[nodiscard]] Result<int> mirrorLabels(Database& database, const std::filesystem::path& library, int limit);

/// What a library needs while somebody writes it, on a thread and connection of its own: moves what was committed into
/// the main file, so that no commit ever pays for it, and mirrors labels beside their episodes. What fails is tried
/// again the next time; nothing is lost meanwhile. A QCoreApplication exists as long as this does.
class LibraryUpkeep {
public:
    explicit LibraryUpkeep(const std::filesystem::path& library,
                           std::chrono::milliseconds period = std::chrono::seconds(5));

private:
    std::jthread m_thread;
};

}  // namespace understudy
