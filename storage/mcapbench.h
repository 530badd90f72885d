#pragma once

#include <filesystem>

#include "core/result.h"

namespace understudy {

/// Throughput of writing messages of one size, in MiB of payload per second.
struct McapRate {
    double mcap = 0;   ///< one file through McapWriter: checksums, indexes, one chunk a MiB, no compression
    double plain = 0;  ///< the same payload through write calls of a MiB, in the same run
};

/// Writes `totalBytes` each way into files of `folder`, which are removed again; medians of `repeats` alternating
/// runs. Neither way syncs: this measures the writer, not the disk.
[[nodiscard]] Result<McapRate> measureMcap(const std::filesystem::path& folder, std::size_t messageBytes,
                                           std::uint64_t totalBytes = 256U << 20U, int repeats = 5);

}  // namespace understudy
