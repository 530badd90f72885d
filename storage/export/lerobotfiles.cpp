#include "storage/export/lerobotfiles.h"

#include <fmt/format.h>

namespace understudy {

std::filesystem::path FilePlace::path(const char* extension) const
{
    return fmt::format("chunk-{:03}/file-{:03}{}", chunk, file, extension);
}

ParquetSeries::ParquetSeries(FileSystem& files, std::filesystem::path folder, const FileLimits& limits)
    : m_files(files), m_folder(std::move(folder)), m_limits(limits)
{
}

Result<FilePlace> ParquetSeries::place(std::int64_t rows)
{
    if (m_file && m_file->rows() > 0) {
        const double perRow = static_cast<double>(m_file->bytesWritten()) / static_cast<double>(m_file->rows());
        const double size = static_cast<double>(m_file->bytesWritten()) + perRow * static_cast<double>(rows);
        if (size >= static_cast<double>(m_limits.dataBytes)) {
            if (const Result<void> closed = close(); !closed) return tl::unexpected(closed.error());
            m_place = m_place.next(m_limits.filesPerChunk);
        }
    }
    if (!m_file) {
        const std::filesystem::path path = m_folder / m_place.path(".parquet");
        if (const Result<void> made = m_files.createDirectories(path.parent_path()); !made)
            return tl::unexpected(made.error());
        Result<std::unique_ptr<ParquetFile>> file = ParquetFile::create(m_files, path);
        if (!file) return tl::unexpected(file.error());
        m_file = std::move(*file);
    }
    return m_place;
}

Result<void> ParquetSeries::write(const std::vector<ParquetColumn>& columns) { return m_file->writeRowGroup(columns); }

Result<void> ParquetSeries::close()
{
    if (!m_file) return {};
    const std::unique_ptr<ParquetFile> file = std::move(m_file);
    return file->close();
}

VideoSeries::VideoSeries(FileSystem& files, std::filesystem::path folder, int fps, const FileLimits& limits)
    : m_files(files), m_folder(std::move(folder)), m_fps(fps), m_limits(limits)
{
}

Result<VideoSpan> VideoSeries::append(const VideoSelection& selection, File& source, const Scratch& scratch)
{
    std::uint64_t bytes = 0;
    for (const SelectedPacket& packet : selection.packets) bytes += packet.size;
    const auto images = static_cast<std::int64_t>(selection.packets.size());
    if (m_writer) {
        const bool full = m_writer->bytesWritten() + bytes >= m_limits.videoBytes ||
                          static_cast<double>(m_writer->images() + images) / m_fps > m_limits.videoSeconds;
        if (full || m_writer->parameters() != selection.parameters) {
            if (const Result<void> closed = close(); !closed) return tl::unexpected(closed.error());
            m_place = m_place.next(m_limits.filesPerChunk);
        }
    }
    if (!m_writer) {
        const std::filesystem::path path = m_folder / m_place.path(".mp4");
        if (const Result<void> made = m_files.createDirectories(path.parent_path()); !made)
            return tl::unexpected(made.error());
        Result<std::unique_ptr<File>> file = m_files.open(path, OpenMode::Create);
        if (!file) return tl::unexpected(file.error());
        Result<std::unique_ptr<ConstantRateWriter>> writer =
            ConstantRateWriter::create(std::move(*file), selection.parameters, m_fps);
        if (!writer) return tl::unexpected(writer.error());
        m_writer = std::move(*writer);
    }

    const VideoSpan span{m_place, static_cast<double>(m_writer->images()) / m_fps,
                         static_cast<double>(m_writer->images() + images) / m_fps};
    std::vector<std::byte> data;
    for (const SelectedPacket& packet : selection.packets) {
        data.resize(packet.size);
        File& from = packet.encoded ? *scratch.file : source;
        const Result<std::size_t> got = from.read(packet.offset, data);
        if (!got) return tl::unexpected(got.error());
        if (*got != data.size()) return fail("a video became shorter while it was exported");
        if (const Result<void> put = m_writer->append(data, packet.key); !put) return tl::unexpected(put.error());
    }
    return span;
}

Result<void> VideoSeries::close()
{
    if (!m_writer) return {};
    const std::unique_ptr<ConstantRateWriter> writer = std::move(m_writer);
    return writer->finish();
}

}  // namespace understudy
