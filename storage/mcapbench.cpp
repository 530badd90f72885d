#include "storage/mcapbench.h"

#include <algorithm>
#include <chrono>
#include <functional>

#include "storage/mcapwriter.h"

namespace understudy {
namespace {

constexpr double kMiB = 1U << 20U;

Result<double> secondsOf(const std::function<Result<void>()>& work)
{
    const auto start = std::chrono::steady_clock::now();
    if (const Result<void> done = work(); !done) return tl::unexpected(done.error());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Result<void> writeMcap(std::unique_ptr<File> file, std::span<const std::byte> message, std::uint64_t count)
{
    Result<std::unique_ptr<McapWriter>> writer = McapWriter::create(std::move(file));
    if (!writer) return tl::unexpected(writer.error());
    const Result<std::uint16_t> channel = (*writer)->addChannel(0, "/bench", "cdr");
    if (!channel) return tl::unexpected(channel.error());
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto time = static_cast<std::int64_t>(i);
        const Result<void> written = (*writer)->write({.channelId = *channel,
                                                       .sequence = static_cast<std::uint32_t>(i),
                                                       .logTime = time,
                                                       .publishTime = time,
                                                       .data = message});
        if (!written) return written;
    }
    return (*writer)->closeChunk();
}

Result<void> writePlain(File& file, std::span<const std::byte> block, std::uint64_t bytes)
{
    for (std::uint64_t at = 0; at < bytes; at += block.size()) {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), bytes - at));
        if (const Result<void> written = file.write(at, block.first(size)); !written) return written;
    }
    return {};
}

double median(std::vector<double> values)
{
    std::ranges::sort(values);
    return values[values.size() / 2];
}

}  // namespace

Result<McapRate> measureMcap(const std::filesystem::path& folder, std::size_t messageBytes, std::uint64_t totalBytes,
                             int repeats)
{
    PosixFileSystem files;
    std::vector<std::byte> block(std::max<std::size_t>(messageBytes, 1U << 20U));
    for (std::size_t i = 0; i < block.size(); ++i) block[i] = static_cast<std::byte>(i * 131U >> 3U);
    const std::uint64_t count = std::max<std::uint64_t>(1, totalBytes / messageBytes);
    const std::uint64_t payload = count * messageBytes;
    std::vector<double> mcap;
    std::vector<double> plain;
    for (int run = 0; run < repeats; ++run) {
        for (const bool asMcap : {true, false}) {
            const std::filesystem::path path = folder / (asMcap ? "bench.mcap" : "bench.bin");
            if (const Result<void> removed = files.remove(path); !removed) return tl::unexpected(removed.error());
            Result<std::unique_ptr<File>> file = files.open(path, OpenMode::Create);
            if (!file) return tl::unexpected(file.error());
            const Result<double> seconds = secondsOf([&] {
                return asMcap ? writeMcap(std::move(*file), std::span(block).first(messageBytes), count)
                              : writePlain(**file, std::span(block).first(1U << 20U), payload);
            });
            (void)files.remove(path);
            if (!seconds) return tl::unexpected(seconds.error());
            (asMcap ? mcap : plain).push_back(static_cast<double>(payload) / kMiB / *seconds);
        }
    }
    return McapRate{.mcap = median(mcap), .plain = median(plain)};
}

}  // namespace understudy
