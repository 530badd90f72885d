#pragma once

#include <memory>

#include "core/file.h"
#include "core/media/packet.h"

namespace understudy {

/// Writes an ordinary MP4 whose images lie exactly 1/fps apart, the first at 0, none reordered, no edit list: what
/// dataset readers that compute an image from its time need. The index is written by finish(). One thread at a time.
class ConstantRateWriter {
public:
    /// `fps` from 1 to 1000. The file is empty.
    [[nodiscard]] static Result<std::unique_ptr<ConstantRateWriter>> create(std::unique_ptr<File> file,
                                                                            const VideoParameters& parameters, int fps);
    /// Without finish() the file cannot be read.
    ~ConstantRateWriter();
    ConstantRateWriter(const ConstantRateWriter&) = delete;
    ConstantRateWriter& operator=(const ConstantRateWriter&) = delete;

    /// Bytes of one image in the form that the parameters announce: with four-byte lengths behind an avcC record,
    /// with start codes behind bare parameter sets. The first is a key image.
    [[nodiscard]] Result<void> append(const std::vector<std::byte>& data, bool key);

    [[nodiscard]] const VideoParameters& parameters() const;
    [[nodiscard]] std::int64_t images() const;
    [[nodiscard]] std::uint64_t bytesWritten() const;

    [[nodiscard]] Result<void> finish();

private:
    struct Impl;
    explicit ConstantRateWriter(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace understudy
