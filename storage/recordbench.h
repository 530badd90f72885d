#pragma once

#include "storage/recorder.h"

namespace understudy {

struct RecordBenchOptions {
    std::filesystem::path library;
    double seconds = 20;
    int cameras = 3;       ///< 640×480, 30 Hz
    double stateHz = 500;  ///< of a robot and of the loop's steps, 29 joints each
    double speed = 1;      ///< so many times the rates: of a long recording in a short time
    EncoderPreset preset = EncoderPreset::Ultrafast;
};

struct RecordFigures {
    double cores = 0;    ///< of the whole process while the take runs, and nothing but recording goes on in it
    double seconds = 0;  ///< of the take, at its real rates
    std::uint64_t samples = 0;
    std::uint64_t dropped = 0;
    double megabytesPerMinute = 0;
    double slopeMiBPerHour = 0;  ///< of resident memory, over the second half, by least squares per recorded hour
};

/// One take of noisy moving pictures made beforehand: encoding is measured, not rendering. `ledger` registers it.
[[nodiscard]] Result<RecordFigures> measureRecording(const RecordBenchOptions& options, TakeLedger& ledger,
                                                     const TakeInfo& task);

/// Milliseconds that endTake() and startTake() kept their caller: takes of 300 ms with three cameras, one after
/// another.
struct ReadyFigures {
    double endP50 = 0;
    double endP99 = 0;
    double startP50 = 0;
    double startP99 = 0;
    int takes = 0;
};
[[nodiscard]] Result<ReadyFigures> measureReady(const RecordBenchOptions& options, TakeLedger& ledger,
                                                const TakeInfo& task, int takes = 60);

}  // namespace understudy
