#pragma once

#include <filesystem>
#include <memory>

#include <nlohmann/json_fwd.hpp>

#include "core/file.h"
#include "core/media/videoselection.h"
#include "storage/export/exportepisode.h"

namespace understudy {

/// What an exported dataset says of where each row came from: source episodes, which image each row shows, tolerances,
/// segments with their times, and what was left out and why. One JSON document, written as the export goes.
class ExportManifest {
public:
    [[nodiscard]] static Result<std::unique_ptr<ExportManifest>> create(FileSystem& files,
                                                                        const std::filesystem::path& path);

    /// `selections` in the order of the episode's cameras.
    [[nodiscard]] Result<void> add(std::int64_t index, const ExportEpisode& episode,
                                   const std::vector<VideoSelection>& selections);
    /// Kept until finish().
    void leaveOut(std::string id, std::string reason) { m_leftOut.emplace_back(std::move(id), std::move(reason)); }
    [[nodiscard]] Result<void> finish();

private:
    ExportManifest(std::unique_ptr<File> file) : m_file(std::move(file)) {}
    [[nodiscard]] Result<void> append(const std::string& text);

    std::unique_ptr<File> m_file;
    std::uint64_t m_size = 0;
    std::vector<std::pair<std::string, std::string>> m_leftOut;
    bool m_any = false;
};

}  // namespace understudy
