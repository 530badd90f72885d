#pragma once

#include <filesystem>
#include <memory>

#include "core/media/constantratewriter.h"
#include "core/media/videoselection.h"
#include "storage/export/parquetfile.h"

namespace understudy {

/// Chunk and file number of one of a dataset's numbered files.
struct FilePlace {
    std::int64_t chunk = 0;
    std::int64_t file = 0;

    [[nodiscard]] FilePlace next(int filesPerChunk) const
    {
        return file + 1 == filesPerChunk ? FilePlace{chunk + 1, 0} : FilePlace{chunk, file + 1};
    }
    /// "chunk-000/file-000" and the extension.
    [[nodiscard]] std::filesystem::path path(const char* extension) const;
};

struct FileLimits {
    std::uint64_t dataBytes = 100ULL << 20U;
    std::uint64_t videoBytes = 200ULL << 20U;
    /// Readers keep times in single precision and compare them within 0.1 ms: past this their rounding is coarser.
    double videoSeconds = 1000;
    int filesPerChunk = 1000;
};

/// Parquet files of one folder, one after another. Row groups are never split over files.
class ParquetSeries {
public:
    ParquetSeries(FileSystem& files, std::filesystem::path folder, const FileLimits& limits);

    /// Where the next row group of so many rows goes; begins a new file where the present one would become too large.
    [[nodiscard]] Result<FilePlace> place(std::int64_t rows);
    [[nodiscard]] Result<void> write(const std::vector<ParquetColumn>& columns);
    [[nodiscard]] Result<void> close();

private:
    FileSystem& m_files;
    std::filesystem::path m_folder;
    FileLimits m_limits;
    FilePlace m_place;
    std::unique_ptr<ParquetFile> m_file;
};

/// Where an episode's images of one camera went.
struct VideoSpan {
    FilePlace place;
    double from = 0;  ///< s in the file
    double to = 0;
};

/// MP4 files of one camera, one after another. An episode is never split over files.
class VideoSeries {
public:
    VideoSeries(FileSystem& files, std::filesystem::path folder, int fps, const FileLimits& limits);

    /// Copies the selection's packets from the source and the scratch file.
    [[nodiscard]] Result<VideoSpan> append(const VideoSelection& selection, File& source, const Scratch& scratch);
    [[nodiscard]] Result<void> close();

private:
    FileSystem& m_files;
    std::filesystem::path m_folder;
    int m_fps;
    FileLimits m_limits;
    FilePlace m_place;
    std::unique_ptr<ConstantRateWriter> m_writer;
};

}  // namespace understudy
