#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "core/file.h"

namespace understudy {

struct Signal {
    std::string stream;  ///< e.g. "/robot/joint_states"
    std::string name;    ///< e.g. "position/left_elbow"
};

/// Least and greatest value in a stretch of time; NaN: there was none.
struct SignalSpan {
    float least = 0;
    float greatest = 0;
};

/// What plots draw of an episode: for every signal the least and greatest value of stretches of time, coarser from
/// level to level, in `signals.pyr` beside the episode. Opening reads names and sizes only, a question the few bytes of
/// its answer, so that an hour of many signals opens at once. Where the stretches are finer than kFinest, read the
/// values themselves (EpisodeReader). One thread.
class SignalPyramid {
public:
    /// Makes the file where it is missing, damaged, or not of this recording. Where it cannot be written, works
    /// without.
    [[nodiscard]] static Result<std::unique_ptr<SignalPyramid>> open(FileSystem& files,
                                                                     const std::filesystem::path& folder);
    ~SignalPyramid();
    SignalPyramid(const SignalPyramid&) = delete;
    SignalPyramid& operator=(const SignalPyramid&) = delete;

    [[nodiscard]] const std::vector<Signal>& list() const;
    [[nodiscard]] std::int64_t startTime() const;  ///< Unix ns of the capture
    [[nodiscard]] std::int64_t endTime() const;
    /// Of the finest level, ns.
    [[nodiscard]] std::int64_t finest(std::size_t signal) const;

    /// `columns` spans that divide [from, to), Unix ns. A value may count into a neighbouring column by a quarter of a
    /// column, or by finest() where columns are narrower.
    [[nodiscard]] Result<std::vector<SignalSpan>> spans(std::size_t signal, std::int64_t from, std::int64_t to,
                                                        std::size_t columns) const;

private:
    struct Impl;
    explicit SignalPyramid(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

/// Writes signals.pyr of a finished episode. `goOn` is asked now and then; false ends it with an error and leaves
/// nothing. Memory: at most 64 Ki stretches of eight bytes a signal.
[[nodiscard]] Result<void> writeSignalPyramid(FileSystem& files, const std::filesystem::path& folder,
                                              const std::function<bool()>& goOn = {});

}  // namespace understudy
