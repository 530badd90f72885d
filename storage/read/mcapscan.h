#pragma once

#include "core/file.h"
#include "storage/read/mcaprecords.h"

namespace understudy {

/// What a reader may take. A file that needs more is an error or, for one chunk of it, damage.
struct McapLimits {
    std::uint64_t chunkBytes = 256U << 20U;  ///< one record, and one chunk unpacked
    std::uint64_t openBytes = 512U << 20U;   ///< chunks held at once while reading in time order
    std::size_t chunks = 1'000'000;
    std::size_t damages = 1'000;  ///< places listed; the rest is left out
};

/// What a file holds when every record of its data section is read and every checksum verified, summary or not.
struct McapScan {
    McapHeader header;
    McapSummary summary;  ///< of the readable records
    std::vector<McapDamage> damage;
    std::uint64_t size = 0;
    std::uint64_t goodEnd = 0;         ///< where the last readable record of the data section ends
    bool hasDataEnd = false;           ///< the data section was closed
    std::vector<std::byte> tailIndex;  ///< message indexes that the last chunk lacks, to be written at goodEnd
};

/// Fails only where nothing can be read: no MCAP file, or the file cannot be read at all. Memory stays below the
/// limits, whatever the file says.
[[nodiscard]] Result<McapScan> scanMcap(File& file, const McapLimits& limits = {});

/// Reads exactly `size` bytes; fewer is an error that names the offset.
[[nodiscard]] Result<void> readExactly(File& file, std::uint64_t offset, std::span<std::byte> into);

}  // namespace understudy
