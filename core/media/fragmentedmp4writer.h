#pragma once

#include <memory>

#include "core/file.h"
#include "core/media/packet.h"

namespace understudy {

struct FragmentedMp4Options {
    double rateHz = 30;                            ///< announced; the last image is shown for one period
    Duration fragmentPeriod = 400 * kMillisecond;  ///< a fragment spans no more capture time than this
};

/// Writes one camera's packets as a fragmented MP4 that needs no end: a fragment is one write to the file and
/// begins with a key image, unless flush() asked for it earlier. The first image is at 0, each later one at its true
/// capture time after it, in whole microseconds; capture times that do not rise are moved one microsecond past their
/// predecessor, a jump of more than half an hour is refused. After any other failure the writer takes nothing more and
/// repeats its error. One thread at a time.
class FragmentedMp4Writer {
public:
    /// Writes the header into the empty file.
    [[nodiscard]] static Result<std::unique_ptr<FragmentedMp4Writer>>
    create(std::unique_ptr<File> file, const VideoParameters& parameters, const FragmentedMp4Options& options = {});
    /// Closes without flushing: what was not flushed is lost.
    ~FragmentedMp4Writer();
    FragmentedMp4Writer(const FragmentedMp4Writer&) = delete;
    FragmentedMp4Writer& operator=(const FragmentedMp4Writer&) = delete;

    /// Takes a packet. Returns the images that are in the file since this call: none, or the fragment that this
    /// packet ended. The first packet must be a key image.
    [[nodiscard]] Result<std::vector<PacketLocation>> write(const Packet& packet);

    /// Writes the open fragment and returns its images.
    [[nodiscard]] Result<std::vector<PacketLocation>> flush();

    /// What was flushed is on the medium when this returns.
    [[nodiscard]] Result<void> sync();

    /// flush(), then sync(). Nothing else is needed to end the file, and nothing more is taken.
    [[nodiscard]] Result<std::vector<PacketLocation>> finish();

    [[nodiscard]] std::uint64_t bytesWritten() const;

private:
    struct Impl;
    explicit FragmentedMp4Writer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace understudy
