#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/read/episode.h"
#include "storage/read/label.h"
#include "storage/read/libraryreader.h"

namespace understudy {

/// What is known when a take begins.
struct EpisodeStart {
    std::string id;
    std::string path;    ///< episodeFolder()
    std::string takeId;  ///< empty: a take of its own
    std::string sessionId;
    std::string taskId;
    std::string robot;  ///< model
    std::string robotSerial;
    std::string modelHash;
    bool sim = true;
    bool practice = false;
    std::string operatorId;  ///< empty: kDefaultPersonId
    std::string station;
    std::int64_t startedAtNs = 0;
};

/// What is known when it ended.
struct EpisodeEnd {
    std::int64_t durationNs = 0;
    std::int64_t steps = 0;
    std::int64_t missedTicks = 0;
    Outcome outcome = Outcome::Unknown;
    std::string cause;
    std::vector<StreamRow> streams;
};

/// What the files of a running take hold so far.
struct EpisodeProgress {
    std::int64_t durationNs = 0;
    std::int64_t steps = 0;
    std::vector<StreamRow> streams;
};

/// Parts that are set are changed.
struct Correction {
    std::optional<Outcome> outcome;
    std::optional<std::string> cause;
    std::optional<std::string> taskId;
};

/// Every change of a library. Each call is one transaction with its lines in the history: made whole, or refused in
/// words with nothing changed. `by` is the id of the person who asks; empty means kDefaultPersonId.
///
/// One thread: the one that opened it, kept for writing. A call returns once the change is on the medium. Writers of
/// several processes on one host take turns. Checkpoints never run inside a call; a LibraryUpkeep of the
/// writer's own does them, and mirrors labels beside their episodes.
class LibraryWriter {
public:
    enum class Upkeep : std::uint8_t { Automatic, None };
    /// The library was made ready by openLibrary().
    [[nodiscard]] static Result<std::unique_ptr<LibraryWriter>> open(const std::filesystem::path& library,
                                                                     Upkeep upkeep = Upkeep::Automatic);
    ~LibraryWriter();

    /// Each finds what has this name or makes it, and returns its id.
    [[nodiscard]] Result<std::string> ensurePerson(std::string_view by, const std::string& name);
    [[nodiscard]] Result<std::string> ensureStation(std::string_view by, const std::string& name);
    /// A card is found by its name; the fields that are set replace those of the card.
    [[nodiscard]] Result<std::string> ensureTask(std::string_view by, const Task& task);
    [[nodiscard]] Result<void> ensureTier(std::string_view by, const Tier& tier);
    [[nodiscard]] Result<void> ensureWord(std::string_view by, const VocabularyWord& word);

    /// Returns the session's id.
    [[nodiscard]] Result<std::string> beginSession(std::string_view by, const std::string& station,
                                                   std::int64_t startedAtNs);
    [[nodiscard]] Result<void> endSession(std::string_view by, std::string_view session, std::int64_t endedAtNs);

    /// In state `recording`.
    [[nodiscard]] Result<void> beginEpisode(std::string_view by, const EpisodeStart& start);
    /// While it is `recording`; no change in the sense of the history. Waits for nobody: false, with nothing done,
    /// while another program writes.
    [[nodiscard]] Result<bool> updateEpisode(std::string_view episode, const EpisodeProgress& progress);
    /// `recording` to `recorded`.
    [[nodiscard]] Result<void> endEpisode(std::string_view by, std::string_view episode, const EpisodeEnd& end);
    /// The same for a take that a crash cut short; marks it recovered.
    [[nodiscard]] Result<void> recoverEpisode(std::string_view by, std::string_view episode, const EpisodeEnd& end);
    /// Measured again on the files, in any state after `recording`.
    [[nodiscard]] Result<void> setStreams(std::string_view by, std::string_view episode,
                                          const std::vector<StreamRow>& streams);
    [[nodiscard]] Result<void> setFilesHash(std::string_view by, std::string_view episode, const std::string& hash);
    [[nodiscard]] Result<void> moveTo(std::string_view by, std::string_view episode, EpisodeState state,
                                      const std::string& reason = {});
    /// Takes an episode that lies in the tray out of the index; only the history still knows it. Its files stay: see
    /// tray.h.
    [[nodiscard]] Result<void> forget(std::string_view by, std::string_view episode);
    /// Of what the operator said, until somebody has judged the episode.
    [[nodiscard]] Result<void> correct(std::string_view by, std::string_view episode, const Correction& correction);

    /// Applies the edit where every `before` is what the library holds, else refuses all of it. Returns the edit as it
    /// was stored: keep it, apply its inverse() to undo and it again to redo. The first edit of a checked or returned
    /// episode moves it to `labelling`.
    [[nodiscard]] Result<LabelEdit> edit(std::string_view by, const LabelEdit& edit);
    /// An empty id is filled in.
    [[nodiscard]] Result<LabelEdit> addSegment(std::string_view by, const Segment& segment);
    [[nodiscard]] Result<LabelEdit> moveSegment(std::string_view by, std::string_view episode, std::string_view segment,
                                                std::int64_t startNs, std::int64_t endNs);
    [[nodiscard]] Result<LabelEdit> splitSegment(std::string_view by, std::string_view episode,
                                                 std::string_view segment, std::int64_t atNs);
    [[nodiscard]] Result<LabelEdit> relabelSegment(std::string_view by, std::string_view episode,
                                                   std::string_view segment, const std::string& label);
    [[nodiscard]] Result<LabelEdit> deleteSegment(std::string_view by, std::string_view episode,
                                                  std::string_view segment);

    /// Of an episode in review, or that may enter it. Returning and rejecting need a reason.
    [[nodiscard]] Result<void> judge(std::string_view by, std::string_view episode, Verdict verdict,
                                     const std::string& reason = {}, ReturnTo returnTo = ReturnTo::Nobody);
    /// The last verdict that stands, while the episode still is as the verdict left it. It is as before the verdict.
    [[nodiscard]] Result<void> takeBack(std::string_view by, std::string_view episode);

    /// Writes labels.json beside every episode whose labels, state or verdicts changed since it was written; returns
    /// how many. What a crash left undone is done by the next call.
    [[nodiscard]] Result<int> mirrorPending(int limit = 100);

private:
    class Impl;
    explicit LibraryWriter(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace understudy
