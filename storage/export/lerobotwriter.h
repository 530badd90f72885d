#pragma once

#include <functional>
#include <memory>
#include <string>

#include "storage/export/exportepisode.h"
#include "storage/export/lerobotfiles.h"

namespace understudy {

/// Writes a LeRobot v3.0 dataset into an existing, empty folder, episode by episode, in memory that does not grow with
/// their number. One thread. After a failure the folder is worth nothing.
class LeRobotWriter {
public:
    [[nodiscard]] static Result<std::unique_ptr<LeRobotWriter>> create(FileSystem& files, std::filesystem::path folder,
                                                                       const FileLimits& limits = {});
    ~LeRobotWriter();
    LeRobotWriter(const LeRobotWriter&) = delete;
    LeRobotWriter& operator=(const LeRobotWriter&) = delete;

    /// Adds the episode, or returns why it cannot be part of this dataset; empty: it was added. Fails where the dataset
    /// cannot be written, and with "cancelled" when `cancelled` says so.
    [[nodiscard]] Result<std::string> add(const ExportEpisode& episode, const std::function<bool()>& cancelled = {});

    /// Remembers an episode that was left out, for the manifest.
    void leaveOut(const std::string& id, const std::string& reason);

    /// Ends all files and writes info, statistics, tasks and the manifest.
    [[nodiscard]] Result<void> finish();

    [[nodiscard]] std::int64_t episodes() const;
    [[nodiscard]] std::int64_t rows() const;

private:
    struct Impl;
    explicit LeRobotWriter(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace understudy
