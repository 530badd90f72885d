#pragma once

#include <limits>
#include <memory>

#include "storage/read/mcapscan.h"

namespace understudy {

/// Which messages to read.
struct McapFilter {
    std::vector<std::uint16_t> channels;                           ///< empty: all
    std::int64_t from = std::numeric_limits<std::int64_t>::min();  ///< log time, inclusive
    std::int64_t to = std::numeric_limits<std::int64_t>::max();    ///< exclusive
};

enum class McapOrder : std::uint8_t {
    Time,  ///< by log time, equal times as they lie in the file
    File,  ///< as they lie in the file: the least memory
};

class McapReader;

/// A pass over messages. Chunks are unpacked one after another, never the whole file.
class McapMessages {
public:
    ~McapMessages();
    McapMessages(McapMessages&&) noexcept;
    McapMessages& operator=(McapMessages&&) noexcept;

    /// The next message, null after the last; valid until the next call. Damaged chunks are left out and listed in
    /// damage().
    [[nodiscard]] Result<const McapMessage*> next();
    [[nodiscard]] const std::vector<McapDamage>& damage() const;

private:
    friend class McapReader;
    struct Private;
    explicit McapMessages(std::unique_ptr<Private> state);
    std::unique_ptr<Private> m_p;
};

/// Reads an MCAP file, by its summary where that is whole and by a scan of the records where it is not. Everything
/// in the file may be wrong: sizes are checked against McapLimits, and what cannot be read is left out and located.
/// One thread; several passes at once are fine.
class McapReader {
public:
    [[nodiscard]] static Result<std::unique_ptr<McapReader>> open(std::unique_ptr<File> file,
                                                                  const McapLimits& limits = {});
    ~McapReader();
    McapReader(const McapReader&) = delete;
    McapReader& operator=(const McapReader&) = delete;

    [[nodiscard]] const McapHeader& header() const;
    [[nodiscard]] const McapSummary& summary() const;
    /// The file ends with a summary and a footer that belong together; otherwise it was scanned.
    [[nodiscard]] bool isFinished() const;
    /// Found by the scan; empty where the summary was used.
    [[nodiscard]] const std::vector<McapDamage>& damage() const;
    /// Null when no channel has the topic.
    [[nodiscard]] const McapChannel* channelOf(std::string_view topic) const;
    [[nodiscard]] const McapSchema* schemaOf(const McapChannel& channel) const;

    /// The reader must outlive the pass.
    [[nodiscard]] McapMessages messages(McapFilter filter = {}, McapOrder order = McapOrder::Time) const;
    [[nodiscard]] Result<McapMetadata> metadata(const McapMetadataIndex& index) const;
    [[nodiscard]] Result<std::vector<std::byte>> attachment(const McapAttachmentIndex& index) const;

private:
    friend class McapMessages;
    struct Private;
    explicit McapReader(std::unique_ptr<Private> state);
    std::unique_ptr<Private> m_p;
};

}  // namespace understudy
