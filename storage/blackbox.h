#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "core/file.h"
#include "core/recordsink.h"

namespace understudy {

/// Why what was recorded up to here is worth keeping; empty when it is not. One step after the other: a stop request or
/// a robot that vanishes while it is driven, an operator who falls silent, a contact, a solver that fails, a fault.
[[nodiscard]] std::string_view faultBetween(const Step& before, const Step& now);

struct BlackBoxOptions {
    std::filesystem::path library;  ///< files lie in library/blackbox
    Duration length = 10 * kSecond;
    std::size_t keep = 50;  ///< newest files; older ones are removed
};

struct BlackBoxReport {
    std::string cause;
    Timestamp time = 0;          ///< of the step, monotonic
    std::filesystem::path file;  ///< empty when it could not be written
    std::string problem;         ///< a sentence, empty when it was written
};

/// Stands in front of another sink and keeps the newest seconds of every operator, robot and step stream, whether a
/// take runs or not. When a step brings a fault, a thread of its own writes them to one MCAP file, which any episode
/// reader of ours opens.
///
/// offer() copies into memory taken in open(): it never waits, locks or allocates. Memory: twice the length at the
/// announced rates. Each stream has two banks: a fault freezes one, and the stream goes on in the other, which is why
/// a second fault within the length has less before it.
class BlackBox final : public RecordSink {
public:
    /// Everything given outlives it.
    [[nodiscard]] static Result<std::unique_ptr<BlackBox>> create(BlackBoxOptions options, RecordSink& next,
                                                                  FileSystem& files, const Clock& clock);
    ~BlackBox() override;
    BlackBox(const BlackBox&) = delete;
    BlackBox& operator=(const BlackBox&) = delete;

    [[nodiscard]] Result<StreamId> open(const StreamInfo& info) override;
    bool offer(StreamId stream, const Record& record) override;

    /// What was written since the last call; any one thread.
    [[nodiscard]] std::vector<BlackBoxReport> takeReports();
    /// Waits until a fault that was offered before is written; for tests and the end of a session.
    void settle();

private:
    struct Stream;
    BlackBox(BlackBoxOptions options, RecordSink& next, FileSystem& files, const Clock& clock);

    void run(const std::stop_token& token);
    [[nodiscard]] BlackBoxReport write();
    [[nodiscard]] Result<void> writeFile(const std::filesystem::path& file, const BlackBoxReport& report);
    void prune();

    BlackBoxOptions m_options;
    RecordSink& m_next;
    FileSystem& m_files;
    WallAnchor m_anchor;
    std::vector<std::unique_ptr<Stream>> m_streams;  ///< by id of the next sink; null where it is not kept
    std::atomic<bool> m_fault{false};                ///< set by the steps' thread, cleared by ours
    std::string_view m_cause;                        ///< stands while m_fault does
    Timestamp m_faultTime = 0;
    Step m_before;       ///< its phase and reason only
    std::mutex m_mutex;  ///< of the reports; never taken in offer()
    std::vector<BlackBoxReport> m_reports;
    std::jthread m_thread;
};

}  // namespace understudy
