#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

#include "storage/quality/livequality.h"
#include "storage/quality/lossguard.h"
#include "storage/quality/qualitylibrary.h"
#include "storage/recorder.h"

namespace understudy {

/// A take whose finished files were checked.
struct JudgedTake {
    std::string episode;                 ///< id
    std::optional<QualityVerdict> live;  ///< what was said as it ended, in this session
    QualityReport report;
    std::string problem;  ///< why it could not be checked; empty: it was
};

/// What becomes of a session's takes after their end: takes that are lost in a row block the next start, and the
/// finished files are checked on a thread of its own, of low priority, which writes the verdict into the library. A
/// check that is under way when the session closes is given up: the next session of the station begins with the takes
/// that were left. Any thread.
class TakeJudge {
public:
    /// Reads the library's checks, cards and what earlier episodes like this one were like. Fails in words for a checks
    /// file that cannot be understood.
    [[nodiscard]] static Result<std::unique_ptr<TakeJudge>>
    create(FileSystem& files, const std::filesystem::path& library, const EpisodeRow& like);
    ~TakeJudge();
    TakeJudge(const TakeJudge&) = delete;
    TakeJudge& operator=(const TakeJudge&) = delete;

    /// What the checks of a take that begins now need to know; the episode is the caller's.
    [[nodiscard]] QualityTake take(const std::string& task) const;
    /// A take was kept: adds what the recorder lost to what was said of it, and has its files checked.
    void ended(const TakeReport& take, LiveReport& said);
    /// A take came back from the tray: has its files checked.
    void judge(const std::string& episode);

    [[nodiscard]] std::optional<Finding> blocked() const;
    void acknowledge();
    /// Those that were checked since the last call, oldest first.
    [[nodiscard]] std::vector<JudgedTake> judged();

private:
    struct Job {
        std::string episode;
        std::optional<QualityVerdict> live;
    };
    TakeJudge(FileSystem& files, std::filesystem::path library, EpisodeRow like);
    [[nodiscard]] Result<void> queueLeftTakes(LibraryReader& reader);
    void run(const std::stop_token& stop);
    [[nodiscard]] JudgedTake check(const Job& job, const std::stop_token& stop);

    FileSystem& m_files;
    std::filesystem::path m_library;
    EpisodeRow m_like;
    ChecksFile m_checks;

    mutable std::mutex m_mutex;
    std::condition_variable_any m_ready;
    std::vector<Task> m_cards;
    QualityHistory m_history;
    LossGuard m_guard;
    std::deque<Job> m_jobs;
    std::vector<JudgedTake> m_judged;
    std::jthread m_thread;
};

}  // namespace understudy
