#pragma once

#include <memory>

#include "core/file.h"
#include "storage/read/mcaprecords.h"

namespace understudy {

struct McapWriterOptions {
    std::string profile = "ros2";
    std::string library = "understudy";
    std::size_t chunkBytes = 1U << 20U;  ///< a chunk is closed before it would grow past this
    McapCompression compression = McapCompression::None;
    int zstdLevel = 1;
};

/// Writes one MCAP file, front to back: chunks with checksums, message indexes, and on finish() the summary. The same
/// calls make the same bytes. Schemas and channels stand before the first chunk that needs them, outside of chunks,
/// so that a scan finds them without a summary.
///
/// One thread. After an error every later call returns the same error: what was synced before stays valid.
class McapWriter {
public:
    /// Writes magic and header to an empty file.
    [[nodiscard]] static Result<std::unique_ptr<McapWriter>> create(std::unique_ptr<File> file,
                                                                    McapWriterOptions options = {});
    ~McapWriter();
    McapWriter(const McapWriter&) = delete;
    McapWriter& operator=(const McapWriter&) = delete;

    /// A schema that is there already, name and text, gets the same id.
    [[nodiscard]] Result<std::uint16_t> addSchema(const std::string& name, const std::string& encoding,
                                                  const std::string& data);
    [[nodiscard]] Result<std::uint16_t> addChannel(std::uint16_t schemaId, const std::string& topic,
                                                   const std::string& messageEncoding,
                                                   const std::map<std::string, std::string>& metadata = {});
    /// A message of a channel that was never added is an error of the caller.
    [[nodiscard]] Result<void> write(const McapMessage& message);
    /// Closes the chunk first.
    [[nodiscard]] Result<void> addMetadata(const std::string& name, const std::map<std::string, std::string>& values);
    [[nodiscard]] Result<void> addAttachment(const std::string& name, const std::string& mediaType,
                                             std::int64_t logTime, std::span<const std::byte> data);

    /// Closes the chunk unless so many more bytes fit: what is then written up to that size stands or falls together.
    [[nodiscard]] Result<void> keepTogether(std::size_t bytes);
    /// Closes the chunk, so that everything written so far is in the file.
    [[nodiscard]] Result<void> closeChunk();
    /// Closes the chunk and syncs the file: everything so far survives.
    [[nodiscard]] Result<void> flush();
    /// Writes the summary and the footer and syncs. Nothing may be written afterwards.
    [[nodiscard]] Result<void> finish();

    [[nodiscard]] std::uint64_t size() const;  ///< bytes in the file
    [[nodiscard]] const McapStatistics& statistics() const;

private:
    struct Private;
    explicit McapWriter(std::unique_ptr<Private> state);
    std::unique_ptr<Private> m_p;
};

}  // namespace understudy
